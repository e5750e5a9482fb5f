"""Dates as other programs write them: a fixed list of formats, of which one has to fit a whole column.

Which of day and month comes first is never guessed: where both orders fit, a person is shown a cell and asked. What is
a date in a workbook, or is written as one is here, is that day whatever the others are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from typing import Final

from gymtui.importing.questions import Questions
from gymtui.search.folding import fold

CERTAIN: Final = "2026-11-30"
_TIME: Final = (
    r"(?:(?:T|,? +)\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
)
_Y, _SHORT, _M, _D = r"(?P<y>\d{4})", r"(?P<y>\d{2})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_NAME = r"(?P<n>[^\W\d_]{3,})\.?"
# How 30 November 2026 would be written: that is the format's name.
FORMATS: Final[dict[str, str]] = {
    CERTAIN: f"{_Y}-{_M}-{_D}",
    "2026/11/30": f"{_Y}/{_M}/{_D}",
    "2026.11.30": rf"{_Y}\.{_M}\.{_D}",
    "20261130": r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})",
    "30.11.2026": rf"{_D}\. ?{_M}\. ?{_Y}",
    "30/11/2026": f"{_D}/{_M}/{_Y}",
    "11/30/2026": f"{_M}/{_D}/{_Y}",
    "30-11-2026": f"{_D}-{_M}-{_Y}",
    "11-30-2026": f"{_M}-{_D}-{_Y}",
    "30.11.26": rf"{_D}\.{_M}\.{_SHORT}",
    "30/11/26": f"{_D}/{_M}/{_SHORT}",
    "11/30/26": f"{_M}/{_D}/{_SHORT}",
    "30 November 2026": rf"{_D}\.?[ -]{_NAME}[ -]{_Y}",
    "November 30, 2026": rf"{_NAME} {_D},? {_Y}",
}
NEVER: Final = frozenset(
    "never, none, no end, no expiry, does not expire, unlimited, open, open ended, ongoing, forever, lifetime, "
    "unbefristet, unbegrenzt, nie, jamais, illimite, mai, illimitato, nunca, indefinido".split(", ")
)
_MONTHS: Final = {
    name[:length]: number
    for names in (
        "january february march april may june july august september october november december",
        "januar februar maerz april mai juni juli august september oktober november dezember",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    )
    for number, name in enumerate(names.split(), 1)
    for length in range(4 if name in ("juin", "juillet") else 3, len(name) + 1)
}
_EMPTY: Final = re.compile(r"[0.\-/ :]+|0001-01-01.*")


@cache
def _looks(format: str) -> re.Pattern[str]:
    """Not before somebody asks: no desk starts with an import."""
    return re.compile(FORMATS[format] + _TIME)


def is_no_date(cell: str) -> bool:
    """Is it how some program writes that there is none, `00/00/0000`?"""
    return _EMPTY.fullmatch(cell) is not None


def read_as(cell: str, format: str, *, past: date | None = None) -> date | None:
    """The day that a cell is in that format, if it is one. A year of two digits is of this century, or, where no day is
    behind `past`, of the one before."""
    found = _looks(format).fullmatch(cell)
    if found is None:
        return None
    parts = found.groupdict()
    year, month = int(parts["y"]), _MONTHS.get(fold(parts["n"])) if "n" in parts else int(parts["m"])
    if len(parts["y"]) == 2:
        year += 2000
        if past is not None and year > past.year:
            year -= 100
    try:
        return date(year, month or 0, int(parts["d"]))
    except ValueError:
        return None


def are_dates(cells: Iterable[str]) -> bool:
    """Are they dates, most of them at the least?"""
    distinct = set(cells)
    return bool(distinct) and 2 * sum(_is_date(cell) for cell in distinct) > len(distinct)


def _is_date(cell: str) -> bool:
    return any(read_as(cell, format) for format in FORMATS)


def date_reader(
    heading: str, cells: Iterable[str], questions: Questions, *, past: date | None = None
) -> Callable[[str], date]:
    """What reads a column's cells; a ValueError is one that is no date. `past` is today where no day is ahead of it."""
    distinct = list(dict.fromkeys(cells))
    read = {format: {cell: day for cell in distinct if (day := read_as(cell, format, past=past))} for format in FORMATS}
    dated = {cell for days in read.values() for cell in days}
    certain = read.pop(CERTAIN)
    others = [cell for cell in distinct if cell in dated and cell not in certain]
    format = _one_format(heading, others, read, questions) if others else CERTAIN if certain else ""
    days = read.get(format, {}) | certain

    def reader(cell: str) -> date:
        day = days.get(cell)
        if day is None:
            open = "" if format or not dated else ", as long as it is not known which day is which"
            raise ValueError(f"{cell!r} in “{heading}” is no date{f' as {format} is' if format else open}")
        return day

    return reader


def _one_format(heading: str, dated: list[str], read: dict[str, dict[str, date]], questions: Questions) -> str:
    """The one that fits all cells that are dates at all; asked, where two do and differ, or where none does."""
    fitting = [format for format, days in read.items() if len(days) == len(dated) and days]
    if not fitting:
        dates = [days.keys() for days in read.values()]
        fitting = [format for format, days in read.items() if days and not any(days.keys() < more for more in dates)]
    for cell in dated:
        told = {format: read[format][cell] for format in fitting if cell in read[format]}
        if len(told) < len(fitting) or len(set(told.values())) > 1:
            meanings = {format: _meaning(format, told.get(format), len(read[format]), len(dated)) for format in fitting}
            return questions.ask(f"dates of {heading}", f"Which day is “{cell}” in “{heading}”?", meanings)
    return fitting[0] if fitting else ""


def _meaning(format: str, day: date | None, fits: int, of: int) -> str:
    said = f"{day.day} {day:%B %Y}" if day else "no date"
    return said if fits == of else f"{said} (fits {fits} of {of} different dates, the others are left out)"
