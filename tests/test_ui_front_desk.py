"""The front desk: the box, the verdict, the counters."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.widgets import Button

from gymtui.client.state import Verdict, VerdictKind
from gymtui.ui.widgets.verdict import VerdictLine
from tests.factories import NOW, member
from tests.readers import scan
from tests.settled import press_later, until_shown
from tests.ui_fakes import FakeDesk, is_checking_out, make_app
from tests.ui_front_desk_kit import ANA, a_desk, front, later, screen_text

pytestmark = pytest.mark.slow


async def test_a_name_is_typed_found_and_checked_in() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("a", "n")
        search = front(app).search
        assert search is not None
        assert [hit.member for hit in search.hits] == [ANA]
        assert "Ana Silva" in screen_text(app)
        await pilot.press("enter")
        assert desk.done == [("check_in", "Ana Silva")]
        assert front(app).search is None
        assert front(app).entry.value == ""
        assert "✓ Ana Silva checked in" in screen_text(app)
        assert app.screen.query_one(VerdictLine).has_class("-checked_in")


async def test_a_verdict_says_when_and_fades(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter")
        said = next(line for line in screen_text(app).splitlines() if "✓ Ana Silva checked in" in line)
        assert said.rstrip().endswith("17:24:00")
        line = app.screen.query_one(VerdictLine)
        assert not line.has_class("-old")
        monkeypatch.setattr("gymtui.ui.widgets.verdict.FADES", 0.01)
        await pilot.press(*"4712", "enter")
        await until_shown(pilot, lambda: line.has_class("-old"))
        assert "✓ Ben Ode checked in" in screen_text(app)
        monkeypatch.setattr("gymtui.ui.widgets.verdict.FADES", 60.0)
        await pilot.press(*"4711", "enter")
        assert not line.has_class("-old")


async def test_two_that_match_are_a_pick_list_and_never_a_guess() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("m", "a", "enter")
        search = front(app).search
        assert desk.done == []
        assert search is not None
        assert (search.picking, search.chosen) == (True, 0)
        assert "2 match" in screen_text(app)
        await pilot.press("down", "enter")
        assert desk.done == [("check_in", "Max O")]


async def test_a_digit_behind_the_letters_takes_a_row_of_the_list_that_is_shown() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("m", "a", "2")
        search = front(app).search
        assert search is not None
        assert (search.text, search.chosen, len(search.hits)) == ("ma", 1, 2)
        await pilot.press("backspace")
        search = front(app).search
        assert search is not None
        assert search.chosen is None
        await pilot.press("2", "enter")
        assert desk.done == [("check_in", "Max O")]


async def test_a_digit_that_comes_before_its_list_was_shown_is_no_row() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        for key in ("m", "a", "2", "enter"):
            app.simulate_key(key)
        await pilot.pause()
        assert desk.done == [("check_in", "ma2")]


async def test_escape_goes_back_one_step_at_a_time() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f4", "m", "a", "enter", "escape")
        assert front(app).entry.value == "ma"
        assert front(app).search is not None
        await pilot.press("escape")
        assert (front(app).entry.value, front(app).search) == ("", None)
        assert is_checking_out(app)
        await pilot.press("escape")
        assert not is_checking_out(app)
        assert desk.done == []


async def test_down_chooses_and_a_click_takes() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("m", "down", "down", "enter")
        await pilot.press("m")
        await pilot.click("Hits", offset=(5, 0))
        assert desk.done == [("check_in", "Max O"), ("check_in", "Maya Quist")]
        assert front(app).entry.value == ""


async def test_an_exact_code_comes_before_whoever_else_matches() -> None:
    desk = FakeDesk([member(4711, "Ana Silva"), member(47110, "Other One")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter")
        assert desk.done == [("check_in", "Ana Silva")]


async def test_what_nobody_is_found_by_is_asked_for_as_a_code() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("9", "9", "enter")
        assert desk.done == [("check_in", "99")]
        assert "✗ Unknown card refused: nobody here has that number" in screen_text(app)


async def test_codes_that_come_back_to_back_are_check_ins_in_order() -> None:
    people = [member(100 + n, f"Person {n}") for n in range(50)]
    desk = FakeDesk(people)
    app = make_app(desk)
    async with app.run_test() as pilot:
        for person in people:
            scan(app, *str(person.membership_number), "enter")
        await pilot.pause()
        assert desk.done == [("check_in", person.full_name) for person in people]
        assert front(app).entry.value == ""


async def test_a_key_reaches_the_box_whatever_has_the_focus() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await app.screen.mount(Button("elsewhere"))
        app.screen.set_focus(app.screen.query_one(Button))
        for key in [*"4711", "enter"]:
            app.simulate_key(key)
        await pilot.pause()
        assert desk.done == [("check_in", "Ana Silva")]
        app.screen.set_focus(None)
        await pilot.press("a")
        assert front(app).entry.value == "a"


async def test_nothing_but_the_box_takes_the_focus() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.pause()
        assert [type(widget).__name__ for widget in app.screen.focus_chain] == ["Entry"]


async def test_check_out_mode_is_marked_and_lasts_for_one() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f4")
        assert "CHECK OUT" in screen_text(app)
        await pilot.press(*"4711", "enter", *"4712", "enter")
        assert desk.done == [("check_out", "Ana Silva"), ("check_in", "Ben Ode")]
        assert "CHECK IN" in screen_text(app)


async def test_undo_says_what_it_took_back() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter")
        await press_later(pilot, "ctrl+z")
        assert "✓ Ana Silva undone" in screen_text(app)
        await press_later(pilot, "ctrl+z")
        assert "Undo: this desk has done nothing" in screen_text(app)


async def test_a_later_word_takes_the_place_of_the_first_and_a_bad_one_is_always_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = a_desk()
    app = make_app(desk)
    bells: list[int] = []
    monkeypatch.setattr(app, "bell", lambda: bells.append(1))
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter", *"4712", "enter")
        desk.publish("verdict", later("checked_in", "Ana Silva", "c1"))
        assert "✓ Ben Ode checked in" in screen_text(app)
        assert bells == []
        desk.publish("verdict", later("warned", "Ana Silva", "c1"))
        await pilot.pause()
        assert "! Ana Silva checked in: payment overdue" in screen_text(app)
        assert bells == [1]


async def test_a_warning_rings_once_and_its_repeat_leaves_the_line_to_whoever_came_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = a_desk()
    app = make_app(desk)
    bells: list[int] = []
    monkeypatch.setattr(app, "bell", lambda: bells.append(1))
    async with app.run_test() as pilot:
        desk.publish("verdict", replace(later("queued", "Ana Silva", "q1"), warning="payment overdue", detail=None))
        await pilot.pause()
        assert "… Ana Silva queued, not sent yet: payment overdue" in screen_text(app)
        assert bells == [1]
        repeat = replace(later("warned", "Ana Silva", "q1"), repeats=True)
        desk.publish("verdict", repeat)
        await pilot.pause()
        assert "! Ana Silva checked in: payment overdue" in screen_text(app)
        await pilot.press(*"4712", "enter")
        desk.publish("verdict", repeat)
        await pilot.pause()
        assert "✓ Ben Ode checked in" in screen_text(app)
        assert bells == [1]


@pytest.mark.parametrize("size", [(60, 20), (60, 24)])
@pytest.mark.parametrize("kind", ["refused", "not_done"])
async def test_a_narrow_screen_shows_the_next_step_whole(size: tuple[int, int], kind: VerdictKind) -> None:
    app = make_app(a_desk())
    step = "look at it once more, and change it again where that is still right"
    detail = "phone is 079 555 00 11 now (mia, 17:24), valid until is 27 Nov 2027 now (mia)"
    async with app.run_test(size=size) as pilot:
        said = Verdict(kind=kind, subject="Ana Silva", command_id="", at=NOW, detail=detail, next_step=step)
        front(app).say(said)
        await pilot.pause()
        assert step in " ".join(screen_text(app).split())
        assert "Ana Silva" in screen_text(app)
        front(app).say(replace(said, detail="membership expired 3 Nov", next_step="F8 override (manager)"))
        await pilot.pause()
        assert "expired 3 Nov — F8 override (manager)" in " ".join(screen_text(app).split())
