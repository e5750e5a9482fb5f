"""Can that desk have been alone then? What it tells afterwards is a claim, and the server knows when it heard of it.

A desk is alone from the moment it was heard of last until it is connected again, and everybody is while there is no
server. What it did meanwhile it tells at once, and is believed for `TOLD_WITHIN`. A time at which it was connected
cannot be right: then the first one after it counts at which the desk can have been alone. A name proves nothing: which
desk it is, the login has proven with the desk's own token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from gymtui import rules
from gymtui.protocol import Member
from server.gym.orders import Order, wall
from server.store import Transaction
from server.store.desks import Span

TOLD_WITHIN: Final = 3_600_000  # milliseconds that a desk which is back may take to tell what waits, on a line so slow
SLACK: Final = 10_000  # milliseconds that two clocks, and what either side knows of the line, may be apart


class Alone(NamedTuple):
    """The moment `at` which a desk can have been without the server, and `since` when it was (ms)."""

    at: int
    since: int


def alone_from(tx: Transaction, order: Order, at: int) -> Alone | None:
    """The first such moment from `at` (ms) on; None where there is none until now, or none that is still told of."""
    gaps = [*_gaps(tx.desks.served()), *_own(tx, order)]
    told = [began for began, ended in gaps if at <= ended + SLACK and ended + TOLD_WITHIN >= tx.at]
    return min((Alone(max(at, began), began) for began in told), default=None)


def had_to_refuse(tx: Transaction, member: Member, alone: Alone) -> bool:
    """Did the desk know, when it was cut off, that the rules keep this member out? Then it has let nobody in. Of hours
    and of a first day to come it may not have known: its clock can be wrong."""
    heard = alone.since - SLACK
    is_as_it_was = all((tx.recorded_at(seq) or 0) <= heard for seq in (member.seq, tx.gym.seq))
    then, timeless = wall(tx, alone.since), replace(member, hours=None, valid_from=None)
    return is_as_it_was and rules.decide(timeless, tx.gym.policy, then).action == "refuse"


def _own(tx: Transaction, order: Order) -> Iterator[Span]:
    """The gaps of this desk, up to now; of one that was never heard of, or proves nothing, nothing is known."""
    heard = [] if order.desk is None or order.device is None else tx.desks.heard(order.desk, order.device)
    if heard:
        yield from _gaps([*heard, (tx.at if order.connected is None else order.connected, tx.at)])


def _gaps(spans: Sequence[Span]) -> Iterator[Span]:
    """What is between them."""
    until: int | None = None
    for began, ended in sorted(spans):
        if until is not None and began > until:
            yield until, began
        until = ended if until is None else max(until, ended)
