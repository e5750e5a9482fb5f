"""What did not fit while desks were alone: asked of the server, and shown a row each."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.desk.conflict_report import DAY, DAYS
from gymtui.client.errors import RequestRefused
from gymtui.clock import to_ms, to_text
from gymtui.protocol import ConflictNote, Conflicts, ErrorBody, MemberRef
from gymtui.ui import GymApp
from gymtui.ui.screens import conflicts
from gymtui.ui.screens.conflicts import ConflictsScreen
from gymtui.ui.screens.connection import ConnectionScreen
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.who import WhoIsIn
from gymtui.ui.widgets.conflict_list import ConflictList
from tests.factories import NOW, refusal, visit
from tests.test_ui_connection import AWAY, shown
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, screen_text

pytestmark = pytest.mark.slow

MINUTE = 60_000
TWICE = "checked in a second time; in since Wed 18 Nov 17:02, desk 2 (ben). That visit stands."


def note(name: str, minutes: int, sentence: str = TWICE, **fields: Any) -> ConflictNote:
    known: dict[str, Any] = {"recorded_at": to_text(NOW), "desk": "Side door", "by": "ana"}
    known |= {"member": MemberRef(f"m-{name}", name, "4711")} | fields
    return ConflictNote(at=to_text(NOW - minutes * MINUTE), sentence=sentence, **known)


def a_desk(*notes: ConflictNote, more: bool = False) -> FakeDesk:
    desk = FakeDesk([ANA, BEN])
    desk.service.conflicts = Conflicts(notes, more)
    return desk


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "REST", 0)


async def opened(pilot: Pilot[None], app: GymApp, words: str) -> ConflictsScreen:
    await pilot.press("f6")
    await shown(pilot, app, words)
    screen = app.screen
    assert isinstance(screen, ConflictsScreen)
    return screen


async def test_the_rows_are_by_time_and_the_chosen_one_is_told_in_full() -> None:
    late = "the check-out came to the server 9 days later. It is recorded."
    desk = a_desk(note("Ben Ode", 90, late, desk=None, member=None), note("Ana Silva", 22))
    desk.service.clock_offset = 5000
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app, "CONFLICTS   2 in the last 7 days")
        lines = screen_text(app).splitlines()
        assert [line.split()[0] for line in lines if "18 Nov 1" in line][:2] == ["›", "Wed"]
        assert "Wed 18 Nov 17:02  Ana Silva" in screen_text(app)
        assert "Ana Silva (4711)   Side door (ana)" in screen_text(app)
        whole = " ".join(screen_text(app).split())
        assert "Checked in a second time; in since Wed 18 Nov 17:02, desk 2 (ben). That visit stands." in whole
        assert "Done Wed 18 Nov 17:02; the server heard of it Wed 18 Nov 17:24." in whole
        await pilot.press("down", "down")
        assert screen.chosen == 1
        assert "somebody   no desk (ana)" in screen_text(app)
        assert "The check-out came to the server 9 days later." in screen_text(app)
        await pilot.press("up")
        assert screen.chosen == 0
    [asked, *_] = desk.service.asked
    assert to_ms(asked.since or "") == NOW + 5000 - DAYS * DAY


async def test_the_title_says_where_there_are_more() -> None:
    app = make_app(a_desk(note("Ana Silva", 22), more=True))
    async with app.run_test() as pilot:
        await opened(pilot, app, "CONFLICTS   the newest 1 in the last 7 days")


async def test_where_all_has_fitted_there_is_nothing_to_look_at() -> None:
    app = make_app(a_desk())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app, "CONFLICTS   none in the last 7 days")
        assert "Nothing to look at: what desks did alone in the last 7 days has fitted." in screen_text(app)
        assert screen.query_one("#conflict").region.height == 0
        await pilot.press("down", "up", "pagedown", "pageup", "enter")
        assert screen.chosen == 0


async def test_it_says_that_it_is_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = a_desk()
    answered = asyncio.Event()
    request = desk.service.request

    async def slowly(asked: Any) -> Any:
        await answered.wait()
        return await request(asked)

    monkeypatch.setattr(desk.service, "request", slowly)
    app = make_app(desk)
    async with app.run_test() as pilot:
        await opened(pilot, app, "CONFLICTS   asking the server")
        assert "Nothing to look at" not in screen_text(app)
        answered.set()
        await shown(pilot, app, "Nothing to look at")


async def test_while_it_is_away_the_last_that_was_seen_is_shown() -> None:
    desk = FakeDesk()
    nobody_there = desk.service.conflicts
    desk.service.state = AWAY
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app, "CONFLICTS   not connected")
        assert "The server knows what did not fit, and is asked again once the connection is" in screen_text(app)
        desk.service.conflicts = Conflicts((note("Ana Silva", 22),), more=False)
        desk.service.becomes(LIVE)
        await shown(pilot, app, "CONFLICTS   1 in the last 7 days ")
        desk.service.conflicts = nobody_there
        desk.service.becomes(AWAY)
        await shown(pilot, app, "CONFLICTS   1 in the last 7 days, as of 17:24: not connected")
        assert screen.has_class("-away")
        await pilot.press("escape")
        await opened(pilot, app, "CONFLICTS   1 in the last 7 days, as of 17:24: not connected")
        await shown(pilot, app, "Ana Silva (4711)")


async def test_a_server_that_has_no_answer_is_asked_again() -> None:
    desk = a_desk()
    message = "There is no message 'list_conflicts' [b]here[/b]\x1b[2J."
    desk.service.conflicts = RequestRefused(ErrorBody(code="unknown_type", message=message, retryable=False))
    app = make_app(desk)
    async with app.run_test() as pilot:
        await opened(pilot, app, "CONFLICTS   There is no message 'list_conflicts' [b]here[/b][2J")
        desk.service.conflicts = Conflicts((replace(note("Ana", 1), at="yesterday"),), more=False)
        await pilot.press("ctrl+r")
        await shown(pilot, app, "the server's answer cannot be read")
        desk.service.conflicts = Conflicts((note("Ana", 1),), more=False)
        await pilot.press("ctrl+r")
        await shown(pilot, app, "CONFLICTS   1 in the last 7 days")
        assert "try again" not in screen_text(app)


async def test_what_comes_meanwhile_is_shown_and_the_chosen_one_stays_chosen() -> None:
    old = [note("Ana Silva", 22), note("Ben Ode", 30)]
    desk = a_desk(*old)
    app = make_app(desk)
    async with app.run_test() as pilot:
        screen = await opened(pilot, app, "CONFLICTS   2 in")
        await pilot.press("down")
        asked = len(desk.service.asked)
        desk.service.conflicts = Conflicts((note("Eva Brunner", 1), *old), more=False)
        desk.service.publish("events", [visit(10, "Zoe")])
        desk.service.becomes(replace(LIVE, latency=0.02))
        await pilot.pause()
        assert len(desk.service.asked) == asked, "somebody came in, a pong came: that is no reason to ask"
        desk.service.publish("events", [visit(11, "Eva Brunner", flags=("offline", "clash"))])
        await shown(pilot, app, "CONFLICTS   3 in")
        assert screen.note == old[1]
        assert screen.chosen == 2
        desk.service.conflicts = Conflicts((), more=False)
        desk.service.publish("events", [refusal(12, "Tom")])
        await shown(pilot, app, "CONFLICTS   none")
        assert screen.note is None


async def test_nothing_from_outside_is_obeyed() -> None:
    evil = "[red]Ana[/red]\x1b[2J\nSilva\u202e"
    app = make_app(a_desk(note(evil, 22, f"{evil} {'long ' * 60}", desk=evil, by="\x9b")))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, "CONFLICTS   1 in")
        text = screen_text(app)
        assert "[red]Ana[/red][2J Silva" in text
        assert not {"\x1b", "\x9b", "\u202e"} & set(text)


async def test_a_long_list_keeps_the_chosen_row_in_sight_and_takes_clicks() -> None:
    app = make_app(a_desk(*(note(f"Member {n:02}", n) for n in range(60))))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app, "CONFLICTS   60 in")
        rows = screen.query_one(ConflictList)
        page = rows.page
        await pilot.press("pagedown", "pagedown", "down")
        assert screen.chosen == 2 * page + 1
        assert re.search(rf"^ *› .* Member {screen.chosen}", screen_text(app), re.MULTILINE)
        assert f"Member {screen.chosen} (4711)" in screen_text(app)
        await pilot.click(rows, offset=(8, 1))
        await pilot.pause()
        assert screen.chosen == page + 2, "the first that was seen"
        assert f"Member {screen.chosen} (4711)" in screen_text(app)
        await pilot.press(*["pageup"] * 9)
        assert screen.chosen == 0
        await pilot.press(*["pagedown"] * 9)
        assert screen.chosen == 59


async def test_one_screen_takes_the_place_of_the_other_and_a_scan_goes_to_the_desk() -> None:
    desk = a_desk(note("Ana Silva", 22))
    app = make_app(desk)
    async with app.run_test() as pilot:
        for key, kind in (("f9", ConnectionScreen), ("f6", ConflictsScreen), ("f3", WhoIsIn), ("f6", ConflictsScreen)):
            await pilot.press(key)
            assert isinstance(app.screen, kind)
        assert len(app.screen_stack) == 2
        for key in [*"4711", "enter"]:
            app.simulate_key(key)
        await pilot.pause()
        assert isinstance(app.screen, FrontDesk)
        assert desk.done == [("check_in", "Ana Silva")]
        await pilot.press(*":conflicts", "enter")
        assert isinstance(app.screen, ConflictsScreen)
        await pilot.press("f6")
        assert isinstance(app.screen, FrontDesk)
        await pilot.press("f6", "f1")
        help = screen_text(app)
        assert "HELP   Conflicts" in help
        assert "What desks did while they were alone is recorded, since it happened." in help
        assert "F6           :conflicts" in help
