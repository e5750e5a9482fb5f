"""Pasted lines: several of them are cards to be taken, or somebody's mail; Enter says which, after a look at them."""

from __future__ import annotations

from collections.abc import Sequence

from gymtui.protocol import Member
from gymtui.ui.box.mode import Box, Mode, QuestionMode


class PasteMode(QuestionMode):
    """Asks before anything is done: Enter takes the lines that are cards, in their order, and no other line is looked
    at, least of all as a command. Whatever is typed drops them all."""

    def __init__(self, box: Box, lines: int, cards: Sequence[tuple[str, Member]]) -> None:
        super().__init__(box)
        self._lines = lines
        self._cards = cards

    @classmethod
    def begin(cls, box: Box, lines: Sequence[str], *, is_busy: bool) -> None:
        """Asks about these lines; says why not where none is a card or the box is not free."""
        found = [(line, member) for line in lines if (member := box.desk.replica.members.by_code(line))]
        if is_busy:
            box.say(box.refusal("Paste", "something stands in the box", f"{box.key('back')} first, then paste again"))
        elif not found:
            detail = f"none of the {len(lines)} lines is a card"
            box.say(box.refusal("Paste", detail, "paste one line alone to look for it"))
        else:
            box.push(cls(box, len(lines), found))

    @property
    def prompt(self) -> str:
        return "PASTED"

    @property
    def placeholder(self) -> str:
        names = ", ".join(self.box.named(member.full_name) for _, member in self._cards)
        return f"Enter takes {len(self._cards)} of {self._lines} lines, {self.box.key('back')} none: {names}"

    async def confirmed(self, below: Mode) -> None:
        for line, _ in self._cards:
            await below.entered(line)
