"""The roll-call: who is in, who of them is safe, at every desk at once, with the server or without."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType
from textual.reactive import var

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.roll_calls import RollCallList
from gymtui.private_file import write_private
from gymtui.ui.bindings import bind
from gymtui.ui.box.roll_call import EndMode, RollCallMode
from gymtui.ui.roll_call import RollCallView, as_csv, begun, called, sheet, summary
from gymtui.ui.screens.listed import FollowingScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.wall import wall
from gymtui.ui.widgets.roll_call_list import RollCallRows


class RollCallScreen(FollowingScreen):
    """The list around the box; what the box does with it is the roll-call mode's. `folder` takes what is printed and
    exported."""

    TITLE = "Roll-call"
    PART = "roll-call"
    RATE = 5
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("who", show=False, app=True),
        bind("connection", show=False, app=True),
    ]

    view: var[RollCallView] = var(RollCallView())

    def __init__(self, desk: Desk, *, folder: Path, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk, clock=clock)
        self._folder = folder
        self._last: RollCallList | None = None  # it can be printed after its end, too
        self.begin_with(RollCallMode(self))

    def make_list(self) -> RollCallRows:
        return RollCallRows().data_bind(RollCallScreen.view, LiveScreen.zone)

    def read(self) -> None:
        with self.answering("Roll-call"):
            told = self.desk.roll_calls.list
            self._last = told or self._last
            self.view = self.view.now(told)

    def watch_view(self, view: RollCallView) -> None:
        told = view.told
        if told is None:
            self.entitle("ROLL-CALL", "none is on; it goes on every desk, with the server or without")
        else:
            self.entitle("DRILL" if told.now.drill else "ROLL-CALL", summary(told), begun(told.now, self.zone))

    # --- what the person does -----------------------------------------------------------------------------------------

    def action_end(self) -> None:
        if self.view.told is None:
            self.say(self.refusal("Roll-call", "none is on", None))
        else:
            self.push(EndMode(self, self._end))

    def _end(self) -> None:
        told = self.desk.roll_calls.list
        self.desk.roll_calls.end()
        self.read()
        count = summary(told) if told else "as another desk has said"
        self._done(f"is over: {count}", ":print writes the list", called(told.now) if told else "Roll-call")

    def action_print(self) -> None:
        """As plain text, and how it comes on paper."""
        self.read()
        with self.answering("The list"):
            told = self._known()
            if told is not None:
                gym = self.desk.replica.gym
                path = self._write(told, "txt", sheet(told, gym.name if gym else "", self.zone, self.now()))
                self._done(f"is in {path}", f"lp {path} prints it" if shutil.which("lp") else "print that file")

    def action_export(self) -> None:
        """As a table."""
        self.read()
        with self.answering("The list"):
            told = self._known()
            if told is not None:
                self._done(f"is in {self._write(told, 'csv', as_csv(told, self.zone))}", None)

    def _known(self) -> RollCallList | None:
        if self._last is None:
            self.say(self.refusal("Roll-call", "none is on", "Enter begins one"))
        return self._last

    def _write(self, told: RollCallList, kind: str, text: str) -> str:
        """The file's name, as a person may type it."""
        name = f"roll-call-{wall(told.now.since, self.zone):%Y-%m-%d-%H%M}.{kind}"
        write_private(self._folder / name, text.encode())
        return f"~/{name}" if self._folder == Path.home() else str(self._folder / name)

    def _done(self, detail: str, step: str | None, subject: str = "Roll-call") -> None:
        self.say(replace(self.refusal(subject, detail, step), kind="done"))

    def move(self, step: int) -> None:
        self.view = self.view.moved(step)
