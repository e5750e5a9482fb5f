"""One hash for a desk and for the server: the same where both have the same epoch and position, the same people in and
the same members."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from gymtui.client.replica.replica import Replica
from gymtui.codec import convert, encode
from gymtui.protocol import CheckInEvent
from server.store import Store


def of_replica(replica: Replica) -> str:
    """What a desk has, 32 hexadecimal digits."""
    # The directory is asked by name, number or id; for all of it there is only its table.
    members = replica._db.execute("SELECT id, max(seq, visits_seq) FROM members WHERE deleted = 0")
    return _hash(*replica.position, replica.visits.present(), members)


def of_store(store: Store) -> str:
    """What the server has on its disk; to be asked when nobody writes."""
    data = store.snapshot()
    present = [convert(visit, CheckInEvent) for visit in data.present]
    return _hash(data.epoch, data.seq, present, ((m.id, m.seq) for m in store.all_members() if not m.deleted))


def _hash(epoch: str, seq: int, present: Iterable[CheckInEvent], members: Iterable[tuple[str, int]]) -> str:
    inside = sorted((visit.id, visit.member.id, visit.seq) for visit in present)
    return blake2b(encode([epoch, seq, inside, sorted(members)]), digest_size=16).hexdigest()
