"""Bytes as what they stand for: the tables of a database for `verify`, a workbook in a package that is sound."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Final

from server.store import JournalRow, VisitColumns
from tests.till import NINE

PART: Final = b"\n--\n"  # between two parts of a workbook
NO_TEXTS: Final = b'<sst xmlns="MAIN"/>'

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
SOUND: Final = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
    'PartName="/xl/sharedStrings.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Members" sheetId="1" '
    'r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
STRANGE: Final = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml")


def packed(data: bytes) -> bytes:
    """A workbook whose sheet, texts and formats are the parts of `data`."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as parts:
        for name, text in SOUND.items():
            parts.writestr(name, text)
        for name, part in zip(STRANGE, (data + PART + NO_TEXTS).split(PART), strict=False):
            parts.writestr(name, part.replace(b"MAIN", MAIN.encode()))
    return package.getvalue()


class Pages:
    """A database whose rows are the lines of `data`, `TYPE KIND EVENT`; the events are its members and visits too."""

    def __init__(self, data: bytes) -> None:
        lines = [line.split(b" ", 2) for line in data.split(b"\n")]
        self._rows = [
            (line[0].decode(errors="replace"), line[1].decode(errors="replace"), line[2])
            for line in lines
            if len(line) > 2
        ]

    def problems(self, most: int) -> Iterator[str]:
        yield from ()

    def breaks(self) -> Iterator[str]:
        yield from ()

    def has_gym(self) -> bool:
        return True

    def last_seq(self) -> int:
        return len(self._rows)

    def journal(self) -> Iterator[tuple[int, str, str, bytes]]:
        for seq, row in enumerate(self._rows, 1):
            yield seq, *row

    def visits(self) -> Iterator[tuple[VisitColumns, bool, bytes]]:
        for _, _, event in self._rows:
            yield VisitColumns("v1", "m1", NINE, None, None), False, event

    def members(self) -> Iterator[tuple[str, str | None, int, bytes]]:
        for seq, _, _, event in self.journal():
            yield "m1", "4711", seq, event

    def gym(self) -> tuple[int, bytes]:
        return 0, self._rows[0][2] if self._rows else b"{}"

    def gone(self) -> list[int]:
        return [0, 0, 0]

    def hours(self) -> dict[str, list[int]]:
        return {}

    def rows(self) -> Iterator[JournalRow]:
        """As `audit` reads them."""
        for seq, type, kind, payload in self.journal():
            yield JournalRow(seq, NINE, type, kind, "ana", None, payload, None)
