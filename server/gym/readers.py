"""Card readers that the desks of a gym share: how each is set, under a name."""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from gymtui.cards.profile import profile_of
from gymtui.names import folded
from gymtui.protocol import MAX_READERS, Gym, Reader, ShareReader
from server.gym.orders import Order, Rejected, record
from server.store import Outcome, Transaction, as_result


def share_reader(tx: Transaction, order: Order, request: ShareReader) -> Outcome:
    """Puts a reader in the place of the one of that name, or takes that away; the first one is the gym's default."""
    known, name = tx.gym.readers or (), folded(request.reader.name)
    others = tuple(one for one in known if folded(one.name) != name)
    if request.withdraw and len(others) == len(known):
        raise Rejected("invalid", "The gym has no reader of that name: please look at those that it has.")
    after = others if request.withdraw else _with(others, request.reader)
    gym = replace(tx.gym, readers=after or UNSET, by=order.by, before=UNSET, seq=tx.next_seq)
    tx.put_gym(gym)
    return Outcome(result=as_result(Gym.type, record(tx, order, gym)))


def _with(others: tuple[Reader, ...], reader: Reader) -> tuple[Reader, ...]:
    """Rejected where no desk could use it."""
    if not reader.name.strip() or not reader.name.isprintable():
        raise Rejected("invalid", "A reader has a name that can be printed: please type one.")
    if len(others) >= MAX_READERS:
        raise Rejected("invalid", f"The gym has {MAX_READERS} readers: please take one of them away first.")
    try:
        profile_of(reader)
    except ValueError as error:
        raise Rejected("invalid", f"No desk can use that: {error}.") from error
    if reader.is_default or not others:
        return (*(replace(one, is_default=False) for one in others), replace(reader, is_default=True))
    return (*others, reader)
