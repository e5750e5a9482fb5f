"""Tables in markup, which some programs name `.xls`: HTML, and the XML that Excel wrote in 2003."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from gymtui.importing.delimited import Line

ROWS: Final = ("tr", "row")
CELLS: Final = ("td", "th", "cell")
WIDEST: Final = 1000  # cells that a row skips at the most
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
            place, width = said.get("ss:index") or "", said.get("colspan") or ""
            self._row += [""] * (min(int(place), WIDEST) - 1 - len(self._row) if place.isdecimal() else 0)
            self._at = len(self._row)
            self._row += [""] * (min(int(width), WIDEST) if width.isdecimal() else 1)
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in CELLS:
            self._at = -1

    def handle_data(self, data: str) -> None:
        if 0 <= self._at < len(self._row):
            self._row[self._at] += data
