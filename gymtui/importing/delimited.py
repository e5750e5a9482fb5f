"""Text with a delimiter, as rows of cells: a quote that never ends costs its own line alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final

OPEN_QUOTE: Final = "has a quote that does not end where its cell does"
LONG_CELL: Final = f"has a cell of more than {csv.field_size_limit():,} characters"

WIDEST: Final = 1000  # cells that a row of a table or a sheet has at the most

Line = tuple[int, list[str] | str]
"""The cells of a row, by its last line; or why it has none, by its first."""


def rows_of(lines: list[str], *, delimiter: str) -> Iterator[Line]:
    """Each row; behind one that has no cells, the next line is a row again."""
    at = 0

    def onwards() -> Iterator[str]:
        nonlocal at
        while at < len(lines):
            at += 1
            yield lines[at - 1]

    while at < len(lines):
        begins = at
        rows = csv.reader(onwards(), delimiter=delimiter, strict=True)
        try:
            for row in rows:
                yield at, row
                begins = at
        except csv.Error:
            at = begins + 1
            yield at, LONG_CELL if len(lines[begins]) > csv.field_size_limit() else OPEN_QUOTE
