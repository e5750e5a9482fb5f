"""Screens of a list around the box: the title, what is typed, the verdict, and the rows that the box goes through."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from gymtui.printable import printable
from gymtui.protocol import Snapshot
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.throttle import Throttle
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.error_boundary import LiveWidget, WebSocketErrorBoundary
from gymtui.ui.widgets.key_line import KeyLine


class ListScreen(BoxScreen):
    """`PART` is the list's id, for the style sheet and for what is told to it."""

    PART: ClassVar[str]

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static("", id="title", markup=False)
        yield from self.compose_box()
        yield from self.compose_verdict()
        yield WebSocketErrorBoundary(self.make_list, id=self.PART)
        yield KeyLine()

    @abstractmethod
    def make_list(self) -> LiveWidget:
        """The list, bound to what this screen has of it."""

    @abstractmethod
    def move(self, step: int) -> None:
        """So many rows down, or up where it is negative."""

    def entitle(self, what: str, *about: str | tuple[str, str]) -> None:
        """What is listed, and quietly what is to be said of it, in a style of its own where it comes with one."""
        parts = [(part, "not bold $quiet") if isinstance(part, str) else part for part in about]
        title = Content.assemble(printable(what), *((f"   {printable(text)}", style) for text, style in parts if text))
        for line in self.query("#title").results(Static):
            line.update(title, layout=False)

    @property
    def page(self) -> int:
        """How many rows are seen."""
        shown = self.query(f"#{self.PART} > *")
        return next((rows.page for rows in shown if isinstance(rows, ChoiceList)), 1)

    def action_older(self) -> None:
        self.move(self.page)

    def action_newer(self) -> None:
        self.move(-self.page)


class FollowingScreen(ListScreen):
    """The list is of what this desk has, and is read anew as events, the queue or a snapshot change that: `RATE` times
    a second at most."""

    RATE: ClassVar[float]

    @abstractmethod
    def read(self) -> None:
        """The list as it is now."""

    def on_mount(self) -> None:
        self._throttle = Throttle(self, self.read, self.RATE)
        self.read()

    def subscriptions(self) -> list[Callable[[], None]]:
        service = self.desk.service
        return [*super().subscriptions(), service.subscribe("events", self.telling(self.PART, self._changed))]

    def _changed(self, _: object) -> None:
        self._throttle.ask()

    def _queue_changed(self, queued: int) -> None:
        super()._queue_changed(queued)
        self._throttle.ask()

    def _restarted(self, part: Snapshot) -> None:
        super()._restarted(part)
        self._throttle.ask()
