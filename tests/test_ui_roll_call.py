"""The roll-call on its screen: begun with two keys, marked by Enter, by name and by card, ended once, on paper."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.protocol import MemberRef, RollCallUpdate
from gymtui.ui import GymApp
from gymtui.ui.roll_call import RollCallView, as_csv, sheet
from gymtui.ui.screens.roll_call import RollCallScreen
from tests.desk_kit import ANA, BEN, Gym, gym
from tests.factories import GYM, NOW, snapshot, visit
from tests.fake_login import FakeLogin
from tests.settled import until_shown
from tests.ui_front_desk_kit import screen_text

__all__ = ["gym"]

pytestmark = pytest.mark.slow

ELSEWHERE = RollCallUpdate(
    roll_call_id="theirs", step="start", at=clock.to_text(NOW), by="ben", desk="desk 2", command_id="t1", seq=6
)


@asynccontextmanager
async def shown(gym: Gym, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[GymApp, Pilot[None]]]:
    """The console over a real desk whose server is dead."""
    gym.replica.restore(snapshot(5, visit(1, ANA, minutes=20), visit(2, BEN, minutes=5)))
    gym.server.refuse(*[OSError("nobody is there")] * 9)
    app = GymApp(gym.desk, cast(Login, FakeLogin()), url="ws://gym.test/ws/checkins/", clock=lambda: NOW)
    async with app.run_test(size=size) as pilot:
        yield app, pilot


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where lists are written."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


async def says(pilot: Pilot[None], pattern: str) -> None:
    """Until that is on the screen."""
    await until_shown(pilot, lambda: re.search(pattern, screen_text(cast(GymApp, pilot.app))) is not None)


def running(gym: Gym) -> bool:
    return gym.desk.roll_calls.now is not None


def people(gym: Gym) -> tuple[list[str], list[str]]:
    told = gym.desk.roll_calls.list
    assert told is not None
    return [person.name for person in told.missing], [person.name for person in told.found]


async def test_it_works_without_a_server_from_the_first_key_to_paper(gym: Gym, home: Path) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.press(*":evac", "enter")
        assert "› a drill" in screen_text(app)
        await pilot.press("enter")
        await says(pilot, "! Drill has begun here, and at the others once they are connected")
        await says(pilot, "DRILL +2 missing, 0 safe +since 17:24, desk 1")
        assert "A N A   S I L V A" in screen_text(app)
        await pilot.press("enter")
        assert people(gym) == (["Ben Ode"], ["Ana Silva"])
        app.take_card("2")
        await until_shown(pilot, lambda: people(gym) == ([], ["Ana Silva", "Ben Ode"]))
        await pilot.press("ctrl+z")
        assert people(gym) == (["Ben Ode"], ["Ana Silva"])
        await pilot.press(*"Tom", "enter")
        assert "Enter adds, Esc does not: Tom, who is in no list" in screen_text(app)
        await pilot.press("enter")
        assert people(gym) == (["Ben Ode"], ["Ana Silva", "Tom"])
        await pilot.press(*":print", "enter")
        paper = (home / "roll-call-2026-11-18-1724.txt").read_text()
        assert "[ ]  Ben Ode" in paper
        assert "[x]  Tom" in paper
        await pilot.press(*":end", "enter")
        assert running(gym)
        await pilot.press("enter")
        assert not running(gym)
        await says(pilot, "✓ Drill is over: 1 missing, 2 safe")
        await pilot.press(*":export", "enter")
        rows = list(csv.DictReader((home / "roll-call-2026-11-18-1724.csv").read_text().splitlines()))
        assert [(row["name"], row["state"]) for row in rows] == [
            ("Ben Ode", "missing"),
            ("Ana Silva", "safe"),
            ("Tom", "safe"),
        ]


async def test_a_text_that_several_answer_to_marks_nobody_by_itself(gym: Gym) -> None:
    async with shown(gym, (60, 20)) as (app, pilot):
        gym.desk.roll_calls.start(drill=False)
        gym.desk.roll_calls.mark("Anton")
        gym.desk.roll_calls.take_back("name:anton")
        gym.desk.roll_calls.mark("Bea")
        await pilot.press(*":evac", "enter", *"zzz")
        assert "nobody of the list is called" in screen_text(app)
        await pilot.press("escape", *"be", "enter")
        assert people(gym) == (["Ana Silva", "Ben Ode"], ["Bea"])
        await pilot.press("enter")
        assert people(gym) == (["Ana Silva"], ["Bea", "Ben Ode"])


async def test_what_waits_of_it_is_no_visit_that_the_figures_lack(gym: Gym) -> None:
    async with shown(gym) as (_, pilot):
        gym.desk.roll_calls.start(drill=True)
        gym.desk.check_out(BEN)
        await says(pilot, "2 queued .*\n.*\n.*\n.*148 of 220, −1 queued")


async def test_one_that_is_begun_elsewhere_is_said_here(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        gym.replica.apply([ELSEWHERE], 6)
        gym.service._dispatcher.publish("events", [ELSEWHERE])
        await says(pilot, "! Roll-call is on since 17:24, desk 2")
        await pilot.press(*":evac", "enter")
        assert isinstance(app.screen, RollCallScreen)
        assert re.search("2 missing, 0 safe +since 17:24, desk 2", screen_text(app))
        assert re.match(" ! ROLL-CALL  ◆ Riverside +desk 1 ", screen_text(app))
        over = replace(ELSEWHERE, step="end", command_id="t2", found=3, missing=1, seq=7)
        gym.replica.apply([over], 7)
        gym.service._dispatcher.publish("events", [over])
        await says(pilot, "✓ Roll-call is over: 1 missing, 3 safe")
        assert "! ROLL-CALL " not in screen_text(app)


async def test_whoever_looks_on_marks_nobody(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "looks_on", property(lambda _: "otto may look on, not check in"))
    async with shown(gym) as (_, pilot):
        await pilot.press(*":evac", "enter", "enter")
        assert not running(gym)
        await says(pilot, "Roll-call: otto may look on")


def test_only_whoever_chooses_it_begins_a_real_one(gym: Gym) -> None:
    chosen = RollCallView().moved(1)
    assert (RollCallView().drill, chosen.drill, chosen.moved(-1).drill) == (True, False, True)
    gym.desk.roll_calls.start(drill=chosen.drill)
    assert chosen.now(gym.desk.roll_calls.list).now(None).drill


def test_a_list_has_the_next_one_lit_and_a_table_no_formula(gym: Gym) -> None:
    gym.replica.restore(snapshot(5, visit(1, ANA, minutes=20), visit(2, BEN, minutes=5)))
    gym.desk.roll_calls.start(drill=False)
    view = RollCallView().now(gym.desk.roll_calls.list)
    assert view.target is not None
    assert view.target.name == "Ana Silva"
    chosen = view.moved(1)
    assert chosen.chosen == BEN.id
    gym.desk.roll_calls.mark(MemberRef(BEN.id, BEN.full_name))
    after = chosen.now(gym.desk.roll_calls.list)
    assert (after.chosen, after.target and after.target.name) == (None, "Ana Silva")
    gym.desk.roll_calls.mark("=1+1")
    told = gym.desk.roll_calls.list
    assert told is not None
    assert "\n'=1+1," in as_csv(told, UTC)
    assert sheet(told, GYM.name, UTC, NOW).splitlines()[0] == "ROLL-CALL  Riverside  2026-11-18 16:24"
