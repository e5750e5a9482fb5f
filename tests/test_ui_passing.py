"""Screens that are left as fast as fingers are: twice in one breath, and before they are there."""

from __future__ import annotations

from typing import Final

import pytest

from gymtui.ui.screens.front_desk import FrontDesk
from tests.ui_fakes import FakeDesk, make_app

pytestmark = pytest.mark.slow

SCREENS: Final = ("history", "who", "connection", "conflicts", "evac", "peak", "policy", "import")


async def test_a_screen_that_is_left_twice_leaves_the_one_below() -> None:
    app = make_app(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        for name in SCREENS:
            await app.run_action(f"app.{name}")
            await pilot.pause()
            screen = app.screen
            assert not isinstance(screen, FrontDesk)
            screen.dismiss()
            screen.dismiss()
            await pilot.pause()
            assert isinstance(app.screen, FrontDesk), name


async def test_a_screen_that_is_left_before_it_is_there_ends_nothing() -> None:
    app = make_app(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        for name in SCREENS:
            await app.run_action(f"app.{name}")
            app.screen.dismiss()
            await pilot.pause()
            assert app.is_running
            assert isinstance(app.screen, FrontDesk), name
        await pilot.press("f2", "f3", "escape", "escape", "f2", "escape", "escape", "escape")
        assert isinstance(app.screen, FrontDesk)
