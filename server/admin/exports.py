"""Export: CSV files of members, as `importing.csv_members` reads them, and of check-ins."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import asdict

from gymtui.errors import GymError
from gymtui.protocol import CheckInEvent, Member
from server.admin.csv_cells import cell_of, joined

MEMBER: Final = [name for name in Member.__struct_fields__ if name not in ("id", "seq", "deleted")]
CHECK_IN: Final = [
    "check_in_id",
    "command_id",
    "member_id",
    "membership_number",
    "full_name",
    "check_in_time",
    "check_out_time",
    "status",
    "location",
    "by",
    "desk",
    "flags",
]


class ExportError(GymError):
    """The file cannot be written."""


def write_members(file: Path, members: Iterable[Member]) -> int:
    """A row a member who was not deleted; gives how many. ExportError."""
    rows = (asdict(member) for member in members if not member.deleted)
    return _write(file, ["member_id", *MEMBER], ([row["id"], *(row[name] for name in MEMBER)] for row in rows))


def write_check_ins(file: Path, visits: Iterable[CheckInEvent]) -> int:
    """A row a visit as it stands; gives how many. ExportError."""
    rows = (
        [
            visit.id,
            visit.command_id,
            visit.member.id,
            visit.member.membership_number,
            visit.member.full_name,
            visit.check_in_time,
            visit.check_out_time,
            visit.status,
            visit.location,
            visit.by,
            visit.desk,
            visit.flags,
        ]
        for visit in visits
    )
    return _write(file, CHECK_IN, rows)


def _write(file: Path, heading: list[str], rows: Iterable[Sequence[object]]) -> int:
    count = 0
    try:
        with file.open("w", newline="", encoding="utf-8") as opened:
            writer = csv.writer(opened)
            writer.writerow(heading)
            for count, row in enumerate(rows, 1):  # noqa: B007
                writer.writerow([_cell(value) for value in row])
    except OSError as error:
        raise ExportError(f"{file} cannot be written: {error.strerror}.") from error
    return count


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return cell_of(joined(value))
    return cell_of("" if value is None else str(value))
