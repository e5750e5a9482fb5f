"""Commands in flight: those of one connection that came and have no answer yet, because they are not on disk.

Backpressure: with `MAX_IN_FLIGHT` of them the session reads no further message until one is answered.
"""

from __future__ import annotations

import asyncio
from functools import partial

from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import MAX_IN_FLIGHT, CheckIn, Command, ErrorBody, Override, Role
from server.auth.auth import Denied
from server.gym.commands import perform
from server.gym.foresight import foreseen
from server.gym.orders import Order
from server.net.admitted import Admitted
from server.net.context import ServerContext
from server.net.entitled import by_right
from server.net.handshake import Identity
from server.net.last_minute import LastMinute
from server.net.quota import PAUSE
from server.net.sender import Sender
from server.net.turned_away import TurnedAway
from server.store import Outcome, StoreUnavailable, Transaction
from server.store.group_commit import Done


class InFlight:
    """Has commands done, and answers each once it is on disk."""

    __slots__ = ("_came", "_context", "_count", "_room", "_sender", "_timer", "_turned_away", "_who")

    def __init__(self, context: ServerContext, sender: Sender, who: Admitted) -> None:
        self._context = context
        self._sender = sender
        self._who = who
        self._timer = asyncio.get_running_loop().time
        self._turned_away = TurnedAway(self._timer)
        self._count = 0
        self._came = LastMinute(self._timer)
        self._room: asyncio.Event | None = None  # made where somebody waits for it: most never do

    def __len__(self) -> int:
        return self._count

    @property
    def lately(self) -> int:
        """How many came in the last minute."""
        return self._came.total

    def refuse(self, payload: Command, id: str | None, error: ErrorBody) -> None:
        """Nothing of it is done."""
        self._received(payload, id)(Outcome(error=error))

    async def submit(self, payload: Command, id: str | None) -> None:
        identity = self._who.identity
        user, desk, device = identity.claims.user, identity.desk, identity.claims.device
        done = self._received(payload, id)
        if (error := self._too_early(user, desk, payload, id)) is not None:
            self._turned_away.note(id, error)
            done(Outcome(error=error))
            await asyncio.sleep(PAUSE)
            return
        if isinstance(payload, CheckIn) and payload.override is not None:
            try:  # before the transaction: a PIN takes 50 ms to check, and the writer works for everyone
                payload = await self._allowed_by(payload.override, payload, identity)
            except Denied as denied:
                self._context.refusals.refused(user, desk)  # it has cost a turn of the writer's, as any other has
                done(Outcome(error=denied.error))
                return
            except StoreUnavailable as unavailable:
                done(Outcome(error=ErrorBody(code="storage_unavailable", message=str(unavailable), retryable=True)))
                return
        key = id or clock.new_id(self._context.now())  # the idempotency key; who sends none cannot send it again
        connected = self._context.roster.since(desk, device)

        def work(tx: Transaction, role: Role) -> Outcome:
            if (error := _withdrawn(tx, payload)) is not None:
                return Outcome(error=error)
            order = Order(id=key, payload=payload, user=user, role=role, desk=desk, device=device, connected=connected)
            return self._context.refusals.counted(user, desk, lambda: perform(tx, order))

        def told(outcome: Outcome) -> None:
            if outcome.error is not None and outcome.error.code == "rate_limited":
                self._context.refusals.untold(user, desk)
                self._turned_away.note(id, outcome.error)
            if outcome.error is not None or outcome.duplicate:
                self._context.changes.unmade(user, desk, payload)
            done(outcome)

        self._context.database.submit(foreseen(key, payload, by_right(identity.claims, payload, work)), told, user=user)

    def _too_early(self, user: str, desk: str | None, payload: Command, id: str | None) -> ErrorBody | None:
        """Has the user had too much here, or does a command before it have to come again first?"""
        if (error := self._context.refusals.too_many(user, desk)) is not None:
            self._context.refusals.untold(user, desk)
            return error
        return self._turned_away.before(id) or self._context.changes.too_many(user, desk, payload)

    async def room(self) -> None:
        """Waits until one more may be read."""
        await self._until_fewer_than(MAX_IN_FLIGHT)

    async def settled(self) -> None:
        """Waits until every one that came has its answer."""
        await self._until_fewer_than(1)

    async def _until_fewer_than(self, count: int) -> None:
        while self._count >= count:
            self._room = self._room or asyncio.Event()
            self._room.clear()
            await self._room.wait()

    async def _allowed_by(self, override: Override, payload: CheckIn, identity: Identity) -> CheckIn:
        """The check-in without the PIN, which has been checked; one that happened offline has nothing to check."""
        manager = override.manager
        if not payload.offline:
            manager = await self._context.pins.check(identity.claims.user, manager, override.pin)
        return replace(payload, override=replace(override, manager=manager, pin=""))

    def _received(self, payload: Command, id: str | None) -> Done:
        """From now on it is on its way, until what comes back is called with what became of it."""
        self._context.metrics.came(payload.type)
        self._came.add()
        self._count += 1
        return partial(self._done, id, payload.type, self._timer())

    def _done(self, id: str | None, type: str, began: float, outcome: Outcome) -> None:
        self._count -= 1
        if self._room is not None:
            self._room.set()
        self._context.metrics.settled(type, outcome, self._timer() - began)
        if outcome.error is not None:
            self._sender.refuse(id, self._who.sight.error(outcome.error))
        elif outcome.result is not None:
            self._sender.reply(id, self._who.sight.result(type, outcome.result))


def _withdrawn(tx: Transaction, payload: Command) -> ErrorBody | None:
    """Is the manager whose PIN was right none any more, when it is written down?"""
    if not isinstance(payload, CheckIn) or payload.override is None or payload.offline:
        return None
    name = payload.override.manager
    if (user := tx.user(name)) is not None and user.role == "manager" and not user.disabled:
        return None
    sentence = f"{name} is no manager any more: nobody was let in."
    return ErrorBody(code="not_allowed", message=sentence, retryable=False)
