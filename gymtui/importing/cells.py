"""A cell as the value of a member's field, in our own way of writing; a ValueError says what is wrong."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, get_args

from gymtui import rules
from gymtui.importing.card_cells import cards_in
from gymtui.importing.csv_cells import taken_apart
from gymtui.protocol import MAX_ALERTS, MemberStatus

LONGEST: Final = 300  # characters of a name
LONG: Final = 1000  # characters of any other cell
VISITS: Final = 1_000_000  # on a punch card, at the most
YES: Final = frozenset({"yes", "y", "true", "1", "x"})
NO: Final = frozenset({"no", "n", "false", "0"})


def value_of(field: str, cell: str) -> object:
    """What a cell that is not empty says of a field of `Member`. ValueError."""
    match field:
        case "id" | "membership_number" | "external_id" | "host_id" if len(cell) > 64 or not cell.isprintable():
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
        case "valid_from" | "valid_until" | "birth_date" | "payment_overdue_since" | "frozen_until":
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


def are_hours(cell: str) -> bool:
    """Are they such as 06:00-14:00?"""
    try:
        rules.within(cell, rules.NOON)
    except ValueError:
        return False
    return True


def _hours(cell: str) -> str:
    if not are_hours(cell):
        raise ValueError(f"hours are such as 06:00-14:00, not {cell!r}")
    return cell
