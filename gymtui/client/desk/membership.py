"""What is done to members at a desk: one is signed up, changed, or was a guest; each is a command from the outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec.structs import replace

from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.changes import described, described_card
from gymtui.client.desk.verdicts import Matter
from gymtui.client.state import Verdict
from gymtui.protocol import Member, MemberFields, MemberRef, SaveCard, SaveMember
from gymtui.saving import edited


class Membership:
    """Gives the commands that change members. What this desk's role may not do it says at once; the server has the last
    word, and tells where somebody else was faster.

    Args:
        service: Who is logged in.
        enqueue: Writes a command down, says so and sends it.
        new_id: Gives an idempotency key, and an id for who is new.
        today: The gym's own day.
    """

    def __init__(
        self,
        service: WebSocketService,
        enqueue: Callable[[Matter, SaveMember | SaveCard], Verdict],
        *,
        new_id: Callable[[], str],
        today: Callable[[], date],
    ) -> None:
        self._service = service
        self._enqueue = enqueue
        self._new_id = new_id
        self.today = today
        self._guest: MemberFields | None = None  # who was asked for last

    @property
    def may_change(self) -> bool:
        """May whoever is logged in change members? Where nobody knows who that is, the server will say."""
        return self._service.role in (None, "manager")

    def change(self, member: Member, *, visits: int = 0, acknowledged: tuple[str, ...] = (), **fields: Any) -> Verdict:
        """Changes these fields of a member as somebody sees it, adds visits, and says that alerts were dealt with."""
        return self._give(edited(member, visits=visits, acknowledged=acknowledged, **fields), member.ref)

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
        return self._give(request, guest.ref)

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

    def _give(self, request: SaveMember, ref: MemberRef) -> Verdict:
        change = described(request)
        return self._enqueue(replace(Matter.of(self._new_id(), "save_member", ref), change=change), request)
