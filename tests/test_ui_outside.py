"""What comes from outside is text on every screen, whatever is in it: it fails, obeys and shifts nothing."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from textual.app import App
from textual.pilot import Pilot

from gymtui.client import MockWebSocket
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.state import ConnectionState, Inside, Verdict
from gymtui.clock import to_text
from gymtui.printable import printable
from gymtui.protocol import ConflictNote, Conflicts, Gym, Notification, Policy
from gymtui.ui.widgets.error_boundary import FaultPanel
from tests.factories import NOW, member, refusal, visit
from tests.played_gym import Clock, monitor
from tests.settled import settled, until_shown
from tests.test_monitor import answer
from tests.test_ui_manners import text_of
from tests.ui_fakes import LIVE, LOGGED_OUT, FakeDesk, make_app

pytestmark = pytest.mark.slow

NASTY: Final = (
    "\x1b]0;owned\x07\x1b[2J\x9b31mAna\x00",
    "[red]Ana[/] [link=x](y)[/link] [/] [bold",
    "$accent {0} %s \\[ @click=app.quit",
    "Ana\u202e avliS\u202c \u200f\u2067x",
    "שרה לוי",
    "محمد الأمين",
    "👩\u200d👩\u200d👧 Ana 🏋🏽 🇨🇭",
    "e\u0301\u0323\u0300" * 30,
    "田中さくら 김민준",
    "Anastasia " * 30,
    "two\r\nlines\tand\u2028three",
    "\ud800 \ufffe \ue000",
    "",
)
ALL: Final = " ".join(NASTY)


def a_nasty_desk() -> FakeDesk:
    """Everything that somebody else could have written is nasty; doors are not, so that their column can be found."""
    people = [
        member(number, f"Q {name}", plan=name, phone=name, hours=name, notes=name, alerts=(name, name))
        for number, name in enumerate(NASTY, 100)
    ]
    events = [visit(seq, name, by=name, desk=name) for seq, name in enumerate(NASTY, 1)]
    desk = FakeDesk(people, events)
    desk.name = ALL
    desk.replica.gym = Gym(name=ALL, timezone=ALL, capacity=220, policy=Policy(), seq=1)
    desk.replica.position = (ALL, 9)
    desk.inside = [Inside(member=who.ref, since=NOW, place="Main door") for who in people[::2]]
    desk.set_aside = [
        Outgoing(id=who.id, kind="check_in", payload=b"{}", member_id=who.id, at=NOW, state="set_aside", reason=name)
        for who, name in zip(people, NASTY, strict=True)
    ]
    at = to_text(NOW)
    notes = (
        ConflictNote(at=at, recorded_at=at, member=who.ref, desk=name, by=name, sentence=name)
        for who, name in zip(people, NASTY, strict=True)
    )
    desk.service.conflicts = Conflicts(tuple(notes), more=False)
    desk.service.state = replace(LIVE, user=ALL, session_id=ALL)
    return desk


def check(app: App[None], size: tuple[int, int], marks: dict[str, str]) -> None:
    """All of the screen is as it should be; under each heading of `marks` its word is where the heading is."""
    assert not app.screen.query(FaultPanel)
    lines = text_of(app).split("\n")
    assert len(lines) == size[1]
    for line in lines:
        assert cell_len(line) == size[0]
        assert printable(line) == line
    for heading, word in marks.items():
        at = next(cell_len(line.partition(heading)[0]) for line in lines if heading in line)
        rows = [cell_len(line.rpartition(word)[0]) for line in lines if word in line]
        assert rows, word
        assert set(rows) == {at}, heading


SCREENS: Final[dict[str, tuple[tuple[str, ...], dict[str, str]]]] = {
    "front desk": ((), {"WHERE": "Main door"}),
    "hits": (("q",), {}),
    "pick list": (("q", "enter", "down"), {}),
    "filter": ((*"/in", "enter"), {}),
    "who is in": (("f3", "down", "down", "insert"), {"WHERE": "Main door"}),
    "connection": (("f9",), {}),
    "conflicts": (("f6", "down"), {}),
    "help": (("f1",), {}),
}


@pytest.mark.parametrize("name", SCREENS)
async def test_what_others_have_written_is_text_on_every_screen(name: str) -> None:
    keys, marks = SCREENS[name]
    app = make_app(a_nasty_desk())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await at_every_size(pilot, marks)


async def test_what_is_said_is_text() -> None:
    desk = a_nasty_desk()
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        for number, text in enumerate(NASTY):
            who = desk.replica.members[number].ref
            refused = Verdict(kind="refused", subject=text, command_id=text, at=NOW, detail=text, member=who)
            desk.publish("verdict", replace(refused, next_step=text))
            news = Notification(id="n", level="info", title=text, message=text, at=to_text(NOW), seq=50 + 2 * number)
            desk.service.publish("events", [news, replace(refusal(51 + 2 * number, text, text), by=text, desk=text)])
            desk.service.becomes(ConnectionState(phase="waiting", since=NOW, retry_at=NOW, reason=text, user=text))
            await pilot.pause()
            check(app, (80, 24), {})
        await pilot.press("f9")
        await at_every_size(pilot, {})


async def test_what_a_login_is_asked_for_with_is_text() -> None:
    desk = a_nasty_desk()
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        desk.service.becomes(replace(LOGGED_OUT, reason=ALL))
        await at_every_size(pilot, {})


async def test_what_the_monitor_is_told_is_text() -> None:
    server = MockWebSocket(seq=2, answer=answer, clock=lambda: NOW)
    async with monitor(server, Clock(), "a.b.c", (80, 24)) as (app, pilot):
        connection = await server.accepted()
        names = [name.encode(errors="ignore").decode() for name in NASTY]  # half a character is no JSON
        connection.events(*(refusal(seq, name, name) for seq, name in enumerate(names, 3)))
        connection.events(*(visit(seq, name, by=name, desk=name) for seq, name in enumerate(names, 3 + len(names))))
        await until_shown(pilot, lambda: app.journal.position[1] >= 2 + 2 * len(names))
        await at_every_size(pilot, {"WHERE": "Main door"})


async def at_every_size(pilot: Pilot[None], marks: dict[str, str]) -> None:
    for size in ((160, 45), (60, 20), (80, 24)):
        await pilot.resize_terminal(*size)
        await settled(pilot)
        check(pilot.app, size, marks)
