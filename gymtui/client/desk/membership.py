"""What is done to members at a desk: one is signed up, changed, or was a guest; each is a command from the outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.changes import described, described_card
from gymtui.client.desk.verdicts import Matter
from gymtui.client.state import Verdict
from gymtui.protocol import Member, MemberFields, MemberRef, SaveCard, SaveMember
from gymtui.saving import edited, reverse, saved

KEPT: Final = 100  # changes that can be taken back


class Given(NamedTuple):
    """A change that was given here at a time (ms), and the member `before` it, None of somebody new, and `after` it."""

    command_id: str
    at: int
    request: SaveMember
    before: Member | None
    after: Member

    @property
    def ref(self) -> MemberRef:
        return self.after.ref

    @property
    def what(self) -> str:
        return described(self.request)


class Membership:
    """Gives the commands that change members. What this desk's role may not do it says at once; the server has the last
    word, and tells where somebody else was faster.

    Args:
        service: Who is logged in.
        enqueue: Writes a command down, says so and sends it.
        new_id: Gives an idempotency key, and an id for who is new.
        today: The gym's own day.
        known: The member of an id, as this desk has them.
    """

    def __init__(
        self,
        service: WebSocketService,
        enqueue: Callable[[Matter, SaveMember | SaveCard], Verdict],
        *,
        new_id: Callable[[], str],
        today: Callable[[], date],
        known: Callable[[str], Member | None],
    ) -> None:
        self._service = service
        self._enqueue = enqueue
        self._new_id = new_id
        self.today = today
        self._known = known
        self._guest: MemberFields | None = None  # who was asked for last
        self._given: dict[str, Given] = {}  # by the ids of the commands

    @property
    def may_change(self) -> bool:
        """May whoever is logged in change members? Where nobody knows who that is, the server will say."""
        return self._service.role in (None, "manager")

    def change(self, member: Member, *, visits: int = 0, acknowledged: tuple[str, ...] = (), **fields: Any) -> Verdict:
        """Changes these fields of a member as somebody sees it, adds visits, and says that alerts were dealt with."""
        return self._give(edited(member, visits=visits, acknowledged=acknowledged, **fields), member.ref, member)

    @property
    def given(self) -> list[Given]:
        """What was changed here since this program was started, and may be taken back by whoever is logged in; the
        newest first."""
        return [given for given in reversed(self._given.values()) if self._may_take_back(given)]

    def take_back(self, command_id: str) -> Verdict | None:
        """A change of this desk, by a new one: where somebody else has changed the same since, the server says so. None
        where there is nothing to take back by that id."""
        given = self._given.get(command_id)
        if given is None or not self._may_take_back(given):
            return None
        now = self._known(given.ref.id) or given.after
        request = reverse(given.before, given.request, now)
        return None if request is None else self._give(request, given.ref, now)

    def _may_take_back(self, given: Given) -> bool:
        is_guest = given.before is None and given.after.guest
        return (is_guest or self.may_change) and reverse(given.before, given.request, given.after) is not None

    def sign_up(self, **fields: Any) -> tuple[Member, Verdict]:
        """A new member, with an id from here; found here at once."""
        id = self._new_id()
        request = SaveMember(member=MemberFields(id=id, **fields), seen=0)
        member = Member(id=id, **fields)
        return member, self._give(request, member.ref)

    def guest(self, name: str, *, host: Member | None, waiver: bool) -> tuple[Member, Verdict]:
        """A new guest, for today."""
        id, today = self._new_id(), self.today().isoformat()
        fields: dict[str, Any] = {"full_name": name, "guest": True, "valid_from": today, "valid_until": today}
        fields |= {"host_id": None if host is None else host.id, "waiver_signed": waiver}
        guest = Member(id=id, **fields)
        self._guest = MemberFields(id=id, **fields)
        return guest, self._give(SaveMember(member=self._guest, seen=0), guest.ref)

    def guest_again(self, guest: Member, *, host: Member | None, waiver: bool) -> Verdict:
        """Somebody who was a guest before, for today."""
        today = self.today().isoformat()
        host_id = None if host is None else host.id
        request = edited(guest, valid_from=today, valid_until=today, host_id=host_id, waiver_signed=waiver)
        self._guest = request.member
        return self._give(request, guest.ref, guest)

    def turned_away(self, whom: MemberRef, known: Member | None) -> MemberFields | None:
        """What was asked for the guest who came last, where that is this one, and nobody here is known to have them."""
        guest = self._guest
        if guest is None or guest.id != whom.id or (known is not None and known.valid_until == guest.valid_until):
            return None
        return guest

    def give_card(self, member: Member, request: SaveCard) -> Verdict:
        """A card is the member's from now on, or was lost or returned."""
        matter = replace(Matter.of(self._new_id(), "save_card", member), change=described_card(request))
        return self._enqueue(matter, request)

    def _give(self, request: SaveMember, ref: MemberRef, before: Member | None = None) -> Verdict:
        matter = replace(Matter.of(self._new_id(), "save_member", ref), change=described(request))
        verdict = self._enqueue(matter, request)
        if verdict.kind == "queued":
            after = saved(before, request, id=ref.id, at="", by="")
            self._given[matter.command_id] = Given(matter.command_id, verdict.at, request, before, after)
            if len(self._given) > KEPT:
                del self._given[next(iter(self._given))]
        return verdict
