"""The WebSocketService: coming and going, who this is, requests."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import (
    AuthenticationProblem,
    ConnectionProblem,
    Disconnected,
    RequestRefused,
)
from gymtui.client.login.login import Login
from gymtui.client.mock import MockWebSocket
from gymtui.protocol import CheckIn, SearchMembers
from tests.client_kit import TOKENS, URL, Heard, Played, played, settle
from tests.factories import NOW
from tests.waiting import until
from tests.websocket_service_kit import live


async def test_connects_with_the_desks_name_in_the_url_and_the_token_where_no_proxy_logs_it() -> None:
    async with played(desk="desk 2 & door") as play:
        connection = await live(play)
        assert parse_qs(urlsplit(connection.url).query) == {"desk": ["desk 2 & door"]}
        assert connection.headers["Authorization"] == "Bearer a-token"
        assert play.server.options["max_size"] == 1024 * 1024
        assert play.server.options["compression"] is None
        assert play.server.options["proxy"] is None
        state = play.service.state
        assert (state.user, state.role, state.session_id, state.attempt) == ("sam", "staff", "session-1", 0)


async def test_close_says_goodbye_and_run_returns() -> None:
    async with played() as play:
        connection = await live(play)
    assert connection.closed == 1000
    assert play.service.state.phase == "stopped"
    with pytest.raises(Disconnected):
        await play.service.request(SearchMembers(text="a"))


async def test_a_cancelled_task_says_goodbye_too() -> None:
    play = Played(MockWebSocket(clock=lambda: NOW))
    task = asyncio.create_task(play.service.run())
    connection = await live(play)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert connection.closed == 1000


async def test_the_way_there_and_back_is_measured() -> None:
    times = iter([1.0, 1.012])
    async with played(timer=lambda: next(times)) as play:
        await live(play)
        await until(lambda: play.service.state.latency)
        assert play.service.state.latency == pytest.approx(0.012)


async def test_the_servers_clock_is_compared_and_nothing_else() -> None:
    async with played(MockWebSocket(clock=lambda: NOW + 5000)) as play:
        await live(play)
        assert play.service.clock_offset == 5000


@pytest.mark.parametrize("url", ["http://gym.test/", "gym.test", "ws://", ""])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="ws://HOST:PORT"):
        WebSocketService(url, Login(URL), Bookmark())


async def test_a_server_that_is_away_is_tried_with_growing_pauses() -> None:
    server = MockWebSocket()
    server.refuse(*(ConnectionRefusedError() for _ in range(9)))
    async with played(server) as play:
        problems = Heard(play.service, "problem")
        for tries in range(1, 9):
            await play.backed_off(tries)
        await until(lambda: len(play.backoffs) == 9)
    assert play.backoffs == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert [(p.attempt, p.retry_in) for p in problems.all[:3]] == [(1, 0.5), (2, 1.0), (3, 2.0)]
    assert isinstance(problems.all[0], ConnectionProblem)
    assert str(problems.all[0]) == "Nobody answers at gym.test: is the server running?"


async def test_a_server_that_accepts_and_closes_is_not_hammered() -> None:
    async with played() as play:
        for tries in range(1, 6):
            connection = await live(play)
            connection.cut()
            await play.backed_off(tries)
        await live(play)
    assert play.backoffs == [0.5, 1, 2, 4, 8]


async def test_ten_healthy_seconds_forget_the_pauses() -> None:
    async with played() as play:
        for tries in (1, 2):
            (await live(play)).cut()
            await play.backed_off(tries)
        connection = await live(play)
        await until(lambda: play.pauses.sleeping(10.0))
        play.pauses.end(10.0)
        await until(lambda: play.pauses.sleeping(10.0))
        connection.cut()
        await until(lambda: len(play.backoffs) == 3)
    assert play.backoffs == [0.5, 1, 0.5]


async def test_retry_now_ends_the_countdown() -> None:
    server = MockWebSocket()
    server.refuse()
    async with played(server) as play:
        await play.phase("waiting")
        assert play.service.state.retry_at == NOW + 500
        play.service.retry_now()
        await live(play)
        assert play.service.state.retry_at is None


async def test_offline_since_stays_while_tries_fail() -> None:
    times = iter(range(NOW, NOW + 1000))
    server = MockWebSocket()
    async with played(server, clock=lambda: next(times)) as play:
        connection = await live(play)
        server.refuse(OSError("unplugged"))
        connection.cut()
        await play.phase("waiting")
        since = play.service.state.since
        play.service.retry_now()
        await until(lambda: len(play.backoffs) == 2)
        assert play.service.state.since == since


@pytest.mark.parametrize(
    ("code", "phase", "pause"),
    [
        (1001, "waiting", 0.5),
        (1011, "waiting", 0.5),
        (1009, "waiting", 0.5),
        (4102, "waiting", 0.5),
        (4200, "waiting", 2.0),
        (1000, "stopped", None),
        (4004, "stopped", None),
        (4050, "stopped", None),
        (4001, "logged_out", None),
        (4003, "logged_out", None),
    ],
)
async def test_each_close_code_has_its_course(code: int, phase: str, pause: float | None) -> None:
    async with played() as play:
        (await live(play)).close_with(code)
        await play.phase(phase)
        await settle()
        assert play.backoffs == ([] if pause is None else [pause])
        assert play.service.state.reason


async def test_an_overloaded_server_gets_the_time_it_asks_for() -> None:
    async with played() as play:
        connection = await live(play)
        connection.refuse(None, "rate_limited", "Too much to do.", retryable=True, retry_after_ms=7000)
        connection.close_with(4100)
        await until(lambda: play.backoffs)
        assert play.backoffs == [7.5]
        assert play.service.state.reason == "Too much to do."


async def test_a_stopped_service_goes_on_when_a_person_says_so() -> None:
    async with played() as play:
        (await live(play)).close_with(4004)
        await play.phase("stopped")
        play.service.retry_now()
        await live(play)


async def test_a_server_that_goes_on_draining_is_backed_off_from() -> None:
    async with played() as play:
        for tries in (1, 2, 3):
            (await live(play)).close_with(4200)
            await play.backed_off(tries)
    assert play.backoffs == [2.0, 1.0, 2.0]


async def test_a_login_that_is_not_known_asks_the_person_and_then_goes_on() -> None:
    server = MockWebSocket(greets=False)
    login = Login(URL, token="a-token", fetch=lambda *_: TOKENS)
    async with played(server, login=login) as play:
        problems = Heard(play.service, "problem")
        connection = await server.accepted()
        connection.authenticate(success=False, message="Who is that?")
        connection.close_with(4001)
        await play.phase("logged_out")
        assert [type(p) for p in problems.all] == [AuthenticationProblem]
        assert play.service.state.reason == "Who is that?"
        await settle()
        assert len(server.connections) == 1
        server.greets = True
        await login.log_in("sam", "a password")
        play.service.logged_in()
        await live(play)
        assert server.connections[1].headers["Authorization"] == "Bearer another"


async def test_somebody_else_who_logs_in_has_a_connection_of_their_own() -> None:
    server = MockWebSocket()
    login = Login(URL, token="a-token", fetch=lambda *_: TOKENS)
    async with played(server, login=login) as play:
        connection = await live(play)
        asked = asyncio.create_task(play.service.request(CheckIn(member_id="m1"), id="one"))
        await connection.received(CheckIn)
        await login.log_in("sam", "a password")
        play.service.logged_in()
        assert play.service.user == login.user
        await server.accepted()
        with pytest.raises(Disconnected):
            await asked
        await play.phase("live")
        assert connection.closed == 1000
        assert server.connections[1].headers["Authorization"] == "Bearer another"
        assert play.backoffs == []


async def test_nobody_logged_in_is_no_try_at_all() -> None:
    async with played() as play:
        await play.login.forget()
        await play.phase("logged_out")
        assert play.server.connections == []


async def test_answers_find_their_requests_by_id_in_any_order() -> None:
    async with played() as play:
        connection = await live(play)
        first = asyncio.create_task(play.service.request(CheckIn(member_id="m1"), id="one"))
        second = asyncio.create_task(play.service.request(CheckIn(member_id="m2"), id="two"))
        assert [(await connection.received(CheckIn))[1] for _ in range(2)] == ["one", "two"]
        connection.reply("two", "second")
        connection.reply("one", "first")
        assert (bytes(await first), bytes(await second)) == (b'"first"', b'"second"')


async def test_a_no_is_refused_and_a_cut_is_disconnected() -> None:
    async with played() as play:
        connection = await live(play)
        refused = asyncio.create_task(play.service.request(SearchMembers(text="a"), id="one"))
        cut = asyncio.create_task(play.service.request(SearchMembers(text="b"), id="two"))
        await connection.received(SearchMembers)
        connection.refuse("one", "not_allowed", "Not you.")
        with pytest.raises(RequestRefused, match=r"Not you\."):
            await refused
        connection.close_with(1009)
        with pytest.raises(Disconnected) as gone:
            await cut
        assert gone.value.code == 1009
        with pytest.raises(Disconnected):
            await play.service.request(SearchMembers(text="c"))


async def test_an_answer_that_cannot_be_read_ends_its_request_only() -> None:
    async with played() as play:
        connection = await live(play)
        request = asyncio.create_task(play.service.request(SearchMembers(text="a"), id="one"))
        await connection.received(SearchMembers)
        connection.send_frame(b'{"type":"reply","payload":{"ok":"perhaps"},"id":"one"}')
        with pytest.raises(Disconnected):
            await request
        assert play.service.state.phase == "live"
        assert play.service.problems == 1
