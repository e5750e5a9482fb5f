"""Esc and the key typed right behind it are two keys, however close together a terminal sends them."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from importlib import import_module
from typing import Any, Final, NamedTuple

from textual.keys import Keys

logger = logging.getLogger(__name__)

BEGIN_MORE: Final = "[]OP_"  # behind an Esc, each begins what a terminal says of its own: F1, a click, an answer
TYPED: Final = [char for char in map(chr, range(0x250)) if char.isprintable() and char not in BEGIN_MORE]


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
