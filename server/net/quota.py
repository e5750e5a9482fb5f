"""How much of something one person gets: so much at once, and so much a second."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from gymtui.protocol import ErrorBody

WINDOW: Final = 10.0  # seconds that whoever has had more waits, so that the disk is others'
PAUSE: Final = 0.05  # seconds after each answer that says so in which nothing more is read of that connection
FORGET: Final = 1000  # users and desks from which on those are forgotten who are even

Key = tuple[str, str | None]
ALL: Final = ""  # stands for all desks: none has an empty name


class Quota:
    """Counts what each user has at each desk (GCRA: a key has the moment at which all of it is made up for): `burst` at
    once, then `at_a_desk` a second, and `of_a_user` whatever the desks are called. `timer` gives seconds that only go
    forward.
    """

    def __init__(self, burst: int, at_a_desk: float, of_a_user: float, *, timer: Callable[[], float]) -> None:
        self._burst = burst
        self._rates = at_a_desk, of_a_user
        self._timer = timer
        self._even_at: dict[Key, float] = {}
        self._held_until: dict[Key, float] = {}

    def wait(self, user: str, desk: str | None) -> float:
        """Seconds until there is more; 0 where there is some."""
        if not self._held_until:
            return 0.0
        return max(0.0, *(self._held_until.get(key, 0.0) - self._timer() for key in ((user, desk), (user, ALL))))

    def count(self, user: str, desk: str | None, by: int = 1) -> None:
        """One more; or, with -1, one that was counted and has not come about."""
        now = self._timer()
        if len(self._even_at) > FORGET:
            self.forget()
        for key, rate in zip(((user, desk), (user, ALL)), self._rates, strict=True):
            self._even_at[key] = max(self._even_at.get(key, now), now) + by / rate
            if by > 0 and round((self._even_at[key] - now) * rate, 3) > self._burst:
                self._held_until[key] = now + WINDOW

    def forget(self) -> None:
        """Whoever is even is as if they had never been here."""
        now = self._timer()
        for key in [key for key, at in list(self._even_at.items()) if at <= now]:
            self._even_at.pop(key, None)
            self._held_until.pop(key, None)


def come_again(what: str, wait: float) -> ErrorBody:
    """The answer to what there was too much of, `what` in words: come again in so many seconds."""
    seconds = math.ceil(wait)
    sentence = f"{what}: please wait {seconds} s, and try again."
    return ErrorBody(code="rate_limited", message=sentence, retryable=True, retry_after_ms=seconds * 1000)
