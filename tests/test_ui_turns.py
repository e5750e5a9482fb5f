"""Keys that come while the screen is not there that the key before them asked for: it gets them, and nobody else."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input

from gymtui.client.state import Inside
from gymtui.ui import GymApp
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.history import HistoryScreen
from gymtui.ui.screens.login import LoginScreen
from gymtui.ui.screens.who import WhoIsIn
from gymtui.ui.widgets.entry import Entry
from tests.factories import NOW
from tests.readers import gulp, scan
from tests.settled import until_shown
from tests.ui_fakes import make_app
from tests.ui_front_desk_kit import ANA, BEN, a_desk

pytestmark = pytest.mark.slow


def text_beside_the_front_desk(app: GymApp) -> str | None:
    """What the box of another screen holds, once it is there."""
    is_there = isinstance(app.screen, HistoryScreen | WhoIsIn) and app.screen.is_mounted
    return app.screen.query_one(Entry).text if is_there else None


@pytest.mark.parametrize("keys", [["f2"], ["f3"], ["f3", "f2"], [*":history", "enter"]])
async def test_letters_go_to_the_screen_that_was_asked_for(keys: list[str]) -> None:
    desk = a_desk()
    desk.inside = [Inside(member=ANA.ref, since=NOW), Inside(member=BEN.ref, since=NOW)]
    app = make_app(desk)
    async with app.run_test() as pilot:
        gulp(app, *keys, *"ben")
        await until_shown(pilot, lambda: text_beside_the_front_desk(app) == "ben")
        assert app.front_desk.text == ""
        assert desk.done == []


async def test_letters_behind_one_that_leaves_a_screen_go_to_the_one_below() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        gulp(app, "f2", "escape", *"ben")
        await until_shown(pilot, lambda: app.front_desk.text == "ben")
        assert isinstance(app.screen, FrontDesk)


@pytest.mark.parametrize("keys", [["f2"], ["f3"], ["f2", "escape"], ["f3", "f2", "f2"], ["f9"], ["f9", "escape"]])
async def test_a_card_is_taken_whatever_screen_comes_or_goes(keys: list[str]) -> None:
    desk = a_desk()
    desk.inside = [Inside(member=ANA.ref, since=NOW)]
    app = make_app(desk)
    async with app.run_test() as pilot:
        gulp(app, *keys)
        scan(app, *"4711", "enter")
        await until_shown(pilot, lambda: desk.done != [])
        assert [who for _, who in desk.done] == ["Ana Silva"]


async def test_a_password_behind_the_key_of_the_login_is_never_in_the_box() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        gulp(app, "ctrl+l", *"secret")
        await until_shown(pilot, lambda: isinstance(app.screen, LoginScreen))
        await pilot.pause()
        assert app.front_desk.text == ""
        assert "secret" in [field.value for field in app.screen.query(Input)]


async def test_what_is_pasted_behind_such_a_key_is_pasted_there() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        gulp(app, "f2", "left")
        app.post_message(events.Paste("yesterday"))
        await until_shown(pilot, lambda: text_beside_the_front_desk(app) == "yesterday")
        assert app.front_desk.text == ""
