"""Keys in their turn: what is typed behind a key that turns to another screen is typed there."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

from gymtui.ui.burst import Scan

Input = events.Key | events.Paste | Scan


class Turns:
    """Gives one after the other to `give`. Behind a key that types nothing, which may turn to another screen, the next
    ones wait until all is done that it asks for, and whatever is shown then is there.

    A key is done once everything it went through has nothing of it left: the widget that has the focus, and those
    around it, to which that hands it on.
    """

    def __init__(self, app: App[Any], give: Callable[[Input], Awaitable[None]]) -> None:
        self._app = app
        self._give = give
        self._waiting: deque[Input] = deque()
        self._is_given = False  # one whose end the others wait for

    @property
    def is_over(self) -> bool:
        """Does the next one find everything done that was asked for?"""
        return not self._waiting and not self._is_given

    async def take(self, each: Input) -> None:
        self._waiting.append(each)
        if not self._is_given:
            await self._go_on()

    async def _go_on(self) -> None:
        self._is_given = False
        while self._waiting and not self._is_given:
            each, focused = self._waiting.popleft(), self._app.focused or self._app.screen
            await self._give(each)
            if isinstance(each, events.Key) and not each.is_printable:
                self._is_given = True
                # Twice through the first: what it makes of the key, it tells itself.
                _behind([focused, *focused.ancestors_with_self], self._done)

    def _done(self) -> None:
        _behind([self._app.screen, self._app], self._go_on)


def _behind(pumps: Sequence[MessagePump], then: Callable[[], object]) -> object:
    """Calls it once each of them in turn has done what it has to do by now; what is closed has nothing to do."""
    for at, pump in enumerate(pumps, 1):
        if pump.call_later(_behind, pumps[at:], then):
            return None
    return then()
