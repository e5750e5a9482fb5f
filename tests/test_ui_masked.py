"""The box stays masked until Esc: after a wrong PIN, and after F8 where nobody was refused."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.client.state import ConnectionState, Verdict
from gymtui.ui.box.override import OverrideMode
from tests.factories import NOW
from tests.settled import until_shown
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import BEN, a_desk, go_back, screen_text
from tests.ui_override_kit import PIN, refused, scanned, screen, step, typed, wrong_pin

pytestmark = pytest.mark.slow

WRONG = "904518"
AWAY = ConnectionState(phase="waiting", since=NOW, attempt=1, retry_at=NOW + 4000)


def masked(desk: FakeDesk) -> None:
    """From now on the server takes its time over an override."""
    desk.answers["override"] = "queued"


@pytest.mark.parametrize("why", ["no manager has that name and PIN", "too many wrong PINs: please wait 20 seconds"])
async def test_a_wrong_pin_is_asked_for_again_unseen_until_it_is_right(why: str) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        masked(desk)
        await pilot.press(*"owed", "enter", *"mia", "enter")
        for _ in range(2):
            await typed(pilot, WRONG)
            wrong_pin(desk, why)
            await pilot.press(*"77")
            assert (step(app), screen(app).entry.password) == ("pin", True)
            assert why in screen_text(app)
            assert "77" not in screen_text(app)
            await pilot.press("backspace", "backspace")
        desk.answers.pop("override")
        await typed(pilot, PIN)
        assert [override.pin for _, override in desk.overrides] == [WRONG, WRONG, PIN]
        assert (step(app), screen(app).entry.password, len(screen(app).modes)) == (None, False, 1)
        assert not {PIN, WRONG} & {name for _, name in desk.done}


async def test_the_pin_stays_masked_while_the_server_is_away() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        masked(desk)
        await pilot.press(*"owed", "enter", *"mia", "enter")
        await typed(pilot, PIN)
        desk.service.becomes(AWAY)
        wrong_pin(desk, "the connection went before the answer came")
        await pilot.press(*"90")
        assert (step(app), screen(app).entry.password) == ("pin", True)
        desk.service.becomes(LIVE)
        await pilot.press("escape")
        assert (step(app), screen(app).entry.value, screen(app).entry.password) == ("manager", "", False)


async def test_what_was_typed_behind_the_right_pin_is_not_shown_when_the_answer_comes() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        masked(desk)
        await pilot.press(*"owed", "enter", *"mia", "enter")
        await typed(pilot, PIN)
        await pilot.press(*"9045")
        done = Verdict(kind="warned", subject="Ben Ode", command_id="o1", at=NOW, detail="override by mia")
        desk.publish("verdict", replace(done, member=BEN.ref))
        await pilot.press("1", "7")
        assert screen(app).entry.password
        await pilot.press("enter")
        assert (screen(app).entry.password, len(desk.overrides), desk.done[-1]) == (False, 1, ("check_in", "Ben Ode"))


@pytest.mark.parametrize("asked", [True, False], ids=["wrong PIN", "nobody refused"])
async def test_no_key_but_escape_unmasks_the_box(asked: bool) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        for key in ("ctrl+z", "f8", "f4", "f3", "f1", "f6", "f9", "ctrl+p", "ctrl+l", "ctrl+r"):
            if asked:
                await refused(pilot, desk)
                masked(desk)
                await pilot.press(*"owed", "enter", *"mia", "enter")
                await typed(pilot, WRONG)
                wrong_pin(desk)
            else:
                await pilot.press("f8")
            done = list(desk.done)
            await pilot.press(key, *"9045")
            assert app.screen is app.front_desk, key
            assert screen(app).entry.password, key
            assert "9045" not in screen_text(app), key
            assert desk.done == done, key
            await pilot.press("escape")
            assert not screen(app).entry.password, key
            app.front_desk.verdict = None
            await go_back(pilot, app)


async def test_after_f8_where_nobody_was_refused_what_is_typed_goes_nowhere() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f8")
        assert "✗ Override: nobody has just been refused by the rules" in screen_text(app)
        for text in ("mia", PIN, "4711", ":quit", "/x"):
            await pilot.press(*text)
            assert text not in screen_text(app)
            await pilot.press(*["backspace"] * len(text))
            await typed(pilot, text)
            assert "✗ Override: what was typed went nowhere — Esc first" in screen_text(app)
            assert screen(app).entry.password
        assert desk.done == []
        await pilot.press("escape", *"4711", "enter")
        assert desk.done == [("check_in", "Ana Silva")]


async def test_a_card_that_is_scanned_over_the_mask_is_taken_and_ends_it() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f8")
        await scanned(pilot, "9999")
        assert (desk.done, screen(app).entry.password) == ([], True)
        await scanned(pilot, "4711")
        assert (desk.done, screen(app).entry.password) == ([("check_in", "Ana Silva")], False)
        await refused(pilot, desk)
        masked(desk)
        await pilot.press(*"owed", "enter", *"mia", "enter")
        await typed(pilot, WRONG)
        wrong_pin(desk)
        await scanned(pilot, "4711")
        assert (desk.done[-1], len(desk.overrides)) == (("check_in", "Ana Silva"), 1)
        assert (step(app), len(screen(app).modes)) == (None, 1)


async def test_a_pin_is_waited_for_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter")
        lapses, lapse = list[OverrideMode](), OverrideMode._lapse

        def noted(mode: OverrideMode) -> None:
            lapses.append(mode)
            lapse(mode)

        monkeypatch.setattr(OverrideMode, "_lapse", noted)
        await pilot.press(*"mia")
        monkeypatch.setattr("gymtui.ui.box.override.UNUSED", 0.01)
        await pilot.press("enter")
        await until_shown(pilot, lambda: len(lapses) > 1)
        assert (step(app), screen(app).entry.password) == ("pin", True)
