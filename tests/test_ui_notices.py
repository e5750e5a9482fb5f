"""Notices on the screen: counted in the header, read one by one, told by a manager; and the handover."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest
from textual.pilot import Pilot

from gymtui.client.connection.service import WebSocketService
from gymtui.client.login.login import Login
from gymtui.protocol import HandOver, Notification, Notify
from gymtui.ui import GymApp
from gymtui.ui.screens.notices import NoticesScreen
from tests.desk_kit import ANA, Gym, gym
from tests.factories import NOW, TIME, snapshot, visit
from tests.fake_login import FakeLogin
from tests.settled import until_shown
from tests.ui_front_desk_kit import screen_text

__all__ = ["gym"]

pytestmark = pytest.mark.slow


def notice(seq: int, title: str) -> Notification:
    return Notification(id=f"n{seq}", level="info", title=title, message="", at=TIME, seq=seq)


@asynccontextmanager
async def shown(gym: Gym, *, alone: bool = True) -> AsyncIterator[tuple[GymApp, Pilot[None]]]:
    """The console over a real desk, with a server or without."""
    gym.replica.restore(snapshot(5, visit(1, ANA, minutes=20)))
    gym.server.seq = 5
    if alone:
        gym.server.refuse(*[OSError("nobody is there")] * 9)
    app = GymApp(gym.desk, cast(Login, FakeLogin()), url="ws://gym.test/ws/checkins/", clock=lambda: NOW)
    async with app.run_test() as pilot:
        yield app, pilot


async def says(pilot: Pilot[None], pattern: str) -> None:
    await until_shown(pilot, lambda: re.search(pattern, screen_text(cast(GymApp, pilot.app))) is not None)


async def test_what_is_unread_is_counted_and_read_with_enter(gym: Gym) -> None:
    gym.replica.apply([notice(2, "Sauna closed"), notice(3, "Pool closed")], 3)
    async with shown(gym) as (app, pilot):
        await says(pilot, "◆ 2 unread")
        await pilot.press("f7")
        await says(pilot, "▒ HIDDEN ◆ 2 Riverside +desk 1")
        await pilot.press("f7")
        await pilot.press("ctrl+n")
        assert isinstance(app.screen, NoticesScreen)
        await says(pilot, "2 unread of 2")
        await pilot.press("enter")
        await says(pilot, "◆ 1 unread .*\n.*\n.*1 unread of 2")
        await pilot.press("enter", "ctrl+n")
        assert "unread" not in screen_text(app)


async def test_a_handover_shows_the_shift_and_its_note_waits_for_the_server(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        gym.replica.apply([visit(6, "Ben Ode", desk="desk 1")], 6)
        await pilot.press(*":handover", "enter")
        await says(pilot, "1 checked in, 0 checked out")
        assert "this desk since 17:24, as far as it knows" in screen_text(app)  # of the 1,204 that came today
        await pilot.press("enter")
        assert gym.desk.queued == 0
        await pilot.press(*"all is well", "enter")
        await until_shown(pilot, lambda: app.screen is app.front_desk)
        await says(pilot, "… Handover queued, not sent yet")
        [row] = gym.desk.queue
        assert isinstance(row.request, HandOver)
        assert row.request.note.startswith("all is well (1 checked in, 0 checked out")


async def test_a_note_behind_the_command_is_left_at_once(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.press(*":handover her knee is bad", "enter")
        await says(pilot, "… Handover queued, not sent yet")
        assert app.screen is app.front_desk
        [row] = gym.desk.queue
        assert isinstance(row.request, HandOver)
        assert row.request.note.startswith("her knee is bad (")


async def test_a_shift_begins_with_the_gym_s_own_day(gym: Gym) -> None:
    async with shown(gym) as (_, pilot):
        early = visit(6, "Ben Ode", desk="desk 1", minutes=16 * 60 + 54)  # half past midnight, on the wall
        gym.replica.apply([early, visit(7, "Cal Roe", desk="desk 1", minutes=17 * 60 + 25)], 7)
        await pilot.press(*":handover", "enter")
        await says(pilot, "1 checked in, 0 checked out")


async def test_a_manager_tells_every_desk(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    async with shown(gym, alone=False) as (_, pilot):
        connection = await gym.live()
        await pilot.press(*":tell", "enter")
        await says(pilot, "Notice: only a manager")
        monkeypatch.setattr(WebSocketService, "role", property(lambda _: "manager"))
        await pilot.press(*":notify", "enter", *"Pool closed", "enter")
        request, id = await connection.received(Notify)
        assert request.title == "Pool closed"
        connection.reply(id, {"notification": {}})
        await says(pilot, "✓ Notice is told to every desk")
        await pilot.press(*":tell Sauna's closed", "enter")
        request, _ = await connection.received(Notify)
        assert request.title == "Sauna's closed"


async def test_a_server_that_is_away_is_told_nothing_and_the_text_is_not_asked_for(gym: Gym) -> None:
    async with shown(gym) as (_, pilot):
        await pilot.press(*":tell", "enter")
        await says(pilot, "Notice: that needs the server")
