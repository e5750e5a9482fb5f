"""`gymtui tail`: one line an event on stdout, for pipes and screen readers; the connection's story on stderr."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final, TextIO

from gymtui import clock
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.event_filter import EventFilter, WrongFilter, read_filter
from gymtui.client.desk.verdicts import zone_of
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem, Disconnected, Problem, StoppedProblem
from gymtui.client.login.login import Login
from gymtui.client.state import ConnectionState
from gymtui.client.tasks import until_first
from gymtui.client.unattended import needs_a_person, run_unattended, until_live
from gymtui.config import data_folder
from gymtui.errors import GymError, WrongUsage
from gymtui.output import all_or_nothing
from gymtui.preferences import ChoicesFile
from gymtui.printable import printable
from gymtui.programs.cursor import Cursor, CursorFile, row_before, to_ms
from gymtui.programs.event_lines import as_json, line, wall, words_of
from gymtui.programs.login_prompt import sign_in
from gymtui.protocol import Event, Gym, Snapshot

AGAIN: Final = 0.2  # seconds until the journal is set back once more, where the connection went meanwhile

EVERYTHING: Final = EventFilter()

Since = int | datetime | Cursor
"""Where to begin: behind a row, at a time, behind what was printed last."""


class Tail:
    """Prints what a service hears; `out` gets events, `err` the narration. `over` fails when one of the
    two cannot be written, and when nobody reads.

    It begins with the snapshot that the server gives to whoever has nothing yet: that has the gym's time zone. Where it
    is to begin earlier, `begin` sets `journal` back, and nothing is printed before. Only what passes the `picked` is
    printed. `cursor` is written after that.
    """

    def __init__(
        self,
        service: WebSocketService,
        *,
        json: bool,
        out: TextIO,
        err: TextIO,
        now: clock.Clock = clock.now,
        journal: Bookmark | None = None,
        since: Since | None = None,
        cursor: CursorFile | None = None,
        picked: EventFilter = EVERYTHING,
    ) -> None:
        self._service = service
        self._journal = journal or Bookmark()
        self._since = since
        self._cursor = cursor
        self._picked = picked
        self._from: int | None = None  # ms: what is older is not printed, until something is not
        self._there = asyncio.Event()  # the first snapshot
        self._json = json
        self._out = out
        self._err = err
        self._now = now
        self._zone: tzinfo | None = None
        self._phase = ""
        self._said: set[str] = set()  # of this outage: a lasting one is not told with every try
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        service.subscribe("events", self._events)
        service.subscribe(Snapshot.type, self._snapshot)
        service.subscribe("connection", self._connection)
        service.subscribe("problem", self._problem)

    def _events(self, events: Sequence[Event]) -> None:
        if self.over.done() or self._since is not None:
            return
        events = self._after(events)
        try:
            with all_or_nothing(self._out):
                self._out.writelines([f"{text}\n" for event in events if (text := self._line(event)) is not None])
                self._out.flush()
                self._keep()  # or else the lines go too: the two agree
        except (OSError, GymError, ValueError) as error:  # the last: a character that `out` does not have
            self._fail(error)

    def _after(self, events: Sequence[Event]) -> Sequence[Event]:
        """Without those that come before the first that is new enough."""
        if self._from is None:
            return events
        for number, event in enumerate(events):
            at = words_of(event)[0]
            if at is not None and clock.to_ms(at) >= self._from:
                self._from = None
                return events[number:]
        return ()

    def _keep(self) -> None:
        if self._cursor is not None and self._since is None and not self.over.done():
            self._cursor.write(Cursor(*self._journal.position))

    async def begin(self) -> None:
        """Sets the journal back to where it is to begin, once the server has said where it stands."""
        await self._there.wait()
        while self._since is not None:
            await until_live(self._service)
            try:
                await self._set_back(self._since)
            except Disconnected:
                await asyncio.sleep(AGAIN)
        await asyncio.Event().wait()  # the first that ends is the end of all

    async def _set_back(self, since: Since) -> None:
        epoch, row = self._journal.position[0], 0
        match since:
            case Cursor() if since.epoch != epoch:
                self._say("The gym was put back from a backup since: what has happened in between is not here.")
                self._since = None
                self._keep()
                return
            case Cursor():
                row = since.seq
            case int():
                row = since
            case datetime():
                self._from = to_ms(since, self._zone or UTC)
                row = await row_before(self._service, self._from)
        if not self._service.in_step:
            raise Disconnected("Not all is here yet.")
        self._since = None
        self._journal.position = (self._journal.position[0], row)
        await self._service.catch_up()

    def _line(self, event: Event) -> str | None:
        if isinstance(event, Gym):
            self._zone = zone_of(event)
        if not self._picked.passes(event):
            return None
        return as_json(event) if self._json else line(event, self._zone or UTC, self._now())

    def _snapshot(self, snapshot: Snapshot) -> None:
        if self._zone is None:
            self._connected()
        else:
            self._say("The server no longer has all that has happened meanwhile: some events are not here.")
            self._from = None  # from here on it is what happens now
        self._zone = zone_of(snapshot.gym)
        self._there.set()
        try:
            self._keep()
        except GymError as error:
            self._fail(error)

    def _connection(self, state: ConnectionState) -> None:
        if state.phase == self._phase:
            return
        self._phase = state.phase
        if state.phase == "live":
            self._said.clear()
        if state.phase == "live" and self._zone is not None:  # else the snapshot comes first
            self._connected()

    def _connected(self) -> None:
        self._say(f"connected as {self._service.state.user}")

    def _problem(self, problem: Problem) -> None:
        if isinstance(problem, AuthenticationProblem | StoppedProblem):  # these are how it ends
            return
        text = str(problem)
        if isinstance(problem, ConnectionProblem):
            if text in self._said:
                return
            self._said.add(text)
            text = f"{wall(clock.to_text(self._now()), self._zone or UTC)}  {text}"
        self._say(text)

    def _say(self, text: str) -> None:
        try:
            self._err.write(f"gymtui: {printable(text)}\n")
            self._err.flush()
        except (OSError, ValueError) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if not self.over.done():
            self.over.set_exception(error)


def run(
    *,
    url: str,
    user: str | None,
    desk: str,
    token: str | None,
    json: bool,
    since: int | datetime | None = None,
    cursor: Path | None = None,
    words: Sequence[str] = (),
) -> None:
    """Until interrupted, or until the server no longer knows who this is, or until nobody reads any more. It begins
    where `cursor` says that the last one stopped, or else with `since`, or else with what happens now. Only what the
    `words` ask for is printed."""
    picked = _picked(words)
    kept = None if cursor is None else CursorFile(cursor)
    login = sign_in(url, user=user, token=token, choices=ChoicesFile(data_folder()))
    begin = since if kept is None or kept.found is None else kept.found
    run_unattended(_run(url, login, desk, json=json, since=begin, cursor=kept, picked=picked))


def _picked(words: Sequence[str]) -> EventFilter:
    try:
        return read_filter(" ".join(words))
    except WrongFilter as wrong:
        raise WrongUsage(f"What to print: {wrong}") from wrong


async def _run(url: str, login: Login, desk: str, **options: Any) -> None:
    journal = Bookmark()
    service = WebSocketService(url, login, journal, desk=desk, full=True)
    tail = Tail(service, out=sys.stdout, err=sys.stderr, journal=journal, **options)
    await until_first(service.run(), needs_a_person(service), tail.over, tail.begin())
