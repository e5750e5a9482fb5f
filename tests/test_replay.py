"""`gymtui replay`: the screen of a day that is played again."""

from __future__ import annotations

import pytest

from gymtui.errors import WrongUsage
from gymtui.programs.replay import run
from gymtui.ui.reel import reel_of
from gymtui.ui.replay_app import ReplayApp
from gymtui.ui.widgets.reel_line import ReelLine
from tests.pictures import Camera
from tests.played_day import BEFORE, BEGINS, DAY, HOUR, MINUTE, WEEK, replaying
from tests.played_gym import Clock
from tests.ui_faults_kit import WAYS, Break, comes_back, stops

pytestmark = pytest.mark.slow


def on(app: ReplayApp, clock: Clock, seconds: int) -> None:
    """So many seconds pass."""
    clock.now += seconds * 1000
    app.replay.tick()


async def test_yesterday_plays_sixty_times_as_fast_and_is_gone_through() -> None:
    clock = Clock()
    async with replaying(clock) as (app, pilot):
        camera = Camera(app, pilot, {})
        await camera.until("▶ Tue 17 Nov 06:", "×60", "0 in   0 came", "Nobody has come in yet")
        on(app, clock, 120)
        await camera.until("▶ Tue 17 Nov 08:", "[2-9] came", "▲ ")
        before = app.replay.player.at
        await pilot.press("space", "left")
        await camera.until("■ Tue 17 Nov", "×60")
        assert before - app.replay.player.at == 5 * MINUTE
        on(app, clock, 120)
        assert before - app.replay.player.at == 5 * MINUTE
        await pilot.press("end")
        refused = sum(event.type == "refusal" for event in DAY)
        await camera.until("Wed 18 Nov 00:00:00", rf"0 in +\d+ came +\d+ left +{refused} refused")
        await pilot.press("home", "up", "space")
        await camera.until("▶ Tue 17 Nov 00:00:00  ×300", "Nobody has come in yet")
        on(app, clock, 7 * 3600 // 300)
        await camera.until("▶ Tue 17 Nov 07:00:00  ×300", "▲ ")


async def test_a_filter_stays_wherever_one_goes_and_f2_has_what_it_lets_through() -> None:
    refused = [event for event in DAY if event.type == "refusal"]
    async with replaying(Clock()) as (app, pilot):
        camera = Camera(app, pilot, {})
        await camera.until("▶ Tue 17 Nov 06:")
        await pilot.press("space", "end", "slash", *"refused", "left")
        await camera.until(f"{len(refused)} with “refused”", "Wed 18 Nov 00:00:00")
        await pilot.press("enter", "home")
        await camera.until("0 with “refused”", "Nothing that has happened has these words")
        await pilot.press("end", "f2")
        await camera.until(f"{len(refused)} messages")
        await pilot.press("escape", "escape")
        await camera.until("TIME +WHO")


async def test_an_hour_and_an_event_are_a_key_each_and_a_week_before_stands_beside() -> None:
    async with replaying(Clock()) as (app, pilot):
        camera = Camera(app, pilot, {})
        await camera.until("▶ Tue 17 Nov 06:")
        await pilot.press("space", "home", *["shift+right"] * 12)
        last = reel_of(BEFORE, [], BEGINS - WEEK, BEGINS - WEEK + 24 * HOUR).count(BEGINS - WEEK + 12 * HOUR)
        assert last.came > 0
        await camera.until("■ Tue 17 Nov 12:00:00", f"▲ a week before: {last.inside} in, {last.came} came")
        await pilot.press(*["shift+right"] * 9)
        await camera.until("■ Tue 17 Nov 21:00:00", "a week before: .* came ▲")
        await pilot.press("home", "ctrl+right", "ctrl+right")
        assert app.replay.player.at == app.replay.reel.times[1]
        await pilot.press("ctrl+left")
        assert app.replay.player.at == app.replay.reel.times[0]


async def test_a_click_on_the_curve_goes_there_and_f2_has_what_had_happened_by_then() -> None:
    async with replaying(Clock()) as (app, pilot):
        camera = Camera(app, pilot, {})
        await camera.until("Tue 17 Nov 06:")
        await pilot.press("space")
        await pilot.click(ReelLine, offset=(2 + 38, 1))
        await camera.until("■ Tue 17 Nov 12:00:00")
        by_noon = app.replay.reel.index(app.replay.reel.begins + 12 * HOUR)
        await pilot.press("f2")
        await camera.until(f"{by_noon} messages")
        await pilot.press("escape")
        await camera.until("Space pause")


async def test_a_day_of_which_nothing_is_known_is_said() -> None:
    async with replaying(Clock(), day="9 Nov") as (app, pilot):
        await Camera(app, pilot, {}).until("Nothing happened on that day, as far as the server still knows")
        await pilot.press("right", "space", "end", "f2", "escape")
        assert app.is_running


@pytest.mark.parametrize("way", WAYS)
async def test_the_line_of_the_day_stops_alone_and_comes_back(way: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    async with replaying(Clock()) as (app, pilot):
        await Camera(app, pilot, {}).until("Tue 17 Nov 06:")
        with monkeypatch.context() as patch:
            await stops(pilot, ReelLine, way, patch)
        await comes_back(pilot, ReelLine)


@pytest.mark.parametrize(("day", "speed", "words"), [("someday", 60, "is no day"), ("today", 0, "--speed")])
def test_what_cannot_be_played_is_wrong_usage(day: str, speed: float, words: str) -> None:
    with pytest.raises(WrongUsage, match=words):
        run(url="ws://gym.test/", user=None, token=None, theme="slate", keys={}, day=day, speed=speed)
