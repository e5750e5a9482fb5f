"""Lists out of the gym: `gymtui admin members export`, `check-ins export`, `roll-call export`, `conflicts --export`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from gymtui import clock
from gymtui.output import say
from gymtui.protocol import Gym, Member
from server.admin.errors import AdminError
from server.admin.export_file import Format, write_person
from server.admin.exports import refuse_to_replace, write_check_ins, write_conflicts, write_members
from server.gym.conflicts import notes
from server.store import JournalRow, Lists
from server.store.opening import listed

EVER = 2**62  # milliseconds: later than anything


def members_export(*, database: str, file: Path, format: Format = "csv", member: str | None = None) -> None:
    """Every member as a row, in the columns that the import takes; or all that is kept of one, as JSON."""
    refuse_to_replace(file)
    with listed(database) as lists:
        if member is None:
            print(f"{counted(write_members(file, lists.members(), format), 'member')} exported.")
            return
        person = of_person(lists, named(lists, member))
        write_person(file, person)
    say(f"All that is kept of {member} is in {file}.")


def check_ins_export(
    *,
    database: str,
    file: Path,
    format: Format = "csv",
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Every check-in of a range as a row, the oldest first."""
    refuse_to_replace(file)
    with listed(database) as lists:
        visits = lists.visits(*bounds(lists.gym(), since, until))
        print(f"{counted(write_check_ins(file, visits, format), 'check-in')} exported.")


def roll_call_export(*, database: str, file: Path, format: Format = "csv") -> None:
    """Everybody who is in as a row, in the columns of the check-ins; who came first stands first."""
    refuse_to_replace(file)
    with listed(database) as lists:
        count = write_check_ins(file, lists.present(), format)
    print(f"{counted(count, 'person', 'people')} in.")


def export_conflicts(database: str, file: Path, format: Format, between: tuple[datetime, datetime | None]) -> None:
    """What was recorded between two times and did not fit as a row each, the newest first."""
    refuse_to_replace(file)
    with listed(database) as lists:
        found = lists.conflicts(*bounds(lists.gym(), *between))
        count = write_conflicts(file, notes(lists.gym(), lists.named, found), format)
    print(f"{counted(count, 'conflict')} exported.")


def named(lists: Lists, text: str) -> Member:
    """Whom an id or a membership number names; AdminError."""
    if (member := lists.named(text)) is None:
        raise AdminError(f"Nobody here has the id or number {text}: please look it up with `members export`.")
    return member


def of_person(lists: Lists, member: Member) -> dict[str, object]:
    """All that is kept of somebody: the member, the visits, and each row of the journal that names them."""
    return {
        "member": member,
        "check_ins": list(lists.visits_of(member.id)),
        "journal": [_told(row) for id in (member.id, *lists.merged_into(member.id)) for row in lists.rows_about(id)],
    }


def _told(row: JournalRow) -> dict[str, object]:
    return {
        "seq": row.seq,
        "at": clock.to_text(row.at),
        "what": row.kind,
        "by": row.user,
        "command_id": row.command_id,
        row.type: msgspec.Raw(row.payload),
        "refused": row.error and msgspec.Raw(row.error),
    }


def bounds(gym: Gym, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """`[since, until)` in milliseconds; a time without a zone is the gym's own."""

    def ms(time: datetime) -> int:
        aware = time if time.tzinfo is not None else time.replace(tzinfo=ZoneInfo(gym.timezone))
        return round(aware.timestamp() * 1000)

    return 0 if since is None else ms(since), EVER if until is None else ms(until)


def counted(number: int, thing: str, things: str | None = None) -> str:
    """`1 member`, `2 members`."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"
