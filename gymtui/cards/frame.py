"""What of a text is the code: not the blanks and control characters around it."""

from __future__ import annotations

import unicodedata
from typing import Final

_AROUND: Final = ("Cc", "Cf", "Zl", "Zp", "Zs")  # control and format characters, and every blank, NBSP too


def framed(text: str) -> str:
    """The text composed (NFC), without blanks, control and format characters at its ends."""
    if text.isascii() and text.isprintable():  # nearly all of them: a list has a hundred thousand
        return text.strip(" ")
    text = unicodedata.normalize("NFC", text)
    first, end = 0, len(text)
    while first < end and unicodedata.category(text[first]) in _AROUND:
        first += 1
    while first < end and unicodedata.category(text[end - 1]) in _AROUND:
        end -= 1
    return text[first:end]
