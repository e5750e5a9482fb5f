"""In the history a manager corrects the chosen visit, and whoever did it takes back what was done last with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.errors import RequestRefused
from gymtui.client.replica.undo_log import Undoable
from gymtui.client.state import ConnectionState
from gymtui.protocol import CheckInEvent, CheckIns, Correct, ErrorBody
from gymtui.ui import GymApp
from gymtui.ui.screens.history import HistoryScreen
from tests.factories import NOW, visit
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, MAX, MAYA, screen_text
from tests.waiting import until

pytestmark = pytest.mark.slow
MANAGER: Final = replace(LIVE, user="mia", role="manager")
CAME: Final = visit(1, ANA, minutes=10, command_id="c1")


@asynccontextmanager
async def chosen(
    came: CheckInEvent = CAME, state: ConnectionState = MANAGER
) -> AsyncIterator[tuple[GymApp, FakeDesk, Pilot[Any], list[Correct]]]:
    """F2, and the one visit that there is."""
    desk, asked = FakeDesk([ANA, BEN, MAYA, MAX]), list[Correct]()

    def correct(request: Correct) -> CheckInEvent:
        asked.append(request)
        return replace(came, member=BEN.ref, flags=("corrected",))

    desk.service.state = state
    desk.service.history = lambda _: CheckIns((came,), None)
    desk.service.correct = correct
    app = make_app(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f2")
        await until(lambda: isinstance(app.screen, HistoryScreen) and bool(app.screen.history.rows))
        await pilot.press("down")
        await shown(app, " › 17:14")
        yield app, desk, pilot, asked


async def shown(app: GymApp, *words: str) -> None:
    await until(lambda: all(word in screen_text(app) for word in words))


RIGHT: Final[tuple[tuple[tuple[str, ...], str], ...]] = (  # keys behind F2 and ↓, and what they lead to
    (("ctrl+o",), "CORRECT    not Ana Silva: type who"),
    ((*"ben",), " › 4712"),
    (("enter",), "Enter says “a namesake”"),
    (("enter",), "✓ Ben Ode corrected, was Ana Silva: a namesake"),
)


async def test_a_wrong_person_is_put_right_in_five_keys_and_the_name() -> None:
    async with chosen() as (app, desk, pilot, asked):
        for keys, then in RIGHT:
            await pilot.press(*keys)
            await shown(app, then)
        await pilot.press("escape", "ctrl+z")
        await shown(app, "a correction cannot be taken back")
        assert desk.taken_back == []
        assert asked == [Correct(check_in_id="v1", reason="a namesake", member_id=BEN.id)]
    assert 2 + sum(len(keys) for keys, _ in RIGHT) - len("ben") == 5  # of eight


async def test_the_newest_of_those_that_were_typed_for_is_chosen_by_itself() -> None:
    """Ten minutes and thirty check-ins ago: nobody looks through a list for it."""
    rush = tuple(visit(n, f"Member {n}", minutes=n // 4) for n in range(2, 32))
    desk = FakeDesk([ANA, BEN])
    desk.service.state = MANAGER
    desk.service.history = lambda asked: CheckIns((CAME,) if asked.text else (*rush, CAME), None)
    app = make_app(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f2", *"ana", "ctrl+o")  # and Enter twice, with who it was: 7 and the name
        await shown(app, "CORRECT    not Ana Silva: type who", " › 17:14")


async def test_of_several_one_is_chosen_and_never_guessed() -> None:
    async with chosen() as (app, _, pilot, asked):
        await pilot.press("ctrl+o", *"ma")
        await shown(app, "Maya Quist", "Max O")
        await pilot.press("enter")
        await shown(app, "CORRECT    ma")
        await pilot.press("down")
        await shown(app, " › 82")
        await pilot.press("enter")
        await shown(app, "REASON")
        await pilot.press("down", *"two brothers", "enter")
        await until(lambda: asked == [Correct(check_in_id="v1", reason="two brothers", member_id=MAX.id)])


async def test_of_several_the_first_is_taken_by_a_second_enter() -> None:
    async with chosen() as (app, _, pilot, asked):
        await pilot.press("ctrl+o", *"ma")
        await shown(app, "Maya Quist", "Max O")
        await pilot.press("enter")
        await shown(app, "2 are found by that — ↑ ↓ choose one, Enter takes that one")
        await pilot.press("enter")
        await shown(app, "REASON")
        await pilot.press("enter")
        await until(lambda: len(asked) == 1)


@pytest.mark.parametrize("keys", [("escape",), (*"never", "enter", "enter")])
async def test_what_the_list_was_filtered_by_is_in_the_box_again_afterwards(keys: tuple[str, ...]) -> None:
    async with chosen() as (app, _, pilot, asked):
        await pilot.press("escape", *"ana")
        await shown(app, "HISTORY    ana")
        await pilot.press("down", "ctrl+o")
        await shown(app, "not Ana Silva: type who")
        await pilot.press(*keys)
        await shown(app, "HISTORY    ana")
        assert len(asked) == (len(keys) > 1)


async def test_a_forgotten_check_out_and_a_visit_that_never_was() -> None:
    async with chosen() as (app, _, pilot, asked):
        for text, words in (("-17:20", "forgot to check out"), ("never", "checked in by mistake")):
            await pilot.press("ctrl+o", *text)
            await shown(app, f"CORRECT    {text}")
            await pilot.press("enter")
            await shown(app, words)
            await pilot.press("enter")
            await shown(app, "✓ Ben Ode corrected")
        assert [request.void for request in asked] == [False, True]


async def test_what_cannot_be_is_told_and_nothing_is_asked() -> None:
    async with chosen() as (app, _, pilot, asked):
        for text, words in (("25:10", "25:10 is no time"), ("zzz", "nobody is found by that")):
            await pilot.press("ctrl+o", *text)
            await shown(app, f"CORRECT    {text}")
            await pilot.press("enter")
            await shown(app, words)
            await pilot.press("escape")
            await shown(app, "HISTORY    a name")
        assert asked == []


async def test_the_servers_no_is_told() -> None:
    async with chosen() as (app, desk, pilot, _):
        sentence = "Ben Ode was in from 17:00 on by another visit: correct that one first."

        def no(_: Correct) -> None:
            reason = {"reason": "in from 17:00 on"}
            raise RequestRefused(
                ErrorBody(code="already_checked_in", message=sentence, retryable=False, details=reason)
            )

        desk.service.correct = no
        await pilot.press("ctrl+o", *"never")
        await shown(app, "CORRECT    never")
        await pilot.press("enter")
        await shown(app, "REASON")
        await pilot.press("enter")
        await shown(app, "Correction: that member was in from 17:00 on by another visit — correct that one first")
        assert "Ben" not in screen_text(app)  # whom a mask may cover


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (replace(MANAGER, role="staff"), "only a manager corrects visits"),
        (ConnectionState(phase="waiting", since=NOW, role="manager"), "that needs the server"),
    ],
)
async def test_who_may_not_and_a_desk_alone_are_told(state: ConnectionState, words: str) -> None:
    async with chosen(state=state) as (app, _, pilot, asked):
        await pilot.press("ctrl+o")
        await shown(app, f"✗ Correction: {words}")
        assert asked == []


async def test_undo_takes_back_what_was_done_last_with_the_chosen_one() -> None:
    async with chosen() as (app, desk, pilot, _):
        await pilot.press("ctrl+z")
        await shown(app, "… Ana Silva queued")
        assert desk.taken_back == [Undoable("c1", ANA.ref, None)]


async def test_undo_of_a_check_out_opens_the_visit_again() -> None:
    gone = replace(CAME, status="checked_out", check_out_time=CAME.check_in_time, command_id="c2")
    async with chosen(gone) as (_, desk, pilot, _asked):
        await pilot.press("ctrl+z")
        await until(lambda: desk.taken_back == [Undoable("c2", ANA.ref, NOW - 10 * 60_000)])


async def test_what_was_corrected_is_not_undone() -> None:
    async with chosen(replace(CAME, flags=("corrected",))) as (app, desk, pilot, _):
        await pilot.press("ctrl+z")
        await shown(app, "was put right already")
        assert desk.taken_back == []


async def test_what_nobody_has_answered_stands_there_for_the_next_enter() -> None:
    async with chosen() as (app, desk, pilot, asked):
        correct, desk.service.correct = desk.service.correct, None
        await pilot.press("ctrl+o", *"ben", "enter")
        await shown(app, "REASON")
        await pilot.press("enter")
        await shown(app, "✗ Correction: the server has not answered", "REASON", "Enter says “a namesake”")
        desk.service.correct = correct
        await pilot.press("enter")
        await shown(app, "✓ Ben Ode corrected, was Ana Silva")
        assert asked == [Correct(check_in_id="v1", reason="a namesake", member_id=BEN.id)]
