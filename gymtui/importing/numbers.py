"""Numbers in cells: those on cards, which are texts that a spreadsheet damages, visits that are left, and money."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gymtui.cards.frame import framed
from gymtui.importing.cells import VISITS, value_of
from gymtui.importing.questions import Questions
from gymtui.importing.vocabulary import UNLIMITED, plain

LONGEST: Final = 64  # characters of a card's number
_QUOTED: Final = re.compile(r'=\s*"(?P<text>[^"]*)"')
_ROUNDED: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+\d+|\d+[.,]\d+[eE]\d+")
_DAMAGES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (_ROUNDED, "was rounded by a spreadsheet"),
    (re.compile(r"\d+[.,]0+"), "was made a number with decimals by a spreadsheet"),
    (
        re.compile(r"\d{1,3}(?:[,'’]\d{3})+|\d{1,3}(?:\.\d{3}){2,}"),
        "was given separators of thousands by a spreadsheet",
    ),
    (re.compile(r"\d{13,}000"), "has 16 digits or more and ends in 000: a spreadsheet has rounded it"),
    (re.compile(r"#+|#(?:N/A|REF!|VALUE!|NAME\?|NUM!|DIV/0!)"), "is a spreadsheet's error"),
)
_LEFT: Final = r"(?:left|remaining|rest\w*|übrig|restant\w*)"
_COUNT: Final = r"\d{1,9}"  # visits; of thousands of digits nobody makes a number
_PACK_LEFT: Final = re.compile(rf"(?P<of>\d+)\D*\((?P<left>{_COUNT}) {_LEFT}\)", re.IGNORECASE)
_LEFT_OF: Final = re.compile(rf"(?P<left>{_COUNT}) (?:{_LEFT}.*|(?:of|von|de|sur|di) \d+)", re.IGNORECASE)
_FRACTION: Final = re.compile(rf"(?P<first>{_COUNT}) ?/ ?(?P<of>{_COUNT})")
_BESIDE: Final = re.compile(r"\.[-–—]$|[A-Z]{3}|Fr\.?|[$€£¥₣ \u00a0\u202f'’]")  # what stands beside an amount
_AMOUNT: Final = re.compile(r"\(?[+−-]?[.,]?\d[\d.,]*[−-]?\)?")
_PLAIN: Final = re.compile(r"(?P<left>\d{1,7})(?:[.,]0+)?")


def taken_out(cell: str) -> str:
    """What a spreadsheet was to leave alone: the text in `="00123"`, and behind the apostrophe of `'00123`."""
    if not cell.startswith(("=", "'")):
        return cell
    found = _QUOTED.fullmatch(cell)
    return found["text"].strip() if found else cell.removeprefix("'").strip()


def card_number(heading: str, cell: str) -> str:
    """The number as it is on the card. ValueError says what has happened to it."""
    code = framed(taken_out(cell))
    for damage, why in _DAMAGES:
        if damage.fullmatch(code):
            raise ValueError(f"the number {code} in “{heading}” {why}: please export it as text")
    if not 0 < len(code) <= LONGEST or not code.isprintable():
        raise ValueError(f"“{heading}” has more than {LONGEST} characters, or some that cannot be printed")
    return code


def phone_number(heading: str, cell: str) -> object:
    """The phone. ValueError where a spreadsheet has rounded it."""
    if _ROUNDED.fullmatch(cell):
        raise ValueError(f"{cell!r} in “{heading}” was rounded by a spreadsheet")
    return value_of("phone", cell)


def lost_zeros(codes: Sequence[str]) -> str:
    """What to make sure of where numbers may have had zeros in front, all of them, until a spreadsheet took them."""
    lengths = sorted({len(code) for code in codes})
    if len(lengths) < 2 or lengths[-1] < 4 or not all(re.fullmatch("[1-9][0-9]*", code) for code in codes):
        return ""
    return (
        f"The numbers have {lengths[0]} to {lengths[-1]} digits, and none begins with 0: where the cards have zeros, a "
        "spreadsheet took them, and the list has to be exported anew."
    )


def visits_reader(heading: str, cells: Iterable[str], questions: Questions) -> Callable[[str], int | None]:
    """What reads how many visits are left: `3`, `10 (3 left)`, `3 of 10`, `unlimited`. Whether `3/10` is three left or
    three used is asked."""
    fraction = next((cell for cell in cells if _FRACTION.fullmatch(cell) and not _is_symmetric(cell)), None)
    used = (
        fraction is not None
        and questions.ask(
            f"visits of {heading}", f"What does “{fraction}” in “{heading}” mean?", _fraction_choices(fraction)
        )
        == "used"
    )

    def reader(cell: str) -> int | None:
        if plain(cell) in UNLIMITED:
            return None
        if found := _FRACTION.fullmatch(cell):
            left = int(found["of"]) - int(found["first"]) if used else int(found["first"])
        elif found := _PLAIN.fullmatch(cell) or _PACK_LEFT.fullmatch(cell) or _LEFT_OF.fullmatch(cell):
            left = int(found["left"])
        elif re.fullmatch(r"-\d{1,7}", cell):  # more was used than was bought
            left = 0
        else:
            raise ValueError(f"{cell!r} in “{heading}” is no number of visits")
        if left > VISITS:
            raise ValueError(f"{cell!r} in “{heading}” is more than {VISITS:,} visits")
        return max(left, 0)

    return reader


def _is_symmetric(cell: str) -> bool:
    found = _FRACTION.fullmatch(cell)
    return found is not None and 2 * int(found["first"]) == int(found["of"])


def _fraction_choices(cell: str) -> dict[str, str]:
    found = _FRACTION.fullmatch(cell)
    assert found is not None
    return {"left": f"{found['first']} left of {found['of']}", "used": f"{found['first']} used of {found['of']}"}


def is_amount(cell: str) -> bool:
    """Is it an amount of money?"""
    return _AMOUNT.fullmatch(_BESIDE.sub("", cell)) is not None


def sign_of(heading: str, cell: str) -> int:
    """-1, 0 or 1 as an amount of money is below, at or above nothing: `$1,500.00`, `-12,5`, `(12.50)`, `CHF 12.-`."""
    bare = _BESIDE.sub("", cell)
    if not _AMOUNT.fullmatch(bare):
        raise ValueError(f"{cell!r} in “{heading}” is no amount of money")
    if not re.search(r"[1-9]", bare):
        return 0
    return -1 if re.search(r"[(−-]", bare) else 1
