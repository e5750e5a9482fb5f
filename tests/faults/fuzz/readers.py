"""The readers of both sides: of whatever bytes, they give a message or say why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Final

from gymtui import codec
from gymtui.codec import Unreadable
from tests.faults.fuzz.mutants import FROM_CLIENTS, FROM_SERVERS, Mutants


class Readers:
    """`outcomes` counts what was read and what was not; `failures` has a sentence for everything else that came out."""

    def __init__(self, *, seed: int) -> None:
        self._mutants = [Mutants(FROM_CLIENTS, Random(seed)), Mutants(FROM_SERVERS, Random(seed + 1))]
        self.outcomes: Counter[str] = Counter()
        self.failures: list[str] = []
        self.messages = 0

    def run(self, messages: int) -> None:
        """Reads so many messages; any exception but Unreadable is a failure."""
        self.messages += messages
        for number in range(messages):
            data = next(self._mutants[number % 2])
            for read in READERS:
                try:
                    self.outcomes[read(data)] += 1
                except Exception as error:  # noqa: BLE001  this is what must not happen, whatever it is
                    self.failures.append(f"{read.__name__} of {data[:200]!r}: {error!r}")


def requests(data: bytes) -> str:
    """As a server reads them; what it has read it can write again. Of what is too large it reads the id."""
    codec.id_of(data)
    try:
        found = codec.read_requests(data)
    except Unreadable:
        return "unreadable"
    for asked in found:
        if not isinstance(asked, Unreadable):
            codec.message(asked.request, asked.id)
    return "read"


def frame(data: bytes) -> str:
    """As a client does."""
    try:
        found = codec.read_frame(data)
    except Unreadable:
        return "unreadable"
    for message in (found.message, found.stats, *found.events):
        codec.encode(message)
    return "read"


READERS: Final[tuple[Callable[[bytes], str], ...]] = (requests, frame)
