"""No key waits for a look through the garbage."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextvars import ContextVar
from weakref import ref

import pytest
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.timer import Timer

from gymtui.client.state import Inside
from gymtui.client.tasks import timeout
from gymtui.ui.rest import LONG, SHORT, Rest
from gymtui.ui.roll_call import RollCallView
from gymtui.ui.roster import Roster
from gymtui.ui.settings import Settings
from tests.factories import NOW, member


class Ticking(Timer):
    """A timer that a test moves on."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.runs = False

    def reset(self) -> None:
        self.runs = True

    def pause(self) -> None:
        self.runs = False

    def tick(self) -> None:
        if self.runs:
            self.callback()


class Person:
    """Types, and rests for so many times as long as a rest is."""

    def __init__(self, collect: Callable[[], object] = int) -> None:
        self.looks = 0
        self._collect = collect
        self._timers: dict[float, Ticking] = {}
        self._rest = Rest(self._every, self._looked)

    def _looked(self) -> None:
        self.looks += 1
        self._collect()

    def _every(self, interval: float, callback: Callable[[], None], *, pause: bool) -> Timer:
        timer = Ticking(callback)
        timer.runs = not pause
        self._timers[interval] = timer
        return timer

    @property
    def timer(self) -> Ticking:
        return self._timers[SHORT]

    def minute(self) -> None:
        self._timers[LONG].tick()

    def key(self, then: int) -> None:
        self._rest.end()
        for _ in range(then):
            self.timer.tick()


def test_a_look_for_each_rest() -> None:
    person = Person()
    person.key(then=0)
    assert person.looks == 0
    person.key(then=3)
    assert person.looks == 1
    assert not person.timer.runs
    person.key(then=1)
    assert person.looks == 2


def test_a_look_each_minute_where_nobody_types_and_none_between_two_keys() -> None:
    person = Person()
    person.minute()
    person.minute()
    assert person.looks == 2
    person.key(then=0)
    person.minute()
    assert person.looks == 2
    person.key(then=1)
    person.minute()
    assert person.looks == 4


def test_nothing_is_kept_of_what_widgets_that_have_gone_looked_like() -> None:
    cache = StylesCache()
    cache.get_inner_outer(Color(0, 0, 0), Color(0, 0, 0))
    gone = ref(cache)
    del cache
    gc.collect()
    assert gone() is not None
    Person(gc.collect).key(then=1)
    assert gone() is None


class Screen:
    """Whoever asks."""


@pytest.mark.parametrize("is_late", [False, True])
async def test_nothing_of_its_caller_is_left_of_a_bound_on_a_wait(is_late: bool) -> None:
    screens: ContextVar[Screen] = ContextVar("screens")

    async def ask() -> ref[Screen]:
        screen = Screen()
        screens.set(screen)
        try:
            async with timeout(0 if is_late else 3600):
                await asyncio.Event().wait() if is_late else None
        except TimeoutError:
            assert is_late
        else:
            assert not is_late
        return ref(screen)

    earlier = asyncio.get_running_loop().call_later(60, print)  # nothing behind it leaves the loop's timers
    screen = await asyncio.create_task(ask())
    await asyncio.sleep(0)  # the task, too, has gone
    gc.collect()
    assert screen() is None
    earlier.cancel()


def test_what_a_list_shows_is_made_once_for_all_its_rows() -> None:
    roster = Roster(people=(Inside(member=member(1, "Ana Silva").ref, since=NOW),), chosen="m1")
    views: list[Roster | RollCallView | Settings] = [roster, RollCallView(), Settings()]
    for view in views:
        view.index  # noqa: B018
        assert {"rows", "index"} <= view.__dict__.keys()
    assert "rows" not in roster.sorted().__dict__
