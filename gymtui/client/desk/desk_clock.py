"""The desk's clock: what time it is as far as this desk can know it, whatever this machine's own clock says."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from gymtui import clock
from gymtui.client.replica.replica import Replica, ReplicaError

logger = logging.getLogger(__name__)

SKEW: Final = 5 * 60_000  # milliseconds that two clocks may differ, and nobody in a gym minds
AHEAD: Final = 30 * clock.DAY  # milliseconds from the last word of a server on: a gym is closed over the holidays
SLEPT: Final = 60_000  # milliseconds that this machine's clock gains on the timer, and has not drifted
UNHEARD: Final = 15.0  # seconds without a word of the server, which else says something each 10 s
HEARD: Final = clock.DAY  # milliseconds that a clock is off before somebody should set it, though the server is there


class DeskClock:
    """Follows the server's time from the first word on, by a timer that nobody can set. Before that there is this
    machine's clock, as long as it can be right: not before the last time that is known here, and not long after it.
    One that cannot be right is `doubted`: then it is that last time, and as long after it as this program runs. Not
    every machine's timer goes on while it sleeps, or is kept still by a host: what the clock gains on the timer while
    no server is heard is such a sleep, and counts, until the server says what time it is.

    Args:
        replica: Keeps the last time that is known, over restarts.
        wall: The time of day (ms), by this machine.
        timer: Seconds that never go back, and go on while the machine sleeps.
    """

    def __init__(
        self, replica: Replica, wall: clock.Clock = clock.now, timer: Callable[[], float] = clock.steady
    ) -> None:
        self._replica = replica
        self._wall = wall
        self.timer = timer
        began = replica.known_time.read()
        self.is_heard = False  # the server's time, in this program
        self._is_known = began > 0
        self._set(began)
        self._seen = self.timer(), self._wall()  # both, when the server was heard last

    def now(self) -> int:
        """The time of day (ms), the nearest that is known."""
        known = self.known()
        return known if self.is_heard or self.doubted is not None else max(known, self._wall())

    def known(self) -> int:
        """The server's time (ms), once it was heard; until then a time that is over for certain."""
        at = self._at + round((self.timer() - self._since) * 1000)
        slept = self._slept(at) if self.is_heard else 0
        if slept:
            self._set(at + slept)
            self._seen = self.timer(), self._wall()
        return at + slept

    def _slept(self, at: int) -> int:
        """How much longer (ms) this machine's clock went than the timer, where that was a sleep: not a clock that was
        set to what is known to be the time, nor one that was set by months, nor while there is a server to say so."""
        timer, wall = self.timer(), self._wall()
        slept = wall - self._seen[1] - round((timer - self._seen[0]) * 1000)
        is_sleep = SLEPT <= slept <= AHEAD and abs(wall - at) > SLEPT and timer - self._seen[0] > UNHEARD
        return slept if is_sleep else 0

    @property
    def says(self) -> int:
        """This machine's own clock (ms)."""
        return self._wall()

    @property
    def doubted(self) -> int | None:
        """What this machine's clock says (ms) where that cannot be right, and nobody has said better."""
        return None if self.is_heard else self.wrong

    @property
    def wrong(self) -> int | None:
        """What this machine's clock says (ms) where somebody should set it, heard or not."""
        back, ahead = (HEARD, HEARD) if self.is_heard else (SKEW, AHEAD)
        says, known = self._wall(), self.known()
        is_fine = known - back <= says <= known + ahead
        return None if is_fine or not self._is_known else says

    def hear(self, server_time: int, within: float = 0.0) -> None:
        """The server said that time (ms), `within` seconds there and back: what the way explains is no difference. It
        is followed forth and back, since its server is what records."""
        if not self.is_heard or abs(server_time - self.known()) > within * 1000:
            self._set(server_time)
            self.is_heard = self._is_known = True
        self._seen = self.timer(), self._wall()

    def keep(self) -> None:
        """What is known now is known after a restart too, where the disk takes it."""
        if self._is_known:
            try:
                self._replica.known_time.keep(self.known())
            except ReplicaError as error:  # the next command that it does not take says so
                logger.warning("The time is not kept for the next start: %s", error)

    def _set(self, at: int) -> None:
        self._at, self._since = at, self.timer()
