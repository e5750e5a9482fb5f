"""What the servers of one gym tell each other: who is connected where, what is to be ended there, what was tried.

It is about the servers and not about the gym: no journal, no copy and no backup has it, nothing waits for a disk, and
what a server said that is no more is soon nobody's. Time is the database's, so no server's clock makes another die.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Peer(NamedTuple):
    """Another server that is there: what it is called, when it began (`served`, ms, as `DesksStore` knows it), and who
    is connected to it, encoded as it said that."""

    name: str
    served: int
    connections: bytes


class Peers(Protocol):
    """Any of it may raise StoreUnavailable, and none waits for whoever writes."""

    def tell(self, name: str, served: int, connections: bytes) -> None:
        """This server is there: to be said every few seconds, until it is closed."""

    def others(self) -> list[Peer]:
        """Those that have said so in the last ten seconds."""

    def turn_out(self, session_id: str, message: str) -> None:
        """Whichever of them has that session is to end it, and to say why."""

    def turned_out(self) -> list[tuple[str, str]]:
        """The sessions of the last minute that are to be ended, and why."""

    def tried(self, slot: int, *, attempts: int, pause: int) -> int:
        """One more try, of `attempts` in a row before the next has to wait for `pause` (ms). Gives how long it has to
        (ms), wherever those before it were; 0: it is counted."""

    def forgive(self, slot: int) -> None:
        """It was a good one."""
