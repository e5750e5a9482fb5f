"""What a screen costs as it comes up and goes: it is laid out once, and what lies below not at all."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from gymtui.client.state import ConnectionState, Inside
from gymtui.ui.widgets.feed import Feed
from tests.factories import NOW, visit
from tests.settled import settled, until_shown
from tests.ui_fakes import make_app
from tests.ui_front_desk_kit import ANA, BEN, a_desk, screen_text

pytestmark = pytest.mark.slow

KEYS = {"f2": "HISTORY", "f3": "WHO IS IN", "f6": "CONFLICTS", "f9": "CONNECTION AND QUEUE", "ctrl+n": "NOTICES"}


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a screen of each kind is laid out."""
    counted: Counter[str] = Counter()
    lay_out = Screen._refresh_layout

    def count(self: Screen[Any], size: Size | None = None, scroll: bool = False) -> None:
        counted[type(self).__name__] += 1
        lay_out(self, size, scroll)

    monkeypatch.setattr(Screen, "_refresh_layout", count)
    return counted


@pytest.mark.parametrize(("key", "title"), KEYS.items())
async def test_a_screen_is_laid_out_once_as_it_comes_up(layouts: Counter[str], key: str, title: str) -> None:
    desk = a_desk()
    desk.inside = [Inside(member=ANA.ref, since=NOW), Inside(member=BEN.ref, since=NOW)]
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        layouts.clear()
        await pilot.press(key)
        await until_shown(pilot, lambda: title in screen_text(app))
        await settled(pilot)
        layouts_of_it = layouts.pop(type(app.screen).__name__)
        assert layouts_of_it <= 2  # the second where something was asked for behind the first
        assert layouts == {}


async def test_what_comes_up_is_whole_where_the_terminal_has_changed_meanwhile() -> None:
    app = make_app(a_desk())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f2")
        await pilot.resize_terminal(60, 20)
        assert app.screen.has_class("-narrow")
        assert app.screen.query_one("#title", Static).size.width == 60 - 4
        await pilot.press("escape")
        assert app.screen.has_class("-narrow")
        assert app.screen.size == (60, 20)
        await pilot.press("f9")
        await pilot.resize_terminal(120, 40)
        assert app.screen.has_class("-wide")
        await pilot.press("f9")
        assert app.screen.has_class("-wide")


async def test_what_has_more_than_the_screen_is_whole_from_the_first() -> None:
    """A bar takes a column of it."""
    app = make_app(a_desk())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        await settled(pilot)
        first = screen_text(app)
        app.screen.refresh(layout=True)
        await settled(pilot)
        assert screen_text(app) == first
        assert "Scan a card" in first


@pytest.mark.parametrize("key", KEYS)
async def test_what_happens_below_is_not_painted_and_is_there_as_that_comes_back(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    paints: list[str] = []
    paint = Screen._compositor_refresh

    def count(screen: Screen[Any]) -> None:
        paints.append(type(screen).__name__)
        paint(screen)

    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await until_shown(pilot, lambda: KEYS[key] in screen_text(app))
        await settled(pilot)
        monkeypatch.setattr(Screen, "_compositor_refresh", count)
        below = app.front_desk
        below.query_one(Feed).extend([visit(90, "Zoe Late")])
        below.notice("said meanwhile")
        await pilot.pause()
        await pilot.pause()
        assert "FrontDesk" not in paints
        await pilot.press("escape")
        await settled(pilot)
        text = screen_text(app)
        assert "Zoe Late" in text
        assert "said meanwhile" in text


async def test_keys_that_came_below_meanwhile_are_offered_as_that_comes_back() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.press("f2")
        await settled(pilot)
        desk.service.becomes(ConnectionState(phase="waiting", since=NOW, attempt=1, retry_at=NOW + 60_000))
        await settled(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert "try again" in screen_text(app).splitlines()[-1]
