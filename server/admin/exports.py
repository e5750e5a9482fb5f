"""Export: CSV files of members, as `gymtui.importing.ours` reads them, and of check-ins; written beside and
renamed, for their owner's eyes alone, and in the place of nothing but an older export."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from errno import EISDIR
from pathlib import Path
from typing import Final

from msgspec.structs import asdict

from gymtui.errors import GymError
from gymtui.importing.card_cells import card_cell
from gymtui.importing.csv_cells import cell_of, joined
from gymtui.private_file import beside, is_stream, may_replace, put_in_place
from gymtui.protocol import CheckInEvent, Member

MEMBER: Final = [name for name in Member.__struct_fields__ if name not in ("id", "seq", "deleted")]
MEMBERS: Final = ["member_id", *MEMBER]
OLDER: Final = (MEMBERS[:-1], MEMBERS[:-2])  # of exports from before there were external ids, and several cards
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


def refuse_to_replace(file: Path) -> None:
    """An older export may be replaced, and an empty file; anything else stays: ExportError. To be asked before a
    database is opened: this opens the file, and whoever closes a file loses the locks that he has on it."""
    try:
        if file.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        is_free = is_stream(file) or may_replace(file, _is_export)
    except OSError as error:
        raise ExportError(f"{file} cannot be written: {error.strerror}.") from error
    if not is_free:
        raise ExportError(f"{file} is there already, and is no export: please name another file.")


def write_members(file: Path, members: Iterable[Member]) -> int:
    """A row a member who was not deleted; gives how many. ExportError."""
    rows = (asdict(member) | {"cards": card_cell(member.cards)} for member in members if not member.deleted)
    return _write(file, MEMBERS, ([row["id"], *(row[name] for name in MEMBER)] for row in rows))


def write_check_ins(file: Path, visits: Iterable[CheckInEvent], members: Iterable[Member]) -> int:
    """A row a visit as it stands, with the member by the name and number of today; gives how many. ExportError."""
    called = {member.id: member.ref for member in members}
    rows = (
        [
            visit.id,
            visit.command_id,
            visit.member.id,
            called.get(visit.member.id, visit.member).membership_number,
            called.get(visit.member.id, visit.member).full_name,
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
    try:
        if is_stream(file):
            return _write_to(file, heading, rows)
        place = file.resolve()  # a link goes on to be one
        with beside(place) as fresh:
            count = _write_to(fresh, heading, rows)
            put_in_place(fresh, place)
    except BrokenPipeError:  # `export /dev/stdout | head`: nobody reads any more
        raise
    except OSError as error:
        raise ExportError(f"{file} cannot be written: {error.strerror}.") from error
    return count


def _write_to(file: Path, heading: list[str], rows: Iterable[Sequence[object]]) -> int:
    count = 0
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(heading)
        for count, row in enumerate(rows, 1):  # noqa: B007
            writer.writerow([_cell(value) for value in row])
    return count


def _is_export(head: bytes) -> bool:
    first = head.partition(b"\n")[0].rstrip(b"\r")
    return first in {",".join(heading).encode() for heading in (MEMBERS, *OLDER, CHECK_IN)}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return cell_of(joined(value))
    return cell_of("" if value is None else str(value))
