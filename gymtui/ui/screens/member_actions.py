"""What is done to a member by its name, on any screen that knows who is meant."""

from __future__ import annotations

from abc import abstractmethod

from gymtui.protocol import Member, SaveCard
from gymtui.ui.screens.box import BoxScreen


class MemberActions(BoxScreen):
    """One line of theirs is asked for, or they get a card; after that one is where one was."""

    @abstractmethod
    def whom(self) -> Member | None:
        """Whoever is meant."""

    @abstractmethod
    def ask(self, line: str, words: str) -> None:
        """Asks for the value of that line of theirs, with the words in the box."""

    def action_renew(self, words: str = "") -> None:
        self.ask("renew", words)

    def action_freeze(self, words: str = "") -> None:
        self.ask("freeze", words)

    def action_visits(self, words: str = "") -> None:
        self.ask("visits", words)

    def action_note(self, words: str = "") -> None:
        self.ask("note", words)

    def action_alert(self, words: str = "") -> None:
        self.ask("alert", words)

    def action_card(self) -> None:
        with self.answering("The card"):
            member = self.whom()
            if (why := self.desk.looks_on) is not None:
                self.say(self.refusal("Card", why, None))
            elif member is None:
                self.say(self.refusal("Card", "nobody has been named yet", "type a name, ↓, Esc, then :card"))
            else:
                from gymtui.ui.box.card import CardMode  # noqa: PLC0415  with the command

                self.push(CardMode(self, member, lambda request: self._save_card(member, request)))

    def _save_card(self, member: Member, request: SaveCard) -> None:
        """Whose card it was until now has to hear of it first."""
        if request.moves_from is not None and self.connection.phase != "live":
            step = "again once the connection is back"
            self.say(self.refusal("Card", "a card of somebody else needs the server", step))
        else:
            self.say(self.desk.membership.give_card(member, request))
