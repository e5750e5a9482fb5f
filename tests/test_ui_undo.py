"""What Ctrl+Z and F4 are about is said before they do it."""

from __future__ import annotations

import pytest

from gymtui.client.replica.undo_log import Undoable
from gymtui.client.state import Verdict, VerdictKind
from gymtui.clock import new_id
from tests.factories import NOW
from tests.settled import press_later
from tests.ui_fakes import is_checking_out, make_app
from tests.ui_front_desk_kit import ANA, BEN, MAX, a_desk, front, screen_text

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("since", "what"), [(None, "check-in"), (NOW, "check-out")])
@pytest.mark.parametrize("kind", ["already_in", "refused"])
async def test_after_what_was_not_done_the_first_undo_says_what_it_would_take_back(
    kind: VerdictKind, since: int | None, what: str
) -> None:
    desk = a_desk()
    desk.replica.undoable = Undoable("c0", BEN.ref, since)
    desk.answers = {"Ana Silva": kind}
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter")
        await press_later(pilot, "ctrl+z")
        assert len(desk.done) == 1
        assert "✗ Undo: nothing was done just now" in screen_text(app)
        assert f"— Ctrl+Z again takes back Ben Ode's {what}" in screen_text(app)
        await press_later(pilot, "ctrl+z")
        assert desk.done == []


async def test_what_is_no_visit_is_put_right_otherwise_and_nothing_older_is_taken_back_for_it() -> None:
    desk = a_desk()
    desk.replica.undoable = Undoable("c1", ANA.ref)
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter")
        front(app).say(Verdict(kind="done", subject="Ben Ode", command_id="k1", at=NOW, action="save_member"))
        for words in ("a change cannot be taken back", "Ctrl+Z again takes back Ana Silva's check-in"):
            await press_later(pilot, "ctrl+z")
            told = front(app).verdict
            assert told is not None
            assert words in told.words
            assert desk.done == [("check_in", "Ana Silva")]


async def test_after_what_was_done_it_is_taken_back_at_once_and_who_would_be_next_is_named() -> None:
    desk = a_desk()
    desk.replica.undoable = Undoable("c0", MAX.ref)
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter")
        await press_later(pilot, "ctrl+z")
        assert desk.done == []
        assert "✓ Ana Silva undone — Ctrl+Z again: Max O" in screen_text(app)
        later = Verdict(kind="undone", subject="Ana Silva", command_id="u1", at=NOW, detail="check-in", action="undo")
        desk.publish("verdict", later)
        await pilot.pause()
        assert "✓ Ana Silva undone: check-in — Ctrl+Z again: Max O" in screen_text(app)
        desk.replica.undoable = None
        desk.publish("verdict", later)
        await pilot.pause()
        assert "again" not in screen_text(app)


async def test_whoever_was_in_already_is_checked_out_by_f4_and_enter() -> None:
    desk = a_desk()
    desk.answers = {"Ana Silva": "already_in"}
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter", "enter")
        assert desk.done == [("check_in", "Ana Silva")]
        await pilot.press("f4")
        assert "Enter checks out Ana Silva, or scan another card" in screen_text(app)
        await pilot.press("enter")
        assert desk.done[1:] == [("check_out", "Ana Silva")]
        assert not is_checking_out(app)


async def test_a_card_after_f4_is_the_one_that_is_checked_out() -> None:
    desk = a_desk()
    desk.answers = {"Ana Silva": "already_in"}
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter", "f4", *"4712", "enter", "f4", "enter")
        assert desk.done == [("check_in", "Ana Silva"), ("check_out", "Ben Ode")]
        assert ANA.full_name not in front(app).placeholder


async def test_a_key_that_is_held_down_undoes_once() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter", *"4712", "enter", *["ctrl+z"] * 9)
        assert desk.done == [("check_in", "Ana Silva")]
        await press_later(pilot, "ctrl+z")
        assert desk.done == []


@pytest.mark.parametrize("minutes", [None, 3, -3])  # later than now: by a clock that was ahead
async def test_what_was_done_before_the_start_or_a_while_ago_is_named_before_it_is_taken_back(
    minutes: int | None,
) -> None:
    desk = a_desk()
    given_at = NOW - (minutes or 0) * 60_000
    desk.done = [("check_in", "Ben Ode")]
    app = make_app(desk)
    async with app.run_test() as pilot:
        if minutes is not None:
            await pilot.press(*"4711", "enter")
        desk.replica.undoable = Undoable(new_id(given_at), BEN.ref)
        before = list(desk.done)
        await press_later(pilot, "ctrl+z")
        assert desk.done == before
        assert "— Ctrl+Z again takes back Ben Ode's check-in" in screen_text(app)
        await press_later(pilot, "ctrl+z")
        assert len(desk.done) == len(before) - 1
