"""Check characters: which one belongs behind a text.

Each function gives the one character, or None where the text has a character that its sum knows no value for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_CODE_39: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_CODABAR: Final = "0123456789-$:/.+"
_CODABAR_LETTERS: Final = "ABCD"  # worth 16 to 19


def mod43(text: str) -> str | None:
    """Code 39 (ISO/IEC 16388, annex A): the sum of the characters' values."""
    values = _values(text, _CODE_39)
    return None if values is None else _CODE_39[sum(values) % 43]


def mod10(text: str) -> str | None:
    """EAN, UPC, GTIN and ITF (GS1 General Specifications, 7.9): every second digit from the right counts thrice."""
    digits = _values(text, "0123456789")
    return None if digits is None else str(-(3 * sum(digits[::-2]) + sum(digits[-2::-2])) % 10)


def luhn(text: str) -> str | None:
    """Magnetic cards and library cards (ISO/IEC 7812-1, annex B): every second digit from the right is doubled."""
    digits = _values(text, "0123456789")
    if digits is None:
        return None
    return str(-(sum(sum(divmod(2 * d, 10)) for d in digits[::-2]) + sum(digits[-2::-2])) % 10)


def mod16(text: str) -> str | None:
    """Codabar (EN 798, annex A), of a text with its start and stop letters: `A1234B`. Without them they count as A and
    A, whose sum is none."""
    values = _values(text, _CODABAR + _CODABAR_LETTERS)
    return None if values is None else _CODABAR[-sum(values) % 16]


CHECKS: Final[dict[str, Callable[[str], str | None]]] = {"mod10": mod10, "luhn": luhn, "mod43": mod43, "mod16": mod16}


def checked(text: str, kind: str) -> str | None:
    """The text with the check character of that kind at its end, Codabar's in front of the stop letter."""
    check, stop = CHECKS[kind](text), _stop(text, kind)
    return None if check is None else f"{text.removesuffix(stop)}{check}{stop}"


def unchecked(text: str, kind: str) -> str | None:
    """The text without the check character of that kind at its end; None where that is not the right one. Codabar's
    stands in front of the stop letter. Code 39's may be a blank, which is gone where a text was framed."""
    stop = _stop(text, kind)
    text = text.removesuffix(stop)
    readings = ((text[:-1] + stop, text[-1:]), (text + stop, " "))
    return next((body for body, check in readings if body and CHECKS[kind](body) == check), None)


def _stop(text: str, kind: str) -> str:
    return text[-1:] if kind == "mod16" and text[-1:] in _CODABAR_LETTERS else ""


def _values(text: str, alphabet: str) -> list[int] | None:
    return [alphabet.index(c) for c in text] if text and set(text) <= set(alphabet) else None
