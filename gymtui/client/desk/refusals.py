"""Whom this desk refused while it was alone: told afterwards from the outbox, for the journal to know of."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from secrets import token_bytes
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.corrections import timed
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.desk.history_queue import AHEAD
from gymtui.client.desk.outbox_queue import OutboxQueue, Pending
from gymtui.client.replica.outbox import Outgoing, whom
from gymtui.client.replica.replica import Replica, ReplicaError
from gymtui.clock import to_text
from gymtui.codec import encode
from gymtui.protocol import CheckIn, Refusal, UnknownCard
from gymtui.refused_as import REFUSED_AS, UNKNOWN, more
from gymtui.unknown_card import unknown_card

logger = logging.getLogger(__name__)

MOST: Final = 500  # that wait by name: a long day's, and half of what a server takes at once; more are counted


class Refusals:
    """Writes them down; the person has been told no already, whatever becomes of it.

    Args:
        service: Who is logged in.
        queue: The desk's outbox; `queue_changed` is called once one more is in it.
        clock: What time it is here.
        key: Seals the codes that nobody has, for as long as this program runs, and is written down nowhere: no disk
            of a desk tells a PIN that somebody typed there.
    """

    def __init__(
        self,
        service: WebSocketService,
        queue: OutboxQueue,
        queue_changed: Callable[[], None],
        clock: DeskClock,
        *,
        key: bytes | None = None,
    ) -> None:
        self._service = service
        self._queue = queue
        self._queue_changed = queue_changed
        self._clock = clock
        self._key = key or token_bytes(32)
        self._last: str | None = None
        self._counting: Pending | None = None

    def card(self, code: str) -> UnknownCard:
        """What may be kept of a code that nobody has."""
        return unknown_card(code, self._key)

    def now(self, id: str, request: CheckIn) -> Pending:
        """A refusal of this moment, by the id of what was refused, which is kept nowhere yet."""
        at = self._clock.now()
        request = timed(replace(request, offline=True, queued_by=self._service.user), at, self._clock)
        row = Outgoing(id=id, kind="refusal", payload=encode(request), member_id=None, at=at)
        return Pending(row, given=None if self._clock.is_heard else self._clock.timer())

    def keep(self, refused: Pending) -> None:
        """On disk when it returns, where that takes it; once, however often the same question was asked."""
        if refused.row.id == self._last:
            return
        self._last = refused.row.id
        try:
            self._keep(refused)
        except ReplicaError:
            logger.exception("A refusal could not be written down")
        else:
            self._queue_changed()

    def _keep(self, refused: Pending) -> None:
        if sum(row.kind == "refusal" for row in self._queue) < MOST:
            self._queue.add(refused)
        elif (counting := self._counting) is not None and self._queue.is_untold_end(counting):
            self._queue.change(counting, _counted(counting.row, count_of(counting.row) + 1))
        else:  # what was done between two is between them in the journal too, as the end of a shift
            refused.row = _counted(refused.row, 1)
            self._queue.add(refused)
            self._counting = refused


def _counted(row: Outgoing, count: int) -> Outgoing:
    """In place of whom it was about, how many they were."""
    request = row.request
    assert isinstance(request, CheckIn)
    told = replace(request, passed_over=None, unknown_card=None, refused_as=None, refused_more=count)
    return replace(row, payload=encode(told))


def count_of(row: Outgoing) -> int:
    """How many were refused by it."""
    request = row.request if row.kind == "refusal" else None
    return (request.refused_more or 1) if isinstance(request, CheckIn) else 0


def untold(replica: Replica, queue: Iterable[Outgoing], desk: str | None) -> list[Refusal]:
    """The refusals that wait, as the journal will have them."""
    return [_refusal(replica, row, desk, AHEAD + n) for n, row in enumerate(queue) if row.kind == "refusal"]


def _refusal(replica: Replica, row: Outgoing, desk: str | None, seq: int) -> Refusal:
    request = row.request
    assert isinstance(request, CheckIn)
    member = replica.members.member(whom(row) or "")
    reason = (
        UNKNOWN
        if request.unknown_card
        else next((words for code, words in REFUSED_AS.items() if code == request.refused_as), "")
    )
    count = UNSET if request.refused_more is None else request.refused_more
    return Refusal(
        id=row.id,
        member=None if member is None else member.ref,
        code=request.refused_as or "unknown_member",
        reason=reason if count is UNSET else more(count),
        message="",
        at=to_text(row.at),
        by=request.queued_by or "",
        desk=desk,
        command_id=row.id,
        unknown_card=UNSET if request.unknown_card is None else request.unknown_card,
        count=count,
        offline=True,
        seq=seq,
    )
