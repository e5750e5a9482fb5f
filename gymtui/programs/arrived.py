"""`gymtui reader --watch`: what a reader sends to this terminal, key by key, and what a desk makes of it."""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Final, NamedTuple

from gymtui.cards.profile import ReaderProfile
from gymtui.cards.reading import read
from gymtui.errors import WrongUsage
from gymtui.printable import printable
from gymtui.ui.burst import BURST

SILENCE: Final = 0.3  # seconds behind the last key of a scan
LEAVES: Final = "\x03"  # alone: a reader may end with it
_KEY: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Za-z]|.", re.DOTALL)  # what a terminal sends for one key
_NAMES: Final = {"\r": "Enter", "\t": "Tab", "\x1b": "Esc", "\x7f": "Backspace", " ": "Space"}


class Key(NamedTuple):
    """What the terminal gave for one key, and when, in seconds."""

    text: str
    time: float


def watch(reader: ReaderProfile | None) -> None:
    """Shows each scan until Ctrl+C is pressed. WrongUsage: here is no terminal."""
    if not sys.stdin.isatty():
        raise WrongUsage("Here is no terminal that a reader could type in: please start it in one.")
    with _unread(sys.stdin.fileno()) as fd:
        print("Scan a card. Ctrl+C leaves.", flush=True)
        while (keys := _burst(fd)) and keys[0].text != LEAVES:
            print("", *said(keys, reader), sep="\n", flush=True)


def said(keys: Sequence[Key], reader: ReaderProfile | None) -> Iterator[str]:
    """What arrived, in words, whatever it is made of."""
    first, *rest = (shown(key.text) for key in keys)
    gaps = [round(1000 * (later.time - sooner.time)) for sooner, later in pairwise(keys)]
    yield f"arrived     {' '.join([first, *(f'{gap} {key}' for gap, key in zip(gaps, rest, strict=True))])}"
    if gaps:
        yield f"            {len(keys)} keys; the numbers are the milliseconds between them"
    if any(gap > 1000 * BURST for gap in gaps):
        yield f"too slow    more than {1000 * BURST:.0f} ms between two keys: a desk takes them as typed by hand"
    text = "".join(key.text for key in keys).rstrip("\r\n\t")
    code = read(reader, text) if reader else None
    yield f"looked up   {''.join(map(shown, code or text))}{', as this reader was learned' if code else ''}"


def shown(key: str) -> str:
    """A key by its name, and safe on a terminal: `Enter`, `Ctrl+]`, `Esc[19~`."""
    if key in _NAMES:
        return _NAMES[key]
    if key < " ":
        return f"Esc{key[1:]}" if key.startswith("\x1b") else f"Ctrl+{chr(ord(key) + 64)}"
    return printable(key) or f"U+{ord(key):04X}"


def _burst(fd: int) -> list[Key]:
    """The keys until there is silence; none where the terminal has closed."""
    keys: list[Key] = []
    while select.select([fd], [], [], SILENCE if keys else None)[0]:
        gulp = os.read(fd, 4096).decode(errors="replace")
        if not gulp:
            return []
        keys += [Key(text, time.monotonic()) for text in _KEY.findall(gulp)]
    return keys


@contextmanager
def _unread(fd: int) -> Iterator[int]:
    """The terminal gives every key as it comes, and obeys none."""
    before = termios.tcgetattr(fd)
    now = termios.tcgetattr(fd)
    now[0] &= ~(termios.ICRNL | termios.IXON)
    now[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
    termios.tcsetattr(fd, termios.TCSAFLUSH, now)
    try:
        yield fd
    finally:
        termios.tcsetattr(fd, termios.TCSAFLUSH, before)
