"""Reads a CSV file of members as other programs write them: common headings, commas or semicolons."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple, get_args

from gymtui import rules
from gymtui.errors import GymError
from gymtui.protocol import MAX_ALERTS, MemberStatus
from server.admin.card_cells import cards_in
from server.admin.csv_cells import taken_apart, text_of

LONGEST: Final = 300  # characters of a name
LONG: Final = 1000  # characters of any other cell
VISITS: Final = 1_000_000  # on a punch card, at the most
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
        "cards": "cards card_numbers barcodes",
    }.items()
    for heading in headings.split()
}
YES: Final = frozenset({"yes", "y", "true", "1", "x"})
NO: Final = frozenset({"no", "n", "false", "0"})
OPEN_QUOTE: Final = "has a quote that does not end where its cell does"
LONG_CELL: Final = f"has a cell of more than {csv.field_size_limit():,} characters"


Row = tuple[int, dict[str, object]]
"""The line of a row (its last, where it has several), and the fields of a `Member` that it has."""


class Problem(NamedTuple):
    """A row that cannot be a member: its line in the file, and why."""

    line: int
    sentence: str


class MembersFileError(GymError):
    """A file that is no list of members."""


def read_members(file: Path) -> tuple[list[Row], list[Problem]]:
    """The good rows, and the bad ones."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            lines = list(opened)
    except OSError as error:
        raise MembersFileError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise MembersFileError(f"{file} is not UTF-8: please save it as “CSV UTF-8”.") from error
    heading = lines[0] if lines else ""
    rows = _rows(lines, delimiter=max(",;\t", key=heading.count))
    _, cells = next(rows, (0, []))
    if isinstance(cells, str):
        raise MembersFileError(f"{file} cannot be read: its first line is no heading, it {cells}.")
    fields = [_field(cell) for cell in cells]
    if "full_name" not in fields or not {"membership_number", "id"} & set(fields):
        raise MembersFileError(
            f"{file} needs a heading `full_name` and one of `membership_number` and `member_id` in its first line."
        )
    return _good_and_bad(rows, fields)


def _rows(lines: list[str], *, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """The cells of each row, by its last line; or why it has none, by its first: the next line is a row again."""
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


def _good_and_bad(
    rows: Iterable[tuple[int, list[str] | str]], fields: list[str | None]
) -> tuple[list[Row], list[Problem]]:
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
    return {field: _value(field, cell) for field, cell in cells.items()}


def _value(field: str, cell: str) -> object:
    match field:
        case "id" | "membership_number" if len(cell) > 64 or not cell.isprintable():
            raise ValueError(f"{field} has more than 64 characters, or some that cannot be printed")
        case "full_name" if len(cell) > LONGEST:
            raise ValueError(f"the name has more than {LONGEST} characters")
        case "alerts":
            return _alerts(cell)
        case "cards":
            return cards_in(cell)
        case _ if len(cell) > LONG:
            raise ValueError(f"{field} has more than {LONG} characters")
        case "status" if cell.lower() not in get_args(MemberStatus):
            raise ValueError(f"status is one of {', '.join(get_args(MemberStatus))}, not {cell!r}")
        case "status":
            return cell.lower()
        case "valid_from" | "valid_until" | "birth_date":
            return _date(field, cell)
        case "visits_left":
            return _count(cell)
        case "payment_overdue" | "waiver_signed" | "guest":
            return _yes(field, cell)
        case "hours":
            return _hours(cell)
        case _:
            return cell


def _date(field: str, cell: str) -> str:
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError as error:
        raise ValueError(f"{field} is a date such as 2026-11-30, not {cell!r}") from error


def _count(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,7}", cell) or int(cell) > VISITS:
        raise ValueError(f"visits_left is a number up to {VISITS:,}, not {cell!r}")
    return int(cell)


def _yes(field: str, cell: str) -> bool:
    if cell.lower() not in YES | NO:
        raise ValueError(f"{field} is yes or no, not {cell!r}")
    return cell.lower() in YES


def _alerts(cell: str) -> tuple[str, ...]:
    alerts = taken_apart(cell)
    if len(alerts) > MAX_ALERTS:
        raise ValueError(f"alerts has {len(alerts)}, and a member has {MAX_ALERTS} at the most")
    if max(map(len, alerts)) > LONG:
        raise ValueError(f"alerts has one of more than {LONG} characters")
    return alerts


def _hours(cell: str) -> str:
    try:
        rules.within(cell, rules.NOON)
    except ValueError as error:
        raise ValueError(f"hours are such as 06:00-14:00, not {cell!r}") from error
    return cell
