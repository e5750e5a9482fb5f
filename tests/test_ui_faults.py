"""Each part of each screen breaks in turn: a panel says why, the rest goes on, and trying again brings it back."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple, cast

import pytest

import gymtui.demo
import gymtui.ui
from gymtui.client import MockWebSocket
from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.clock import to_text
from gymtui.demo.app import DemoApp, Guide
from gymtui.demo.chaos import Chaos
from gymtui.demo.relay import Relay
from gymtui.protocol import ConflictNote, Conflicts
from gymtui.ui.screens.conflicts import ConflictsScreen
from gymtui.ui.screens.connection import ConnectionScreen
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.who import WhoIsIn
from gymtui.ui.widgets.alarm_lines import AlarmLines
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.command_list import CommandList
from gymtui.ui.widgets.conflict_list import ConflictDetails, ConflictList
from gymtui.ui.widgets.connection_details import ConnectionDetails
from gymtui.ui.widgets.connection_list import ConnectionList, SessionList
from gymtui.ui.widgets.connection_status import ConnectionStatusIndicator
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.error_boundary import FaultPanel, LiveWidget, WebSocketErrorBoundary
from gymtui.ui.widgets.feed import Feed
from gymtui.ui.widgets.field_lines import FieldLines
from gymtui.ui.widgets.following import Following
from gymtui.ui.widgets.header import GymName, WallClock
from gymtui.ui.widgets.history_list import HistoryList
from gymtui.ui.widgets.hits import Hits
from gymtui.ui.widgets.import_view import ImportView
from gymtui.ui.widgets.member_card import MemberCard
from gymtui.ui.widgets.message_list import MessageList
from gymtui.ui.widgets.notice_list import NoticeList
from gymtui.ui.widgets.peak_map import PeakMap
from gymtui.ui.widgets.queue_list import QueueList
from gymtui.ui.widgets.reel_line import ReelLine
from gymtui.ui.widgets.roll_call_list import RollCallRows
from gymtui.ui.widgets.roster_list import RosterList
from gymtui.ui.widgets.settings_list import SettingsList
from gymtui.ui.widgets.traffic_figures import TrafficFigures
from gymtui.ui.widgets.verdict import VerdictLine
from tests.factories import GYM, NOW, STATS, visit
from tests.fake_login import FakeLogin
from tests.played_gym import Clock, monitor
from tests.scenes import Surroundings
from tests.settled import until_shown
from tests.test_monitor import answer
from tests.test_ui_manners import text_of
from tests.ui_fakes import LIVE, Signals, make_app
from tests.ui_faults_kit import REASON, WAYS, Break, comes_back, fail, stops, type_on
from tests.ui_front_desk_kit import a_desk, later

pytestmark = pytest.mark.slow

Kinds = tuple[type[LiveWidget], ...]

HEADER: Final[Kinds] = (GymName, ConnectionStatusIndicator, WallClock)
SCAN: Final = (*"4711", "enter")
CLASH: Final = ConflictNote(
    at=to_text(NOW), recorded_at=to_text(NOW), member=None, desk="desk 2", by="ana", sentence="checked in twice"
)


class Place(NamedTuple):
    """Where one comes to from the front desk by `keys`; `shows` is what may break there, and `scan` checks Ana in."""

    keys: tuple[str, ...]
    shows: Kinds
    scan: tuple[str, ...] = SCAN


PLACES: Final = {
    "front desk": Place((), (*HEADER, Counters, VerdictLine, Feed, MemberCard)),
    "typing": Place(("a", "n"), (Hits,), ("enter",)),
    "commands": Place((":",), (CommandList,), ("escape", *SCAN)),
    "who is in": Place(("f3",), (*HEADER, VerdictLine, RosterList)),
    "history": Place(("f2",), (*HEADER, VerdictLine, HistoryList)),
    "peak hours": Place((*":peak", "enter"), (*HEADER, PeakMap)),
    "connection": Place(("f9",), (*HEADER, ConnectionDetails, QueueList)),
    "conflicts": Place(("f6",), (*HEADER, ConflictList, ConflictDetails)),
    "notices": Place(("ctrl+n",), (*HEADER, NoticeList)),
    "roll-call": Place((*":evac", "enter"), (*HEADER, VerdictLine, RollCallRows), ("escape", *SCAN)),
    "settings": Place((*":policy", "enter"), (*HEADER, SettingsList)),
    "import": Place((*":import", "enter"), (*HEADER, ImportView)),
}
ON_THE_MONITOR: Final[Kinds] = (*HEADER, AlarmLines, TrafficFigures, ConnectionList, Following, Feed)
OVER_THE_MONITOR: Final[dict[str, Kinds]] = {"f2": (MessageList, FieldLines), "f3": (SessionList, FieldLines)}


def kinds(of: type[LiveWidget] = LiveWidget) -> Iterator[type[LiveWidget]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_no_widget_is_forgotten_here() -> None:
    for package in (gymtui.ui, gymtui.demo):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    over = (kind for kinds in OVER_THE_MONITOR.values() for kind in kinds)
    broken = {Guide, ReelLine, *ON_THE_MONITOR, *over, *(kind for place in PLACES.values() for kind in place.shows)}
    assert broken | {ChoiceList} == {kind for kind in kinds() if kind.__module__.startswith("gymtui")}


@pytest.mark.parametrize("name", PLACES)
async def test_a_part_that_breaks_stops_alone_and_comes_back(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, place = a_desk(), PLACES[name]
    desk.service.conflicts = Conflicts((CLASH,), more=False)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        for kind in place.shows:
            desk.done.clear()
            app.front_desk.verdict = None
            await pilot.press(*place.keys)
            for way in WAYS:
                await comes_back(pilot, kind)
                with monkeypatch.context() as patch:
                    await stops(pilot, kind, way, patch)
            await type_on(pilot, *place.scan)
            while app.screen is not app.front_desk:
                await type_on(pilot, "escape")
            desk.service.publish("events", [visit(3, "Ana Silva")])
            assert desk.done == [("check_in", "Ana Silva")], kind
            shown = "▲ Ana Silva" if kind is VerdictLine else "✓ Ana Silva checked in"
            await until_shown(pilot, lambda shown=shown: shown in text_of(app))  # type: ignore[misc]  # a loop's own value


async def test_a_timer_of_a_part_fails_with_it_and_not_with_the_console() -> None:
    async with make_app(a_desk()).run_test() as pilot:
        pilot.app.screen.query_one(WallClock).set_timer(0.001, fail)
        await until_shown(pilot, lambda: bool(pilot.app.screen.query(FaultPanel)))
        await comes_back(pilot, WallClock)


@pytest.mark.parametrize("way", WAYS)
async def test_a_part_of_the_monitor_stops_alone_and_comes_back(way: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    server = MockWebSocket(seq=2, answer=answer, clock=lambda: NOW)
    async with monitor(server, Clock(), "a.b.c", (120, 40)) as (app, pilot):
        connection = await server.accepted()
        await until_shown(pilot, lambda: "Zoe Huber" in text_of(app))
        for seq, kind in enumerate(ON_THE_MONITOR, 3):
            app.monitor.sentences = ("desk 2 is missing",)  # until it measures: else no line of alarms could fail
            with monkeypatch.context() as patch:
                await stops(pilot, kind, way, patch)
            connection.events(visit(seq, f"Person {seq}"))
            await until_shown(pilot, lambda seq=seq: app.journal.position[1] == seq)  # type: ignore[misc]  # as above
            if kind is Feed:
                await comes_back(pilot, kind)
            await until_shown(pilot, lambda seq=seq: f"▲ Person {seq}" in text_of(app))  # type: ignore[misc]
            if kind is not Feed:
                await comes_back(pilot, kind)


@pytest.mark.parametrize("key", OVER_THE_MONITOR)
async def test_a_part_of_a_screen_over_the_monitor_stops_alone(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server = MockWebSocket(seq=2, answer=answer, clock=lambda: NOW)
    async with monitor(server, Clock(), "a.b.c", (120, 40)) as (app, pilot):
        await server.accepted()
        await until_shown(pilot, lambda: "Zoe Huber" in text_of(app))
        await pilot.press(key)
        for kind, way in product(OVER_THE_MONITOR[key], WAYS):
            with monkeypatch.context() as patch:
                await stops(pilot, kind, way, patch)
            await comes_back(pilot, kind)


@pytest.mark.parametrize("way", WAYS)
async def test_the_guide_of_the_demo_breaks_and_comes_back(
    way: Break, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    around = Surroundings()
    app = DemoApp(
        cast(Desk, a_desk()),
        cast(Login, FakeLogin()),
        url="ws://gym.example/",
        clock=lambda: NOW,
        chaos=Chaos(around, around),
        relay=cast(Relay, around),
        database=tmp_path / "gym.db",
    )
    async with app.run_test() as pilot:
        await until_shown(pilot, lambda: "1/6 Type part of a name" in text_of(app))
        with monkeypatch.context() as patch:
            await stops(pilot, Guide, way, patch)
        await type_on(pilot, *SCAN)
        assert "✓ Ana Silva checked in" in text_of(app)
        await comes_back(pilot, Guide)
        assert "1/6 Type part of a name" not in text_of(app)  # what was done meanwhile counts


# --- what the client tells --------------------------------------------------------------------------------------------


class Handler(NamedTuple):
    """What a screen does when `source` says `kind`; where it fails, the panel is at `part`."""

    screen: type[LiveScreen]
    source: str
    kind: str
    method: str
    part: str
    value: object = ()


HANDLERS: Final = (
    Handler(FrontDesk, "service", "connection", "_connection_changed", "connection", LIVE),
    Handler(FrontDesk, "service", "gym_update", "_gym_changed", "gym", GYM),
    Handler(FrontDesk, "service", "stats", "_stats_changed", "counters", STATS),
    Handler(FrontDesk, "service", "snapshot", "_restarted", "feed"),
    Handler(FrontDesk, "service", "events", "_happened", "feed"),
    Handler(FrontDesk, "service", "notification", "_noticed", "gym"),
    Handler(FrontDesk, "desk", "queue", "_queue_changed", "connection", 1),
    Handler(FrontDesk, "desk", "verdict", "_settled", "verdict", later("checked_in", "Ana Silva", "c9")),
    Handler(FrontDesk, "desk", "directory", "_directory_grew", "hits", 0.5),
    Handler(WhoIsIn, "service", "events", "_changed", "roster"),
    Handler(WhoIsIn, "service", "stats", "_stats_changed", "gym", STATS),
    Handler(ConnectionScreen, "service", "events", "_moved", "details"),
    Handler(ConflictsScreen, "service", "events", "_happened", "conflicts"),
)
KEYS: Final[dict[type[LiveScreen], str]] = {WhoIsIn: "f3", ConnectionScreen: "f9", ConflictsScreen: "f6"}


async def test_no_handler_is_forgotten_here() -> None:
    desk = a_desk()
    async with make_app(desk).run_test() as pilot:
        await type_on(pilot, "f9")
        heard = {("service", kind) for kind, handlers in desk.service.handlers.items() if handlers}
        heard |= {("desk", kind) for kind, handlers in desk.handlers.items() if handlers}
        assert heard == {(handler.source, handler.kind) for handler in HANDLERS}


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: f"{handler.screen.__name__}.{handler.method}")
async def test_what_a_handler_raises_stops_the_part_that_it_tells(
    handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, method, choking = a_desk(), getattr(handler.screen, handler.method), [True]

    def handle(screen: LiveScreen, value: object) -> None:
        fail() if choking else method(screen, value)

    monkeypatch.setattr(handler.screen, handler.method, handle)
    source: Signals = desk if handler.source == "desk" else desk.service
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await type_on(pilot, *KEYS.get(handler.screen, "").split())
        boundary = app.screen.query_one(f"#{handler.part}", WebSocketErrorBoundary)
        for again in (True, False):
            choking[:] = [True]
            source.publish(handler.kind, handler.value)
            await until_shown(pilot, lambda: boundary.error is not None and bool(app.screen.query(FaultPanel)))
            assert str(app.screen.query_one(FaultPanel).content) == f"✗ stopped, Ctrl+R tries again: {REASON}"
            choking.clear()
            if again:
                await type_on(pilot, "ctrl+r")
                await until_shown(pilot, lambda: not app.screen.query(FaultPanel))
                source.publish(handler.kind, handler.value)
                await pilot.pause()
                assert boundary.error is None
        await type_on(pilot, *SCAN)
        while app.screen is not app.front_desk:
            await type_on(pilot, "escape")
        assert desk.done == [("check_in", "Ana Silva")]
