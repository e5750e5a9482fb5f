"""What an engine keeps of desks: when each was connected, and who was logged in there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

Span = tuple[int, int]  # from when until when (ms)


class Desks(Protocol):
    """Spans of time in which desks were heard of, and in which there was a server to hear of them. A desk that was
    never said to be gone was there as long as the server that heard of it (`served`, when that began) is known to."""

    def serve(self, served: int, until: int) -> None:
        """The server that began then is still there."""

    def come(self, desk: str, user: str, since: int, served: int) -> None: ...
    def go(self, desk: str, user: str, since: int, until: int) -> None: ...
    def heard(self, desk: str) -> Sequence[Span]:
        """The newest spans of the desk, in the order in which they began."""

    def served(self) -> Sequence[Span]:
        """The same of servers."""

    def was_at(self, desk: str, user: str) -> bool:
        """Was the user ever logged in there?"""
