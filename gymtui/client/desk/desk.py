"""One front desk, offline first: it decides at once on its own replica, writes the command into its outbox, and lets
the server have the last word. Here are its parts, and all that a screen may ask of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

from gymtui.cards.profile import ReaderProfile
from gymtui.cards.reading import read
from gymtui.client.connection.dispatch import Dispatcher
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.commands import Commands
from gymtui.client.desk.dead_letters import DeadLetters
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.desk.handover import Handover
from gymtui.client.desk.judgement import Judgement
from gymtui.client.desk.left_queues import LeftQueues
from gymtui.client.desk.live_commands import LiveCommands
from gymtui.client.desk.log_out import wipe_once_left
from gymtui.client.desk.member_sync import MemberSync
from gymtui.client.desk.outbox_queue import OutboxQueue, Pending
from gymtui.client.desk.outbox_sender import OutboxSender, Outcome
from gymtui.client.desk.outcomes import Outcomes
from gymtui.client.desk.presence import Presence
from gymtui.client.desk.refusals import Refusals
from gymtui.client.desk.roll_calls import RollCalls
from gymtui.client.desk.write_in_time import write_in_time
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica
from gymtui.client.replica.undo_log import Undoable
from gymtui.client.state import Hit, Inside, Verdict
from gymtui.client.tasks import until_first
from gymtui.clock import new_id as id_of
from gymtui.protocol import Member, MemberRef, Override
from gymtui.rules import Ruling
from gymtui.search.near import NEAREST, SCREENFUL

logger = logging.getLogger(__name__)


class Desk:
    """Check-ins, check-outs and their undoing. Each is answered by a `Verdict` at once, and by another with the same
    `command_id` when the server has spoken: subscribe to `"verdict"` for these. Whatever reads the replica may raise
    ReplicaError; a command that its disk does not take is a verdict, `refused`.

    Args:
        service: The connection; the replica is its journal.
        replica: The desk's own copy of the gym, and its outbox.
        name: What this desk is called here; the server knows it by the `desk` of the service.
        folder: Where other desks of this machine may have left their queues (`left_queues`).
        clock: What time it is here; the service may have it too (`clock.now`).
        new_id: Gives an idempotency key for each command.
        sleep: Waits so many seconds; a test has its own.
    """

    def __init__(
        self,
        service: WebSocketService,
        replica: Replica,
        *,
        name: str | None = None,
        folder: Path | None = None,
        clock: DeskClock | None = None,
        new_id: Callable[[], str] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.service, self.replica, self.name = service, replica, name
        self.reader: ReaderProfile | None = None  # how a scan here is understood; None: as it comes
        self.clock = clock = clock or DeskClock(replica)
        new_id = new_id or (lambda: id_of(clock.now()))
        self._queue = OutboxQueue(replica, clock)
        self.presence = Presence(replica, self._queue)
        self._judgement = Judgement(replica, self._queue, self.presence, clock)
        self._dispatcher = Dispatcher(("verdict", "queue", "directory"), service.report)
        publish = partial(self._dispatcher.publish, "verdict")
        self._sender = OutboxSender(service, self._queue, self._outcome_came, sleep=sleep)
        self._outcomes = Outcomes(service, replica, self.presence, publish, clock=clock.now)
        self.dead_letters = DeadLetters(self._queue, self._outcomes, publish, self._queue_changed, clock=clock.now)
        refusals = Refusals(service, self._queue, self._queue_changed, clock)
        self._live_commands = LiveCommands(service, replica, self._outcomes.of_live, refusals, clock=clock.now)
        self._commands = Commands(
            service,
            replica,
            self._queue,
            self._queue_changed,
            judgement=self._judgement,
            presence=self.presence,
            live=self._live_commands,
            clock=clock,
            new_id=new_id,
            name=name,
        )
        self.membership = self._commands.membership
        self.handover = Handover(service, self._queue, self._queue_changed, clock=clock, new_id=new_id)
        self.roll_calls = RollCalls(
            service, replica, self._queue, self._queue_changed, self.presence, clock=clock, new_id=new_id, name=name
        )
        self._sync = MemberSync(service, replica, partial(self._dispatcher.publish, "directory"), sleep=sleep)
        self.left_queues = LeftQueues(service, replica, folder, publish, self._journal_replaced, now=clock.now)
        service.subscribe("time", self._time_came)
        wipe_once_left(service, replica, self._journal_replaced)
        write_in_time(service, replica)
        service.subscribe("stats", replica.fold_stats)
        service.subscribe("events", self.presence.catch_up)
        service.subscribe("snapshot", self._journal_replaced)

    async def run(self) -> None:
        """Keeps the connection, sends the outbox and fetches the members, until the service is closed."""
        self.left_queues.look()
        try:
            await until_first(self.service.run(), self._sender.run(), self._sync.run())
        finally:
            await self._live_commands.stop()

    def subscribe(
        self, kind: Literal["verdict", "queue", "directory"], handler: Callable[[Any], None]
    ) -> Callable[[], None]:
        """Calls `handler` until the function that comes back is called; what it raises is a problem of the service.

        Args:
            kind: `"verdict"`: every later Verdict on a command. `"queue"`: the number `queued`, when it may have
                changed. `"directory"`: how much of the members has come, 0 to 1.
        """
        return self._dispatcher.subscribe(kind, handler)

    def read(self, scan: str) -> tuple[str, str | None]:
        """A scan as this desk's reader has been learned, and what else it may be where somebody has that very code."""
        if self.reader is None:
            return scan, None
        text = read(self.reader, scan)
        if any(owned.card.code == scan for owned in self.replica.members.owners(scan)):
            return scan, text
        is_marked = bool(self.reader.prefix or self.reader.suffix)
        return text or ("" if is_marked else scan), None

    def find(self, text: str, limit: int = 8) -> list[Hit]:
        """At most `limit` members by what was typed, the likeliest first; behind less than a screenful, near ones."""
        found = self.replica.members.search(text, limit)
        room = min(limit, SCREENFUL) - len(found)
        known = {member.id for member in found}
        near = [m for m in self.replica.members.near(text, SCREENFUL) if m.id not in known][:room] if room > 0 else []
        return [*(self.hit(m) for m in found), *(self.hit(m, near=True) for m in near)]

    def nearest(self, text: str) -> list[Hit]:
        """Near hits for a name or a number that nobody has, and that somebody has typed: those who have almost that
        one. What was scanned must not show anybody else."""
        return [self.hit(member, near=True) for member in self.replica.members.nearest(text, NEAREST)]

    def hit(self, member: Member, *, near: bool = False) -> Hit:
        """The member as the desk finds one."""
        queued = self.replica.members.waits(member.id)
        return Hit(member=member, in_since=self.in_since(member.id), near=near, queued=queued)

    def in_since(self, member_id: str) -> int | None:
        """When the member's open visit began (ms), as far as journal and queue know; None where there is none."""
        return self.presence.since(member_id)

    def present(self) -> list[Inside]:
        """Who is in, as far as journal and queue know, the newest first."""
        return self.presence.everyone()

    def ruling(self, member: Member) -> Ruling:
        """What the rules say of the member here and now; a doubtful clock says nothing against anybody."""
        return self._judgement.of(member)

    def _time_came(self, told: tuple[int, float]) -> None:
        """The server has said what time it is: it was so before, too."""
        self.clock.hear(*told)
        if self._queue.correct():
            self._queue_changed()
        self.clock.keep()

    # --- the outbox ------------------------------------------------------------------------------------------------

    def _journal_replaced(self, _: object = None) -> None:
        """Another journal or outbox was taken up, or none is left: one from a backup has to hear of what it lacks."""
        self.presence.start_again()
        self._queue.reload()
        if self.clock.is_heard:
            self._queue.correct()
        self._queue_changed()

    def _queue_changed(self) -> None:
        self._dispatcher.publish("queue", self.queued)
        self._sender.wake()

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

    # --- commands -------------------------------------------------------------------------------------------------

    @property
    def looks_on(self) -> str | None:
        """That whoever is logged in may check nobody in or out, in words; None where they may, or nobody knows."""
        return self._commands.looks_on

    def check_in(self, who: Member | str, card: str | None = None, *, sure: bool = False) -> Verdict:
        """Lets a member in. `queued` is on disk here; nothing is `checked_in` before it is on disk at the server;
        `asked`: nothing is done yet, and the same once more with `sure` does it.

        Args:
            who: A member, or exactly a code (a membership number, as a scanner types it).
            card: The code by which the member was found, where it was one.
            sure: Somebody has been asked, and has said yes.
        """
        return self._commands.check_in(who, card, sure=sure)

    def pass_over(self, asked: Verdict) -> None:
        """Whom a verdict has `asked` about nobody has let in: a refusal like any other."""
        self._commands.pass_over(asked)

    def check_out(self, who: Member | str, card: str | None = None) -> Verdict:
        """Ends the open visit of a member; `who` and `card` as for `check_in`."""
        return self._commands.check_out(who, card)

    def override(self, who: MemberRef, override: Override) -> Verdict:
        """A manager lets in whom the rules refuse. It is asked now and once, beside the outbox: a PIN is written down
        nowhere. Where there is no server just now, the verdict is `refused`."""
        return self._commands.override(who, override)

    def undo(self, done: Undoable | None = None) -> Verdict | None:
        """Takes back what this desk did last, or what was `done` at any; None where there is nothing to take back."""
        return self._commands.undo(done)

    def _outcome_came(self, pending: Pending, outcome: Outcome) -> None:
        if self._outcomes.of_queued(pending, outcome):
            self._queue_changed()
