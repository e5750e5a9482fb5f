"""The members as they are at this desk: those that the server has told of, with what waits in the outbox done to them.

Whoever is new here is found like anybody else before the server knows of it; what the server says no to is gone again.
"""

from __future__ import annotations

from typing import NamedTuple

from gymtui.cards.owned import Owned
from gymtui.client.replica.members import MemberTable
from gymtui.client.replica.schema import open_file
from gymtui.protocol import CardCheck, Member, SaveMember
from gymtui.saving import given, saved
from gymtui.sqlite_file import MEMORY


class Expected(NamedTuple):
    """A change that waits for its answer, given at a time and by a user."""

    request: SaveMember
    at: str
    by: str


class DeskMembers:
    """Reads like the `table`, which is the server's word, through what is `expected`."""

    def __init__(self, table: MemberTable) -> None:
        self.table = table
        self._expected: dict[str, dict[str, Expected]] = {}  # by member, by command
        self._new: MemberTable | None = None  # those who are in no row of the table yet

    # --- what waits ---------------------------------------------------------------------------------------------------

    def expect(self, command_id: str, change: Expected) -> None:
        """It waits in the outbox."""
        self._expected.setdefault(_id_of(change.request), {})[command_id] = change
        self._index_new()

    def answered(self, command_id: str, member_id: str) -> None:
        """It waits no longer."""
        changes = self._expected.get(member_id, {})
        if changes.pop(command_id, None) is not None:
            if not changes:
                del self._expected[member_id]
            self._index_new()

    def forget_all(self) -> None:
        self._expected.clear()
        self._new = None

    def waits(self, member_id: str) -> bool:
        """Does the server not know yet all that was done to the member here?"""
        return member_id in self._expected

    def _index_new(self) -> None:
        """Few at any time: they are indexed anew, in memory."""
        changes = [(id, change) for id, each in self._expected.items() for change in each.values()]
        new = [saved(None, c.request, id=id, at=c.at, by=c.by) for id, c in changes if c.request.seen == 0]
        self._new = None
        if new:
            self._new = MemberTable(open_file(MEMORY, lambda _, __: None))
            self._new.card_check = self.table.card_check
            self._new.fold(new)

    def _here(self, member: Member) -> Member:
        for change in self._expected.get(member.id, {}).values():
            if change.request.seen != 0:
                member = saved(member, change.request, id=member.id, at=change.at, by=change.by)
        return member

    # --- who is there -------------------------------------------------------------------------------------------------

    @property
    def card_check(self) -> CardCheck | None:
        return self.table.card_check

    @property
    def _tables(self) -> tuple[MemberTable, ...]:
        return (self.table,) if self._new is None else (self.table, self._new)

    @property
    def are_there(self) -> bool:
        """Is there anybody?"""
        return any(table.are_there for table in self._tables)

    def member(self, id: str) -> Member | None:
        """The member with that id."""
        found = next((member for table in self._tables if (member := table.member(id))), None)
        return None if found is None else self._here(found)

    def owner(self, code: str) -> Owned | None:
        """The card with this code, where it is one member's."""
        owners = {owned.member.id: owned for owned in (self.owners(code) if code else ())}
        return next(iter(owners.values())) if len(owners) == 1 else None

    def by_code(self, code: str) -> Member | None:
        """Whose card that is, where it is one member's."""
        owned = self.owner(code)
        return owned and owned.member

    def owners(self, code: str) -> tuple[Owned, ...]:
        """The cards that a code may be, with their owners; several where it can be read in more than one way."""
        found = (owned for table in self._tables for owned in table.owners(code))
        return tuple(owned._replace(member=self._here(owned.member)) for owned in found)

    def whose(self, *codes: str) -> tuple[Owned, ...]:
        """The cards that any of these codes may be, one of each owner."""
        owners = (owned for code in codes if code for owned in self.owners(code))
        return tuple({owned.member.id: owned for owned in owners}.values())

    def has_like(self, code: str) -> bool:
        """Has anybody, or has anybody had, a code of this shape?"""
        return any(table.has_like(code) for table in self._tables)

    def search(self, text: str, limit: int) -> list[Member]:
        """At most `limit` members, as `gymtui.search.text` reads the text; whose card that is come first."""
        return self._all([member for table in self._tables for member in table.search(text, limit)], limit)

    def near(self, text: str, limit: int) -> list[Member]:
        """Whom the readings of a text with one error in it find; some of them `search` finds too."""
        return self._all([member for table in self._tables for member in table.near(text, limit)], limit)

    def nearest(self, text: str, limit: int) -> list[Member]:
        """Whose number is one digit away from a text, and whose name it may be with several errors in it."""
        return self._all([member for table in self._tables for member in table.nearest(text, limit)], limit)

    def _all(self, found: list[Member], limit: int) -> list[Member]:
        each = {member.id: member for member in reversed(found)}
        return [self._here(member) for member in reversed(each.values())][:limit]


def _id_of(request: SaveMember) -> str:
    return str(given(request.member)["id"])
