"""One front desk: decides at once on its own copy, writes it down, and lets the server have the last word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

from msgspec.structs import replace

from gymtui import clock, codec
from gymtui.client.asker import Asker
from gymtui.client.command_queue import CommandQueue
from gymtui.client.directory_sync import DirectorySync
from gymtui.client.dispatch import Dispatcher
from gymtui.client.outbox import Outgoing
from gymtui.client.outcomes import Outcomes
from gymtui.client.presence import Presence
from gymtui.client.pump import Outcome, Pump
from gymtui.client.replica import Replica, ReplicaError
from gymtui.client.service import WebSocketService
from gymtui.client.state import CommandKind, Hit, Inside, Verdict
from gymtui.client.tasks import until_first
from gymtui.client.undoable import Undoable
from gymtui.client.verdicts import Matter, about, judge, since, zone_of
from gymtui.protocol import CheckIn, CheckOut, Member, Undo

logger = logging.getLogger(__name__)

CODE: Final = 64  # characters of the longest code there can be


class Desk:
    """Check-ins, check-outs and their undoing. Each is answered by a `Verdict` at once, and by another when the server
    has spoken: subscribe to `"verdict"` for these, to `"queue"` for the number of commands without an answer."""

    def __init__(
        self,
        service: WebSocketService,
        replica: Replica,
        *,
        name: str | None = None,
        clock: clock.Clock = clock.now,
        new_id: Callable[[], str] = clock.new_id,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.service = service
        self.replica = replica
        self.name = name
        self._clock = clock
        self._new_id = new_id
        self._queue = CommandQueue(replica)
        self._presence = Presence(replica, self._queue)
        self._dispatcher = Dispatcher(("verdict", "queue", "directory"), service.report)
        self._pump = Pump(service, self._queue, self._told, sleep=sleep)
        self._outcomes = Outcomes(service, replica, self._presence, self._say, clock=clock)
        self._asker = Asker(service, self._outcomes.asked)
        self._sync = DirectorySync(service, replica, self._directory_grew, sleep=sleep)
        self._outcomes.unsent.update(row.id for row in self._queue)
        service.subscribe("stats", replica.fold_stats)
        service.subscribe("events", self._presence.catch_up)
        service.subscribe("snapshot", self._start_again)

    async def run(self) -> None:
        """Connection, queue and directory, until the service is closed."""
        try:
            await until_first(self.service.run(), self._pump.run(), self._sync.run())
        finally:
            await self._asker.stop()

    def subscribe(
        self, kind: Literal["verdict", "queue", "directory"], handler: Callable[[Any], None]
    ) -> Callable[[], None]:
        """Calls `handler` with every later word on a command, with `queued`, or with how much of the directory has
        come (0 to 1), until what comes back is called."""
        return self._dispatcher.subscribe(kind, handler)

    def _directory_grew(self, part: float) -> None:
        self._dispatcher.publish("directory", part)

    def find(self, text: str, limit: int = 8) -> list[Hit]:
        """Members by what was typed."""
        return [Hit(member=m, in_since=self.in_since(m.id)) for m in self.replica.search(text, limit)]

    def in_since(self, member_id: str) -> int | None:
        """When the member's open visit began (ms), as far as journal and queue know; None where there is none."""
        return self._presence.since(member_id)

    def present(self) -> list[Inside]:
        """Who is in, as far as journal and queue know, the newest first."""
        return self._presence.everyone()

    # --- the queue ------------------------------------------------------------------------------------------------

    def _start_again(self, _: object) -> None:
        """The journal was taken up elsewhere: one from a backup has to hear again of what it lacks."""
        self._presence.start_again()
        before = {row.id for row in self._queue}
        self._queue.reload()
        self._outcomes.unsent.update({row.id for row in self._queue} - before)
        self._dispatcher.publish("queue", self.queued)
        self._pump.wake()

    @property
    def queued(self) -> int:
        """Commands that wait for the server's answer."""
        return len(self._queue)

    @property
    def queue(self) -> list[Outgoing]:
        """These commands, in order."""
        return list(self._queue)

    @property
    def set_aside(self) -> list[Outgoing]:
        """Commands that the server could not take, each with its `reason`: not sent any more, not counted as queued."""
        return self._queue.aside

    def acknowledge(self, id: str) -> None:
        """A command that was set aside has been looked at, and is forgotten; nothing where it is not there any more."""
        self._take_up(id, self._queue.acknowledge)

    def retry(self, id: str) -> None:
        """A command that was set aside is sent once more, under its old id and behind all that waits; nothing where it
        is not there any more."""
        matter = self._take_up(id, self._queue.retry)
        if matter is not None:
            self._outcomes.unsent.add(id)
            self._say(matter.says("queued", self._clock()))
            self._pump.wake()

    def _take_up(self, id: str, do: Callable[[Outgoing], None]) -> Matter | None:
        """Does that with a command that was set aside; None where it is gone, or where the disk does not take that."""
        row = next((row for row in self.set_aside if row.id == id), None)
        if row is None:
            return None
        matter = about(row, self.replica.member(row.member_id or ""))
        try:
            do(row)
        except ReplicaError:
            self._say(self._not_written(matter))
            return None
        self._dispatcher.publish("queue", self.queued)
        return matter

    # --- commands -------------------------------------------------------------------------------------------------

    def check_in(self, who: Member | str) -> Verdict:
        """A member, or exactly a code. `queued` is on disk here; nothing is `checked_in` before it is at the server."""
        member = self._known(who)
        if member is None:
            return self._ask_by_code("check_in", CheckIn(code=str(who).strip()))
        matter = self._matter("check_in", member)
        in_since = self.in_since(member.id)
        if in_since is not None:
            visit = self._presence.visit(member.id)
            detail = since(in_since, self.name if visit is None else visit.desk, zone_of(self.replica.gym))
            return matter.says("already_in", self._clock(), detail=detail, next_step="F4 checks out")
        ruling = judge(member, self.replica.gym, self._now())
        if ruling.action == "refuse":
            return self._refuse(matter, CheckIn(member_id=member.id), ruling.code or "", ruling.reason or "")
        request = CheckIn(member_id=member.id, occurred_at=clock.to_text(self._now()), offline=not self._is_live)
        return self._enqueue(matter, request, Undoable(matter.command_id, member.ref))

    def check_out(self, who: Member | str) -> Verdict:
        """A member, or exactly a code."""
        member = self._known(who)
        if member is None:
            return self._ask_by_code("check_out", CheckOut(code=str(who).strip()))
        matter = self._matter("check_out", member)
        in_since = self.in_since(member.id)
        if in_since is None:
            return self._refuse(matter, CheckOut(member_id=member.id), "not_checked_in", "not checked in")
        request = CheckOut(member_id=member.id, occurred_at=clock.to_text(self._now()), offline=not self._is_live)
        return self._enqueue(matter, request, Undoable(matter.command_id, member.ref, in_since))

    def undo(self) -> Verdict | None:
        """Takes back what this desk did last; None where there is nothing to take back."""
        done = self.replica.undoable
        if done is None:
            return None
        matter = Matter(command_id=self._new_id(), action="undo", subject=done.member.full_name, member=done.member)
        self._presence.reopens(matter.command_id, done.since)
        return self._enqueue(matter, Undo(command_id=done.command_id), None)

    def _enqueue(self, matter: Matter, request: CheckIn | CheckOut | Undo, done: Undoable | None) -> Verdict:
        """Writes it down first; then it may be said, and sent."""
        assert matter.member is not None
        row = Outgoing(
            id=matter.command_id,
            kind=matter.action,
            payload=codec.encode(replace(request, queued_by=self.service.user)),
            member_id=matter.member.id,
            at=self._now(),
        )
        try:
            self._queue.add(row, done)
        except ReplicaError:
            return self._not_written(matter)
        sent = self._is_live
        if not sent:
            self._outcomes.unsent.add(matter.command_id)
        self._pump.wake()
        self._dispatcher.publish("queue", self.queued)
        return matter.says("queued", self._clock(), sent=sent)

    def _not_written(self, matter: Matter) -> Verdict:
        logger.exception("A command could not be written down")
        step = "free some space, then do it again"
        return matter.says("refused", self._clock(), detail="this desk cannot write to its disk", next_step=step)

    def _ask_by_code(self, action: CommandKind, request: CheckIn | CheckOut) -> Verdict:
        """Nobody this desk knows of: only the server can tell."""
        matter = self._matter(action, request.code or "")
        if self._is_live and matter.subject.isprintable() and 0 < len(matter.subject) <= CODE:
            self._asker.ask(matter, request)
            return matter.says("queued", self._clock(), sent=True)
        if any(c.isdigit() for c in matter.subject):
            return matter.refused(self._clock(), "unknown_member", "nobody here has that number")
        detail = "nobody is known by that name or number"
        return matter.says("refused", self._clock(), detail=detail, next_step="look at the spelling")

    def _refuse(self, matter: Matter, request: CheckIn | CheckOut, code: str, reason: str) -> Verdict:
        """Refused here at once; the server journals that, or knows better."""
        if self._is_live:
            self._asker.ask(matter, request, told=True)
        return matter.refused(self._clock(), code, reason)

    def _told(self, row: Outgoing, outcome: Outcome) -> None:
        if self._outcomes.told(row, outcome):
            self._dispatcher.publish("queue", self.queued)

    def _say(self, verdict: Verdict) -> None:
        self._dispatcher.publish("verdict", verdict)

    def _known(self, who: Member | str) -> Member | None:
        if isinstance(who, Member):
            return self.replica.member(who.id) or who
        return self.replica.by_code(who)

    def _matter(self, action: CommandKind, who: Member | str) -> Matter:
        if isinstance(who, str):
            return Matter(command_id=self._new_id(), action=action, subject=who)
        return Matter(command_id=self._new_id(), action=action, subject=who.full_name, member=who.ref)

    def _now(self) -> int:
        """The time of day by the server's clock, as far as that is known."""
        return self._clock() + self.service.clock_offset

    @property
    def _is_live(self) -> bool:
        return self.service.state.phase == "live"
