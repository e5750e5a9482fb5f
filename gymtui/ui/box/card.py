"""A member's cards (`:card`): one is given out by scanning it, or was lost or returned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from gymtui.cards.frame import framed
from gymtui.cards.nobody import doubtful, nobodys
from gymtui.cards.owned import cards_of
from gymtui.client.desk.changes import CARDS
from gymtui.printable import printable
from gymtui.protocol import CardKind, CardState, Member, SaveCard
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.burst import SEPARATOR, UNREADABLE, Scan

STATES: Final[dict[str, CardState]] = {"lost": "lost", "returned": "returned"}  # as they are typed


class Change(NamedTuple):
    """What may be said of a card; `owner` is whoever else has it until now, `is_doubtful` that it may be nobody's."""

    code: str
    state: CardState
    owner: Member | None = None
    is_doubtful: bool = False


class CardMode(Mode):
    """A scan is the card that the member gets; where somebody else has it, it asks first. ↓ goes through what can be
    said of those that the member has, and so do words, `lost` or `returned 4711`. `save` asks the server, and says what
    came of it."""

    subject = "The card"

    def __init__(self, box: Box, member: Member, save: Callable[[SaveCard], object]) -> None:
        super().__init__(box)
        self._member = member
        self._save = save
        self._change: Change | None = None  # what Enter on the empty box would save

    @property
    def prompt(self) -> str:
        return "CARD"

    @property
    def placeholder(self) -> str:
        name, change, back = self.box.named(self._member.full_name), self._change, self.box.key("back")
        if change is None:
            return f"scan the card that {name} gets" + ("; ↓ for what became of one" if self._known else "")
        if change.owner is not None:
            return f"Enter gives it, {back} does not: from {self.box.named(change.owner.full_name)} to {name}"
        if change.is_doubtful:
            return f"Enter gives it all the same, {back} does not: {printable(change.code)}, to {name}"
        what = "membership number" if change.code == self._member.membership_number else "card"
        return f"Enter: yes, {back}: no; {name}'s {what} {printable(change.code)} {CARDS[change.state]}"

    @property
    def is_busy(self) -> bool:
        return True

    def typed(self, text: str) -> None:
        if text:
            self._change = None

    def moved(self, step: int, text: str) -> None:
        if not text and self._known:
            at = self._known.index(self._change) + step if self._change in self._known else 0
            self._change = self._known[at % len(self._known)]

    def back(self, text: str) -> None:
        if self._change is not None or text:
            self._change = None
        else:
            self.box.pop(self)

    async def scanned(self, scan: Scan) -> None:
        await self.entered(scan.text)

    async def entered(self, text: str) -> None:
        word, _, code = text.lower().partition(" ")
        if state := STATES.get(word):
            self._say_of_card(state, code)
        elif code := framed(text.replace(SEPARATOR, "")):  # which no reading of a code minds
            self._offer(code)
        elif self._change is not None:
            self.box.pop(self)
            code, state, owner, _ = self._change
            moved = None if owner is None else owner.id
            self._save(SaveCard(member_id=self._member.id, code=code, state=state, moves_from=moved))

    def _say_of_card(self, state: CardState, code: str) -> None:
        """Asks about the newest card of which that can be said, or the one that is named."""
        fitting = (each for each in self._known if each.state == state and code in ("", each.code.lower()))
        self._change = next(fitting, None)
        if self._change is None:
            name = self.box.named(self._member.full_name)
            self._refuse(f"{name} has no such card of which that can be said", "↓ shows what can")

    def _offer(self, code: str) -> None:
        """The member gets this card at once, unless it is nobody's or may be, is known already, or somebody else has
        it."""
        owners, kind = self.box.desk.replica.members.owners(code), self._kind
        others = [owned.member for owned in owners if owned.member.id != self._member.id]
        if not code.isprintable() or UNREADABLE in code:
            self._refuse("this is no code that can be printed", "scan the card again")
        elif (why := nobodys(code, uids=kind == "uid")) is not None:
            self._refuse_with(why)
        elif len(others) > 1:
            self._refuse("it could be the card of several", "take it back from them first")
        elif owners and not others and owners[0].card.state == "in_use":
            self._refuse(f"{self.box.named(self._member.full_name)} has it already", None)
        else:
            doubt = None if owners else doubtful(code, uids=kind == "uid", hid=kind == "hid26") or _wordlike(code)
            code = owners[0].card.code if owners and not others else code
            self._change = Change(code, "in_use", others[0] if others else None, doubt is not None)
            if doubt is not None:
                self._refuse_with(doubt)
            elif not others:
                self.box.pop(self)
                self._save(SaveCard(member_id=self._member.id, code=code))

    @property
    def _kind(self) -> CardKind | None:
        gym = self.box.desk.replica.gym
        return None if gym is None else gym.policy.card_kind

    @property
    def _known(self) -> list[Change]:
        return [*self._said_of_cards()]

    def _said_of_cards(self) -> Iterator[Change]:
        """Of the newest first; the membership number is the last one."""
        for card in reversed(cards_of(self._member)):
            if card.state != "returned":
                yield Change(card.code, "in_use" if card.state == "lost" else "lost")
                yield Change(card.code, "returned")

    def _refuse_with(self, why: str) -> None:
        detail, _, step = (each[:1].lower() + each[1:] for each in why.rstrip(".").partition(". "))
        self._refuse(detail, step or None)

    def _refuse(self, detail: str, step: str | None) -> None:
        self.box.say(self.box.refusal("Card", detail, step))


def _wordlike(code: str) -> str | None:
    """Why what was typed may be no code."""
    return None if any(character.isdigit() for character in code) else "It has no digit. Is it the number of a card?"
