"""Real screens on two terminals that show the same: Textual alone writes to one, only what changed to the other."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen

from gymtui.ui.base_app import BaseApp
from tests.glass_kit import FRAMING, Glass
from tests.pictures import SMALL, TINY, USUAL, Camera
from tests.played_evening import Evening, evening
from tests.played_gym import Clock, Server, monitor
from tests.played_people import CROWD, LAST
from tests.settled import settled
from tests.waiting import until

pytestmark = pytest.mark.slow

CHECK_IN = 700  # bytes
MINUTE = 100 * 60  # bytes


class Glasses:
    """Both terminals, and what was written to the second one."""

    def __init__(self) -> None:
        self.bytes = 0
        self.frames = 0
        self.unlike = 0  # frames after which the two did not show the same
        self._size = Size(0, 0)

    def fit(self, size: Size) -> None:
        """To a window of another size, in which nobody knows what stands."""
        if size != self._size:
            self._size, self.whole, self.less = size, Glass(*size), Glass(*size)
            self.soil(self.whole, self.less)

    def soil(self, *glasses: Glass) -> None:
        """Somebody else writes all over them."""
        for glass in glasses:
            glass.write("".join(f"\x1b[{y + 1}H{'#' * self._size.width}" for y in range(self._size.height)))

    def clear(self) -> None:
        self.bytes = self.frames = 0

    @property
    def are_alike(self) -> bool:
        return self.whole.cells == self.less.cells


@pytest.fixture
def glasses(monkeypatch: pytest.MonkeyPatch) -> Glasses:
    glasses, reduce = Glasses(), BaseApp._display

    def handed(app: BaseApp, screen: Screen[object], update: Any) -> None:
        if update is None:
            return
        glasses.fit(screen._compositor.size)
        glasses.whole.write(update.render_segments(app.console))
        reduce(app, screen, update)
        glasses.unlike += not glasses.are_alike

    def written(app: App[None], screen: Screen[object], update: Any) -> None:
        if update is not None:
            text = update.render_segments(app.console)
            glasses.less.write(text)
            glasses.bytes += len(text.encode()) + FRAMING
            glasses.frames += 1
            app._previous_cursor_position = app.cursor_position

    monkeypatch.setattr("gymtui.ui.base_app.erases_in_colour", lambda: True)
    monkeypatch.setattr(BaseApp, "_display", handed)
    monkeypatch.setattr(App, "_display", written)
    return glasses


async def somebody_comes(desk: Evening, number: int) -> None:
    """At another desk."""
    who = CROWD[200 + number]
    desk.server.rush([who], desk.clock.now)
    await desk.camera.until(rf" +▲ +{who.full_name}")
    await settled(desk.pilot)


async def test_an_evening_at_a_desk_looks_the_same(glasses: Glasses) -> None:
    async with evening({}, SMALL) as desk:
        await desk.scan("100042", "✓ Ana Silva checked in", "17:24:00 +▲ +Ana Silva")
        await desk.pilot.press(*"be", "down", "escape", *":th", "escape")
        for key in ("f3", "f2", "f9", "f1", "escape", "escape"):
            await desk.pilot.press(key)
            await settled(desk.pilot)
        desk.app.action_theme("ansi")
        await desk.pilot.resize_terminal(*TINY)
        await settled(desk.pilot)
        await desk.pilot.resize_terminal(*USUAL)
        await settled(desk.pilot)
        assert glasses.frames > 10
        assert glasses.unlike == 0


async def test_what_somebody_else_wrote_is_gone_once_it_is_drawn_anew(glasses: Glasses) -> None:
    async with evening({}, SMALL) as desk:
        await settled(desk.pilot)
        glasses.soil(glasses.less)
        await desk.pilot.press(*":repaint", "enter")
        await settled(desk.pilot)
        assert glasses.are_alike
        glasses.soil(glasses.less)
        desk.app.post_message(events.Resize(Size(*SMALL), Size(*SMALL)))  # as after a stop
        await until(lambda: glasses.are_alike, desk.pilot.pause)


async def test_a_monitor_and_all_that_lies_over_it_are_drawn_anew_by_a_key(glasses: Glasses) -> None:
    server, clock = Server(), Clock()
    async with monitor(server.wire, clock, "a.b.c", SMALL) as (app, pilot):
        await Camera(app, pilot, {}).until("● live 12 ms", LAST)
        for key in ("space", "f2", "f3"):
            await pilot.press(key)
            await settled(pilot)
            glasses.soil(glasses.less)
            await pilot.press("r")
            await until(lambda: glasses.are_alike, pilot.pause)
            await pilot.press("escape")
        await pilot.press("slash", "r")
        assert app.monitor.box.value == "r"


async def test_a_check_in_elsewhere_is_some_hundred_bytes(glasses: Glasses) -> None:
    async with evening({}, SMALL) as desk:
        await somebody_comes(desk, 0)
        for number in range(1, 6):
            glasses.clear()
            await somebody_comes(desk, number)
            assert 0 < glasses.bytes <= CHECK_IN


async def test_a_frame_in_which_nothing_changed_is_not_written(glasses: Glasses) -> None:
    async with evening({}, SMALL) as desk:
        await settled(desk.pilot)
        glasses.clear()
        desk.app.screen.refresh()
        await settled(desk.pilot)
        assert (glasses.frames, glasses.bytes) == (0, 0)


async def test_a_minute_in_which_nobody_comes_is_hardly_written_by_a_monitor(glasses: Glasses) -> None:
    server, clock = Server(), Clock()
    async with monitor(server.wire, clock, "a.b.c", SMALL) as (app, pilot):
        await Camera(app, pilot, {}).until("● live 12 ms", LAST)
        app.monitor.measure()
        await settled(pilot)
        glasses.clear()
        for _ in range(60):
            clock.now += 1000
            app.monitor.measure()
            await pilot.pause()
        assert 0 < glasses.bytes <= MINUTE
