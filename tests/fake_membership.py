"""A desk's way to change members, that only notes what it was asked."""

from __future__ import annotations

from msgspec.structs import replace

from gymtui.client.desk.changes import described_card
from gymtui.client.desk.membership import Given
from gymtui.client.state import Verdict
from gymtui.protocol import ErrorBody, Member, SaveCard
from tests.factories import NOW


class FakeMembership:
    """Says at once what the server would: `cards` is what was asked, `problem` is the no to the next one."""

    may_change = True

    def __init__(self) -> None:
        self.cards: list[SaveCard] = []
        self.problem: ErrorBody | None = None
        self.given: list[Given] = []
        self.taken_back: list[str] = []

    def take_back(self, command_id: str) -> Verdict | None:
        """Of what was `given` here."""
        found = [given.ref for given in self.given if given.command_id == command_id]
        self.taken_back += [command_id] * len(found)
        what = Verdict(kind="queued", subject="", command_id="k2", at=NOW, action="save_member", sent=True)
        return replace(what, subject=found[0].full_name, member=found[0]) if found else None

    def give_card(self, member: Member, request: SaveCard) -> Verdict:
        self.cards.append(request)
        kind, detail = ("done", described_card(request)) if self.problem is None else ("refused", self.problem.message)
        return Verdict(
            kind="done" if kind == "done" else "refused",
            subject=member.full_name,
            command_id="k1",
            at=NOW,
            detail=detail.rstrip("."),
            action="save_card",
            member=member.ref,
        )
