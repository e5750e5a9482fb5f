"""Esc and the key typed right behind it are two keys, however close together a terminal sends them; and Esc alone is
known soon, where nothing can tear apart what a terminal sends."""

from __future__ import annotations

import logging
import selectors
from collections.abc import Mapping, MutableMapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from textual import constants
from textual.keys import Keys

logger = logging.getLogger(__name__)

BEGIN_MORE: Final = "[]OP_"  # behind an Esc, each begins what a terminal says of its own: F1, a click, an answer
TYPED: Final = [char for char in map(chr, range(0x250)) if char.isprintable() and char not in BEGIN_MORE]
WHOLE: Final = 0.025  # seconds; a terminal of this machine writes all of a key at once
ELSEWHERE: Final = ("SSH_CONNECTION", "SSH_TTY")  # set where there is a line between, which may cut it anywhere


class Typed(NamedTuple):
    """A character, as Textual's table names a key."""

    value: str


def part_escape() -> None:
    """Makes Textual read Esc and a character of `TYPED` that come in one gulp as these two keys.

    By itself it takes Esc and 3 for `£`, as a Mac's Option key gives it, and nobody could tell that from a `£` that was
    typed; Esc and b for Ctrl+Left; and with most others it waits for more, and makes a `^` of the Esc where an arrow
    comes. An Esc before what is not in `TYPED` arrives as an Alt.
    """
    try:
        # Textual has no public way to say so.
        table: MutableMapping[str, Any] = import_module("textual._ansi_sequences").ANSI_SEQUENCES_KEYS
    except (ImportError, AttributeError) as error:
        logger.warning("Esc and a digit that come at once are one key here: %s.", error)
        return
    table.update({f"\x1b{char}": (Keys.Escape, Typed(char)) for char in TYPED})


class SoonAgain(selectors.SelectSelector):
    """Behind what has come it looks again as soon as an Esc at the end of it is known to be alone."""

    _has_come = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        soon = constants.ESCAPE_DELAY + 0.001
        ready = super().select(min(timeout or soon, soon) if self._has_come else timeout)
        self._has_come = bool(ready)
        return ready


def hasten_escape(environment: Mapping[str, str]) -> None:
    """Makes Textual take an Esc for one after `WHOLE`, unless the terminal is `ELSEWHERE` or somebody has set ESCDELAY.

    It waits 100 ms for the rest of a longer key, and looks but ten times a second whether they are over. No wait at
    all has a terminal with kitty's keyboard protocol, which Textual asks for: its Esc is a longer key itself.
    """
    if not any(environment.get(name) for name in ("ESCDELAY", *ELSEWHERE)):
        constants.ESCAPE_DELAY = WHOLE  # type: ignore[misc]
    try:
        # Textual has no public way to say so.
        driver: Any = import_module("textual.drivers.linux_driver")
    except ImportError as error:
        logger.warning("Esc waits 100 ms here: %s.", error)
        return
    driver.selectors = SimpleNamespace(**{**vars(selectors), "SelectSelector": SoonAgain})
