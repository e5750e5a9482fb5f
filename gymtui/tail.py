"""`gymtui tail`: one line an event on stdout, for pipes and screen readers; the connection's story on stderr."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

from gymtui import clock, codec
from gymtui.client.errors import AuthenticationProblem, Problem
from gymtui.client.follow import Bookmark
from gymtui.client.service import WebSocketService
from gymtui.client.state import ConnectionState
from gymtui.client.tasks import until_first
from gymtui.printable import printable
from gymtui.prompt import sign_in
from gymtui.protocol import CheckInEvent, Event, Gym, Member, MemberRef, Notification, Refusal


def line(event: Event) -> str:
    """One event as words in columns: `09:00:00  in        Ana Silva  100042  Main door  desk 2`."""
    match event:
        case CheckInEvent(status="checked_in"):
            return _line(event.check_in_time, "in", *_who(event.member), event.location, event.desk, *event.flags)
        case CheckInEvent():
            return _line(event.check_out_time, "out", *_who(event.member), event.desk, *event.flags)
        case Refusal():
            return _line(event.at, "refused", *_who(event.member), event.reason, event.desk)
        case Notification():
            return _line(event.at, event.level, event.title, event.message)
        case Member():
            return _line(None, "member", *_who(event.ref), event.plan)
        case Gym():
            return _line(None, "gym", event.name, event.timezone)


def _line(at: str | None, word: str, *words: str | None) -> str:
    time = datetime.now() if at is None else datetime.fromtimestamp(clock.to_ms(at) / 1000)
    return printable("  ".join([f"{time:%H:%M:%S}", f"{word:8}", *(text for text in words if text)]))


def _who(member: MemberRef | None) -> tuple[str, str | None]:
    return ("?", None) if member is None else (member.full_name, member.membership_number)


class Tail:
    """Prints what a service hears; `out` gets events, `err` the narration."""

    def __init__(self, service: WebSocketService, *, json: bool, out: TextIO, err: TextIO) -> None:
        self._json = json
        self._out = out
        self._err = err
        self._phase = ""
        self.denied: asyncio.Future[AuthenticationProblem] = asyncio.get_running_loop().create_future()
        service.subscribe("events", self._events)
        service.subscribe("connection", self._connection)
        service.subscribe("problem", self._problem)

    def _events(self, events: Sequence[Event]) -> None:
        for event in events:
            text = codec.message(event).decode() if self._json else line(event)
            self._out.write(text + "\n")
        self._out.flush()

    def _connection(self, state: ConnectionState) -> None:
        if state.phase == self._phase:
            return
        self._phase = state.phase
        if state.phase == "live":
            self._say(f"connected as {state.user}")

    def _problem(self, problem: Problem) -> None:
        if isinstance(problem, AuthenticationProblem) and not self.denied.done():
            self.denied.set_result(problem)
        else:
            self._say(str(problem))

    def _say(self, text: str) -> None:
        self._err.write(f"gymtui: {printable(text)}\n")
        self._err.flush()


def run(*, url: str, user: str | None, desk: str, token: str | None, json: bool) -> None:
    """Until interrupted, or until the server no longer knows who this is."""
    asyncio.run(_run(url, user, desk, token, json=json))


async def _run(url: str, user: str | None, desk: str, token: str | None, *, json: bool) -> None:
    login = await sign_in(url, user=user, token=token)
    service = WebSocketService(url, login, Bookmark(), desk=desk, full=True)
    tail = Tail(service, json=json, out=sys.stdout, err=sys.stderr)
    await until_first(service.run(), tail.denied)
    if tail.denied.done():
        raise tail.denied.result()
