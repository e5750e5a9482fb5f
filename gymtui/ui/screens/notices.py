"""What managers, the shift before and the house have said: each read once by each who logs in here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.protocol import Event, Notification, Notify, Snapshot
from gymtui.ui.bindings import bind
from gymtui.ui.box.notice import LONGEST, TextMode
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.rows import RowsScreen
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.notice_list import NoticeList


class NoticesScreen(RowsScreen):
    """Enter marks the chosen one read, and goes on to the next that is not."""

    TITLE = "Notices"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("notices", "front desk"),
        bind("read"),
        bind("connection", show=False, app=True),
    ]

    rows: var[tuple[tuple[Notification, bool], ...]] = var[tuple[tuple[Notification, bool], ...]](())

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static("", id="title", markup=False)
        yield WebSocketErrorBoundary(self._list, id="notices")
        yield KeyLine()

    def _list(self) -> NoticeList:
        return NoticeList().data_bind(NoticesScreen.rows, RowsScreen.chosen, LiveScreen.zone, DeskScreen.masked)

    def on_mount(self) -> None:
        self._read_all()
        self.choose(next((n for n, (_, unread) in enumerate(self.rows) if unread), 0))

    def subscriptions(self) -> list[Callable[[], None]]:
        service = self.desk.service
        return [*super().subscriptions(), service.subscribe("events", self.telling("notices", self._came))]

    def _came(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, Notification) for event in events):
            self._read_all()

    def action_notices(self) -> None:
        self.dismiss()

    def _restarted(self, part: Snapshot) -> None:
        super()._restarted(part)
        self._read_all()

    def _read_all(self) -> None:
        with self.answering("Notices"):
            notices = self.desk.replica.notices
            unread = {notice.id for notice in notices.unread(self.desk.service.user or "")}
            self.rows = tuple((notice, notice.id in unread) for notice in notices.newest())
            self.count_unread()
            self.choose(self.chosen)

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def watch_rows(self, rows: tuple[tuple[Notification, bool], ...]) -> None:
        unread = sum(is_unread for _, is_unread in rows)
        words = f"{unread} unread of {len(rows)}" if rows else "none"
        title = Content.assemble("NOTICES   ", (words, "not bold $quiet"))
        self.query_one("#title", Static).update(title, layout=False)

    async def on_choice_list_picked(self, event: ChoiceList.Picked) -> None:
        self.choose(event.row)

    def action_read(self) -> None:
        if self.rows:
            with self.answering("Notices"):
                notice, _ = self.rows[self.chosen]
                self.desk.replica.notices.read(self.desk.service.user or "", notice.id)
                self._read_all()
                after = [n for n, (_, unread) in enumerate(self.rows) if unread]
                self.choose(after[0] if after else self.chosen)


def tell(screen: BoxScreen, words: str = "") -> None:
    """A manager's line to every desk: the words, or asked in the box where there are none; it needs the server."""
    if screen.desk.service.role != "manager" or screen.connection.phase != "live":
        why = "that needs the server" if screen.connection.phase != "live" else "only a manager tells every desk"
        screen.say(screen.refusal("Notice", why, None))
        return
    if words:
        _told(screen, words)
    else:
        what = "what every desk is to read, Enter tells it"
        screen.push(TextMode(screen, "TELL", what, partial(_told, screen)))


def _told(screen: BoxScreen, text: str) -> None:
    screen.run_worker(_tell(screen, text))


async def _tell(screen: BoxScreen, text: str) -> None:
    with screen.answering("The notice"):
        try:
            request = Notify(level="info", title=text[:LONGEST], message=text[LONGEST:])
            await screen.desk.service.request(request)
        except (RequestRefused, Disconnected) as problem:
            screen.say(screen.refusal("Notice", str(problem).rstrip("."), None))
            screen.write(text)
        else:
            screen.say(replace(screen.refusal("Notice", "is told to every desk", None), kind="done"))
