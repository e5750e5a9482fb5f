"""Who is connected, on the monitor: what rings, each one by one, and a manager closes one."""

from __future__ import annotations

import pytest
from textual.color import Color

from gymtui.client import MockWebSocket
from gymtui.client.mock import MockConnection
from gymtui.protocol import CloseConnection, ClosedConnection, ListConnections, Request, Role, ServerStats
from gymtui.ui.monitor_app import MonitorApp
from gymtui.ui.widgets.alarm_lines import AlarmLines
from tests.factories import NOW
from tests.pictures import Camera
from tests.played_connections import seen
from tests.played_gym import Clock, monitor
from tests.test_monitor import TOKEN, answer, watching
from tests.waiting import until

pytestmark = pytest.mark.slow


def with_connections(connection: MockConnection, request: Request, id: str | None) -> None:
    if isinstance(request, ListConnections | ServerStats):
        connection.reply(id, seen(request))
    else:
        answer(connection, request, id)


def a_server(role: Role = "operator") -> MockWebSocket:
    return MockWebSocket(seq=2, answer=with_connections, role=role, clock=lambda: NOW)


async def test_a_desk_that_stands_still_rings_by_its_name_until_enter() -> None:
    server = MockWebSocket(seq=2, answer=with_connections, clock=lambda: NOW)
    async with watching(server, TOKEN) as (camera, pilot):
        await server.accepted()
        await camera.until("✗ desk 2 .jonas. not heard for 19 s", "✗ side door .ben. missing since 17:02", "Enter seen")
        await camera.until("✗ desk 2 +jonas +not heard", "and 4 more, all well", "manager 1", "applied 1,452")
        await camera.until(r"SENT 1 MIN  desk 1 \(maria\) 212 commands, 218 messages  operator \(otto\) 0, 39")
        await pilot.press("enter")
        app = pilot.app
        assert isinstance(app, MonitorApp)
        await camera.until("▶ following")
        assert list(app.monitor.sentences) == []
        assert "not heard" in camera.text


async def test_what_rings_is_heard_once_stands_in_its_colour_and_stays_until_enter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, clock, bells = a_server(), Clock(), list[int]()
    async with monitor(server, clock, TOKEN, (80, 24)) as (app, pilot):
        monkeypatch.setattr(app, "bell", lambda: bells.append(clock.now))
        camera, connection = Camera(app, pilot, {}), await server.accepted()
        await camera.until("desk 2 .jonas. not heard for 19 s", "Enter: seen")
        [lines] = app.monitor.query(AlarmLines)
        assert (len(bells), lines.styles.color) == (1, Color.parse(app.theme_variables["error"]))
        app.monitor.measure()
        connection.cut()
        await until(lambda: not app.monitor.connection.is_live)
        clock.now += 16_000
        app.monitor.measure()
        assert len(bells) == 2
        await camera.until("✗ no connection to the server since 17:24:00")
        await pilot.press("enter")
        await until(lambda: not app.monitor.sentences)
        app.monitor.measure()
        assert (len(bells), app.monitor.sentences) == (2, ())


async def test_connections_are_looked_at_one_by_one_and_the_chosen_one_stays_so() -> None:
    server = a_server()
    async with watching(server, TOKEN) as (camera, pilot):
        await server.accepted()
        await camera.until("desk 2 +jonas +not heard")
        await pilot.press("f3")
        await camera.until(
            "5 connected", "● pool +lea +live 13 ms, 7 reconnects", "last heard +17:23:41", "round trip +14 ms"
        )
        await pilot.press("down", "down")
        await camera.until(
            "user +mia, manager",
            "behind +0 rows of the journal, nothing waits",
            "reconnects +0 in the last 24 hours",
            "sent +0 commands, 6 messages in the last minute",
        )
        app = pilot.app
        assert isinstance(app, MonitorApp)
        app.monitor.standings = app.monitor.standings[1:]
        await camera.until("user +mia")
        assert "Delete close" not in camera.text
        await pilot.press("escape")
        await camera.until("▶ following")


async def test_a_manager_closes_one_with_a_reason() -> None:
    server = a_server("manager")
    async with watching(server, TOKEN) as (camera, pilot):
        connection = await server.accepted()
        await camera.until("desk 2 +jonas +not heard")
        await pilot.press("f3")
        await camera.until("Delete close", "user +jonas")
        await pilot.press("delete", "enter", *"restart it", "down", "enter")
        request, id = await connection.received(CloseConnection)
        assert request == CloseConnection(session_id="s-desk 2-jonas", reason="restart it")
        connection.reply(id, ClosedConnection(closed=True))
        await camera.until(r"desk 2 \(jonas\) is closed +restart it")
        await pilot.press("delete", *"or not", "escape")
        await camera.until("F1 help")
        await pilot.press("delete", *"again", "enter")
        request, id = await connection.received(CloseConnection)
        assert request.reason == "again"
        connection.refuse(id, "not_allowed", "Only a manager may close connections: please ask one.")
        await camera.until(r"desk 2 \(jonas\) is not closed +Only a manager")


async def test_a_desk_that_is_not_there_is_closed_by_nobody() -> None:
    server = a_server("manager")
    async with watching(server, TOKEN) as (camera, pilot):
        await server.accepted()
        await camera.until("desk 2 +jonas +not heard")
        await pilot.press("f3", "down")
        await camera.until("user +ben")
        assert "Delete close" not in camera.text
