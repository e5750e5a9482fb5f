"""The screens over the real client; only the server is played."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing

import msgspec
import pytest
from textual.pilot import Pilot

from gymtui.client import Desk, Login, MockWebSocket, Replica, WebSocketService
from gymtui.client.login.http import Headers
from gymtui.client.login.login import Answer
from gymtui.client.mock import MockConnection
from gymtui.protocol import CheckIn, MembersPage, Request, Resume, Resumed, SyncMembers
from gymtui.ui import GymApp
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.login import LoginScreen
from tests.factories import member, snapshot, visit
from tests.settled import settled, until_shown
from tests.ui_front_desk_kit import screen_text

pytestmark = pytest.mark.slow

URL = "ws://gym.test/ws/checkins/"
TOKEN = "a.b.c"
ANA = member(4711, "Ana Silva", seq=1)
ZOE = visit(2, "Zoe Huber")


def answer(connection: MockConnection, request: Request, id: str | None) -> None:
    """A server with one member, one visit, and nothing to say to a check-in until the test says it."""
    if isinstance(request, Resume):
        connection.reply(id, Resumed("snapshot"))
        connection.send_message(snapshot(2, ZOE, recent=(ZOE,)))
    elif isinstance(request, SyncMembers):
        connection.reply(id, MembersPage(members=(ANA,), next_after_seq=2, more=False, as_of_seq=2))


def fetch(url: str, headers: Headers) -> Answer:
    token = {"access_token": "a.b.c", "expires_in": 300, "refresh_token": "r", "user": {"name": "sam", "role": "staff"}}
    return Answer(200, msgspec.json.encode(token))


@asynccontextmanager
async def console(server: MockWebSocket, token: str | None = TOKEN) -> AsyncIterator[tuple[GymApp, Pilot[None]]]:
    with closing(Replica(":memory:")) as replica:
        login = Login(URL, token=token, fetch=fetch)
        service = WebSocketService(URL, login, replica, desk="desk 2", connect=server)
        app = GymApp(Desk(service, replica, name="desk 2"), login, url=URL)
        async with app.run_test() as pilot:
            yield app, pilot
            await app.leave()


def shows(app: GymApp, words: str) -> Callable[[], bool]:
    return lambda: words in screen_text(app)


async def test_a_check_in_is_amber_until_the_server_has_it_and_then_green() -> None:
    server = MockWebSocket(seq=2, answer=answer)
    async with console(server) as (app, pilot):
        connection = await server.accepted()
        await until_shown(pilot, shows(app, "Zoe Huber"))
        await until_shown(pilot, shows(app, "148 of 220"))
        await until_shown(pilot, lambda: app.desk.replica.members.by_code("4711") is not None)
        await pilot.press(*"4711", "enter")
        assert "… Ana Silva queued: waiting for the server's answer" in screen_text(app)
        request, id = await connection.received(CheckIn)
        assert request.member_id == ANA.id
        connection.reply(id, visit(3, "Ana Silva"))
        await until_shown(pilot, shows(app, "✓ Ana Silva checked in"))
    assert connection.closed == 1000


async def test_without_the_network_the_desk_goes_on_and_says_so() -> None:
    server = MockWebSocket(seq=2, answer=answer)
    async with console(server) as (app, pilot):
        connection = await server.accepted()
        await until_shown(pilot, lambda: app.desk.replica.members.by_code("4711") is not None)
        server.refuse(*[ConnectionRefusedError()] * 50)
        connection.cut()
        await until_shown(pilot, lambda: "● live" not in screen_text(app))
        await pilot.press(*"4711", "enter")
        assert "… Ana Silva queued, not sent yet" in screen_text(app)
        await settled(pilot)
        assert "Zoe Huber" in screen_text(app)
        await until_shown(pilot, shows(app, ", 1 queued"))


async def test_a_desk_without_a_token_asks_for_a_login_and_goes_on() -> None:
    server = MockWebSocket(seq=2, answer=answer)
    async with console(server, token=None) as (app, pilot):
        await until_shown(pilot, lambda: isinstance(app.screen, LoginScreen))
        await pilot.press(*"sam", "enter", *"pw", "enter")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
        await until_shown(pilot, shows(app, "Zoe Huber"))
        assert "● live" in screen_text(app)


async def test_who_is_in_is_known_without_the_network() -> None:
    server = MockWebSocket(seq=2, answer=answer)
    async with console(server) as (app, pilot):
        connection = await server.accepted()
        await until_shown(pilot, lambda: app.desk.replica.members.by_code("4711") is not None)
        server.refuse(*[ConnectionRefusedError()] * 50)
        connection.cut()
        await until_shown(pilot, lambda: "● live" not in screen_text(app))
        await pilot.press(*"4711", "enter", "f3")
        await until_shown(pilot, shows(app, "WHO IS IN   2 people"))
        await pilot.press(*"zoe", "enter")
        await until_shown(pilot, shows(app, "… Zoe Huber queued, not sent yet"))
        await until_shown(pilot, shows(app, "WHO IS IN   1 person"))
        await pilot.press("f9")
        await until_shown(pilot, shows(app, "QUEUE   2 waiting"))


async def test_a_name_that_nobody_has_is_no_number() -> None:
    async with console(MockWebSocket(seq=2, answer=answer, greets=False)) as (app, pilot):
        await pilot.press(*"nobo", "enter")
        words = "✗ Unknown name refused: nobody is known by that name"
        await until_shown(pilot, shows(app, words))


async def test_a_copy_that_cannot_be_read_is_a_sentence() -> None:
    server = MockWebSocket(seq=2, answer=answer)
    async with console(server) as (app, pilot):
        await until_shown(pilot, lambda: app.desk.replica.members.by_code("4711") is not None)
        app.desk.replica._db.execute("DROP TABLE words")
        await pilot.press("a")
        await until_shown(pilot, shows(app, "The box: This desk cannot read its own copy"))
        await pilot.press("backspace", *"4711", "enter")
        await until_shown(pilot, shows(app, "Ana Silva queued"))
