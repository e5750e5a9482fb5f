"""The login, and a connection that presents and renews it."""

from __future__ import annotations

import asyncio
import base64
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import pytest

from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.login import Answer, Login, fetch
from gymtui.client.mock import MockWebSocket
from gymtui.protocol import Authenticate
from tests.client_kit import URL, Heard, played
from tests.waiting import until
from tests.websocket_auth_kit import LIFE, Server, server

__all__ = ["server"]


def refusal(status: int, message: str | None = None, retry_after: str | None = None) -> Answer:
    body = b"" if message is None else msgspec.json.encode({"error": {"code": "not_allowed", "message": message}})
    return Answer(status, body, retry_after)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("ws://gym.test:8765/ws/checkins/", "http://gym.test:8765/auth/token"),
        ("wss://gym.test/ws/checkins/", "https://gym.test/auth/token"),
    ],
)
async def test_logs_in_with_user_and_password(server: Server, url: str, asked: str) -> None:
    login = server.login(url)
    await login.log_in("ana", "säcret:1")
    assert server.asked == [(asked, "Basic " + base64.b64encode("ana:säcret:1".encode()).decode())]
    assert (login.user, login.role) == ("ana", "manager")
    assert await login.token() == "access-1"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (refusal(401, "User and password do not match."), "User and password do not match."),
        (refusal(401), "User and password do not go together: please try again."),
        (refusal(401, "\x1b[2JGone."), "[2JGone."),
        (refusal(429, "Slow down.", "30"), "Too many tries: please wait 30 seconds."),
    ],
)
async def test_a_wrong_password_is_a_sentence(server: Server, answer: Answer, sentence: str) -> None:
    server.answer = answer
    login = server.login()
    with pytest.raises(AuthenticationProblem) as problem:
        await login.log_in("ana", "wrong")
    assert str(problem.value) == sentence
    with pytest.raises(AuthenticationProblem):
        await login.token()


@pytest.mark.parametrize(
    "answer", [OSError("no route"), TimeoutError(), Answer(502, b"<html>"), Answer(200, b"{}"), Answer(404, b"")]
)
async def test_a_server_that_is_away_is_no_wrong_password(server: Server, answer: Answer | Exception) -> None:
    server.answer = answer
    with pytest.raises(ConnectionProblem, match=r"gym\.test"):
        await server.login().log_in("ana", "a password")


async def test_the_token_is_renewed_at_80_percent_of_its_life(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    server.now += LIFE * 800 - 1
    assert await login.token() == "access-1"
    server.now += 1
    assert await login.token() == "access-2"
    assert server.asked[-1][1] == "Bearer refresh-1"
    assert await login.token() == "access-2"


async def test_two_who_need_a_token_at_once_renew_it_once(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    server.now += LIFE * 900
    tokens = await asyncio.gather(login.token(), login.token())
    assert tuple(tokens) == ("access-2", "access-2")
    assert len(server.asked) == 2


async def test_while_the_server_is_away_the_token_is_used_to_its_end(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    server.answer = OSError("no route")
    server.now += LIFE * 900
    assert await login.token() == "access-1"
    server.now += LIFE * 100
    with pytest.raises(ConnectionProblem):
        await login.token()
    server.answer = None
    assert await login.token() == "access-2"


async def test_a_login_that_has_ended_asks_for_the_person(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    server.answer = refusal(401, "This login has ended.")
    server.now += LIFE * 800
    with pytest.raises(AuthenticationProblem, match="log in again"):
        await login.token()
    server.answer = None
    with pytest.raises(AuthenticationProblem):
        await login.token()
    assert login.user == "ana"


async def test_a_clock_that_jumps_back_costs_nothing(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    server.now -= 86_400_000
    assert await login.token() == "access-1"
    login.expire()
    assert await login.token() == "access-2"


async def test_a_ready_token_is_used_until_the_server_says_that_it_is_over() -> None:
    claims = base64.urlsafe_b64encode(b'{"sub":"otto","role":"operator","exp":1}').decode().rstrip("=")
    login = Login(URL, token=f"head.{claims}.signature")
    assert (login.user, login.role) == ("otto", "operator")
    assert await login.token() == f"head.{claims}.signature"
    login.expire()
    with pytest.raises(AuthenticationProblem):
        await login.token()


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.!!!.c", "a.e30.c", "a.eyJyb2xlIjoia2luZyJ9.c"])
async def test_a_token_that_says_nothing_of_its_owner_is_used_all_the_same(token: str) -> None:
    login = Login(URL, token=token)
    assert (login.user, login.role) == (None, None)
    assert await login.token() == token


async def test_forgetting_is_logging_out(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    await login.forget()
    assert login.role is None
    with pytest.raises(AuthenticationProblem):
        await login.token()


def test_a_post_has_no_body_and_goes_nowhere_else() -> None:
    asked: list[tuple[str, str | None, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, self.headers["Authorization"], self.headers.get("Content-Length")))
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(b"not here")

        def log_message(self, format: str, *args: object) -> None:
            """The test looks at `asked`."""

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.handle_request)
        thread.start()
        answer = fetch(f"http://127.0.0.1:{http.server_port}/auth/token", {"Authorization": "Basic x"})
        thread.join()
    assert (answer.status, answer.body, answer.retry_after) == (302, b"not here", "7")
    assert asked in ([("/auth/token", "Basic x", None)], [("/auth/token", "Basic x", "0")])


async def test_a_token_that_has_expired_is_renewed_and_comes_back_at_once(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    gym = MockWebSocket(greets=False)
    async with played(gym, login=login) as play:
        problems = Heard(play.service, "problem")
        first = await gym.accepted()
        first.authenticate(success=False, message="This token has expired.")
        gym.greets = True
        first.close_with(4101)
        await until(lambda: 0.0 in play.backoffs)
        play.pauses.end(0.0)
        second = await gym.accepted()
        await play.phase("live")
        assert second.headers["Authorization"] == "Bearer access-2"
        assert not any(isinstance(problem, AuthenticationProblem) for problem in problems.all)


async def test_a_server_that_says_expired_for_ever_is_backed_off_from(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    gym = MockWebSocket(greets=False)
    async with played(gym, login=login) as play:
        for tries in range(1, 5):
            (await gym.accepted()).close_with(4101)
            await play.backed_off(tries)
    assert play.backoffs == [0.0, 1.0, 2.0, 4.0]


async def test_expired_and_not_to_be_renewed_asks_the_person(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    async with played(login=login) as play:
        connection = await play.server.accepted()
        await play.phase("live")
        server.answer = refusal(401)
        connection.close_with(4101)
        await until(lambda: play.backoffs)
        play.pauses.end()
        await play.phase("logged_out")
        server.answer = None
        await login.log_in("ana", "a password")
        play.service.logged_in()
        await play.phase("live")


async def test_a_server_that_is_away_when_the_token_is_due_is_waited_for(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    server.now += LIFE * 1000
    server.answer = OSError("no route")
    async with played(login=login) as play:
        await play.phase("waiting")
        assert play.server.connections == []
        server.answer = None
        play.service.retry_now()
        await play.phase("live")


async def test_the_login_is_renewed_over_the_open_connection(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    async with played(login=login, desk="desk 2") as play:
        connection = await play.server.accepted()
        await until(lambda: play.pauses.sleeping(10.0))
        server.now += LIFE * 800
        play.pauses.end(10.0)
        renewal, _ = await connection.received(Authenticate)
        assert renewal.token == "access-2"
        assert renewal.client is not None
        assert renewal.client.desk == "desk 2"
        assert play.service.state.phase == "live"


async def test_a_renewal_that_the_network_swallows_is_tried_again(server: Server) -> None:
    login = server.login()
    await login.log_in("ana", "a password")
    async with played(login=login) as play:
        connection = await play.server.accepted()
        await until(lambda: play.pauses.sleeping(10.0))
        server.now += LIFE * 1000
        server.answer = OSError("no route")
        play.pauses.end(10.0)
        await until(lambda: play.pauses.sleeping(10.0))
        server.answer = None
        play.pauses.end(10.0)
        assert (await connection.received(Authenticate))[0].token == "access-2"
        assert len(play.server.connections) == 1
