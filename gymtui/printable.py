"""Text from outside on its way to a terminal."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """The text on one line without anything that a terminal would obey or that turns the writing around: control
    bytes, escape sequences, marks of direction, lone surrogates."""
    if text.isascii() and text.isprintable():
        return text
    kept = (" " if c in "\t\r\n\v\f\x85\u2028\u2029" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
