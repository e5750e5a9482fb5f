"""The kiosk: a scan is a large word, no key leads out of it but those of the PIN, and it needs no server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.login.login import Login
from gymtui.client.replica.replica import Replica
from gymtui.client.state import ConnectionState
from gymtui.kiosk_lock import KioskLock
from gymtui.protocol import CheckIn
from gymtui.ui.base_app import ScreenLate
from gymtui.ui.burst import Scan
from gymtui.ui.kiosk_app import KioskApp
from gymtui.ui.screens.kiosk import KioskScreen
from tests.desk_kit import ANA, BEN, Gym, done, gym
from tests.factories import GYM, STATS, snapshot, visit
from tests.fake_login import FakeLogin
from tests.readers import scan
from tests.settled import until_shown
from tests.test_ui_changed_cells import Glasses, glasses

__all__ = ["glasses", "gym"]

pytestmark = pytest.mark.slow

NO_WAY_OUT = (
    "ctrl+c",
    "ctrl+q",
    "ctrl+p",
    "ctrl+z",
    "ctrl+l",
    "tab",
    "f1",
    "f3",
    "f4",
    "f8",
    "f9",
    "f12",
    "colon",
    "q",
)


@asynccontextmanager
async def shown(
    gym: Gym, tmp_path: Path, *, alone: bool = True, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[KioskApp, Pilot[None]]]:
    lock = KioskLock(tmp_path / "kiosk.json")
    if not lock.is_set:
        lock.set("258025")
    gym.replica.restore(snapshot(5))
    gym.server.seq = 5
    if alone:
        gym.server.refuse(*[OSError("nobody is there")] * 9)
    app = KioskApp(gym.desk, cast(Login, FakeLogin()), lock=lock, clock=lambda: gym.now)
    async with app.run_test(size=size) as pilot:
        yield app, pilot


def text(app: KioskApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def typed(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_a_scan_comes_in_and_a_later_one_leaves_without_a_server(gym: Gym, tmp_path: Path) -> None:
    async with shown(gym, tmp_path) as (app, pilot):
        assert app.kiosk.notice.large == "SCAN YOUR CARD"
        await typed(pilot, "1", "enter")
        await until_shown(pilot, lambda: app.kiosk.notice.large == "WELCOME")
        assert app.kiosk.notice.name == "Ana S."
        assert "A N A   S ." in text(app)
        assert "SILVA" not in text(app).replace(" ", "").upper()
        await typed(pilot, "1", "enter")
        await until_shown(pilot, lambda: app.kiosk.notice.large == "HELLO")
        gym.now += 60_000
        await typed(pilot, "1", "enter")
        await until_shown(pilot, lambda: app.kiosk.notice.large == "GOODBYE")
        assert [row.kind for row in gym.desk.queue] == ["check_in", "check_out"]
        await typed(pilot, "2", "enter")  # expired
        await until_shown(pilot, lambda: app.kiosk.notice.large == "PLEASE SEE THE DESK")
        assert "expired" not in text(app)
        await typed(pilot, *"Ana", "enter")
        await until_shown(pilot, lambda: app.kiosk.notice.name == "")
        assert [row.kind for row in gym.desk.queue] == ["check_in", "check_out", "refusal"]


async def test_no_key_leads_out_of_it_but_the_pin(gym: Gym, tmp_path: Path) -> None:
    async with shown(gym, tmp_path) as (app, pilot):
        await typed(pilot, *NO_WAY_OUT)
        await pilot.resize_terminal(60, 20)
        assert isinstance(app.screen, KioskScreen)
        assert app.is_running
        await typed(pilot, "escape", *"2581", "enter")
        assert "Not that PIN" in text(app)
        assert "Enter, or Esc" in text(app)
        assert app.return_code is None
        await typed(pilot, *"25")
        assert "Not that PIN" not in text(app)
        assert "PIN of the staff: ••" in text(app)
        await typed(pilot, "escape")
        assert app.kiosk.pin is None
        assert KioskLock(tmp_path / "kiosk.json").is_set
        await typed(pilot, "escape", *"258025", "enter")
        await until_shown(pilot, lambda: not KioskLock(tmp_path / "kiosk.json").is_set)
    assert app.return_code == 0


async def test_it_is_drawn_anew_by_a_key_and_says_so_where_its_line_is_slow(
    gym: Gym, tmp_path: Path, glasses: Glasses
) -> None:
    async with shown(gym, tmp_path) as (app, pilot):
        app.kiosk.state = ""
        await pilot.pause()
        glasses.soil(glasses.less)
        await typed(pilot, "ctrl+l")
        await until_shown(pilot, lambda: glasses.are_alike)
        app.kiosk.post_message(ScreenLate(3))
        await until_shown(pilot, lambda: "this screen is 3 s late" in text(app))
        app.kiosk.post_message(ScreenLate(0))
        await until_shown(pilot, lambda: "late" not in text(app))


async def test_what_is_typed_is_whole_and_nobody_else_s(
    gym: Gym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shown(gym, tmp_path) as (app, pilot):
        scan(app, *"999", "enter")
        await until_shown(pilot, lambda: app.kiosk.notice.large == "PLEASE SEE THE DESK")
        assert not app._typed  # or the number that is typed next would begin with that
        await typed(pilot, "1", "enter")
        await until_shown(pilot, lambda: app.kiosk.notice.large == "WELCOME")
        monkeypatch.setattr("gymtui.ui.kiosk_app.ASKED_FOR", 0.01)
        await typed(pilot, "9")  # and whoever typed it has gone
        await until_shown(pilot, lambda: not app._typed)


async def test_the_server_has_the_last_word(gym: Gym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Replica, "directory", property(lambda _: (1, False)))  # it is asked of any card
    async with shown(gym, tmp_path, alone=False) as (app, pilot):
        connection = await gym.live()
        app._scanned(Scan("Anton"))  # typed slowly: no card, and no unknown one in the journal
        await typed(pilot, "1", "enter")
        await until_shown(pilot, lambda: app.kiosk.notice.tone == "wait")
        request, id = await connection.received(CheckIn)
        assert request.member_id == ANA.id
        connection.reply(id, done(request, id or "", 6))
        await until_shown(pilot, lambda: app.kiosk.notice.tone == "good")
        assert app.kiosk.state == ""
        connection.cut()
        await until_shown(pilot, lambda: "no connection" in app.kiosk.state)


async def test_who_is_sent_to_the_desk_of_a_full_gym_is_a_refusal_there(gym: Gym, tmp_path: Path) -> None:
    async with shown(gym, tmp_path, alone=False) as (app, pilot):
        connection = await gym.live()
        full = replace(STATS, currently_in=GYM.capacity or 0)
        gym.replica.fold_stats(full)
        await typed(pilot, "1", "enter")
        await until_shown(pilot, lambda: app.kiosk.notice.large == "PLEASE SEE THE DESK")
        request, _ = await connection.received(CheckIn)
        assert (request.passed_over, request.member_id) == (ANA.id, None)


async def test_whose_exit_nobody_saw_yesterday_comes_in_today(gym: Gym, tmp_path: Path) -> None:
    async with shown(gym, tmp_path) as (app, pilot):
        gym.replica.restore(snapshot(6, visit(1, ANA, minutes=26 * 60), visit(2, BEN, minutes=26 * 60)))
        await typed(pilot, "1", "enter")
        await until_shown(pilot, lambda: app.kiosk.notice.large == "WELCOME")
        assert [row.kind for row in gym.desk.queue] == ["check_in"]


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_login_that_is_over_is_said_with_what_to_do_also_where_the_pin_is_asked_for(
    gym: Gym, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with shown(gym, tmp_path, size=size) as (app, pilot):
        app._connection_changed(ConnectionState(phase="logged_out", since=gym.now))
        advice = "Staff: Esc, the PIN, then start the kiosk and log in."
        await until_shown(pilot, lambda: advice in text(app))
        assert "the login is over: what is scanned is kept here" in text(app)
        await typed(pilot, "escape")
        assert advice in text(app)
        assert "PIN of the staff:" in text(app)
        app._connection_changed(ConnectionState(phase="live", since=gym.now))
        await until_shown(pilot, lambda: advice not in text(app))
