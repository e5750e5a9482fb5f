"""A guest for today (F5): a name, whose guest it is, the waiver; and in."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from gymtui.client.state import Hit
from gymtui.protocol import Member
from gymtui.search.folding import fold
from gymtui.ui.box.form import FormMode, Question, yes
from gymtui.ui.box.front_desk_box import FrontDeskBox
from gymtui.ui.box.let_in import check_in
from gymtui.ui.box.search import FOUND, member_of
from gymtui.ui.roster import Roster

NAME: Final = Question(key="name", prompt="GUEST", hint="the guest's name, then Enter")
HOST: Final = Question(key="host", prompt="GUEST OF", hint="a name, a card, ↓ who is in; Enter: none", finds=True)
WAIVER: Final = Question(key="waiver", prompt="WAIVER", hint="Enter: signed; n: not")


class GuestMode(FormMode):
    """Who was a guest before is that one again, once somebody says so: the visits stay together."""

    subject = "The guest"
    _before: Member | None = None  # a guest of that very name

    @classmethod
    def begin(cls, box: FrontDeskBox) -> None:
        """What stands in the box is the name; where nothing does, that of a guest whom the rules have just refused."""
        if (why := box.desk.looks_on) is not None:
            box.say(box.refusal("Guest", why, None))
            return
        verdict, known = box.verdict, None
        if verdict is not None and verdict.kind == "refused" and verdict.member is not None:
            known = box.desk.replica.members.member(verdict.member.id)
        cls(box).begin_over(known.full_name if known is not None and known.guest else "")

    @property
    def questions(self) -> tuple[Question, ...]:
        waiver = replace(WAIVER, hint=f"{WAIVER.hint}; {self._told}") if "host" in self.answers else WAIVER
        if self._before is None:
            return NAME, HOST, waiver
        hint = f"Enter: yes, n: another; {self.box.named(self._before.full_name)} was a guest before"
        return NAME, Question(key="same", prompt="THE SAME?", hint=hint), HOST, waiver

    @property
    def _told(self) -> str:
        """Who it is and whose guest, before the last Enter."""
        host = self.answers["host"]
        return self.box.named(self.answers["name"]) + (f", guest of {self.box.named(host.full_name)}" if host else "")

    def read(self, question: Question, text: str) -> Any:
        match question.key:
            case "name":
                self._before = self._known(self.name(question, text, "a guest"))
                return text
            case "host":
                return self.member(text).member if text or self.pick(text) else None
            case _:
                return yes(text)

    def find(self, text: str) -> tuple[Hit, ...]:
        """Whoever is in comes first, and of these who came in last: a guest comes with somebody."""
        desk = self.box.desk
        here = [one.member for one in Roster(people=tuple(desk.present()), text=text).rows[:FOUND]]
        known = {ref.id for ref in here}
        first = (desk.hit(desk.replica.members.member(ref.id) or member_of(ref)) for ref in here)
        others = super().find(text) if text else ()
        return (*first, *(hit for hit in others if hit.member.id not in known))

    def _known(self, name: str) -> Member | None:
        """The one guest of that very name."""
        hits = self.box.desk.find(name)
        same = [h.member for h in hits if h.member.guest and fold(h.member.full_name) == fold(name)]
        return same[0] if len(same) == 1 else None

    def done(self) -> None:
        answers, desk = self.answers, self.box.desk
        host, waiver = answers["host"], answers["waiver"]
        if self._before is not None and answers.get("same"):
            guest, verdict = self._before, desk.membership.guest_again(self._before, host=host, waiver=waiver)
            guest = desk.replica.members.member(guest.id) or guest
        else:
            guest, verdict = desk.membership.guest(answers["name"], host=host, waiver=waiver)
        self.box.say(verdict)
        if verdict.kind == "queued":
            check_in(self.box, guest)
