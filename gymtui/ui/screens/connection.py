"""The connection and the queue: what is wrong, and what waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.refusals import count_of
from gymtui.client.replica.outbox import Outgoing, whom
from gymtui.client.state import ConnectionState, LeftQueue
from gymtui.protocol import LOGINS, Notification
from gymtui.ui.bindings import bind
from gymtui.ui.connection_history import ConnectionHistory
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.rows import RowsScreen
from gymtui.ui.throttle import Throttle
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.connection_details import ConnectionDetails
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.queue_list import QueueList

RATE = 3  # times a second that the position is read anew


class ConnectionScreen(RowsScreen):
    """How it stands with the connection, and a row for each command that waits or was set aside."""

    TITLE = "Connection and queue"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("connection", "front desk", app=True),
        bind("conflicts", app=True),
        bind("send-again"),
        bind("take-away"),
    ]

    rows: var[tuple[tuple[Outgoing, str], ...]] = var[tuple[tuple[Outgoing, str], ...]](())
    is_live: var[bool] = var(False)
    position: var[tuple[str, int]] = var(("", 0))
    left: var[tuple[LeftQueue, ...]] = var[tuple[LeftQueue, ...]](())
    tried: var[Notification | None] = var[Notification | None](None)

    def __init__(self, desk: Desk, history: ConnectionHistory, *, url: str, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk, clock=clock)
        self._history = history
        self._url = url

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static(Content("CONNECTION AND QUEUE"), id="title", markup=False)
        yield WebSocketErrorBoundary(self._details, id="details")
        yield WebSocketErrorBoundary(self._queue, id="queue")
        yield KeyLine()

    def _details(self) -> ConnectionDetails:
        details = ConnectionDetails(self._history, url=self._url)
        screen = ConnectionScreen
        return details.data_bind(
            screen.position,
            screen.left,
            screen.tried,
            DeskScreen.wrong_clock,
            LiveScreen.zone,
            state=LiveScreen.connection,
        )

    def _queue(self) -> QueueList:
        screen = ConnectionScreen
        return QueueList().data_bind(screen.rows, screen.chosen, screen.is_live, LiveScreen.zone, DeskScreen.masked)

    def on_mount(self) -> None:
        read = self.telling("queue", self._read)
        self._throttle = Throttle(self, read, RATE)
        read()

    def subscriptions(self) -> list[Callable[[], None]]:
        return [*super().subscriptions(), self.desk.service.subscribe("events", self.telling("details", self._moved))]

    def _moved(self, _: object) -> None:
        self._throttle.ask()

    def _queue_changed(self, queued: int) -> None:
        super()._queue_changed(queued)
        self._throttle.ask()

    def watch_connection(self, state: ConnectionState) -> None:
        super().watch_connection(state)
        self.is_live = state.phase == "live"

    def _read(self) -> None:
        replica = self.desk.replica
        self.position = replica.position
        self.left = self.desk.left_queues.found
        self.tried = next((each for each in replica.notices.newest() if each.about == LOGINS), None)
        waiting = [*self.desk.set_aside, *self.desk.queue]
        members = ((row, replica.members.member(whom(row) or "")) for row in waiting)
        self.rows = tuple((row, member.full_name if member else _nobody(row)) for row, member in members)
        self.choose(self.chosen)

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what was set aside may be sent again or taken away; the rest goes by itself."""
        if action in ("send_again", "take_away"):
            return bool(self.rows) and self.rows[self.chosen][0].state == "set_aside"
        return super().check_action(action, parameters)

    async def on_choice_list_picked(self, event: ChoiceList.Picked) -> None:
        self.choose(event.row)

    def action_send_again(self) -> None:
        self.desk.dead_letters.retry(self.rows[self.chosen][0].id)

    def action_take_away(self) -> None:
        self.desk.dead_letters.acknowledge(self.rows[self.chosen][0].id)


def _nobody(row: Outgoing) -> str:
    """Whom a command is about that is about nobody this desk knows."""
    if row.kind == "refusal":
        return "a card number" if (count := count_of(row)) == 1 else f"{count:,} people or cards"
    return "everybody" if row.kind in ("roll_call", "hand_over") else "a card number"
