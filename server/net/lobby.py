"""The lobby: connections that nobody has logged in on yet. They are few, small, and the last to come is never kept out.

Whoever only waits costs a place and no more: where there are too many, in all or from one address, the oldest that has
still to say something makes room for the new one. So whoever logs in at once comes in, however many wait.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Final, Protocol

from gymtui.protocol import MAX_STRANGERS

log = logging.getLogger(__name__)

FROM_ONE: Final = MAX_STRANGERS // 2  # of these, from one address
OTHERS: Final = 64  # file descriptors for the database, the log, and what else a server has open
TELL_EVERY: Final = 60.0  # seconds between two lines in the log


def peer_of(transport: asyncio.BaseTransport) -> str:
    """The address at the other end."""
    return str((transport.get_extra_info("peername") or ("an unknown address",))[0])


class Stranger(Protocol):
    """A connection on which nobody has logged in."""

    @property
    def peer(self) -> str: ...  # its address
    @property
    def is_owed(self) -> bool:
        """Has it asked for what the server has not answered yet?"""

    def hang_up(self) -> None: ...


class Lobby:
    """Who is in it, the oldest first. `timer` gives seconds that only go forward; of the `proxies` each has many behind
    it."""

    def __init__(
        self,
        timer: Callable[[], float],
        *,
        proxies: Collection[str] = (),
        in_all: int = MAX_STRANGERS,
        from_one: int = FROM_ONE,
    ) -> None:
        self._timer = timer
        self._proxies = proxies
        self._in_all = in_all
        self._from_one = from_one
        self._here: dict[Stranger, None] = {}
        self._by_address: Counter[str] = Counter()
        self._turned_out: Counter[str] = Counter()
        self._told_at = -TELL_EVERY

    def __len__(self) -> int:
        return len(self._here)

    def enter(self, stranger: Stranger) -> None:
        """One more; the one that has waited longest goes where there is no room."""
        self._here[stranger] = None
        self._by_address[stranger.peer] += 1
        if self._by_address[stranger.peer] > self._from_one and stranger.peer not in self._proxies:
            self._turn_out(each for each in self._here if each.peer == stranger.peer)
        elif len(self._here) > self._in_all:
            self._turn_out(iter(self._here))

    def leave(self, stranger: Stranger) -> None:
        """It has logged in, or is gone."""
        if stranger in self._here:
            del self._here[stranger]
            self._by_address[stranger.peer] -= 1
            if not self._by_address[stranger.peer]:
                del self._by_address[stranger.peer]

    def _turn_out(self, here: Iterator[Stranger]) -> None:
        """The first that is not owed an answer; the newest, which has asked for nothing yet, never is."""
        chosen = next(each for each in here if not each.is_owed)
        self.leave(chosen)
        chosen.hang_up()
        self._turned_out[chosen.peer] += 1
        if self._timer() - self._told_at >= TELL_EVERY:
            self._tell()

    def _tell(self) -> None:
        self._told_at = self._timer()
        [(address, count)] = self._turned_out.most_common(1)
        log.warning(
            "Too many connections on which nobody had logged in: %d cut, %d of them from %s.",
            *(self._turned_out.total(), count, address),
        )
        self._turned_out.clear()


def room(wanted: int) -> int:
    """How many may be logged in, of as many as are wanted: the system's limit of open files is raised as far as it
    goes, and strangers have their part of it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + MAX_STRANGERS + OTHERS
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    fits = wanted if soft == resource.RLIM_INFINITY else soft - MAX_STRANGERS - OTHERS
    if fits < wanted:
        log.warning("This system lets a program open %d files: no more than %d may be connected.", soft, max(fits, 1))
    return max(min(wanted, fits), 1)
