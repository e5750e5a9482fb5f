"""One number system: EAN-8, UPC-A, UPC-E and EAN-13 are GTINs, and the same one may arrive in several lengths."""

from __future__ import annotations

import re
from typing import Final

from gymtui.cards.checks import mod10

LENGTH: Final = 14

_GTIN: Final = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_UPC_E: Final = re.compile(r"(?P<system>[01])(?P<item>[0-9]{5})(?P<how>[0-9])(?P<check>[0-9])")


def gtin14(text: str) -> str | None:
    """The 14 digits of a number of 8, 12, 13 or 14 with the right check digit, else None. Eight digits are an EAN-8
    where they can be; `gtins` has both readings."""
    return next(iter(gtins(text)), None)


def gtins(text: str, *, upc_e: bool = True) -> tuple[str, ...]:
    """What a number may be as 14 digits: eight digits are an EAN-8, or a UPC-E, or both."""
    readings = (text, expanded(text) if upc_e else None)
    return tuple(dict.fromkeys(r.zfill(LENGTH) for r in readings if r and _GTIN.fullmatch(r) and _checked(r)))


def expanded(text: str) -> str | None:
    """The UPC-A that eight digits of a UPC-E stand for: zeros go where its last digit says. (GS1 General
    Specifications, 5.2.2.4)"""
    found = _UPC_E.fullmatch(text)
    if found is None:
        return None
    system, item, how, check = found.groups()
    match how:
        case "0" | "1" | "2":
            item = f"{item[:2]}{how}0000{item[2:]}"
        case "3":
            item = f"{item[:3]}00000{item[3:]}"
        case "4":
            item = f"{item[:4]}00000{item[4:]}"
        case _:
            item = f"{item}0000{how}"
    return system + item + check


def _checked(number: str) -> bool:
    return mod10(number[:-1]) == number[-1]
