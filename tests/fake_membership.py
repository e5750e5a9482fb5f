"""A desk's way to change members, that only notes what it was asked."""

from __future__ import annotations

from gymtui.client.desk.changes import described_card
from gymtui.client.state import Verdict
from gymtui.protocol import ErrorBody, Member, SaveCard
from tests.factories import NOW


class FakeMembership:
    """Says at once what the server would: `cards` is what was asked, `problem` is the no to the next one."""

    may_change = True

    def __init__(self) -> None:
        self.cards: list[SaveCard] = []
        self.problem: ErrorBody | None = None

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
