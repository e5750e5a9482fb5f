"""Phones, as people write them: `+41 79 111 00 05`, `0041 79…`, `+41 (0)79…`, `079 111 00 05`, and the end of one.

Which digits are a country's code is not asked: it has one to three, and what is behind it is the whole phone at home.
"""

from __future__ import annotations

from typing import Final

from gymtui.search.folding import words

COUNTRY_CODES: Final = (1, 2, 3)  # digits behind the `+`
SHORTEST: Final = 6  # digits of a phone, or of its end, at least

_TRUNK: Final = "(0)"  # what is dialled at home only
_ABROAD: Final = "00"


def dialled(text: str) -> str:
    """The digits from the country's code on, where there is one: `41791110005`; else all of them, `0791110005`."""
    digits = "".join(filter(str.isdecimal, text.replace(_TRUNK, "")))
    return digits if digits.startswith(f"{_ABROAD}0") else digits.removeprefix(_ABROAD)  # no country's code begins so


def at_home(text: str) -> str:
    """The digits without the zero in front that is dialled at home only."""
    return dialled(text).lstrip("0")


def is_abroad(text: str) -> bool:
    """Does it begin with a country's code?"""
    return text.lstrip().startswith(("+", _ABROAD))


def is_number(text: str) -> bool:
    """Are all its words digits: a number, however it is grouped?"""
    found = words(text)
    return bool(found) and all(word.isdecimal() for word in found)
