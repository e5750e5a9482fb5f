"""Undo by picking: what was done last and can be taken back, and the one that is chosen."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.client.desk.latest_acts import latest_acts
from gymtui.client.replica.undo_log import Undoable
from gymtui.protocol import Event
from tests.factories import NOW, TIME, refusal, visit
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, MAX, MAYA, screen_text
from tests.waiting import until

EVENTS: list[Event] = [
    visit(1, ANA, minutes=40, by="sam", command_id="c1"),
    visit(2, BEN, minutes=30, by="tom", command_id="c2"),
    visit(3, MAYA, minutes=20, by="sam", command_id="c3"),
    refusal(4, MAX),
    visit(5, ANA, id="v1", minutes=40, by="sam", command_id="c5", status="checked_out", check_out_time=TIME),
    visit(6, MAYA, id="v3", minutes=20, by="sam", command_id="c6", status="checked_out", flags=("undone",)),
    visit(7, MAX, minutes=5, by="", command_id="c7", status="checked_out", check_out_time=TIME, flags=("assumed_out",)),
]


def test_the_last_act_of_each_visit_can_be_taken_back() -> None:
    acts = latest_acts(EVENTS, 8, user=None)
    assert [f"{act.done.member.full_name} {act.what}" for act in acts] == ["Ana Silva check-out", "Ben Ode check-in"]
    assert acts[0].done == Undoable("c5", ANA.ref, NOW - 40 * 60_000)
    assert (acts[0].at, acts[1].at) == (NOW, NOW - 30 * 60_000)
    assert [act.done.command_id for act in latest_acts(EVENTS, 8, user="tom")] == ["c2"]
    assert len(latest_acts(EVENTS, 1, user=None)) == 1


@pytest.mark.slow
async def test_one_is_picked_and_taken_back() -> None:
    desk = FakeDesk([ANA, BEN, MAYA, MAX], EVENTS)
    desk.service.state = replace(LIVE, user="mia", role="manager")
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*":undo-one", "enter")
        await until(lambda: " › 17:24" in screen_text(app) and "Ben Ode, check-in" in screen_text(app))
        await pilot.press("down")
        await until(lambda: " › 16:54" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: desk.taken_back == [Undoable("c2", BEN.ref, None)])
        assert "… Ben Ode queued" in screen_text(app)


@pytest.mark.slow
async def test_a_name_that_is_typed_instead_is_looked_for_and_nothing_is_taken_back() -> None:
    desk = FakeDesk([ANA, BEN, MAYA, MAX], EVENTS)
    desk.service.state = replace(LIVE, user="tom", role="staff")
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*":undo-one", "enter")
        await until(lambda: "Ben Ode, check-in" in screen_text(app))
        assert "Ana Silva, check-out" not in screen_text(app)
        await pilot.press(*"ana")
        await until(lambda: "CHECK IN   ana" in screen_text(app))
        assert desk.taken_back == []


@pytest.mark.slow
async def test_where_there_is_nothing_it_says_so() -> None:
    app = make_app(FakeDesk([ANA]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*":undo-one", "enter")
        await until(lambda: "✗ Undo: nothing that can be taken back" in screen_text(app))
