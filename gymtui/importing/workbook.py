"""A workbook (.xlsx) as rows of cells, each as it is seen: the zeros that a number format adds are of the number."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from datetime import date, datetime, time
from typing import Any, Final

from gymtui.importing.delimited import WIDEST, Line
from gymtui.importing.rows import MembersFileError

MOST: Final = 1 << 30  # bytes that a workbook may be when it is unpacked
LONGEST: Final = 1 << 20  # rows, which is what Excel has
DIGITS: Final = 15  # of a number, as far as a spreadsheet keeps them
# What the libraries raise where a part of the package, or of a part, is not what it has to be.
DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, LookupError, ValueError, TypeError, SyntaxError, AttributeError),
    *(EOFError, ArithmeticError, RuntimeError, OSError),
)
_PADDED: Final = re.compile(r'(?:"(?P<before>[^"]*)")?(?P<zeros>0{2,})')


def sheets_of(content: bytes) -> dict[str, list[Line]]:
    """The rows of each sheet that is not hidden, by its name. MembersFileError."""
    try:
        import openpyxl  # noqa: PLC0415  an extra: whoever has CSV alone does without
    except ImportError as error:
        raise MembersFileError("a workbook needs one more part: `pip install 'gymtui[xlsx]'`") from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names, size = packed.namelist(), sum(part.file_size for part in packed.infolist())
        if size > MOST or "xl/workbook.xml" not in names:
            raise MembersFileError("it is no workbook that Excel writes: please export it as .xlsx or CSV")
        with warnings.catch_warnings(action="ignore"):  # it would write them across the screen
            workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return {sheet.title: _lines(sheet) for sheet in workbook.worksheets if sheet.sheet_state == "visible"}
    except DAMAGED as error:
        raise MembersFileError("it is a workbook that is damaged: please export it once more") from error


def _lines(sheet: Any) -> list[Line]:
    """As far as a sheet can go, without rows that are only skipped: a small file can skip a billion."""
    sheet.reset_dimensions()  # some programs write wrong ones
    rows = enumerate(sheet.iter_rows(max_row=LONGEST), 1)
    return [(line, [_text(cell) for cell in row[:WIDEST]]) for line, row in rows if row]


def _text(cell: Any) -> str:
    match cell.value:
        case None:
            return ""
        case bool(value):
            return str(value).upper()
        case int() | float() as value:
            return _number(value, cell.number_format)
        case datetime() as value:
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
        case date() | time() as value:
            return value.isoformat()
        case value:
            return str(value)


def _number(value: float, format: str) -> str:
    """Its digits; where it has more than a spreadsheet keeps, as what was rounded is written."""
    if abs(value) >= 10**DIGITS:
        return f"{value:.{DIGITS - 1}E}"
    text = str(int(value)) if value == int(value) else repr(value)
    padded = _PADDED.fullmatch(format)
    return (padded["before"] or "") + text.zfill(len(padded["zeros"])) if padded and text.isdigit() else text
