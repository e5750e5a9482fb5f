"""The members as they are at this desk: those that the server has told of, with what waits in the outbox done to them.

Whoever is new here is found like anybody else before the server knows of it; what the server says no to is gone again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from gymtui.cards.frame import framed
from gymtui.cards.owned import Owned, cards_of, owned, with_card
from gymtui.client.replica.members import MemberTable
from gymtui.client.replica.schema import open_file
from gymtui.protocol import Card, CardCheck, Member, SaveCard, SaveMember
from gymtui.saving import given, saved
from gymtui.sight import seen
from gymtui.sqlite_file import MEMORY


class Expected(NamedTuple):
    """A change that waits for its answer, given at a time and by a user."""

    request: SaveMember | SaveCard
    at: str
    by: str


class DeskMembers:
    """Reads like the `table`, which is the server's word, through what is `expected`."""

    def __init__(self, table: MemberTable) -> None:
        self.table = table
        self._expected: dict[str, dict[str, Expected]] = {}  # by member, by command
        self._new: MemberTable | None = None  # those who are in no row of the table yet,
        self._is_indexed = True  # as far as they are in here by now

    @property
    def hidden(self) -> frozenset[str]:
        """Fields that nobody at this desk sees."""
        return self.table.hidden

    # --- what waits ---------------------------------------------------------------------------------------------------

    def expect(self, command_id: str, change: Expected) -> None:
        """It waits in the outbox."""
        self._expected.setdefault(_id_of(change.request), {})[command_id] = change
        self._is_indexed = False

    def answered(self, command_id: str, member_id: str) -> None:
        """It waits no longer."""
        changes = self._expected.get(member_id, {})
        if changes.pop(command_id, None) is not None:
            if not changes:
                del self._expected[member_id]
            self._is_indexed = False

    def forget_all(self) -> None:
        self._expected.clear()
        self._is_indexed = False

    def waits(self, member_id: str) -> bool:
        """Does the server not know yet all that was done to the member here?"""
        return member_id in self._expected

    def _index_new(self) -> None:
        """Whoever is new here or has a new card, indexed anew in memory, once somebody asks: a desk that was alone for
        a day has hundreds of them, and sends them one after the other."""
        self._new, self._is_indexed = None, True
        if new := [member for id in self._expected if (member := self._unknown_to_the_table(id)) is not None]:
            self._new = MemberTable(open_file(MEMORY, lambda _, __: None))
            self._new.card_check = self.table.card_check
            self._new.fold(new)

    def _unknown_to_the_table(self, id: str) -> Member | None:
        """By whatever it does not find one; None where it finds all."""
        changes = list(self._expected[id].values())
        new = next((c for c in changes if isinstance(c.request, SaveMember) and c.request.seen == 0), None)
        cards = [change for change in changes if isinstance(change.request, SaveCard)]
        if new is not None and isinstance(new.request, SaveMember):
            return replace(_with(saved(None, new.request, id=id, at=new.at, by=new.by), cards), seq=0)
        member = self.table.member(id) if cards else None
        return None if member is None else replace(_with(member, cards), seq=0)

    def _here(self, member: Member) -> Member:
        changes = self._expected.get(member.id, {}).values()
        return seen(_with(member, changes), self.hidden) if changes else member

    # --- who is there -------------------------------------------------------------------------------------------------

    @property
    def card_check(self) -> CardCheck | None:
        return self.table.card_check

    @property
    def _tables(self) -> tuple[MemberTable, ...]:
        if not self._is_indexed:
            self._index_new()
        return (self.table,) if self._new is None else (self.table, self._new)

    def member(self, id: str) -> Member | None:
        """The member with that id."""
        found = self.table.member(id) or (self._unknown_to_the_table(id) if id in self._expected else None)
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
        found = {owned.member.id: owned.card.code for table in self._tables for owned in table.owners(code)}
        here = [(member, held) for id, held in found.items() if (member := self.member(id)) is not None]
        return tuple(owned(member, held) for member, held in here if holds(member, held) and not member.deleted)

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
        # Whom the index in memory has found may be in the table, and another by now.
        here = (self._here(m) if m.seq else self.member(m.id) for m in reversed(each.values()))
        return [member for member in here if member is not None and not member.deleted][:limit]


def holds(member: Member, code: str) -> bool:
    """Is that a card of the member, and not returned?"""
    return any(card.code == code and card.state != "returned" for card in cards_of(member))


def _with(member: Member, changes: Iterable[Expected]) -> Member:
    """The member once these are done; who is new is so already."""
    for change in changes:
        request = change.request
        if isinstance(request, SaveCard):
            card = Card(code=framed(request.code), state=request.state, since=change.at, by=change.by or None)
            member = with_card(member, card)
        elif request.seen != 0:
            member = saved(member, request, id=member.id, at=change.at, by=change.by)
    return member


def _id_of(request: SaveMember | SaveCard) -> str:
    return request.member_id if isinstance(request, SaveCard) else str(given(request.member)["id"])
