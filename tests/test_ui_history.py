"""F2, the history: asked as one types, of everybody or of one member, and what this desk knows without the server."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.desk.history import PAGE, Past
from gymtui.client.state import ConnectionState
from gymtui.clock import to_text
from gymtui.protocol import (
    CheckInEvent,
    CheckIns,
    Event,
    Hand,
    ListCheckIns,
    ListRefusals,
    MemberCard,
    MemberTotals,
    Refusal,
    Refusals,
)
from gymtui.ui import GymApp
from gymtui.ui.screens.history import HistoryScreen
from tests.factories import NOW, refusal, visit
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, screen_text
from tests.waiting import until

pytestmark = pytest.mark.slow


REFUSED: Final = refusal(9, BEN, "banned from the gym")
AWAY: Final = ConnectionState(phase="waiting", since=NOW)
VISITS: Final = (visit(2, BEN, minutes=20), visit(1, ANA, minutes=43))


def answering(*rows: Past, asked: list[ListCheckIns | ListRefusals] | None = None) -> Any:
    """A server that has these, whatever it is asked, and keeps what that was."""

    def answer(request: ListCheckIns | ListRefusals) -> CheckIns | Refusals:
        if asked is not None:
            asked.append(request)
        if isinstance(request, ListRefusals):
            return Refusals(tuple(row for row in rows if isinstance(row, Refusal)), None)
        return CheckIns(tuple(row for row in rows if isinstance(row, CheckInEvent)), None)

    return answer


@asynccontextmanager
async def opened(
    *rows: Past, events: Sequence[Event] = (), size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[GymApp, FakeDesk, Pilot[Any]]]:
    """The screen over a server that has these rows; without any, over none."""
    desk = FakeDesk([ANA, BEN], events)
    desk.service.history = answering(*rows) if rows else None
    app = make_app(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f2")
        await until(lambda: isinstance(app.screen, HistoryScreen) and app.screen.history.answer is not None)
        yield app, desk, pilot


async def shown(app: GymApp, *words: str) -> None:
    await until(lambda: all(word in screen_text(app) for word in words))


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (AWAY, "not connected"),
        (LIVE, "no answer yet"),
        (replace(LIVE, silent_since=NOW), "no answer yet"),
    ],
    ids=["away", "not noticed yet", "silent"],
)
async def test_nobody_waits_for_a_server_that_says_nothing(state: ConnectionState, why: str) -> None:
    desk = FakeDesk([ANA, BEN], VISITS)
    answers = asyncio.Event()

    async def in_the_end(_: object) -> CheckIns:
        await answers.wait()
        return CheckIns(VISITS[:1], None)

    desk.service.history = None if state is AWAY else in_the_end
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        desk.service.becomes(state)
        await pilot.press("f2")
        await shown(app, f"today: 2 visits · this desk's copy: {why}", "Ben Ode")
        if state is not AWAY:
            answers.set()
            await until(lambda: "today: 2 visits" in screen_text(app) and "only what" not in screen_text(app))


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 40)])
async def test_f2_shows_who_came_today_and_goes_back(size: tuple[int, int]) -> None:
    async with opened(*VISITS, size=size) as (app, _desk, pilot):
        await shown(app, "HISTORY   today: 2 visits", "Ben Ode", "43 min")
        assert ("desk 2" in screen_text(app).partition("DESK")[2]) == (size[0] >= 80)
        await pilot.press("f2")
        await until(lambda: app.screen is app.front_desk)


async def test_what_is_typed_is_asked_at_once() -> None:
    async with opened(*VISITS) as (app, desk, pilot):
        asked: list[ListCheckIns | ListRefusals] = []
        desk.service.history = answering(*VISITS, asked=asked)
        await pilot.press(*"y1820")
        await shown(app, "in at 18:20 yesterday: 2 people")
        assert asked[-1] == ListCheckIns(at="2026-11-17T17:20:00.000Z", limit=PAGE)
        await pilot.press("escape", *"refused")
        await shown(app, "HISTORY   today: 0 refused")


async def test_what_asks_nothing_is_told_and_nothing_is_lost() -> None:
    async with opened(*VISITS) as (app, _desk, pilot):
        await pilot.press(*"31 feb")
        await shown(app, "HISTORY   there is no 31 feb", "Ben Ode")


async def test_refusals_have_their_reasons() -> None:
    async with opened(REFUSED, size=(100, 24)) as (app, _desk, pilot):
        await pilot.press(*"refused")
        await shown(app, "1 refused", "Ben Ode", "banned from the gym")


async def test_enter_shows_all_of_one_member_and_esc_goes_back_to_what_was_asked() -> None:
    totals = MemberTotals(visits=14, last_30_days=3, first="", last="", average_stay_minutes=65.0)
    async with opened(*VISITS, size=(120, 40)) as (app, desk, pilot):
        asked: list[ListCheckIns | ListRefusals] = []
        desk.service.history = answering(*VISITS, asked=asked)
        desk.service.cards[BEN.id] = MemberCard(BEN, (), totals)
        await pilot.press(*"7 days")
        await shown(app, "the last 7 days")
        await pilot.press("down")
        await shown(app, " › 17:04")
        await pilot.press("enter")
        await shown(app, "BEN ODE   ever: 2 visits · 14 in all, 3 in the last 30 days, 1 h 05 min on average")
        assert asked[-1].member_id == BEN.id
        await pilot.press("escape")
        await shown(app, "HISTORY   the last 7 days", "7 days")


async def test_the_next_page_comes_as_one_goes_down() -> None:
    many = [visit(number, ANA, minutes=number) for number in range(1, 61)]
    async with opened() as (app, desk, pilot):
        desk.service.history = lambda asked: CheckIns(tuple(many[:40]), "1/x") if asked.cursor is None else CheckIns(
            tuple(many[40:]), None
        )  # fmt: skip
        await pilot.press(*"today")
        await shown(app, "HISTORY   today: the newest 40 visits")
        await pilot.press("ctrl+u")
        await shown(app, "HISTORY   today: the newest 40 of 1,204 visits")
        await pilot.press(*"ever")
        await shown(app, "ever: the newest 40 visits")
        await pilot.press("pagedown", "pagedown", "pagedown")
        await shown(app, "ever: 60 visits")


async def test_what_happens_is_there_without_asking() -> None:
    async with opened(visit(1, ANA)) as (app, desk, _pilot):
        desk.service.history = None  # nobody is asked
        desk.service.publish("events", [VISITS[0]])
        await shown(app, "today: 2 visits")


async def test_without_the_server_it_is_what_this_desk_knows() -> None:
    async with opened(events=VISITS, size=(120, 40)) as (app, desk, pilot):
        await shown(app, "today: 2 visits · this desk's copy: not connected", "Ben Ode")
        desk.service.becomes(AWAY)
        await pilot.press(*"ana")
        await shown(app, "ever: 1 visit · this desk's copy")
        desk.service.history = answering(*VISITS)
        await pilot.press("escape")
        await shown(app, "HISTORY   today: 2 visits")


async def test_a_card_that_is_scanned_there_comes_in() -> None:
    async with opened(*VISITS) as (app, desk, _pilot):
        app.take_card("4711")
        await until(lambda: desk.done == [("check_in", "Ana Silva")])
        assert isinstance(app.screen, HistoryScreen)


async def test_a_time_is_asked_for_from_the_front_desk() -> None:
    asked: list[ListCheckIns | ListRefusals] = []
    desk = FakeDesk([ANA, BEN])
    desk.service.history = answering(*VISITS, asked=asked)
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*":at 18:20", "enter")
        await shown(app, "in at 18:20 yesterday: 2 people", "HISTORY    18:20")
        assert asked[-1] == ListCheckIns(at="2026-11-17T17:20:00.000Z", limit=PAGE)
        await pilot.press("escape", *":history 7 days", "enter")
        await shown(app, "the last 7 days: 2 visits", "HISTORY    7 days")


async def test_all_of_what_was_asked_for_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    more = (visit(3, "=1+1", minutes=90, status="checked_out", check_out_time=to_text(NOW - 30 * 60_000)),)
    async with opened() as (app, desk, pilot):
        desk.service.history = lambda asked: CheckIns(VISITS, "1/x") if asked.cursor is None else CheckIns(more, None)
        await pilot.press(*"ever")
        await shown(app, "ever: the newest 2 visits")
        await pilot.press("ctrl+p", *"export", "enter")
        await shown(app, "✓ History 3 rows are in ~/history-2026-11-18-172400.csv")
    table, events = sorted(tmp_path.iterdir())
    assert [stat.S_IMODE(file.stat().st_mode) for file in (table, events)] == [0o600, 0o600]
    assert table.read_text().splitlines() == [
        "came,left,minutes,full_name,membership_number,desk,by,flags,"
        "let_in_by,let_in_desk,let_out_by,let_out_desk,corrected_by",
        "2026-11-18 17:04,,,Ben Ode,4712,desk 2,maria,,maria,desk 2,,,",
        "2026-11-18 16:41,,,Ana Silva,4711,desk 2,maria,,maria,desk 2,,,",
        "2026-11-18 15:54,2026-11-18 16:54,60,'=1+1,3,desk 2,maria,,,,maria,desk 2,",
    ]
    assert [json.loads(line)["id"] for line in events.read_text().splitlines()] == ["v2", "v1", "v3"]


async def test_where_somebody_was_let_in_and_who_let_them_out() -> None:
    over = {
        "status": "checked_out",
        "check_out_time": to_text(NOW),
        "flags": ("assumed_out",),
        "let_in": Hand("tom", "7"),
    }
    async with opened(visit(2, BEN, minutes=20, by="", desk=None, **over), size=(120, 24)) as (app, desk, pilot):
        await shown(app, "7           tom           automatic")
        desk.service.cards[BEN.id] = MemberCard(BEN, (), None)
        await pilot.press("down", "enter")
        await shown(app, "BEN ODE   ever: 1 visit", "~17:24  automatic ", "7           tom")


async def test_names_from_outside_are_no_markup() -> None:
    evil = visit(1, "[red]Eve\x1b[2J")
    async with opened(evil) as (app, _, pilot):
        await pilot.press("down")
        await shown(app, " › 17:24")
        await pilot.press("enter")
        await shown(app, "[RED]EVE")
