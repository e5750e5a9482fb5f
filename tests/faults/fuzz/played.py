"""A server in which all is so, until it is told to garble its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gymtui import codec
from gymtui.client import MockWebSocket
from gymtui.client.mock import MockConnection
from gymtui.protocol import CheckIn, CheckInEvent, Member, MembersPage, Request, Resume, Resumed, SyncMembers
from tests.factories import member, snapshot, visit

INSIDE: Final = 5  # at the most
PEOPLE: Final[tuple[Member, ...]] = tuple(member(number) for number in range(101, 106))


class PlayedGym:
    """`rows` are its journal, `wire` is what a service connects to; `garble` is done to every answer."""

    def __init__(self) -> None:
        self.wire = MockWebSocket(answer=self._answer)
        self.rows: list[CheckInEvent] = []
        self.garble: Callable[[bytes], bytes] | None = None

    @property
    def position(self) -> tuple[str, int]:
        """Where its journal ends."""
        return self.wire.epoch, len(self.rows)

    @property
    def present(self) -> dict[str, CheckInEvent]:
        """Who is in, by visit."""
        last = {row.id: row for row in self.rows}
        return {id: row for id, row in last.items() if row.status == "checked_in"}

    def begin(self, epoch: str) -> None:
        """Another journal, with nothing in it, and the truth again."""
        self.wire.epoch, self.wire.seq, self.rows, self.garble = epoch, 0, [], None

    def happens(self, connection: MockConnection) -> CheckInEvent:
        """Somebody comes in, or, of many, the first leaves."""
        seq, present = len(self.rows) + 1, self.present
        if len(present) < INSIDE:
            row = visit(seq, id=f"{self.wire.epoch}/{seq}")
        else:
            first = next(iter(present.values()))
            row = visit(seq, id=first.id, status="checked_out", check_out_time=first.check_in_time)
        self.rows.append(row)
        connection.events(row, prev_seq=seq - 1)
        return row

    def _answer(self, connection: MockConnection, request: Request, id: str | None) -> None:
        epoch, head = self.position
        match request:
            case CheckIn():
                self._reply(connection, id, self.happens(connection))
            case SyncMembers():
                page = MembersPage(members=PEOPLE, next_after_seq=PEOPLE[-1].seq, more=False, as_of_seq=head)
                self._reply(connection, id, page)
            case Resume(visit=None) if request.epoch == epoch and request.seq <= head:
                self._reply(connection, id, Resumed("events"))
                connection.events(*self.rows[request.seq :], prev_seq=request.seq)
            case Resume():
                self._reply(connection, id, Resumed("snapshot"))
                connection.send_message(snapshot(head, *self.present.values(), epoch=epoch))
            case _:
                return

    def _reply(self, connection: MockConnection, id: str | None, result: object) -> None:
        reply = codec.reply(id or "", codec.encode(result))
        connection.send_frame(reply if self.garble is None else self.garble(reply))
