"""A desk without a server: just enough of the client to hold a screen in front of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from inspect import isawaitable
from types import SimpleNamespace
from typing import Any, Literal, cast

from msgspec import Raw
from msgspec.structs import replace

from gymtui.cards.profile import ReaderProfile
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.desk.verdicts import Matter, judge
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.login.login import Login
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica
from gymtui.client.replica.undo_log import Undoable
from gymtui.client.state import ConnectionState, Hit, Inside, Verdict, VerdictKind
from gymtui.codec import encode
from gymtui.protocol import (
    Configure,
    Conflicts,
    Correct,
    Event,
    GetMember,
    GetPeak,
    GymFields,
    ListCheckIns,
    ListConflicts,
    ListRefusals,
    Member,
    MemberCard,
    MemberRef,
    Override,
    Peak,
    Request,
    Role,
    ShareReader,
)
from gymtui.rules import Ruling, Uncounted
from gymtui.search.folding import words
from gymtui.search.text import index_words
from gymtui.ui import GymApp
from gymtui.ui.box.check_out import CheckOut
from tests.factories import NOW
from tests.fake_login import FakeLogin
from tests.fake_membership import FakeMembership
from tests.fake_replica import FakeReplica

LIVE = ConnectionState(phase="live", since=NOW, latency=0.012)
LOGGED_OUT = ConnectionState(phase="logged_out", since=NOW, reason="Your shift has ended: log in again.")

Handler = Callable[[Any], None]
Who = Member | str


class Signals:
    """Handlers by kind of news, as the client has them."""

    def __init__(self) -> None:
        self.handlers: defaultdict[str, list[Handler]] = defaultdict(list)

    def subscribe(self, kind: str, handler: Handler) -> Callable[[], None]:
        """As the client's: what it gives ends the subscription."""
        self.handlers[kind].append(handler)
        return lambda: self.handlers[kind].remove(handler)

    def publish(self, kind: str, value: Any) -> None:
        """Tells all handlers of this kind, at once."""
        for handler in list(self.handlers[kind]):
            handler(value)


class FakeService(Signals):
    """A connection that is live until the test says what it `becomes`; `calls` is what it was asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.state = LIVE
        self.closed = asyncio.Event()
        self.calls: list[str] = []
        self.cards: dict[str, MemberCard] = {}
        self.conflicts: Conflicts | Exception = Disconnected("There is no connection to the server.")
        self.asked: list[ListConflicts] = []
        self.peak: Peak | None = None
        self.correct: Callable[[Correct], object] | None = None
        self.history: Callable[[ListCheckIns | ListRefusals], object] | None = None  # what there is
        self.clock_offset, self.user = 0, cast("str | None", None)
        self.configured: list[GymFields] = []
        self.shared: list[ShareReader] = []
        self.problem: RequestRefused | None = None
        self.role: Role | None = "manager"

    async def request(self, request: Request) -> Raw:
        """Answers from `cards` and `conflicts`; Disconnected where the test has put nothing there."""
        if isinstance(request, ListConflicts):
            self.asked.append(request)
            if isinstance(self.conflicts, Exception):
                raise self.conflicts
            return Raw(encode(self.conflicts))
        if isinstance(request, Configure | ShareReader):
            self.configured += [request.gym] if isinstance(request, Configure) else []
            self.shared += [request] if isinstance(request, ShareReader) else []
            if self.problem is not None:
                raise self.problem
            return Raw(b"{}")
        if isinstance(request, GetPeak) and self.peak is not None:
            return Raw(encode(self.peak))
        if isinstance(request, Correct) and self.correct is not None:
            return Raw(encode(self.correct(request)))
        if isinstance(request, ListCheckIns | ListRefusals) and self.history is not None:
            answer = self.history(request)
            return Raw(encode(await answer if isawaitable(answer) else answer))
        if not isinstance(request, GetMember) or request.member_id not in self.cards:
            raise Disconnected("There is no connection to the server.")
        return Raw(encode(self.cards[request.member_id]))

    def becomes(self, state: ConnectionState) -> None:
        """The connection is in this state from now on, and everyone is told."""
        self.state = state
        self.publish("connection", state)

    async def close(self) -> None:
        self.calls.append("close")
        self.closed.set()

    def retry_now(self) -> None:
        self.calls.append("retry_now")

    def logged_in(self) -> None:
        self.calls.append("logged_in")
        self.becomes(LIVE)

    def logged_out(self) -> None:
        self.calls.append("logged_out")
        self.becomes(ConnectionState(phase="logged_out", since=NOW, reason="Nobody is logged in: please log in."))


class FakeDesk(Signals):
    """Says `checked in` to members it knows, `refused` to every other code; `done` is what it was asked."""

    name = "desk 2"

    def __init__(self, members: Sequence[Member] = (), events: Sequence[Event] = ()) -> None:
        super().__init__()
        self.service = FakeService()
        self.membership = FakeMembership()
        self.replica = FakeReplica(members, events)
        self.wall = NOW
        self.clock = DeskClock(cast(Replica, self.replica), lambda: self.wall, lambda: 0.0)
        self.queued = 0
        self.done: list[tuple[str, str]] = []
        self.taken_back: list[Undoable] = []
        self.overrides: list[tuple[MemberRef, Override]] = []
        self.answers: dict[str, VerdictKind] = {}
        self.passed_over: list[str] = []
        self.inside: list[Inside] = []
        self.queue: list[Outgoing] = []
        self.set_aside: list[Outgoing] = []
        self.left_queues = SimpleNamespace(found=())
        self.roll_calls = SimpleNamespace(now=None, list=None)
        self.dead_letters = SimpleNamespace(acknowledge=self._acknowledge, retry=self._retry)
        self.presence = SimpleNamespace(uncounted=Uncounted())
        self.looks_on: str | None = None
        self.reader: ReaderProfile | None = None
        self.near: dict[str, Sequence[Member]] = {}  # near hits, by what was typed
        self.nearly: dict[str, Sequence[Member]] = {}  # whom an unknown name or number almost means

    def ruling(self, member: Member) -> Ruling:
        """As the desk's: by the gym's policy, now."""
        return judge(member, self.replica.gym, NOW)

    def present(self) -> list[Inside]:
        return list(self.inside)

    def in_since(self, member_id: str) -> int | None:
        return next((inside.since for inside in self.inside if inside.member.id == member_id), None)

    def _acknowledge(self, id: str) -> None:
        self.set_aside = [row for row in self.set_aside if row.id != id]
        self.publish("queue", self.queued)

    def _retry(self, id: str) -> None:
        """It waits in the outbox again."""
        self.queue += [row for row in self.set_aside if row.id == id]
        self._acknowledge(id)

    async def run(self) -> None:
        await self.service.closed.wait()

    def check_in(self, who: Who, card: str | None = None, *, sure: bool = False) -> Verdict:
        verdict = self._do("check_in", who)
        return replace(verdict, kind="checked_in", detail=None) if sure else verdict

    def pass_over(self, asked: Verdict) -> None:
        self.passed_over.append(asked.subject)

    def check_out(self, who: Who, card: str | None = None) -> Verdict:
        return self._do("check_out", who)

    def _do(self, action: Literal["check_in", "check_out"], who: Who) -> Verdict:
        name = who if isinstance(who, str) else who.full_name
        subject = Matter.of("", action, who).subject
        self.done.append((action, name))
        kind: VerdictKind = "checked_in" if action == "check_in" else "checked_out"
        kind = self.answers.get(name, "refused" if isinstance(who, str) else kind)
        detail = {"refused": "nobody here has that number", "already_in": "since 17:02, desk 2"}.get(kind)
        detail = "the gym is full, 220 of 220 in" if kind == "asked" else detail
        ref = None if isinstance(who, str) else who.ref
        if action == "check_out":
            self.inside = [inside for inside in self.inside if ref is None or inside.member.id != ref.id]
        step, command = {
            "refused": ("F8 override (manager)", "override" if ref else None),
            "already_in": ("F4 checks out", "check-out"),
        }.get(kind, (None, None))
        return Verdict(
            kind=kind,
            subject=subject,
            command_id=f"c{len(self.done)}",
            at=NOW,
            detail=detail,
            next_step=step if command else None,
            next_command=command,
            action=action,
            member=ref,
        )

    def override(self, who: MemberRef, override: Override) -> Verdict:
        self.overrides.append((who, override))
        detail = f"override by {override.manager}"
        if self.answers.get("override") == "queued":  # the server takes its time
            return Verdict(kind="queued", subject=who.full_name, command_id="o1", at=NOW, sent=True, member=who)
        return Verdict(kind="warned", subject=who.full_name, command_id="o1", at=NOW, detail=detail, member=who)

    def undo(self, done: Undoable | None = None) -> Verdict | None:
        if done is not None:
            self.taken_back.append(done)
            name = done.member.full_name
            return Verdict(kind="queued", subject=name, command_id="u1", at=NOW, action="undo", sent=True)
        if not self.done:
            return None
        _, name = self.done.pop()
        return Verdict(kind="undone", subject=name, command_id="u1", at=NOW, action="undo")

    def find(self, text: str, limit: int = 8) -> list[Hit]:
        """Members whose words begin as typed, in the order given."""
        typed = words(text)
        found = [
            m
            for m in self.replica.members
            if all(any(w.lstrip(",#").startswith(t) for w in index_words(m)) for t in typed)
        ]
        near = [Hit(member=m, near=True) for m in self.near.get(text, ())]
        return [*(self.hit(m) for m in found[:limit]), *near]

    def read(self, scan: str) -> tuple[str, str | None]:
        return Desk.read(cast(Desk, self), scan)

    def nearest(self, text: str) -> list[Hit]:
        return [Hit(member=m, near=True) for m in self.nearly.get(text, ())]

    def hit(self, member: Member) -> Hit:
        return Hit(member=member, in_since=self.in_since(member.id))


def make_app(desk: FakeDesk, login: FakeLogin | None = None, **options: Any) -> GymApp:
    """The console over these, with a clock that stands still."""
    url = "ws://127.0.0.1:8765/ws/checkins/"
    return GymApp(cast(Desk, desk), cast(Login, login or FakeLogin()), url=url, clock=lambda: NOW, **options)


def is_checking_out(app: GymApp) -> bool:
    """Does the box of the front desk mean check-out?"""
    return any(isinstance(mode, CheckOut) for mode in app.front_desk.modes)
