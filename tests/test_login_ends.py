"""A login that ends, and one that goes on with another password: with a server, and with one that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import pytest

from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.http import Answer, Headers, fetch
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from server.admin.users import users_disable
from tests.client_kit import running
from tests.gym_kit import PASSWORD
from tests.http_token_kit import ask, basic, bearer
from tests.kit import serving
from tests.token_file_kit import TokenChain, program, server
from tests.waiting import until

__all__ = ["program", "server"]

NEW = " quite another one, Zürich"


@pytest.mark.usefixtures("quick_watchdog")
async def test_who_logs_out_ends_the_login_everywhere(gym: Path, tmp_path: Path) -> None:
    async with serving(gym) as server:
        login = Login(server.url, token_file=TokenFile(tmp_path / "file", server.url))
        await login.log_in("ana", PASSWORD)
        service = WebSocketService(server.url, login, Bookmark())
        tail = Login(server.url, user="ana", token_file=TokenFile(tmp_path / "file", server.url))
        beside = WebSocketService(server.url, tail, Bookmark())
        async with running(service.run, service.close), running(beside.run, beside.close):
            await until(lambda: service.state.is_live and beside.state.is_live)
            await login.log_out()
            service.logged_out()
            assert await login.say_over()
            await until(lambda: service.state.phase == beside.state.phase == "logged_out")
            assert (service.user, service.role, login.is_there) == (None, None, False)
            assert list((tmp_path / "file").glob("*.json")) == []
            assert server.auth._known.logins == {}
            await login.log_in("ben", PASSWORD)
            service.logged_in()
            await until(lambda: service.state.is_live)
            assert service.user == "ben"


async def test_the_session_file_of_who_was_disabled_is_worth_nothing(gym: Path, tmp_path: Path) -> None:
    async with serving(gym) as server:
        file = TokenFile(tmp_path / "file", server.url)
        await Login(server.url, token_file=file).log_in("ana", PASSWORD)
        as_it_is, later = (Login(server.url, user="ana", token_file=file) for _ in range(2))
        assert as_it_is.is_there
        assert later.expire()
        await asyncio.to_thread(users_disable, database=str(gym), name="ana")
        with pytest.raises(AuthenticationProblem):
            await later.token()  # by the refresh token
        service = WebSocketService(server.url, as_it_is, Bookmark())
        async with running(service.run, service.close):
            await until(lambda: service.state.phase == "logged_out")


async def test_a_login_that_another_program_has_renewed_ends_too(
    server: TokenChain, program: Callable[..., Login], tmp_path: Path
) -> None:
    first, second = program(), None
    await first.log_in("ana", "a password")
    server.now += 299_000
    second = program()
    await second.token()
    await first.log_out()
    assert program().is_there is False
    server.asked.clear()
    await first.say_over()
    assert server.asked == ["Bearer refresh-100", "Bearer refresh-101"]


async def test_a_server_that_is_away_hears_of_it_once_it_is_back(gym: Path) -> None:
    async with serving(gym) as server:
        there = [False]

        def post(url: str, headers: Headers) -> Answer:
            if url.endswith("/auth/logout") and not there[0]:
                raise URLError(ConnectionRefusedError())
            return fetch(url, headers)

        login = Login(server.url, fetch=post)
        await login.log_in("ana", PASSWORD)
        await login.log_out()
        assert (await login.say_over(), len(server.auth._known.logins)) == (False, 1)
        await login.log_in("ben", PASSWORD)
        there[0] = True
        assert (await login.say_over(), len(server.auth._known.logins)) == (True, 1)
        assert await login.say_over()
        assert login.user == "ben"


@pytest.mark.usefixtures("quick_watchdog")
@pytest.mark.parametrize("eager", [False, True])
async def test_another_password_ends_the_other_logins_and_this_one_goes_on(gym: Path, eager: bool) -> None:
    """Also where the connection is closed before the answer has come."""
    heard = asyncio.Event()
    async with serving(gym) as server:
        loop = asyncio.get_running_loop()

        def post(url: str, headers: Headers) -> Answer:
            answer = fetch(url, headers)
            if eager and url.endswith("/auth/password"):
                asyncio.run_coroutine_threadsafe(heard.wait(), loop).result(10)
            return answer

        login, other = Login(server.url, fetch=post), Login(server.url)
        services = [WebSocketService(server.url, each, Bookmark()) for each in (login, other)]
        phases: list[str] = []
        services[0].subscribe("connection", lambda state: phases.append(state.phase))
        for each in (login, other):
            await each.log_in("ana", PASSWORD)
        async with running(services[0].run, services[0].close), running(services[1].run, services[1].close):
            await until(lambda: all(service.state.is_live for service in services))
            session = services[0].state.session_id
            changing = asyncio.ensure_future(login.change_password(PASSWORD, NEW))
            await until(lambda: services[1].state.phase == "logged_out")
            heard.set()
            await changing
            services[0].logged_in()
            await until(lambda: services[0].state.is_live and services[0].state.session_id != session)
        assert "logged_out" not in phases
        assert (await ask(server.url, "/auth/token", basic("ana", NEW))).status == 200
        assert (await ask(server.url, "/auth/token", bearer("x"))).status == 401


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            Answer(401, b'{"error":{"message":"The name or the password is wrong."}}'),
            "The present password is wrong: n",
        ),
        (
            Answer(400, b'{"error":{"message":"A password has at least 8 characters."}}'),
            "A password has at least 8 char",
        ),
        (Answer(429, b"", "30"), "Too many tries: please wait 30 seconds."),
        (Answer(404, b""), "This server is older, and changes no password: please ask a manager."),
        (URLError(ConnectionRefusedError()), "The server at gym.test cannot be reached: nothing was changed."),
        (TimeoutError(), "The server has not said whether it is changed: please log in with the one or the other."),
    ],
)
async def test_what_stands_in_the_way_is_a_sentence_and_the_login_stays(
    answer: Answer | Exception, sentence: str
) -> None:
    asked: list[str] = []

    def post(url: str, headers: Headers) -> Answer:
        asked.append(url)
        if url.endswith("/auth/token"):
            body = b'{"access_token":"a","expires_in":300,"refresh_token":"r","user":{"name":"ana","role":"staff"}}'
            return Answer(200, body)
        if isinstance(answer, Exception):
            raise answer
        return answer

    login = Login("ws://gym.test/ws/checkins/", fetch=post)
    with pytest.raises(AuthenticationProblem, match="Nobody is logged in"):
        await login.change_password(PASSWORD, NEW)
    await login.log_in("ana", PASSWORD)
    with pytest.raises((AuthenticationProblem, ConnectionProblem)) as problem:
        await login.change_password(PASSWORD, NEW)
    assert str(problem.value).startswith(sentence)
    assert (await login.token(), login.user) == ("a", "ana")
    asked.clear()
    with pytest.raises(AuthenticationProblem, match="at least 8"):
        await login.change_password(PASSWORD, "short")
    assert asked == []
