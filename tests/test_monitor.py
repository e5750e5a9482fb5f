"""The monitor: its figures, and its screen over the real client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

from gymtui import clock
from gymtui.client import MockWebSocket
from gymtui.client.mock import MockConnection
from gymtui.protocol import Request, Resume, Resumed
from gymtui.ui.monitor_app import MonitorApp
from gymtui.ui.screens.login import LoginScreen
from gymtui.ui.traffic import Percentiles, Traffic, percentiles
from gymtui.ui.widgets.traffic_figures import sparkline
from tests.factories import NOW, member, refusal, snapshot, visit
from tests.pictures import Camera
from tests.played_gym import Clock, monitor

TOKEN = "a.b.c"

# --- figures ----------------------------------------------------------------------------------------------------------


def test_rates_are_of_whole_seconds_and_fall_to_nothing_when_nothing_comes() -> None:
    traffic = Traffic(NOW)
    traffic.came([visit(1, "A"), visit(2, "B")], NOW + 10, since=NOW, offset=0)
    traffic.came([visit(3, "C")], NOW + 990, since=NOW, offset=0)
    assert traffic.figures(NOW + 999).rates == ()
    figures = traffic.figures(NOW + 3000)
    assert figures.rates == (3, 0, 0)
    assert (figures.last_second, figures.last_minute, figures.peak, figures.total) == (0, 1.0, 3, 3)
    assert (figures.batches, figures.largest_batch) == (2, 2)
    assert sum(traffic.figures(NOW + 90_000).rates) == 0


def test_a_clock_that_is_set_back_ends_no_second() -> None:
    traffic = Traffic(NOW)
    traffic.came([visit(1, "A")], NOW - 5000, since=NOW, offset=0)
    assert traffic.figures(NOW - 5000).rates == ()
    assert traffic.figures(NOW - 4000).rates == (1,)


def test_the_delay_is_by_the_servers_clock_and_only_of_what_is_new() -> None:
    traffic = Traffic(NOW)
    late = visit(1, "A", minutes=2)
    undone = replace(visit(2, "B"), flags=("undone",))
    traffic.came([late, undone, visit(3, "C")], NOW - 60_000 + 80, since=NOW - 60_000, offset=60_000)
    assert traffic.figures(NOW).delay == Percentiles(0.08, 0.08, 0.08)


def test_refusals_are_counted_by_code() -> None:
    traffic = Traffic(NOW)
    banned = replace(refusal(3, "C"), code="banned")
    traffic.came([refusal(1, "A", "membership expired 3 Nov"), refusal(2, "B"), banned], NOW, since=0, offset=0)
    assert traffic.figures(NOW).refusals == (("membership expired", 2), ("banned", 1))


@pytest.mark.parametrize(
    ("samples", "found"),
    [
        ([], None),
        ([7], Percentiles(7, 7, 7)),
        (range(1, 101), Percentiles(50, 95, 99)),
    ],
)
def test_percentiles_are_by_nearest_rank(samples: list[float], found: Percentiles | None) -> None:
    assert percentiles(samples) == found


def test_the_sparkline_is_as_high_as_its_highest_and_never_hides_one() -> None:
    assert sparkline((0, 1, 800, 400), 10) == " ▁█▄"
    assert sparkline((9, 0, 1), 2) == " █"
    assert sparkline((), 10) == ""


# --- the screen -------------------------------------------------------------------------------------------------------


def answer(connection: MockConnection, request: Request, id: str | None) -> None:
    if isinstance(request, Resume):
        connection.reply(id, Resumed("snapshot"))
        recent = (visit(2, "Zoe Huber"), visit(1, "Ida Vogel", minutes=3))
        connection.send_message(snapshot(2, *recent, recent=recent))


@asynccontextmanager
async def watching(server: MockWebSocket, token: str | None) -> AsyncIterator[tuple[Camera, Pilot[None]]]:
    async with monitor(server, Clock(), token, (80, 24)) as (app, pilot):
        yield Camera(app, pilot, {}), pilot


def a_server() -> MockWebSocket:
    return MockWebSocket(seq=2, answer=answer, clock=lambda: NOW)


@pytest.mark.slow
async def test_a_pause_holds_the_feed_still_and_counts_and_space_goes_on() -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        connection = await server.accepted()
        await camera.until("Riverside", "● live", "17:24:00 +▲ Zoe Huber", "17:21:00 +▲ Ida Vogel", "▶ following")
        await pilot.press("space")
        connection.events(visit(3, "Ana Silva"), refusal(4, "Ben Ode"))
        await camera.until(r"paused, \+2 new")
        assert "Ana Silva" not in camera.text
        await pilot.press("space")
        await camera.until("✗ Ben Ode +refused", "▲ Ana Silva", "▶ following")
    assert connection.closed == 1000
    assert all(b'"type":"check' not in sent for sent in connection.sent)


@pytest.mark.slow
async def test_a_filter_shows_the_rows_that_have_its_words_and_no_key_leaves_while_it_is_typed() -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        connection = await server.accepted()
        await camera.until("Zoe Huber")
        await pilot.press("slash", *"q refused", "enter")
        await camera.until("with “q refused”")
        connection.events(visit(3, "Ana Silva"), refusal(4, "Anton Quist"), refusal(5, "Ben Ode"))
        await camera.until("Anton Quist")
        assert "Ben Ode" not in camera.text
        assert "Zoe Huber" not in camera.text
        await pilot.press("escape")
        await camera.until("Ben Ode", "Ana Silva", "Zoe Huber")


@pytest.mark.slow
async def test_a_filter_outlasts_a_snapshot() -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        connection = await server.accepted()
        await camera.until("Zoe Huber")
        await pilot.press("slash", *"zoe", "enter")
        await camera.until("1 with “zoe”")
        connection.send_message(snapshot(9002, recent=(visit(9002, "Zoe Maurer"), visit(9001, "Ana Silva"))))
        await camera.until("1 with “zoe”", "Zoe Maurer")
        await pilot.press("escape")
        await camera.until("TIME +WHO", "Ana Silva")


@pytest.mark.slow
async def test_a_filter_goes_by_desk_and_of_a_word_that_is_none_it_says_the_nearest() -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        connection = await server.accepted()
        connection.events(visit(3, "Ana Silva", desk="side door", by="jonas"))
        await camera.until("Ana Silva")
        await pilot.press("slash", *"desk:side")
        await camera.until("1 with “desk:side”")
        assert "Zoe Huber" not in camera.text
        await pilot.press("escape", "slash", *"by:jonas dsek:2")
        await camera.until("there is no “dsek:”; did you mean desk:.", "Ana Silva", "Zoe Huber")
        await pilot.press("escape")
        await camera.until("Zoe Huber", "TIME")


@pytest.mark.slow
async def test_a_filter_in_one_gulp_is_whole_and_a_slash_in_it_is_a_letter() -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        await server.accepted()
        await camera.until("Zoe Huber")
        app = pilot.app
        assert isinstance(app, MonitorApp)
        for key, typed in [("slash", "/"), *zip("q zo", "q zo", strict=True), ("slash", "/"), ("enter", "\r")]:
            app.post_message(events.Key(key, typed))
        await camera.until("with “q zo/”")
        assert (app.monitor.box.value, app.monitor.focused, app.monitor.paused) == ("q zo/", None, False)
        assert app.is_running


@pytest.mark.slow
async def test_figures_of_the_connection_are_shown() -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        connection = await server.accepted()
        await camera.until("Zoe Huber")
        connection.events(visit(3, "Ana Silva", check_in_time=clock.to_text(NOW)), refusal(4, "Ben Ode"))
        await camera.until("✗ Ben Ode")
        app = pilot.app
        assert isinstance(app, MonitorApp)
        app.monitor.measure()
        await camera.until(
            "p50 2 +p99 2 +max 2", "DELAY +p50 0 ", "JOURNAL +4, 148 in now", "REFUSED +1 membership expired"
        )


@pytest.mark.slow
async def test_without_a_login_it_asks_for_one() -> None:
    async with watching(a_server(), None) as (_, pilot):
        await pilot.pause()
        assert isinstance(pilot.app.screen, LoginScreen)


@pytest.mark.slow
async def test_messages_are_looked_at_marked_and_kept_for_their_owner(tmp_path: Path) -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        connection = await server.accepted()
        connection.events(refusal(3, "Ben Ode"), member(4, "Ana Silva", plan="Gold"))
        await camera.until("Ben Ode")
        app = pilot.app
        assert isinstance(app, MonitorApp)
        app.monitor.folder = tmp_path
        await pilot.press("f2")
        await camera.until("4 messages", "4 +member +Ana Silva", "3 +17:24:00 +refused +Ben Ode", "plan +Gold")
        await pilot.press("insert", "tab")
        await camera.until("4 messages +1 marked, as it came", r'{"id":"r3"')
        await pilot.press("down")
        await camera.until("4 messages +1 marked, as it was read", r'{"type":"check_in_update","payload":')
        await pilot.press("up")
        await pilot.press("insert", "e")
        await camera.until(f"2 in {str(tmp_path)[:20]}")
        [file] = tmp_path.glob("messages-*.jsonl")
        assert [json.loads(line)["payload"]["seq"] for line in file.read_text().splitlines()] == [3, 4]
        assert file.stat().st_mode & 0o777 == 0o600
        await pilot.press("escape")
        await camera.until("▶ following")


@pytest.mark.slow
async def test_messages_are_those_that_the_filter_lets_through(tmp_path: Path) -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        await server.accepted()
        await camera.until("Zoe Huber")
        await pilot.press("slash", *"member:ida", "enter", "f2")
        await camera.until("1 message ", "Ida Vogel")
        assert "Zoe" not in camera.text


@pytest.mark.slow
async def test_a_pause_goes_on_over_a_snapshot_and_counts_what_it_stands_for() -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        connection = await server.accepted()
        await camera.until("Zoe Huber")
        await pilot.press("space")
        connection.send_message(snapshot(9002, recent=(visit(9002, "Ana Silva"),)))
        await camera.until(r"paused, \+9,000 new", "Zoe Huber")
        assert "Ana Silva" not in camera.text
        await pilot.press("space")
        await camera.until("Ana Silva", "▶ following")
