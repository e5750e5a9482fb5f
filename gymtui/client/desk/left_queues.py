"""Left queues: outboxes of this machine that no window has open. Commands belong to the gym and the machine, whatever
either is called: the next desk of that gym adopts them, and shows those of another."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.replica.replica import Replica, ReplicaError, ReplicaInUse
from gymtui.client.state import ConnectionState, LeftQueue, Verdict
from gymtui.gym_zone import zone_of
from gymtui.printable import printable

logger = logging.getLogger(__name__)


class LeftQueues:
    """Looks through the replicas in `folder` (None: there is none) at the start and each time the gym is known again;
    `found` has what was there. `on_taken` is called where the outbox of `replica` has become another one, `publish`
    tells the person."""

    def __init__(
        self,
        service: WebSocketService,
        replica: Replica,
        folder: Path | None,
        publish: Callable[[Verdict], None],
        on_taken: Callable[[], None],
        *,
        now: clock.Clock,
    ) -> None:
        self._service = service
        self._replica = replica
        self._folder = folder
        self._publish = publish
        self._on_taken = on_taken
        self._now = now
        self._has_looked = False  # since the connection came
        self._taken: dict[str, LeftQueue] = {}
        self._others: tuple[LeftQueue, ...] = ()
        if folder is not None:
            service.subscribe("connection", self._connection_changed)
            service.subscribe("events", self._caught_up)
            service.subscribe("snapshot", self._caught_up)

    @property
    def found(self) -> tuple[LeftQueue, ...]:
        """What this desk has taken over, then what belongs to another gym or cannot be read."""
        return (*self._taken.values(), *self._others)

    def look(self) -> None:
        """Adopts what is of this gym, as far as that is known."""
        taken, others = [], []
        for file in sorted(self._folder.glob("desk-*.db")) if self._folder else ():
            try:
                with closing(Replica(file)) as left:
                    queue = self._adopt(left, file)
            except ReplicaInUse:
                continue  # its window sends them; this desk's own is held too
            except ReplicaError as error:
                logger.warning("A queue that was left here cannot be read: %s", error)
                queue = LeftQueue(file=file.name, problem=str(error))
            if queue.taken:
                taken.append(queue)
            elif queue.count or queue.problem:
                others.append(queue)
        self._others = tuple(others)
        if taken or others:  # one that failed may have been written here already
            self._on_taken()
        if taken:
            self._tell(taken)

    def _adopt(self, left: Replica, file: Path) -> LeftQueue:
        """Takes over what is in there, where it is of this gym; else gives what there is."""
        owner, mine = left.ownership.owner(), self._replica.ownership.owner()
        name = None if left.gym is None else left.gym.name
        queue = LeftQueue(file=file.name, desk=owner.desk, url=owner.url, gym=name)
        if not mine.epoch or not owner.is_of_gym(mine):  # a desk that knows no gym yet has none to send them to
            rows = left.outbox.rows()
            return replace(queue, count=len(rows), since=rows[0].at if rows else 0)
        moved = self._replica.ownership.take(left.ownership, self._now())
        if not moved:
            return queue
        logger.info("%d commands of %s are in this desk's outbox now", len(moved), file.name)
        return replace(queue, count=len(moved), since=moved[0][1], taken=True)

    def _tell(self, taken: list[LeftQueue]) -> None:
        self._taken |= {queue.file: queue for queue in taken}
        count, since = sum(queue.count for queue in taken), min(queue.since for queue in taken)
        at, now = (datetime.fromtimestamp(ms / 1000, zone_of(self._replica.gym)) for ms in (since, self._now()))
        when = f"{at:%H:%M}" if at.date() == now.date() else f"{at.day} {at:%b %H:%M}"
        names = {f'"{printable(queue.desk)}"' if queue.desk else "another desk" for queue in taken}
        self._publish(
            Verdict(
                kind="queued",
                subject=f"{count} {'command' if count == 1 else 'commands'} of {' and '.join(sorted(names))}",
                command_id="",
                at=self._now(),
                detail=f"left here since {when}",
                next_step="F9 shows them",
                next_command="connection",
            )
        )

    # --- the gym is known -------------------------------------------------------------------------------------------

    def _connection_changed(self, state: ConnectionState) -> None:
        self._has_looked = self._has_looked and state.is_live
        if state.is_live and not self._has_looked:
            self._part(state.gym_id)
            self._caught_up()

    def _caught_up(self, _: object = None) -> None:
        """Only now: whether a settled command must be told again depends on the journal."""
        if self._service.in_step and not self._has_looked:
            self._has_looked = True
            owner, gym_id = self._replica.ownership.owner(), self._service.state.gym_id
            if gym_id and gym_id != owner.gym_id:
                self._replica.ownership.belongs_to(replace(owner, gym_id=gym_id))
            self.look()

    def _part(self, gym_id: str | None) -> None:
        """Another gym answers at this address: what waits for the one before stays on this machine for that one."""
        mine, folder = self._replica.ownership, self._folder
        owner = mine.owner()
        if folder is None or not gym_id or not owner.gym_id or gym_id == owner.gym_id:
            return
        name = hashlib.sha256(owner.gym_id.encode()).hexdigest()[:12]
        with closing(Replica(folder / f"desk-of-gym-{name}.db")) as kept:
            kept.ownership.belongs_to(replace(owner, url=None))
            if self._replica.gym is not None:
                kept.apply([self._replica.gym], 0)
            kept.ownership.take(mine, self._now())
        mine.forget()
        mine.belongs_to(replace(owner, gym_id=gym_id))
        self._on_taken()
