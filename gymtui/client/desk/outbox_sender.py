"""The outbox's sender: sends what waits, in order and under its idempotency key, until each command has its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal

from msgspec import Raw

from gymtui import codec
from gymtui.client.connection.reconnect import UNTAKABLE, asked_for
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.outbox_queue import OutboxQueue, Pending
from gymtui.client.errors import Disconnected, ProcessingProblem, RequestRefused
from gymtui.client.replica.outbox import OF_MEMBERS, Answer, Outgoing, is_sign_up
from gymtui.client.replica.schema import ReplicaError
from gymtui.client.state import ConnectionState
from gymtui.protocol import STAFF, CheckInEvent, ErrorBody, RollCallUpdate, SaveCard, Saved, SaveMember

IN_FLIGHT: Final = 64  # commands
RETRY_AFTER: Final = 1.0  # seconds, where the server does not say
NO_ROW: Final = ("id_reused", "invalid", "not_allowed", "too_large", "unknown_type", "internal")

Outcome = Literal["sent", "unsent", "set_aside"] | Raw | ErrorBody
"""What became of a command: on its way, back again, set aside for the row's `reason`, done (the reply's result), or
refused."""


class OutboxSender:
    """Keeps up to 64 commands on their way. One whose connection went is sent again, the same command under the same
    id; one that no row of the journal would ever answer is set aside. `on_outcome` hears of everything."""

    def __init__(
        self,
        service: WebSocketService,
        queue: OutboxQueue,
        on_outcome: Callable[[Pending, Outcome], None],
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._service = service
        self._queue = queue
        self._on_outcome = on_outcome
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._flying = 0  # how many are on their way
        self._room = IN_FLIGHT  # how many may be; 1 while the command is looked for that the server cannot take
        self._turned_away = False  # one of them is to be sent again: what comes after it waits until all are answered
        self._connected = False

    def wake(self) -> None:
        """There is something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Sends for ever."""
        unsubscribe = self._service.subscribe("connection", self._connection_changed)
        self._connection_changed(self._service.state)
        try:
            async with asyncio.TaskGroup() as sending:
                while True:
                    await self._wake.wait()
                    self._wake.clear()
                    alone = self._room == 1
                    for pending in self._ready():
                        pending.in_flight = True
                        self._flying += 1
                        sending.create_task(self._send(pending, alone=alone))
        finally:
            unsubscribe()

    def _connection_changed(self, state: ConnectionState) -> None:
        # Whoever may only look on would have all that waits set aside: it waits for somebody who may.
        self._connected = state.is_live and state.role in (None, *STAFF)
        self._wake.set()

    def _ready(self) -> list[Pending]:
        if not self._connected or (self._turned_away and self._flying):
            return []
        self._turned_away = False
        return list(self._queue.ready(self._room - self._flying))

    async def _send(self, pending: Pending, *, alone: bool) -> None:
        try:
            await self._exchange(pending, alone=alone)
        except ReplicaError as error:
            self._service.report(ProcessingProblem(str(error), kind=pending.row.kind))
        finally:
            pending.in_flight = False
            self._flying -= 1
            self._wake.set()

    async def _exchange(self, pending: Pending, *, alone: bool) -> None:
        row = pending.row
        self._on_outcome(pending, "sent")
        try:
            outcome: Raw | ErrorBody = await self._service.request(self._queue.request(row), id=row.id)
        except RequestRefused as refused:
            outcome = refused.body
        except Disconnected as gone:
            self._connected = False
            self._come_back(pending, gone, alone=alone)
            return
        if not isinstance(outcome, ErrorBody):
            self._settle(pending, outcome)
        elif outcome.retryable:
            self._turned_away = True  # and what was sent behind it may be, too: the journal has the desk's order
            await self._sleep(asked_for(outcome, RETRY_AFTER))
        elif outcome.code in NO_ROW and not _is_told(row, outcome):
            self._set_aside(pending, outcome.message)
        else:
            self._settle(pending, outcome)

    def _settle(self, pending: Pending, outcome: Raw | ErrorBody) -> None:
        if isinstance(outcome, ErrorBody) and _keeps_out(pending.row, outcome):
            for other in self._queue.about(pending.row.member_id):  # who is not taken has not come in either
                if other is not pending:
                    self._settle(other, outcome)
        try:
            self._queue.settle(pending, _event(pending.row, outcome))
        finally:  # the server has done it, whether or not this disk takes that
            self._on_outcome(pending, outcome)

    def _set_aside(self, pending: Pending, reason: str) -> None:
        try:
            self._queue.set_aside(pending, reason)
        finally:
            self._on_outcome(pending, "set_aside")

    def _come_back(self, pending: Pending, gone: Disconnected, *, alone: bool) -> None:
        """A server that cannot take what was sent gets the commands one by one, until the one is found."""
        if gone.code in UNTAKABLE and alone:
            self._room = IN_FLIGHT
            self._set_aside(pending, "The server cannot take this command.")
            return
        if gone.code in UNTAKABLE:
            self._room = 1
        self._on_outcome(pending, "unsent")


def _is_told(row: Outgoing, error: ErrorBody) -> bool:
    """Is the no itself all there is to do? Whoever has changed a member just now is there to do it again; and whom a
    desk has refused, the journal may have of when the connection went."""
    if row.kind == "refusal":
        return error.code == "id_reused"
    if row.kind == "undo":
        return error.code == "not_allowed"
    request = row.request if row.kind in OF_MEMBERS else None
    given_live = isinstance(request, SaveMember | SaveCard) and not request.offline
    return given_live and error.code in ("invalid", "not_allowed")


def _keeps_out(row: Outgoing, error: ErrorBody) -> bool:
    """Is there nobody who could come in by what waits behind it?"""
    return is_sign_up(row) or (row.kind == "save_member" and error.code == "guest_limit")


def _event(row: Outgoing, outcome: Raw | ErrorBody) -> Answer | None:
    """What the server has made of it; None where it has not, or where that cannot be read."""
    if isinstance(outcome, ErrorBody) or row.kind == "refusal":
        return None
    try:
        if row.kind in OF_MEMBERS:
            return codec.convert(outcome, Saved).member
        if row.kind == "hand_over":  # its notice is news once the journal has it
            return None
        if row.kind == "roll_call":
            return codec.convert(outcome, RollCallUpdate)
        return codec.convert(outcome, CheckInEvent)
    except codec.Unreadable:  # whoever is told of the answer says so
        return None
