"""Pacing of group commit: how long the writer waits for more work to share the next commit."""

from __future__ import annotations

from typing import Final

GAP: Final = 0.02  # seconds between two commits under load: a third of the CPU a command, for 10 ms of latency
WORTH: Final = 4  # works in one commit: fewer within a gap are less than 200 a second, for which there is time enough
PROBE: Final = 0.25  # seconds between two tries whether waiting would pay


class CommitPacing:
    """Waiting pays where many give commands at once: they share one commit. It never pays for a lone client that waits
    for each answer before its next command, nor where so few come that nobody misses the processor's time. So a wait
    that brought too little is not repeated, but for a probe now and then.

    Times are seconds of a clock that only goes forward.
    """

    def __init__(self, gap: float = GAP) -> None:
        self._gap = gap
        self._last = self._probe = float("-inf")
        self._pays = False
        self._waited = False

    def rest(self, now: float) -> float:
        """Seconds to wait, now that there is something to commit; 0 after a quiet spell."""
        rest = self._last + self._gap - now
        self._waited = rest > 0 and (self._pays or now >= self._probe)
        return rest if self._waited else 0.0

    def committed(self, count: int, now: float) -> None:
        """So many works have been in the commit that is just over."""
        self._last = now
        if count >= WORTH:
            self._pays = True
        elif self._waited:
            self._pays = False
            self._probe = now + PROBE
