"""Reads the keys that come: a person's one after the other, a reader's line as one scan, all in their order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from textual import events
from textual.timer import Timer

from gymtui.ui.burst import Bursts, Scan, Stroke


class KeyReader:
    """Feeds `Bursts`, and gives each key and each scan on once it is known which it is.

    Args:
        give: Does what a key means, or takes a reader's line.
        after: Calls a function in so many seconds, unless the timer is stopped before.
        shows: Whether a key only shows something, which the scan takes away that it begins.
    """

    def __init__(
        self,
        give: Callable[[events.Key | Scan], Awaitable[None]],
        after: Callable[[float, Callable[[], Awaitable[None]]], Timer],
        shows: Callable[[events.Key], bool] = lambda _: False,
    ) -> None:
        self._give = give
        self._after = after
        self._shows = shows
        self._bursts = Bursts()
        self._timer: Timer | None = None

    async def read(self, event: events.Key, *, plain: bool = False) -> None:
        """A key, in its place among the others; a `plain` one is a key and no part of a scan, whatever is around it."""
        if event.key.startswith("alt+") and event.is_printable:
            # What Textual makes of Esc and a character that `part_escape` leaves to it; nothing here has Alt.
            await self._take(_at(event.time, events.Key("escape", "\x1b")), plain=plain)
            key = event.key.removeprefix("alt+").removeprefix("shift+")
            event = _at(event.time, events.Key(key, event.character))
        await self._take(event, plain=plain)

    async def _take(self, event: events.Key, *, plain: bool) -> None:
        if self._timer is not None:
            self._timer.stop()
        if plain:
            await self.settle()
            await self._give(event)
            return
        character = event.character if event.is_printable else None
        shows = character is None and self._shows(event)
        stroke = Stroke(event.key, character, event.time, event, shows=shows)
        await self._hand_on(self._bursts.feed(stroke))
        if (pause := self._bursts.pause) is not None:
            self._timer = self._after(pause, partial(self._rested, self._bursts.waits))

    async def _rested(self, since: Stroke | None) -> None:
        """No key has come since that one; unless this was on its way when one did."""
        if self._bursts.waits is since:
            await self.settle()

    async def settle(self) -> None:
        """What waits to know whether more keys follow waits no longer."""
        await self._hand_on(self._bursts.settle())

    async def _hand_on(self, done: Iterable[Stroke | Scan]) -> None:
        for each in done:
            if isinstance(each, Scan):
                await self._give(each)
            else:
                assert isinstance(each.event, events.Key)
                await self._give(each.event)


def _at(time: float, event: events.Key) -> events.Key:
    """The key, pressed then."""
    event.time = time
    return event
