"""A CSV file of members in our own headings and our own way of writing, as exports and scripts have it: no question
is open in it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gymtui.importing.cells import value_of
from gymtui.importing.csv_cells import text_of
from gymtui.importing.delimited import Line, rows_of
from gymtui.importing.rows import MembersFileError, Problem, Row

HEADINGS: Final[dict[str, str]] = {
    heading: field
    for field, headings in {
        "id": "member_id id",
        "membership_number": "membership_number number member_number member_no barcode code card card_number",
        "full_name": "full_name name member member_name",
        "status": "status membership_status",
        "plan": "plan membership membership_type type",
        "valid_from": "valid_from start start_date starts",
        "valid_until": "valid_until valid_to end end_date expires expiry expiry_date",
        "visits_left": "visits_left visits remaining_visits punches",
        "payment_overdue": "payment_overdue overdue",
        "waiver_signed": "waiver_signed waiver",
        "hours": "hours access_hours",
        "phone": "phone telephone mobile phone_number",
        "email": "email e_mail email_address",
        "birth_date": "birth_date birthday date_of_birth dob",
        "home_location": "home_location location club",
        "notes": "notes note comment comments",
        "alerts": "alerts alert",
        "guest": "guest",
        "payment_overdue_since": "payment_overdue_since overdue_since",
        "frozen_until": "frozen_until",
        "host_id": "host_id",
        "cards": "cards card_numbers barcodes",
        "external_id": "external_id",
    }.items()
    for heading in headings.split()
}


def is_ours(content: bytes) -> bool:
    """Is it UTF-8, and each of its headings one of ours as it stands, a name and a number among them?"""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    first = re.split(b"[\r\n]", content.removeprefix(b"\xef\xbb\xbf"), maxsplit=1)[0].decode(errors="replace")
    cells = [cell.strip().strip('"') for cell in first.split(max(",;\t", key=first.count))]
    fields = {HEADINGS.get(cell) for cell in cells}
    return None not in fields and "full_name" in fields and not fields.isdisjoint({"membership_number", "id"})


def read_members(file: Path, content: bytes | None = None) -> tuple[list[Row], list[Problem]]:
    """The good rows of a file, and the bad ones; `content` is what it has, where that has been read: a pipe can be read
    once. MembersFileError."""
    try:
        content = file.read_bytes() if content is None else content
    except OSError as error:
        raise MembersFileError(f"{file} cannot be read: {error.strerror}.") from error
    try:
        lines = list(io.StringIO(content.decode("utf-8-sig"), newline=""))
    except UnicodeDecodeError as error:
        raise MembersFileError(f"{file} is not UTF-8: please save it as “CSV UTF-8”.") from error
    heading = lines[0] if lines else ""
    rows = rows_of(lines, delimiter=max(",;\t", key=heading.count))
    _, cells = next(rows, (0, []))
    if isinstance(cells, str):
        raise MembersFileError(f"{file} cannot be read: its first line is no heading, it {cells}.")
    fields = [_field(cell) for cell in cells]
    if "full_name" not in fields or not {"membership_number", "id"} & set(fields):
        raise MembersFileError(
            f"{file} needs a heading `full_name` and one of `membership_number` and `member_id` in its first line."
        )
    return _good_and_bad(rows, fields)


def _good_and_bad(rows: Iterable[Line], fields: list[str | None]) -> tuple[list[Row], list[Problem]]:
    good: list[Row] = []
    bad: list[Problem] = []
    seen: dict[object, int] = {}
    for line, cells in rows:
        if isinstance(cells, str):
            bad.append(Problem(line, cells))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        try:
            member = _member(fields, cells)
            key = member.get("membership_number", member.get("id"))
            if key in seen:
                raise ValueError(f"the number {key} is on line {seen[key]} already")
        except ValueError as error:
            bad.append(Problem(line, str(error)))
        else:
            seen[key] = line
            good.append((line, member))
    return good, bad


def _field(heading: str) -> str | None:
    return HEADINGS.get(re.sub(r"[\W_]+", "_", heading.strip().lower()).strip("_"))


def _member(fields: list[str | None], row: list[str]) -> dict[str, object]:
    """One row; empty cells say nothing. ValueError says what is wrong."""
    if len(row) > len(fields):
        raise ValueError(f"has {len(row)} cells, the heading {len(fields)}")
    stripped = ((field, cell.strip()) for field, cell in zip(fields, row, strict=False))
    cells = {field: text_of(cell) for field, cell in stripped if field and cell}
    if "full_name" not in cells:
        raise ValueError("has no name")
    if not {"membership_number", "id"} & set(cells):
        raise ValueError("has no membership number")
    return {field: value_of(field, cell) for field, cell in cells.items()}
