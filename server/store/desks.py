"""What an engine keeps of desks: when each was connected, and who was logged in there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

Span = tuple[int, int]  # from when until when (ms)


class LastHeard(NamedTuple):
    """Of a desk: who was logged in there last, until when it is known to have been connected (ms), and whether it left
    by itself. `served` is where it has not left: at the server that began then, which is there or not; else None."""

    desk: str
    user: str
    at: int
    said_goodbye: bool = False
    served: int | None = None


class Desks(Protocol):
    """Spans of time in which desks were heard of, and in which there was a server to hear of them. A desk that was
    never said to be gone was there as long as the server that heard of it (`served`, when that began) is known to.

    Of two desks by one name, each has its own: `device` is the digest of the token by which a desk has proven to be
    that one; None where it has proven nothing."""

    def serve(self, served: int, until: int) -> None:
        """The server that began then is still there."""

    def come(self, desk: str, device: bytes | None, user: str, since: int, served: int) -> None: ...
    def go(
        self, desk: str, device: bytes | None, user: str, since: int, until: int, *, said_goodbye: bool = False
    ) -> None: ...
    def heard(self, desk: str, device: bytes) -> Sequence[Span]:
        """The newest spans of the desk, in the order in which they began."""

    def served(self) -> Sequence[Span]:
        """The same of servers."""


class DesksStore(Protocol):
    """What a store answers of them."""

    def last_heard(self, since: int) -> list[LastHeard]:
        """Each desk that was heard at a time (ms) or later, whichever was heard last first."""
