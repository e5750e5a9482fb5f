"""Rows as a table: where its heading is, what stands above it and below, and which cell is whose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median_low
from typing import Final, NamedTuple

from gymtui.importing.delimited import Line
from gymtui.importing.headings import is_known, words_of
from gymtui.importing.rows import MembersFileError, Problem

SURE: Final = 3  # cells of a row that are known, for it to be a heading whatever else it has
HEAD: Final = 30  # rows in which a heading is looked for
WORDS: Final = 3  # of a name, a date, a plan, most of the time
PROSE: Final = "it reads as a text, and not as a list of people: please export the members as CSV or .xlsx"
TOTALS: Final = frozenset(
    "total, totals, sum, count, grand total, total members, total records, records, members, summe, gesamt, anzahl, "
    "somme, nombre, totale, suma".split(", ")
)
_COUNT: Final = re.compile(r"=.*|\W*\d[\d.,'’ ]*[^\W\d_]+\.?")  # what stands beside a total: =SUM(J2:J9), 5060 members
_EXAMPLE: Final = re.compile(r"(?i)^(e\.?g\.|example|beispiel|exemple|ejemplo|esempio)(\W|$)")


class Table(NamedTuple):
    """`heading` has each name once; a row is its line and as many cells. `notes` say what was left out for good
    reason, `bad` the rows that nobody can read; `cells` are those of each line, of bad ones too."""

    heading: list[str]
    rows: list[tuple[int, list[str]]]
    bad: list[Problem]
    notes: list[str]
    cells: dict[int, list[str]]


def heading_at(lines: Sequence[Line]) -> tuple[int, int, int]:
    """How many of its cells are known, how many it has, and where it is, the best heading of the first rows."""
    best = (0, 0, 0)
    for at, (_, cells) in enumerate(lines[:HEAD]):
        known = sum(map(is_known, cells)) if isinstance(cells, list) else 0
        is_one = known >= SURE or 2 * known > sum(bool(cell.strip()) for cell in cells)  # a member may be “active” too
        if is_one and known > best[0]:
            best = (known, len(cells), at)
    return best


def table_of(lines: Sequence[Line]) -> Table:
    """The table that these rows are. MembersFileError where no row is a heading."""
    known, _, at = heading_at(lines)
    if not known:
        at = next((at for at, (_, cells) in enumerate(lines[:HEAD]) if _may_be_heading(cells)), len(lines))
    cells = lines[at][1] if at < len(lines) else ""
    if isinstance(cells, str):
        raise MembersFileError(
            "no line at its beginning is a heading: please put one there, with a name for each column"
        )
    if known < 2 and _is_prose(lines, len(cells)):
        raise MembersFileError(PROSE)
    notes = []
    if at:
        notes.append(f"Above the heading {'is 1 line' if at == 1 else f'are {at} lines'} that nothing was made of.")
    behind = list(lines[at + 1 :])
    if behind and _is_second_heading(behind[0][1], cells):
        cells = _both(cells, behind.pop(0)[1])
        notes.append("The heading has two lines: of each column the one that is known counts.")
    heading = _unique([cell.strip() for cell in cells])
    rows, bad = [], list[Problem]()
    for line, row in behind:
        if isinstance(row, str):
            bad.append(Problem(line, row))
        elif any(cell.strip() for cell in row):
            if (why := _no_person(row, cells)) is not None:
                bad.append(Problem(line, why))
            elif len(row) > len(heading) and any(cell.strip() for cell in row[len(heading) :]):
                bad.append(Problem(line, f"has {len(row)} cells, the heading {len(heading)}"))
            else:
                rows.append((line, [*row, *[""] * (len(heading) - len(row))][: len(heading)]))
    return Table(heading, rows, bad, notes, {line: row for line, row in behind if isinstance(row, list)})


def _may_be_heading(cells: list[str] | str) -> bool:
    """May it be one that nobody knows: several cells, each another text without a digit?"""
    filled = [cell.strip() for cell in cells if cell.strip()] if isinstance(cells, list) else []
    return 1 < len(filled) == len(set(filled)) and not any(c.isdigit() for cell in filled for c in cell)


def _is_prose(lines: Sequence[Line], width: int) -> bool:
    """Has most of what stands between its delimiters more words than a name has, or as many in rows of any length? Of
    long notes a list has one column."""
    rows = [row for _, row in lines if isinstance(row, list) and any(cell.strip() for cell in row)]
    words = median_low(len(cell.split()) for row in rows for cell in row if cell.strip())
    is_ragged = 2 * sum(len(row) == width for row in rows) < len(rows)
    return words > WORDS or (is_ragged and words == WORDS)


def _is_second_heading(row: list[str] | str, first: list[str]) -> bool:
    """Is it another name of each column? At least half of what it has is known, and more than one."""
    filled = [cell for cell in row if cell.strip()] if isinstance(row, list) else []
    known = sum(is_known(cell) for cell in filled)
    return known > 1 and 2 * known >= len(filled) and len(row) <= len(first)


def _both(first: list[str], second: list[str] | str) -> list[str]:
    under = [*second, *[""] * (len(first) - len(second))]
    return [
        below if is_known(below) and not is_known(above) else above or below
        for above, below in zip(first, under, strict=True)
    ]


def _unique(heading: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    named = []
    for at, cell in enumerate(heading, 1):
        name = cell or f"column {at}"
        seen[name] += 1
        named.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return named


def _no_person(row: list[str], heading: list[str]) -> str | None:
    """Why a row is nobody: a total, the heading once more, an example."""
    filled = [cell.strip() for cell in row if cell.strip()]
    words = words_of(re.sub(r"^\d[\d.,'’ ]*|[\d.,: ]+$", "", filled[0]))
    if words in TOTALS and not any(re.search(r"[^\W\d_]", cell) for cell in filled[1:] if not _COUNT.fullmatch(cell)):
        return "is a total, and nobody"
    if [cell.strip() for cell in row] == [cell.strip() for cell in heading]:
        return "is the heading once more"
    if _EXAMPLE.match(filled[0]):
        return "is an example, and nobody"
    return None
