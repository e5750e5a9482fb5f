"""The history as files: a table that a spreadsheet opens, and the events themselves. Pure."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import tzinfo
from io import StringIO
from typing import Final

from gymtui import codec
from gymtui.client.desk.history import Past
from gymtui.clock import to_ms
from gymtui.importing.csv_cells import cell_of, joined
from gymtui.printable import printable, showable_json
from gymtui.protocol import CheckInEvent
from gymtui.ui.wall import wall
from gymtui.visit_hands import COLUMNS, cells

WHO: Final = ("full_name", "membership_number")
VISIT: Final = ("came", "left", "minutes", *WHO, "desk", "by", "flags", *COLUMNS)
REFUSAL: Final = ("at", *WHO, "why", "desk", "by")


def as_csv(rows: Sequence[Past], zone: tzinfo, *, refused: bool) -> str:
    """A line a row under its heading, times by the clock on the wall; no cell is a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(REFUSAL if refused else VISIT)
    writer.writerows([cell_of(printable(cell)) for cell in _cells(row, zone)] for row in rows)
    return text.getvalue()


def as_json_lines(rows: Sequence[Past]) -> str:
    """Each as it came over the wire; what a terminal would obey is escaped."""
    return "".join(f"{showable_json(codec.encode(row).decode())}\n" for row in rows)


def _cells(row: Past, zone: tzinfo) -> tuple[str, ...]:
    name, number = (row.member.full_name, row.member.membership_number or "") if row.member else ("", "")
    if not isinstance(row, CheckInEvent):
        return _time(row.at, zone), name, number, row.reason, row.desk or "", row.by
    left = row.check_out_time
    seen = left is not None and "assumed_out" not in row.flags
    minutes = f"{(to_ms(left) - to_ms(row.check_in_time)) / 60_000:.0f}" if left is not None and seen else ""
    times = _time(row.check_in_time, zone), "" if left is None else _time(left, zone)
    by_whom = (cell or "" for cell in cells(row))
    return (*times, minutes, name, number, row.desk or "", row.by, joined(row.flags), *by_whom)


def _time(text: str, zone: tzinfo) -> str:
    return f"{wall(to_ms(text), zone):%Y-%m-%d %H:%M}"
