"""What one client sees of a gym whose commands are numbered: the id of each is its WRITER-NUMBER."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, Protocol

from gymtui.client import Bookmark, WebSocketService
from gymtui.client.connection.follower import Journal
from gymtui.protocol import CheckInEvent, Event, Notification, Refusal


class Served(Protocol):
    """A gym that gives whoever asks a client of its own."""

    def service(self, journal: Journal, **options: Any) -> WebSocketService:
        """With the service's own options."""


class Witness:
    """What one client sees: event by event, each the next of the journal and the next of its writer. `heard` is told
    the id of each one's command."""

    def __init__(
        self, name: str, gym: Served, *, heard: Callable[[str], object] = lambda _: None, **options: Any
    ) -> None:
        self.name = name
        self._journal = Bookmark()
        self.service = gym.service(self._journal, full=True, **options)
        self.seen = 0
        self.failures: list[str] = []
        self._heard = heard
        self._seq = 0
        self._numbers: Counter[str] = Counter()  # of each writer, the number of its last command
        self._hash = blake2b(digest_size=16)

    async def begin(self) -> None:
        """From where the journal is, as soon as that is known."""
        while not self.service.in_step:
            await asyncio.sleep(0.01)
        self._seq = self._journal.position[1]
        self.service.subscribe("events", self._hear)

    @property
    def digest(self) -> str:
        """The same for two who have seen the same in the same order."""
        return self._hash.hexdigest()

    def _hear(self, events: Sequence[Event]) -> None:
        for event in events:
            id = _command_of(event)
            writer, _, number = id.partition("-")
            if event.seq != self._seq + 1 or int(number) != self._numbers[writer] + 1:
                self.failures.append(f"{self.name} saw {id} at {event.seq}, after {self._seq}")
            self._seq, self._numbers[writer] = event.seq, int(number)
            self._hash.update(id.encode())
            self._heard(id)
        self.seen += len(events)


def _command_of(event: Event) -> str:
    if isinstance(event, Notification):
        return event.message
    assert isinstance(event, CheckInEvent | Refusal)
    return event.command_id
