"""Undo by picking: what was done last, a row each, and Enter takes the chosen one back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Protocol

from gymtui.client.desk.history import KNOWN
from gymtui.client.desk.history_queue import waiting
from gymtui.client.desk.latest_acts import Act, latest_acts
from gymtui.client.replica.undo_log import Undoable
from gymtui.ui.box.mode import Box, QuestionMode
from gymtui.ui.box.offer import Option, Palette
from gymtui.ui.wall import hours_minutes

MOST = 8  # that are listed


class UndoBox(Box, Protocol):
    """The box of a desk."""

    zone: tzinfo


class UndoList(QuestionMode):
    """Lies over what the box was for; whatever else is typed or scanned is for that."""

    style = "-overriding"
    list = "commands"
    subject = "Undo"
    box: UndoBox

    def __init__(self, box: UndoBox, acts: Sequence[Act]) -> None:
        super().__init__(box)
        self._acts = acts

    @classmethod
    def begin(cls, box: UndoBox) -> None:
        """Of what this user did last, or a manager anybody; what waits here is among it."""
        desk, connection = box.desk, box.connection
        events = [*desk.replica.visits.recent(KNOWN), *waiting(desk.replica, desk.queue, desk.name)]
        visits = latest_acts(events, MOST, user=None if connection.role == "manager" else connection.user or "")
        changes = [
            Act(done=Undoable(given.command_id, given.ref), at=given.at, desk=desk.name or "", change=given.what)
            for given in desk.membership.given
        ]
        acts = sorted([*visits, *changes], key=lambda act: -act.at)[:MOST]
        if acts:
            box.push(cls(box, acts))
        else:
            box.say(box.refusal("Undo", "nothing that can be taken back was done lately", None))

    @property
    def prompt(self) -> str:
        return "UNDO"

    @property
    def placeholder(self) -> str:
        return f"↑ ↓ choose, Enter takes it back, {self.box.key('back')} does not"

    def begun(self) -> None:
        rows = tuple(
            Option(
                hours_minutes(act.at, self.box.zone),
                act.desk,
                f"{self.box.named(act.done.member.full_name)}, {act.what}",
            )
            for act in self._acts
        )
        self.box.palette = Palette(text="", options=rows, certain=True)

    def ended(self) -> None:
        self.box.palette = None

    def moved(self, step: int, text: str) -> None:
        if self.box.palette is not None:
            self.box.palette = self.box.palette.moved(step)

    async def picked(self, row: int) -> None:
        self.box.pop(self)
        act, desk = self._acts[row], self.box.desk
        verdict = desk.undo(act.done) if act.change is None else desk.membership.take_back(act.done.command_id)
        if verdict is not None:
            self.box.say(verdict)

    async def entered(self, text: str) -> None:
        chosen = 0 if self.box.palette is None else self.box.palette.chosen
        if text:
            await super().entered(text)
        else:
            await self.picked(chosen)
