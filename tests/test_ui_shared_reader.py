"""A desk's reader: shared with the gym and chosen from it, asked about where it is not certain whose a card is."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui.cards.profile import ReaderProfile
from gymtui.client.errors import RequestRefused
from gymtui.preferences import ChoicesFile
from gymtui.protocol import ErrorBody, Reader, ShareReader
from tests.factories import GYM, member
from tests.readers import scan
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import screen_text

pytestmark = pytest.mark.slow

NUMBERS = (100042, 100081, 200077)


async def test_what_is_learned_is_shared_under_a_name() -> None:
    desk = FakeDesk([member(number, f"Person {number}") for number in NUMBERS])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*":reader", "enter")
        for number in NUMBERS:
            scan(app, *f"GYM2-{number}", "enter")
            await pilot.pause()
            await pilot.press(*str(number), "enter")
        assert "a name and Enter shares it" in screen_text(app)
        await pilot.press(*"Front", "enter")
        await pilot.pause()
        assert desk.reader == ReaderProfile(prefix="GYM2-")
        assert desk.service.shared == [ShareReader(reader=Reader(name="Front", prefix="GYM2-"))]
        assert "Front is shared" in screen_text(app)


async def test_what_cannot_be_shared_is_kept_here_and_said() -> None:
    desk = FakeDesk([member(number, f"Person {number}") for number in NUMBERS])
    body = ErrorBody(code="invalid", message="The gym has 20 readers: please take one away.", retryable=False)
    desk.service.problem = RequestRefused(body)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*":reader", "enter")
        for number in NUMBERS:
            scan(app, *f"GYM2-{number}", "enter")
            await pilot.pause()
            await pilot.press(*str(number), "enter")
        await pilot.press(*"Front", "enter")
        await pilot.pause()
        assert desk.reader == ReaderProfile(prefix="GYM2-")
        assert "kept here, not shared: The gym has 20 readers" in screen_text(app)


async def test_a_desk_chooses_from_what_the_gym_shares_and_nothing_is_taken_by_itself(tmp_path: Path) -> None:
    desk, choices = FakeDesk([member(100042, "Ana Silva")]), ChoicesFile(tmp_path)
    readers = (
        Reader(name="Side", suffix="$"),
        Reader(name="Front", prefix="GYM2-", is_default=True),
        Reader(name="Of tomorrow", steps=("teleport",)),
    )
    desk.replica.gym = replace(GYM, readers=readers)
    app = make_app(desk, choices=choices)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*":reader", "enter")
        assert "↓ the gym's" in screen_text(app)
        await pilot.press("enter")
        assert desk.reader is None
        await pilot.press("down")
        assert "Enter: this desk has the gym's “Front”" in screen_text(app)
        assert "It puts 'GYM2-' in front" in screen_text(app)
        await pilot.press("down")
        assert "“Side”" in screen_text(app)
        await pilot.press("down", "escape")
        assert desk.reader is None
        await pilot.press("down", "enter")
        assert choices.read().reader == ReaderProfile(prefix="GYM2-")
        await pilot.press(*":reader", "enter")
        assert "It puts 'GYM2-' in front" in screen_text(app)  # how it is set by now


@pytest.mark.parametrize("screen", [[], ["f3"]])
async def test_a_code_on_file_that_is_another_s_as_the_reader_sends_it_is_a_question(screen: list[str]) -> None:
    desk = FakeDesk([member(100042, "Ana Silva"), member(77100042, "Ben Ode")])
    desk.reader = ReaderProfile(prefix="77")
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*screen)
        scan(app, *"77100042", "enter")
        await pilot.pause()
        assert desk.done == []
        assert "Ana Silva" in screen_text(app)
        assert "Ben Ode" in screen_text(app)


async def test_what_this_desk_s_reader_does_not_send_is_no_card() -> None:
    desk = FakeDesk([member(12345678, "Ana Silva")])
    desk.reader = ReaderProfile(prefix="M#")
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        scan(app, *"0012345678", "enter")
        await pilot.pause()
        assert desk.done == []
        assert "it is none that this desk's reader sends" in screen_text(app)
        scan(app, *"M#12345678", "enter")
        await pilot.pause()
        assert desk.done == [("check_in", "Ana Silva")]
