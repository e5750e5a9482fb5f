"""A day as somebody types it: `2026-12-20`, `20 Dec 2026`, `20 Dec`, `20.12.2026`, `20.12.`; of those that were also
`yesterday` and `tuesday`. Pure."""

from __future__ import annotations

import re
from calendar import day_abbr, month_abbr, month_name
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

_MONTHS: Final = [name.lower() for name in month_abbr]
_MONTH: Final = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in month_name[1:])
TYPED_DAY: Final = rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}})?|\d{{1,2}}\.? ?(?:{_MONTH})(?: \d{{4}})?"
_WEEKDAYS: Final = [name.lower() for name in day_abbr]
_WEEKDAY: Final = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
PAST_DAY: Final = rf"today|yesterday|{_WEEKDAY}|{TYPED_DAY}"
LEAP: Final = 9  # 29 Feb may be so many years away, less one


def typed_day(text: str, today: date | None = None, *, is_past: bool = False) -> date:
    """The day of these words, in letters of either case. Without its year it is the next that comes, today too, or the
    last that was; where no `today` says which, the year is needed. ValueError, with a sentence."""
    said = text.strip().lower()
    if not re.fullmatch(TYPED_DAY, said, re.IGNORECASE):
        raise ValueError("that is no day")
    day, word, *year = reversed(said.split("-")) if "-" in said else re.findall(r"\d+|[a-z]+", said)
    try:
        month = int(word) if word.isdigit() else _MONTHS.index(word[:3])
        if year:
            return date(int(year[0]), month, int(day))
        if today is not None:
            return _nearest(int(day), month, today, -1 if is_past else 1)
    except ValueError as error:
        raise ValueError("there is no such day") from error
    raise ValueError("that day needs its year")


def past_day(text: str, today: date) -> date:
    """The day of these words, of one without its year the last that was; a weekday is never today. ValueError, with a
    sentence."""
    said = text.strip().lower()
    if said in ("today", "yesterday"):
        return today - timedelta(days=said == "yesterday")
    if re.fullmatch(_WEEKDAY, said):
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(said[:3])) % 7 or 7)
    return typed_day(said, today, is_past=True)


def _nearest(day: int, month: int, today: date, step: int) -> date:
    for year in range(today.year, today.year + step * LEAP, step):
        with suppress(ValueError):  # 29 Feb is not in all of them
            if ((found := date(year, month, day)) - today).days * step >= 0:
                return found
    raise ValueError
