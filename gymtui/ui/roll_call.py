"""A roll-call as its screen has it: whom it shows, who is chosen, and its list as a sheet of paper. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import tzinfo
from functools import cached_property
from io import StringIO
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gymtui.client.desk.roll_calls import RollCallList, Sought
from gymtui.importing.csv_cells import cell_of
from gymtui.printable import printable
from gymtui.protocol import MemberRef, RollCallUpdate
from gymtui.roll_call import RollCallNow, at_ms
from gymtui.search.folding import spellings
from gymtui.ui.cells import fit
from gymtui.ui.roster import answers_to
from gymtui.ui.wall import hours_minutes, wall

HEADINGS: Final = (
    "name",
    "number",
    "state",
    "in_since",
    "perhaps_gone",
    "where",
    "marked_at",
    "marked_by",
    "marked_desk",
)


class RollCallView(Struct, frozen=True, kw_only=True, dict=True):
    """`told` is the roll-call with its people, None before one is on: then `drill` says which Enter begins. `chosen` is
    a person's key, and stays with the person as the list moves."""

    told: RollCallList | None = None
    text: str = ""
    chosen: str | None = None
    drill: bool = True

    @cached_property
    def rows(self) -> tuple[Sought, ...]:
        """Who is seen: those whose name or number begins as typed."""
        typed = list(spellings(self.text))
        people = () if self.told is None else self.told.people
        return tuple(p for p in people if any(answers_to([ref_of(p)], spelled) for spelled in typed))

    @cached_property
    def index(self) -> int | None:
        """The row that is chosen; where nobody has chosen, the first who is missing, or who alone was typed for."""
        rows = self.rows
        if self.chosen is not None:
            return next((n for n, person in enumerate(rows) if person.key == self.chosen), None)
        first = bool(rows) and not rows[0].safe
        return 0 if (first and not self.text) or (len(rows) == 1 and self.text) else None

    @property
    def target(self) -> Sought | None:
        """Whom Enter marks."""
        return None if self.index is None else self.rows[self.index]

    def now(self, told: RollCallList | None) -> RollCallView:
        """The same a step later. Whoever was chosen and is marked by now is chosen no more: the next one is."""
        safe = () if told is None else {person.key for person in told.found}
        chosen = None if self.chosen in safe and not self._was_safe() else self.chosen
        return replace(self, told=told, chosen=chosen, drill=self.drill or told is not None)

    def _was_safe(self) -> bool:
        return self.told is not None and any(person.key == self.chosen for person in self.told.found)

    def moved(self, step: int) -> RollCallView:
        """So many rows down or up; before it is on, to the other kind."""
        if self.told is None:
            return replace(self, drill=step < 0)
        rows = self.rows
        at = (-1 if self.index is None else self.index) + step
        return replace(self, chosen=rows[max(0, min(at, len(rows) - 1))].key if rows else None)


def ref_of(person: Sought) -> MemberRef:
    """The member that somebody of the list is."""
    return MemberRef(person.key, person.name, person.number)


def called(now: RollCallNow) -> str:
    return "Drill" if now.drill else "Roll-call"


def begun(now: RollCallNow, zone: tzinfo) -> str:
    """`since 17:31, desk 2`"""
    return f"since {hours_minutes(now.since, zone)}" + (f", {now.desk}" if now.desk else "")


def summary(told: RollCallList) -> str:
    return f"{len(told.missing)} missing, {len(told.found)} safe"


def over(was: RollCallNow, end: RollCallUpdate | None) -> tuple[str, str]:
    """What it was called, and that it is over, with the count of whoever ended it."""
    count = "" if end is None else f": {end.missing or 0} missing, {end.found or 0} safe"
    return called(was), f"is over{count}"


# --- on paper ---------------------------------------------------------------------------------------------------------


def sheet(told: RollCallList, gym: str, zone: tzinfo, now: int) -> str:
    """The list as plain text, who is missing first, with a box to tick."""
    return "\n".join([*_head(told, gym, zone, now), *(_line(person, zone) for person in told.people), ""])


def _head(told: RollCallList, gym: str, zone: tzinfo, now: int) -> Iterator[str]:
    kind = "DRILL" if told.now.drill else "ROLL-CALL"
    yield f"{kind}  {printable(gym)}  {wall(now, zone):%Y-%m-%d %H:%M}"
    by = f"begun {wall(told.now.since, zone):%H:%M} by {told.now.by or 'nobody logged in'}"
    yield f"{printable(by)}: {summary(told)}"
    yield ""


def _line(person: Sought, zone: tzinfo) -> str:
    since = f"since {wall(person.since, zone):%H:%M}" if person.since is not None else "not in"
    perhaps = "  (may have left)" if person.assumed else ""
    return f"[{'x' if person.safe else ' '}]  {fit(person.name, 32)}  {fit(person.number or '', 12)}  {since}{perhaps}"


def as_csv(told: RollCallList, zone: tzinfo) -> str:
    """The list as a table, no cell of which is a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows([cell_of(printable(cell)) for cell in _cells(person, zone)] for person in told.people)
    return text.getvalue()


def _cells(person: Sought, zone: tzinfo) -> Iterator[str]:
    yield from (person.name, person.number or "", "safe" if person.safe else "missing")
    yield "" if person.since is None else wall(person.since, zone).isoformat(timespec="seconds")
    yield from ("yes" if person.assumed else "", person.place or "")
    mark = person.safe[0] if person.safe else None
    yield "" if mark is None else wall(at_ms(mark), zone).isoformat(timespec="seconds")
    yield from ("", "") if mark is None else (mark.by, mark.desk or "")
