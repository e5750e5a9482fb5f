"""Text from outside on its way to a terminal."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Of a text of many lines, for a file that somebody may show on a terminal.
_OBEYED: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text on one line without anything that a terminal would obey or that turns the writing around: control
    bytes, escape sequences, marks of direction, lone surrogates."""
    if text.isascii() and text.isprintable():
        return text
    kept = (" " if c in "\t\r\n\v\f\x85\u2028\u2029" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


def showable(text: str) -> str:
    """The text with its lines and tabs; a `�` stands for whatever else a terminal would obey."""
    return _OBEYED.sub("�", text)


def showable_json(text: str) -> str:
    """JSON that says the same, with what a terminal would obey written as `\\u009b`."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
