"""Screens over the monitor: a list of which one is chosen, and all of that one below it."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from gymtui.printable import printable
from gymtui.ui.bindings import bind
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.error_boundary import LiveWidget, WebSocketErrorBoundary
from gymtui.ui.widgets.key_line import KeyLine


class LookingScreen(LiveScreen):
    """`LIST` and `DETAILS` are the ids of the two."""

    LIST: ClassVar[str]
    DETAILS: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("back"),
        bind("next", show=False),
        bind("previous", show=False),
        bind("older", show=False),
        bind("newer", show=False),
    ]

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static("", id="title", markup=False)
        yield from self.compose_question()
        yield WebSocketErrorBoundary(self.make_list, id=self.LIST)
        yield WebSocketErrorBoundary(self.make_details, id=self.DETAILS)
        yield KeyLine()

    def compose_question(self) -> ComposeResult:
        """What is asked under the title, where anything is."""
        yield from ()

    @abstractmethod
    def make_list(self) -> LiveWidget:
        """The list, bound to what this screen has of it."""

    @abstractmethod
    def make_details(self) -> LiveWidget:
        """All of the chosen one."""

    @abstractmethod
    def move(self, step: int) -> None:
        """So many rows down, or up where it is negative."""

    def entitle(self, what: str, note: str = "") -> None:
        """What is listed, and quietly what is to be said of it."""
        title = Content.assemble(printable(what), (f"   {printable(note)}", "not bold $quiet"))
        for line in self.query("#title").results(Static):
            line.update(title, layout=False)

    def action_next(self) -> None:
        self.move(1)

    def action_previous(self) -> None:
        self.move(-1)

    def action_older(self) -> None:
        self.move(self._page)

    def action_newer(self) -> None:
        self.move(-self._page)

    def action_back(self) -> None:
        self.dismiss()

    @property
    def _page(self) -> int:
        shown = self.query(f"#{self.LIST} > *")
        return next((rows.page for rows in shown if isinstance(rows, ChoiceList)), 1)
