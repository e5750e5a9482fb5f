"""Waiting for a screen under a pilot until it has nothing left to do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from gymtui.ui.throttle import Throttle
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.feed import Feed
from tests.waiting import until


async def until_shown(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Until it is so, with the pilot's own pauses in between."""
    await until(condition, pilot.pause)


async def settled(pilot: Pilot[None]) -> None:
    """All that was asked for so far is on the screen, and what is shown only so often is ready to be shown at once: for
    it, time has passed."""
    await pilot.pause()
    while _is_busy(screen := pilot.app.screen):
        for widget in (*screen.query(Feed), *screen.query(Counters)):
            _pass_the_time_of(widget._throttle)
        await pilot.pause()


def _is_busy(screen: Screen[object]) -> bool:
    throttles = [widget._throttle for widget in (*screen.query(Feed), *screen.query(Counters))]
    return bool(screen._dirty_widgets) or screen._layout_required or any(throttle._timer for throttle in throttles)


def _pass_the_time_of(throttle: Throttle) -> None:
    if throttle._timer is not None:
        throttle._timer.cancel()
        throttle._again()


_later = count(1)


async def press_later(pilot: Pilot[None], key: str) -> None:
    """A key that is pressed by hand, seconds after the last one: nothing that repeats itself."""
    event = events.Key(key, None)
    event.time += 10.0 * next(_later)
    pilot.app.post_message(event)
    await pilot.pause()
