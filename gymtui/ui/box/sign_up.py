"""Somebody new (`:new`): six questions, all but the name may be left out."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from msgspec import structs

from gymtui.cards.frame import framed
from gymtui.cards.nobody import nobodys
from gymtui.printable import printable
from gymtui.ui.box.form import FormMode, Question, yes
from gymtui.ui.box.front_desk_box import FrontDeskBox
from gymtui.ui.member_lines import renewed

WAIVER: Final = Question(key="waiver_signed", prompt="WAIVER", hint="Enter: signed; n: not")
QUESTIONS: Final = (
    Question(key="full_name", prompt="NEW MEMBER", hint="the name, then Enter"),
    Question(key="phone", prompt="PHONE", hint="a number, or Enter alone"),
    Question(key="plan", prompt="PLAN", hint="what the plan is called, or Enter alone"),
    Question(key="valid_until", prompt="UNTIL", hint="1 month, 12 months, a last day; Enter alone: no end"),
    Question(key="card", prompt="CARD", hint="scan a card or type a number, or Enter alone"),
    WAIVER,
)


class SignUpMode(FormMode):
    """Found here at once, with the server or without it."""

    subject = "The sign-up"

    @classmethod
    def begin(cls, box: FrontDeskBox) -> None:
        """What stands in the box is the name."""
        if box.desk.membership.may_change:
            cls(box).begin_over()
        else:
            step = f"{box.key('guest')} takes a guest, {box.key('log-in')} logs in a manager"
            box.say(box.refusal("New member", "only a manager signs members up", step))

    @property
    def _today(self) -> date:
        return self.box.desk.membership.today()

    @property
    def questions(self) -> tuple[Question, ...]:
        """The last one says back what was answered."""
        if "card" not in self.answers:
            return QUESTIONS
        name, plan, card = (self.answers[key] for key in ("full_name", "plan", "card"))
        said = f"{self.box.named(name)}, {printable(plan or 'no plan')}, {f'card {card}' if card else 'no card'}"
        return *QUESTIONS[:-1], structs.replace(WAIVER, hint=f"{WAIVER.hint}; {said}")

    def read(self, question: Question, text: str) -> Any:
        match question.key:
            case "full_name":
                return self.name(question, text, "a member")
            case "phone" if text and not any(character.isdigit() for character in text):
                self.doubt(question, text, "a phone has digits")
                return text
            case "valid_until":
                return renewed(None, text, self._today).isoformat() if text else None
            case "card":
                if text and not any(character.isdigit() for character in text):
                    self.doubt(question, text, "that has no digit")
                return self._card(text)
            case "waiver_signed":
                return yes(text)
            case _:
                return text or None

    def _card(self, text: str) -> str | None:
        """The code, unless it is somebody's or can be nobody's."""
        code = framed(text)
        owners = self.box.desk.replica.members.owners(code) if code else ()
        if owners:
            raise ValueError(f"that is {self.box.named(owners[0].member.full_name)}'s")
        gym = self.box.desk.replica.gym
        if code and (why := nobodys(code, uids=gym is not None and gym.policy.card_kind == "uid")) is not None:
            raise ValueError(why[:1].lower() + why[1:].rstrip("."))
        return code or None

    def done(self) -> None:
        fields = {name: value for name, value in self.answers.items() if name != "card" and value is not None}
        if (number := self.answers["card"]) is not None:
            fields["membership_number"] = number
        fields["valid_from"] = self._today.isoformat()
        _, verdict = self.box.desk.membership.sign_up(**fields)
        self.box.say(verdict)
