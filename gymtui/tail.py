"""`gymtui tail`: one line an event on stdout, for pipes and screen readers; the connection's story on stderr."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

from gymtui import clock, codec
from gymtui.client.auth import Login
from gymtui.client.errors import AuthenticationProblem, Problem, StoppedProblem
from gymtui.client.follow import Bookmark
from gymtui.client.service import WebSocketService
from gymtui.client.state import ConnectionState
from gymtui.client.tasks import until_first
from gymtui.client.unattended import needs_a_person, run_unattended
from gymtui.printable import printable
from gymtui.prompt import sign_in
from gymtui.protocol import CheckInEvent, Event, Gym, Member, MemberRef, Notification, Refusal, Snapshot


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
    return printable("  ".join([_wall(at), f"{word:8}", *(text for text in words if text)]))


def _wall(at: str | None) -> str:
    """The time on the clock here; now, where an event has none."""
    try:
        time = datetime.now() if at is None else datetime.fromtimestamp(clock.to_ms(at) / 1000)
    except (ValueError, OverflowError, OSError):
        return "--:--:--"
    return f"{time:%H:%M:%S}"


def _who(member: MemberRef | None) -> tuple[str, str | None]:
    return ("?", None) if member is None else (member.full_name, member.membership_number)


def as_json(event: Event) -> str:
    """One event as a message of the wire. What a terminal would obey is written as JSON writes it, `\\u009b`."""
    text = codec.message(event).decode()
    return text if text.isascii() else "".join(c if printable(c) == c else _escape(c) for c in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True))


class Tail:
    """Prints what a service hears; `out` gets events, `err` the narration. `over` fails when nobody reads `out`."""

    def __init__(self, service: WebSocketService, *, json: bool, out: TextIO, err: TextIO) -> None:
        self._write = as_json if json else line
        self._out = out
        self._err = err
        self._phase = ""
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        service.subscribe("events", self._events)
        service.subscribe(Snapshot.type, self._missed)
        service.subscribe("connection", self._connection)
        service.subscribe("problem", self._problem)

    def _events(self, events: Sequence[Event]) -> None:
        if self.over.done():
            return
        try:
            self._out.writelines(f"{self._write(event)}\n" for event in events)
            self._out.flush()
        except BrokenPipeError as error:
            self.over.set_exception(error)

    def _missed(self, _: Snapshot) -> None:
        self._say("The server no longer has all that has happened meanwhile: some events are not here.")

    def _connection(self, state: ConnectionState) -> None:
        if state.phase == self._phase:
            return
        self._phase = state.phase
        if state.phase == "live":
            self._say(f"connected as {state.user}")

    def _problem(self, problem: Problem) -> None:
        if not isinstance(problem, AuthenticationProblem | StoppedProblem):  # these are how it ends
            self._say(str(problem))

    def _say(self, text: str) -> None:
        self._err.write(f"gymtui: {printable(text)}\n")
        self._err.flush()


def run(*, url: str, user: str | None, desk: str, token: str | None, json: bool) -> None:
    """Until interrupted, or until the server no longer knows who this is, or until nobody reads any more."""
    login = sign_in(url, user=user, token=token)
    try:
        run_unattended(_run(url, login, desk, json=json))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left would fail once more at the exit
        raise


async def _run(url: str, login: Login, desk: str, *, json: bool) -> None:
    service = WebSocketService(url, login, Bookmark(), desk=desk, full=True)
    tail = Tail(service, json=json, out=sys.stdout, err=sys.stderr)
    await until_first(service.run(), needs_a_person(service), tail.over)
