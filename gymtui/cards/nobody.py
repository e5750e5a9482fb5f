"""Numbers that are no member's, though something sends them: what not to put on file.

Eight digits without a letter may well be a membership number, `08123456`. They are taken for a chip's where they are
written byte by byte, or where the gym's cards are chips of four bytes (`are_uids`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_UID: Final = re.compile(r"[0-9A-Fa-f]{2}(?P<by>[:\- ]?)([0-9A-Fa-f]{2}(?P=by)){2}[0-9A-Fa-f]{2}")
_EMPTY: Final = re.compile(r"0{4,}|[Ff]{8,}")

_FIXED: Final = ("01020304", "04030201")
_FIXED_DECIMAL: Final = ("0016909060", "16909060", "0067305985", "67305985")  # the same, either way round
_HID: Final = 65_535

NOTHING_READ: Final = "A reader sends this where it has read nothing. Read the card once more."
PHONE: Final = "A phone sends this, and another number the next time. Give its owner a card or a bar code."
CHANGES: Final = "This card sends another number each time. Its printed number is the one to put on file."
SHARED: Final = "Many phones have this very number. Give its owner a card or a bar code."
TWICE: Final = "Read it twice: where the number is another one then, it is a phone or a card that changes it."
NO_FACILITY: Final = "Other gyms' cards have this number too. Set the reader to send the facility code with it."


def nobodys(code: str, *, uids: bool = False) -> str | None:
    """Why a number is nobody's, with what to do, or None. `uids` says that the gym's cards are chips of four bytes."""
    if _EMPTY.fullmatch(code):
        return NOTHING_READ
    uid = _uid(code, uids=uids)
    if uid in _FIXED:
        return SHARED
    return {"08": PHONE, "80": CHANGES}.get(uid[:2])


def doubtful(code: str, *, uids: bool = False, hid: bool = False) -> str | None:
    """What to make sure of before a number is put on file, or None. A reader that begins with the last byte shows a
    phone as `xxxxxx08`, and one card in 256 is so. `hid` says that the gym's cards are HID's of 26 bits, whose printed
    number, of five digits at most, is one of 65,536."""
    if code in (*_FIXED, *_FIXED_DECIMAL):
        return SHARED
    if _uid(code, uids=uids)[6:] in ("08", "80"):
        return TWICE
    if hid and re.fullmatch("[0-9]{1,5}", code) and int(code) <= _HID:
        return NO_FACILITY
    return None


def are_uids(codes: Iterable[str]) -> bool:
    """Are most of a gym's codes chips of four bytes? One has to have a letter: eight digits alone say nothing."""
    listed = list(codes)
    chips = [code for code in listed if _UID.fullmatch(code)]
    return 2 * len(chips) > len(listed) and any(_uid(code) for code in chips)


def _uid(code: str, *, uids: bool = False) -> str:
    """The eight hex digits, or nothing where it is no chip's number of four bytes."""
    found = len(code) in (8, 11) and _UID.fullmatch(code)
    digits = re.sub(r"[^0-9A-F]", "", code.upper())
    return digits if found and (uids or found["by"] or not digits.isdecimal()) else ""
