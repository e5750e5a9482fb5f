"""The messages behind the monitor's feed, to look at one by one, to mark and to keep in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import var

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.private_file import write_private
from gymtui.protocol import Event
from gymtui.ui.messages import Messages, as_it_came, as_json, as_json_lines, pretty
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.looking import LookingScreen
from gymtui.ui.wall import wall
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.field_lines import FieldLines, Fields
from gymtui.ui.widgets.message_list import MessageList


class MessagesScreen(LookingScreen):
    """Those that the filter lets through as it opens; what comes meanwhile is on the monitor. What is exported goes
    into `folder`, for its owner's eyes. `payload` gives that of a row of the journal as it came, where it is kept."""

    TITLE = "Messages"
    CSS_PATH = "monitor.tcss"
    LIST = "messages"
    DETAILS = "message"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn", "JSON", key_display="Tab"),
        Binding("insert,ctrl+@", "mark", "mark", key_display="Insert"),
        Binding("e", "export", "export", key_display="e"),
        Binding("f2", "back", "monitor", key_display="F2"),
    ]

    messages: var[Messages] = var(Messages())
    is_json: var[bool] = var(False)
    fields: var[Fields] = var[Fields](())
    text: var[str] = var("")

    def __init__(
        self,
        service: WebSocketService,
        events: Iterable[Event],
        *,
        like: LiveScreen,
        folder: Path,
        payload: Callable[[int], bytes | None] = lambda _: None,
        clock: clock.Clock = clock.now,
    ) -> None:
        super().__init__(service, heading="messages", clock=clock)
        self._folder = folder
        self._payload = payload
        self.set_reactive(LiveScreen.gym, like.gym)
        self.set_reactive(LiveScreen.zone, like.zone)
        self.set_reactive(MessagesScreen.messages, Messages(events=tuple(events)))

    def make_list(self) -> MessageList:
        return MessageList().data_bind(MessagesScreen.messages, LiveScreen.zone)

    def make_details(self) -> FieldLines:
        return FieldLines("Tab has all of it").data_bind(MessagesScreen.fields, text=MessagesScreen.text)

    def on_mount(self) -> None:
        self.watch_messages(self.messages)

    def watch_messages(self, messages: Messages) -> None:
        self.watch_is_json()

    def watch_is_json(self) -> None:
        """Of what is shown as JSON the title says whether it is what came, or what was read of it."""
        event, count, notes = self.messages.chosen, len(self.messages.events), list[str]()
        if marked := len(self.messages.marked):
            notes.append(f"{marked:,} marked")
        self.fields, self.text = () if event is None else tuple(pretty(event, self.zone)), ""
        if event is not None and self.is_json:
            came = self._payload(event.seq)
            self.text = as_json(event) if came is None else as_it_came(came)
            notes.append("as it was read" if came is None else "as it came")
        self.entitle(f"{count:,} message{'' if count == 1 else 's'}", ", ".join(notes))

    def move(self, step: int) -> None:
        self.messages = self.messages.moved(step)

    def on_choice_list_picked(self, event: ChoiceList.Picked) -> None:
        self.move(event.row - self.messages.index)

    def action_turn(self) -> None:
        self.is_json = not self.is_json

    def action_mark(self) -> None:
        self.messages = self.messages.marking()

    def action_export(self) -> None:
        """Those that are marked, or all."""
        picked = self.messages.picked
        path = self._folder / f"messages-{wall(self._clock(), self.zone):%Y-%m-%d-%H%M%S}.jsonl"
        try:
            write_private(path, as_json_lines(picked).encode())
        except OSError as error:
            self.entitle("Not written", f"{path}: {error.strerror}; please free some space")
        else:
            shown = f"~/{path.name}" if self._folder == Path.home() else str(path)
            self.entitle(f"{len(picked):,} in {shown}")
