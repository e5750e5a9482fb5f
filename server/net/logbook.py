"""Who came and who went, as the log has it: each of them a line, until there are too many of one user."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

MINUTE: Final = 60.0  # seconds
LINES: Final = 200  # of a user in one: a hundred desks of one name that come back from a cut line


class Logbook:
    """Counts the lines of each user. `timer` gives seconds that only go forward."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._begun = timer()
        self._lines: Counter[str] = Counter()

    def write(self, user: str | None, level: int, line: str, *about: object) -> None:
        """One more line, or one more that is left out, of which the next minute tells. Of those whom nobody knows each
        is written: it was a try to come in."""
        if self._timer() - self._begun >= MINUTE:
            self._turn_over()
        if user is not None:
            self._lines[user] += 1
        if user is None or self._lines[user] <= LINES:
            log.log(level, line, *about)

    def _turn_over(self) -> None:
        for user, count in self._lines.items():
            if count > LINES:
                log.warning("%s came and went too often: %d lines about it are left out.", user, count - LINES)
        self._lines.clear()
        self._begun = self._timer()
