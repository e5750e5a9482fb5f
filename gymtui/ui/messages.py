"""Events to be looked at one by one: which is chosen, which are marked, and each as it reads and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gymtui import codec
from gymtui.client.desk.event_filter import happened_at, kind_of, people_of
from gymtui.clock import to_ms
from gymtui.printable import showable_json
from gymtui.protocol import Event
from gymtui.ui.wall import wall

TIMES: Final = ("check_in_time", "check_out_time", "at", "desk_time")


class Messages(Struct, frozen=True, kw_only=True):
    """The newest first; `marked` are by their `seq`."""

    events: tuple[Event, ...] = ()
    index: int = 0
    marked: frozenset[int] = frozenset()

    @property
    def chosen(self) -> Event | None:
        return self.events[self.index] if self.events else None

    @property
    def picked(self) -> tuple[Event, ...]:
        """Those that are marked, or all where none is, in the order of the journal."""
        return tuple(event for event in reversed(self.events) if not self.marked or event.seq in self.marked)

    def moved(self, step: int) -> Messages:
        """So many rows down, or up where it is negative."""
        return replace(self, index=max(0, min(self.index + step, len(self.events) - 1)))

    def marking(self) -> Messages:
        """The chosen one is marked, or is not any more; and the next one is chosen."""
        if self.chosen is None:
            return self
        return replace(self, marked=self.marked ^ {self.chosen.seq}).moved(1)


def summary(event: Event, zone: tzinfo) -> tuple[str, str, str, str]:
    """For a list: its row in the journal, when it happened if that is known, what it is, and about whom."""
    at = happened_at(event)
    who = next((name for name in people_of(event) if name), "")
    return str(event.seq), "" if at is None else f"{wall(to_ms(at), zone):%H:%M:%S}", kind_of(event), who


def as_json(event: Event) -> str:
    """The message of the wire that tells it, in one line, as this program reads it: what a later server says beyond it
    is not there. What a terminal would obey is escaped."""
    return showable_json(codec.message(event).decode())


def as_it_came(payload: bytes) -> str:
    """All that the server said of it, in one line; what a terminal would obey is escaped."""
    return showable_json(payload.decode(errors="replace"))


def pretty(event: Event, zone: tzinfo) -> list[tuple[str, str]]:
    """What it says, a name and a text each, `member.full_name`; times are by the clock on the wall too, and what it
    does not say is left out."""
    return [(name, _told(name, value, zone)) for name, value in _leaves("", msgspec.to_builtins(event))]


def as_json_lines(events: Sequence[Event]) -> str:
    return "".join(f"{as_json(event)}\n" for event in events)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, part)
    elif isinstance(value, list | tuple) and any(isinstance(part, dict) for part in value):
        for at, part in enumerate(value):
            yield from _leaves(f"{path}[{at}]", part)
    elif value not in (None, "", [], ()):
        yield path, value


def _told(name: str, value: Any, zone: tzinfo) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if name in TIMES:
        return f"{wall(to_ms(value), zone):%H:%M:%S}, {value}"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
