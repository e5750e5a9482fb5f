"""Export: which columns each list has, and what stands in them. Those of the members `gymtui.importing.ours` reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gymtui import visit_hands
from gymtui.protocol import CheckInEvent, ConflictNote, Member, MemberRef
from server.admin import export_file
from server.admin.deeds import Deed
from server.admin.export_file import Format, write_list

NO_COLUMN: Final = ("id", "seq", "deleted", "merged_into", "acknowledged")
MEMBER: Final = [name for name in Member.__struct_fields__ if name not in NO_COLUMN]
MEMBERS: Final = ["member_id", *MEMBER]
OLDER: Final = [MEMBERS[:-n] for n in (2, 3, 4, 5)]  # of exports from before there were the last columns
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
    *visit_hands.COLUMNS,
]
OLDER_CHECK_IN: Final = CHECK_IN[: -len(visit_hands.COLUMNS)]  # `by` and `desk` alone, which are those of the last row
CONFLICT: Final = ["recorded_at", "at", "member_id", "membership_number", "full_name", "desk", "by", "sentence"]

AUDIT: Final = ["seq", "at", "user", "desk", "what", "outcome", "member_id", "full_name", "before", "after"]


def refuse_to_replace(file: Path) -> None:
    """As `export_file` says, with the headings of today and before. ExportError."""
    export_file.refuse_to_replace(file, (MEMBERS, *OLDER, CHECK_IN, OLDER_CHECK_IN, CONFLICT, AUDIT))


def write_members(file: Path, members: Iterable[Member], format: Format = "csv") -> int:
    """A row a member who was not deleted; gives how many. ExportError."""
    rows = ([member.id, *(getattr(member, name) for name in MEMBER)] for member in members if not member.deleted)
    return write_list(file, MEMBERS, rows, format)


def write_check_ins(file: Path, visits: Iterable[tuple[CheckInEvent, MemberRef]], format: Format = "csv") -> int:
    """A row a visit as it stands, with the member by the name and number of today; gives how many. ExportError."""
    rows = (
        [
            visit.id,
            visit.command_id,
            member.id,
            member.membership_number,
            member.full_name,
            visit.check_in_time,
            visit.check_out_time,
            visit.status,
            visit.location,
            visit.by,
            visit.desk,
            visit.flags,
            *visit_hands.cells(visit),
        ]
        for visit, member in visits
    )
    return write_list(file, CHECK_IN, rows, format)


def write_conflicts(file: Path, notes: Iterable[ConflictNote], format: Format = "csv") -> int:
    """A row for each thing that did not fit, with the sentence that a desk shows; gives how many. ExportError."""
    nobody = MemberRef("", "")
    rows = (
        [
            note.recorded_at,
            note.at,
            (note.member or nobody).id or None,
            (note.member or nobody).membership_number,
            (note.member or nobody).full_name or None,
            note.desk,
            note.by,
            note.sentence,
        ]
        for note in notes
    )
    return write_list(file, CONFLICT, rows, format)


def write_audit(file: Path, deeds: Iterable[Deed], format: Format = "csv") -> int:
    """A row for each row of the journal; gives how many. ExportError."""
    nobody = MemberRef("", "")
    rows = (
        [
            deed.seq,
            deed.at,
            deed.user,
            deed.desk,
            deed.what,
            deed.outcome,
            (deed.member or nobody).id or None,
            (deed.member or nobody).full_name or None,
            deed.before,
            deed.after,
        ]
        for deed in deeds
    )
    return write_list(file, AUDIT, rows, format)
