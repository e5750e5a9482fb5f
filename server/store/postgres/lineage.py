"""Which database it is that answers: one that another has taken over from is not gone back to."""

from __future__ import annotations

from typing import Final

from server.store.errors import StoreUnavailable

LEFT_BEHIND: Final = (
    "The database that answers is from before another took over: please end it, or make it a standby of that one. "
    "Where it is the right one, please restart the gym's servers."
)
UNSAID: Final = (
    "The database does not say where it is in its own history: after a restore, or a failover that may have lost "
    "something, please run `gymtui admin gym new-epoch`."
)


class Lineage:
    """Where a server has found its database, as its function `here` says it."""

    def __init__(self) -> None:
        self._been: set[str] = set()

    def go_on(self, here: str | None) -> None:
        """From any thread. StoreUnavailable where this server has seen a later timeline of the same database."""
        if here is None:
            return
        self._been.add(here)
        database = here.rpartition(".")[0]
        if here < max(place for place in list(self._been) if place.rpartition(".")[0] == database):
            raise StoreUnavailable(LEFT_BEHIND)
