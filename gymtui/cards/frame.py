"""What of a text is the code: not the blanks and control characters around it."""

from __future__ import annotations

import unicodedata
from typing import Final

_AROUND: Final = ("Cc", "Cf", "Zl", "Zp", "Zs")  # control and format characters, and every blank, NBSP too


def framed(text: str) -> str:
    """The text composed (NFC), without blanks, control and format characters at its ends."""
    text = unicodedata.normalize("NFC", text)
    kept = [at for at, c in enumerate(text) if unicodedata.category(c) not in _AROUND]
    return text[kept[0] : kept[-1] + 1] if kept else ""
