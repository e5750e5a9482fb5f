"""`gymtui tail`: one line an event on stdout, for pipes and screen readers; the connection's story on stderr."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final, TextIO

from gymtui import clock
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem, Disconnected, Problem, StoppedProblem
from gymtui.client.login.login import Login
from gymtui.client.state import ConnectionState
from gymtui.client.tasks import until_first
from gymtui.client.unattended import ask, needs_a_person, run_unattended, until_live
from gymtui.config import data_folder
from gymtui.errors import GymError, WrongUsage
from gymtui.gym_zone import zone_of
from gymtui.output import all_or_nothing
from gymtui.preferences import ChoicesFile
from gymtui.printable import printable
from gymtui.programs.cursor import Cursor, CursorFile, to_ms
from gymtui.programs.event_lines import CSV_HEADING, FORMS, Form, line, wall
from gymtui.programs.login_prompt import sign_in
from gymtui.programs.stretch import Stretch
from gymtui.protocol import Event, Gym, ListPresent, Present, Snapshot
from gymtui.roll_call import is_ended_with_another

AGAIN: Final = 0.2  # seconds until the journal is set back once more, where the connection went meanwhile

Since = int | datetime | Cursor
"""Where to begin: behind a row, at a time, behind what was printed last."""


def everything(_: Event) -> bool:
    """Is it picked?"""
    return True


class Tail:
    """Prints what a service hears in a `form`; `out` gets events, `err` the narration. `over` is done when all is
    printed that was asked for, and fails when one of the two cannot be written, and when nobody reads.

    It begins with the snapshot that the server gives to whoever has nothing yet: that has the gym's time zone. `run`
    sets `journal` back where it is to begin earlier, and nothing is printed before; and finds where it ends, unless it
    is to `follow`. Only what passes the `picked` is printed. `cursor` is written after that.
    """

    def __init__(
        self,
        service: WebSocketService,
        *,
        form: Form,
        out: TextIO,
        err: TextIO,
        now: clock.Clock = clock.now,
        journal: Bookmark | None = None,
        since: Since | None = None,
        until: int | datetime | None = None,
        follow: bool = True,
        cursor: CursorFile | None = None,
        picked: Callable[[Event], bool] = everything,
    ) -> None:
        self._service = service
        self._journal = journal or Bookmark()
        self._since = since
        self._until = until if isinstance(until, datetime) else None
        self._follow = follow
        self._cursor = cursor
        self._picked = picked
        self._stretch = Stretch(until if isinstance(until, int) else None)
        self._there = asyncio.Event()  # the first snapshot
        self._form = form
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
        events = self._stretch.of(events)
        try:
            with all_or_nothing(self._out):
                self._out.writelines([f"{text}\n" for event in events if (text := self._line(event)) is not None])
                self._out.flush()
                self._keep()  # or else the lines go too: the two agree
        except (OSError, GymError, ValueError) as error:  # the last: a character that `out` does not have
            self._fail(error)
        self._look_for_end()

    def _keep(self) -> None:
        if self._cursor is not None and self._since is None and not self.over.done():
            epoch, seq = self._journal.position
            self._cursor.write(Cursor(epoch, seq if self._stretch.last is None else min(seq, self._stretch.last)))

    def _look_for_end(self) -> None:
        if self._since is None and self._stretch.is_over(self._journal.position[1]) and not self.over.done():
            self.over.set_result(None)

    async def run(self) -> None:
        """Sets the journal back to where it is to begin, once the server has said where it stands, and goes on as far
        as was asked for."""
        await self._there.wait()
        if self._until is not None:
            self._stretch.ends = to_ms(self._until, self._zone or UTC)
        await self._connected_once(self._set_back)
        if self._stretch.ends is not None and self._follow:
            await asyncio.sleep((self._stretch.ends - self._now() - self._service.clock_offset) / 1000)
        if self._stretch.ends is not None or not self._follow:
            await self._connected_once(self._find_end)
        await self.over

    async def _connected_once(self, do: Callable[[], Awaitable[None]]) -> None:
        """Does it, and again where the connection goes meanwhile."""
        while True:
            await until_live(self._service)
            try:
                return await do()
            except Disconnected:
                await asyncio.sleep(AGAIN)

    async def _set_back(self) -> None:
        since, epoch, row = self._since, self._journal.position[0], 0
        match since:
            case None:
                return
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
                from gymtui.client.excerpt import row_before  # noqa: PLC0415  most begin with now

                self._stretch.begins = to_ms(since, self._zone or UTC)
                row = await row_before(self._service, self._stretch.begins)
        if not self._service.in_step:
            raise Disconnected("Not all is here yet.")
        self._since = None
        self._journal.position = (self._journal.position[0], row)
        self._look_for_end()
        await self._service.catch_up()

    async def _find_end(self) -> None:
        """At what has happened by now: nothing is waited for."""
        present = await ask(self._service, ListPresent(limit=1), Present)
        self._stretch.end_at(present.as_of_seq)
        self._look_for_end()

    def _line(self, event: Event) -> str | None:
        if isinstance(event, Gym):
            self._zone = zone_of(event)
        if not self._picked(event) or (self._form is line and is_ended_with_another(event)):
            return None
        return self._form(event, self._zone or UTC, self._now())

    def _snapshot(self, snapshot: Snapshot) -> None:
        if self._zone is None:
            self._connected()
        else:
            self._say("The server no longer has all that has happened meanwhile: some events are not here.")
            self._stretch.begins = None  # from here on it is what happens now
        self._zone = zone_of(snapshot.gym)
        self._there.set()
        try:
            self._keep()
        except GymError as error:
            self._fail(error)
        self._look_for_end()

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
    format: str | None = None,
    since: int | datetime | None = None,
    until: int | datetime | None = None,
    no_follow: bool = False,
    cursor: Path | None = None,
    words: Sequence[str] = (),
) -> None:
    """Until interrupted, or until the server no longer knows who this is, or until nobody reads any more. It begins
    where `cursor` says that the last one stopped, or else with `since`, or else with what happens now, and ends at
    `until`, or with what has happened by now. Only what the `words` ask for is printed."""
    picked = _picked(words) if words else everything
    form = format or ("jsonl" if json else "text")
    kept = None if cursor is None else CursorFile(cursor)
    login = sign_in(url, user=user, token=token, choices=ChoicesFile(data_folder()))
    begin = since if kept is None or kept.found is None else kept.found
    if form == "csv" and (kept is None or kept.found is None):
        print(CSV_HEADING, flush=True)
    ends = {"until": until, "follow": not no_follow}
    run_unattended(_run(url, login, desk, form=FORMS[form], since=begin, **ends, cursor=kept, picked=picked))


def _picked(words: Sequence[str]) -> Callable[[Event], bool]:
    from gymtui.client.desk.event_filter import WrongFilter, read_filter  # noqa: PLC0415  most ask for all

    try:
        return read_filter(" ".join(words)).passes
    except WrongFilter as wrong:
        raise WrongUsage(f"What to print: {wrong}") from wrong


async def _run(url: str, login: Login, desk: str, **options: Any) -> None:
    journal = Bookmark()
    service = WebSocketService(url, login, journal, desk=desk, full=True)
    tail = Tail(service, out=sys.stdout, err=sys.stderr, journal=journal, **options)
    await until_first(service.run(), needs_a_person(service), tail.over, tail.run())
