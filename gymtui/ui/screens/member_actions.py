"""What is done to members from the front desk: one is opened, or gets a card."""

from __future__ import annotations

from gymtui.protocol import Member, SaveCard
from gymtui.ui.box.card import CardMode
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.member import MemberScreen


class MemberActions(BoxScreen):
    """What can be done with whoever was found or named last, on a screen that knows who that is; and who is new."""

    def whom(self) -> Member | None:
        """Whoever that is."""
        raise NotImplementedError

    def _open(self, line: str = "", words: str = "") -> None:
        with self.answering("Member"):
            member = self.whom()
            if member is None:
                step = "type a name, ↓ chooses where several match"
                self.say(self.refusal("Member", "nobody has been named yet", step))
            else:
                self.take()
                self.typed("")
                self.reset()
                self.app.push_screen(MemberScreen(self.desk, member, line, words, clock=self._clock))

    def action_member(self) -> None:
        self._open()

    def action_renew(self, words: str = "") -> None:
        self._open("renew", words)

    def action_freeze(self, words: str = "") -> None:
        self._open("freeze", words)

    def action_visits(self, words: str = "") -> None:
        self._open("visits", words)

    def action_note(self, words: str = "") -> None:
        self._open("note", words)

    def action_alert(self, words: str = "") -> None:
        self._open("alert", words)

    def action_card(self) -> None:
        """About whoever was found or named last."""
        with self.answering("The card"):
            member = self.whom()
            if (why := self.desk.looks_on) is not None:
                self.say(self.refusal("Card", why, None))
            elif member is None:
                self.say(self.refusal("Card", "nobody has been named yet", "type a name, ↓, Esc, then :card"))
            else:
                self.push(CardMode(self, member, lambda request: self._save_card(member, request)))

    def _save_card(self, member: Member, request: SaveCard) -> None:
        """Whose card it was until now has to hear of it first."""
        if request.moves_from is not None and self.connection.phase != "live":
            step = "again once the connection is back"
            self.say(self.refusal("Card", "a card of somebody else needs the server", step))
        else:
            self.say(self.desk.membership.give_card(member, request))
