"""What of the gym a desk's copy keeps: of members what whoever is there sees; nothing once nobody is, if the gym says
so. The rest is neither in the file nor in the log beside it."""

from __future__ import annotations

from typing import Final

from gymtui.client.replica.replica import Replica

OF_THE_GYM: Final = (
    *("members", "words", "leftovers", "cards", "shapes"),
    *("visits", "recent", "undoable", "roll_calls", "notices", "read_notices"),
)


def keep_to(replica: Replica, hidden: frozenset[str]) -> None:
    """Nobody has these fields here from now on. What is seen and is not here comes with the directory, which begins
    anew. ReplicaError."""
    with replica.changing():
        replica.members.table.keep_to(hidden)
        replica.outbox.forget_saves(hidden)


def wipe(replica: Replica) -> None:
    """Nothing is left but what waits in the outbox, whose gym this is, and its settings: the rest is there again with
    the next snapshot and directory. ReplicaError."""
    with replica.changing():
        for table in OF_THE_GYM:
            replica._db.execute(f"DELETE FROM {table}")
        replica._db.execute("DELETE FROM outbox WHERE settled_at IS NOT NULL")
        replica._db.execute("UPDATE desk SET epoch = '', seq = 0, after_seq = 0, complete = 0, stats = NULL")
        replica.members.table.has_forgotten = True
