"""When a command was given: as far as that is known when it is queued, and once the server's time is known."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from gymtui import clock
from gymtui.client.desk.desk_clock import SKEW, DeskClock
from gymtui.client.desk.verdicts import Matter
from gymtui.client.replica.outbox import Outgoing, Queued
from gymtui.codec import encode
from gymtui.protocol import CheckIn, CheckOut, SaveCard, SaveMember

_Timed = TypeVar("_Timed", bound=CheckIn | CheckOut)


def given_now(matter: Matter, request: Queued, desk: DeskClock, *, live: bool) -> Outgoing:
    """A command about a member, as the outbox keeps it. Until the server's time is known it has in `desk_time` what
    this machine's clock says, too; an undo has no time, nor has what is done to a member."""
    assert matter.member is not None
    at = desk.now()
    if isinstance(request, SaveMember | SaveCard):
        request = replace(request, offline=not live)
    elif isinstance(request, CheckIn | CheckOut):
        request = replace(timed(request, at, desk), offline=not live)
    return Outgoing(
        id=matter.command_id, kind=matter.action, payload=encode(request), member_id=matter.member.id, at=at
    )


def timed(request: _Timed, at: int, desk: DeskClock) -> _Timed:
    """The same, given at that time (ms)."""
    desk_time = None if desk.is_heard else clock.to_text(desk.says)
    return replace(request, occurred_at=clock.to_text(at), desk_time=desk_time)


def corrected(row: Outgoing, given: float | None, desk: DeskClock, earliest: int) -> Outgoing:
    """The same command at the time when it was given.

    To the second where this program has `given` it, by its timer. Of one that was here before, it is known what this
    machine's clock said: if that was wrong, it was so then as it is now, as far as anybody can tell. So it was not
    before `earliest` (ms), the command in front of it, nor before what was known then, nor later than now; and the
    server is told what the clock said.
    """
    request = row.request
    if not isinstance(request, CheckIn | CheckOut) or request.desk_time is None:
        return row
    now, said = desk.now(), clock.to_ms(request.desk_time)
    off = now - desk.says
    was_trusted = abs(row.at - said) <= SKEW
    if was_trusted and abs(off) <= SKEW:
        return _at(row, request, row.at)
    if given is not None:
        return _at(row, request, now - round((desk.timer() - given) * 1000))
    known = earliest if was_trusted else max(earliest, row.at)
    return _at(row, request, min(max(said + off, known), now), desk_time=request.desk_time)


def _at(row: Outgoing, request: CheckIn | CheckOut, at: int, desk_time: str | None = None) -> Outgoing:
    asked = replace(request, occurred_at=clock.to_text(at), desk_time=desk_time)
    return replace(row, at=at, payload=encode(asked))
