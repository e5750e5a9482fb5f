"""Can that desk have been alone then? What it tells afterwards is a claim, and the server knows when it heard of it.

A desk is alone from the moment it was heard of last until it is connected again, and everybody is while there is no
server. What it did meanwhile it tells at once, and is believed for `TOLD_WITHIN`. A time at which it was connected
cannot be right: then the first one after it counts at which the desk can have been alone. A name proves nothing: which
desk it is, the login has proven with the desk's own token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from server.gym.orders import Order
from server.store import Transaction
from server.store.desks import Span

TOLD_WITHIN: Final = 3_600_000  # milliseconds that a desk which is back may take to tell what waits, on a line so slow
SLACK: Final = 10_000  # milliseconds that two clocks, and what either side knows of the line, may be apart


def alone_from(tx: Transaction, order: Order, at: int) -> int | None:
    """The first moment (ms) from `at` on at which the desk can have been without the server; None where that is none
    until now, or none that is still told of."""
    gaps = [*_gaps(tx.desks.served()), *_own(tx, order)]
    found = [max(at, began) for began, ended in gaps if at <= ended + SLACK and ended + TOLD_WITHIN >= tx.at]
    return min(found, default=None)


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
