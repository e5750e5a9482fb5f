"""Tables in markup, which some programs name `.xls`: HTML, and the XML that Excel wrote in 2003."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from gymtui.importing.delimited import WIDEST, Line

ROWS: Final = ("tr", "row")
CELLS: Final = ("td", "th", "cell")
TABLES: Final = ("table", "ss:table")


def tables_of(text: str) -> list[list[Line]]:
    """The rows of each table; the number of a row in its table stands for its line."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return [list(enumerate(rows, 1)) for rows in reader.tables if rows]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str] | str]] = []
        self._row: list[str] = []
        self._at = -1  # the cell that is open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in TABLES:
            self.tables.append([])
        elif tag in ROWS and self.tables:
            self._row = []
            self.tables[-1].append(self._row)
        elif tag in CELLS and self.tables:
            self._row += [""] * (_count(said.get("ss:index"), 0) - 1 - len(self._row))
            self._at = len(self._row)
            self._row += [""] * _count(said.get("colspan"), 1)
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in CELLS:
            self._at = -1

    def handle_data(self, data: str) -> None:
        if 0 <= self._at < len(self._row):
            self._row[self._at] += data


def _count(said: str | None, otherwise: int) -> int:
    """`WIDEST` at the most: its further digits are of no number that could be."""
    digits = (said or "")[:5]
    return min(int(digits), WIDEST) if digits.isdecimal() else otherwise
