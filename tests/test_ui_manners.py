"""Manners that every screen shares: any size, the same looks and keys in the desk and in the monitor."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from msgspec.structs import replace
from textual.app import App
from textual.pilot import Pilot

from gymtui.client import Login, MockWebSocket, WebSocketService
from gymtui.client.connection.follower import Bookmark
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.state import Inside
from gymtui.preferences import THEMES
from gymtui.ui.live_app import LiveApp
from gymtui.ui.monitor_app import MonitorApp
from gymtui.ui.screens.help import HelpScreen
from gymtui.ui.screens.login import LoginScreen
from gymtui.ui.screens.monitor import Monitor
from gymtui.ui.screens.who import WhoIsIn
from tests.client_kit import Pauses
from tests.factories import NOW, member
from tests.fake_login import FakeLogin
from tests.settled import until_shown
from tests.test_monitor import answer
from tests.ui_fakes import LOGGED_OUT, make_app
from tests.ui_front_desk_kit import a_desk

pytestmark = pytest.mark.slow

SIZES = [(60, 20), (20, 5), (160, 45), (80, 24)]
URL = "ws://gym.test/ws/checkins/"


def text_of(app: App[None]) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def screen_of(app: App[None]) -> type:
    return type(app.screen)


@asynccontextmanager
async def monitoring(**options: Any) -> AsyncIterator[tuple[MonitorApp, Pilot[None]]]:
    """The monitor over a played server, as somebody chose it."""
    login, journal = cast(Login, FakeLogin()), Bookmark()
    server = MockWebSocket(seq=2, answer=answer, clock=lambda: NOW)
    service = WebSocketService(
        URL, Login(URL, token="a.b.c"), journal, connect=server, clock=lambda: NOW, sleep=Pauses()
    )
    app = MonitorApp(service, journal, login, url=URL, clock=lambda: NOW, **options)
    async with app.run_test(size=(80, 24)) as pilot:
        await server.accepted()
        await until_shown(pilot, lambda: "Riverside" in text_of(app))
        yield app, pilot
        await app.leave()


async def at_every_size(app: App[None], pilot: Pilot[None], has: Callable[[], bool]) -> None:
    screen = app.screen
    for size in SIZES:
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert app.screen is screen
        assert app.size == size
    assert has()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ([], "CHECK IN"),
        (["m"], "Maya"),
        ([*":"], "COMMAND"),
        (["f3"], "WHO IS IN"),
        (["f9"], "CONNECTION AND QUEUE"),
        (["f6"], "CONFLICTS"),
        (["f1"], "HELP   Front desk"),
        (["f3", "f1"], "HELP   Who is in"),
    ],
)
async def test_a_screen_of_the_desk_takes_any_size_and_is_itself_again(keys: list[str], words: str) -> None:
    app = make_app(a_desk())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        before = text_of(app)
        await at_every_size(app, pilot, lambda: words in text_of(app))
        assert text_of(app) == before


async def test_the_login_takes_any_size_and_keeps_what_was_typed() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press("x", "y")
        await at_every_size(app, pilot, lambda: "password" in text_of(app))
        assert app.screen.query_one("#password").value == "xy"  # type: ignore[attr-defined]  # it is an Input


async def test_the_monitor_takes_any_size() -> None:
    async with monitoring() as (app, pilot):
        await at_every_size(app, pilot, lambda: "EVENTS / S" in text_of(app))


@pytest.mark.parametrize("theme", THEMES)
async def test_the_monitor_wears_the_same_themes(theme: str) -> None:
    async with monitoring(theme=theme) as (app, _):
        assert app.theme == theme


async def test_the_monitor_has_the_keys_of_the_file_its_help_and_plain_symbols() -> None:
    async with monitoring(keys={"help": "f10", "quit": "f11"}, ascii=True) as (app, pilot):
        assert "F10 help" in text_of(app)
        await pilot.press("f10")
        assert screen_of(app) is HelpScreen
        help = text_of(app)
        assert help.isascii()
        assert "Space" in help
        assert "pause" in help
        assert "F11          leaves" in help
        assert ":quit" not in help


@pytest.mark.parametrize("keys", [(), ("f3",), ("f1",), ("a",), (*":po",)])
async def test_ctrl_c_says_which_key_leaves_and_changes_nothing(keys: tuple[str, ...]) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        screen, typed = app.screen, app.front_desk.entry.text
        await pilot.press("ctrl+c")
        await until_shown(pilot, lambda: "Ctrl+Q leaves" in text_of(app).splitlines()[-1])
        assert (app.screen, app.front_desk.entry.text, app.is_running) == (screen, typed, True)


async def test_ctrl_c_says_on_the_monitor_which_key_leaves_also_where_it_is_another() -> None:
    async with monitoring(keys={"quit": "f11"}) as (app, pilot):
        for keys in ((), ("slash", "x"), ("escape", "f2"), ("escape", "f3")):
            await pilot.press(*keys, "ctrl+c")
            await until_shown(pilot, lambda: "F11 leaves" in text_of(app).splitlines()[-1])
            assert app.is_running


async def test_a_monitor_that_is_logged_out_can_be_looked_at_and_logged_in_again() -> None:
    async with monitoring() as (app, pilot):
        app.service._become("logged_out", reason="Your access has ended: please log in again, or ask a manager.")
        await pilot.pause()
        assert screen_of(app) is LoginScreen
        assert "Your access has ended" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert screen_of(app) is Monitor
        assert "⚠ log in again" in text_of(app)
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert screen_of(app) is LoginScreen


def test_nothing_of_an_app_is_started_once_for_each_of_its_classes() -> None:
    """Textual calls `on_mount` of every class of an app: what starts the client must be no such thing."""
    from gymtui.demo.app import DemoApp

    for app in (DemoApp, MonitorApp):
        assert [kind for kind in app.__mro__ if "on_mount" in vars(kind) and issubclass(kind, LiveApp)] == [LiveApp]


async def test_a_click_chooses_in_every_list() -> None:
    desk = a_desk()
    first = Outgoing(id="q1", kind="check_in", payload=b"{}", member_id="m4711", at=NOW)
    desk.queue = [first, replace(first, id="q2")]
    desk.inside = [Inside(member=member(n).ref, since=NOW) for n in (1, 2)]
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        for key, chosen in (("f9", "› +17:24"), ("f3", "› +Member 2")):
            await pilot.press(key)
            await pilot.pause()
            rows = app.screen.query_one("QueueList" if key == "f9" else "RosterList")
            await pilot.click(rows, offset=(8, 2))
            await pilot.pause()
            assert re.search(f"^ *{chosen}", text_of(app).splitlines()[rows.region.y + 2])
        await pilot.press("escape", "escape", *":who")
        await pilot.pause()
        await pilot.click("CommandList", offset=(8, 0))
        await pilot.pause()
        assert screen_of(app) is WhoIsIn
