"""A URL without the front desk's path, or with a wrong one: the client finds the path by itself, once, and says so."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from gymtui.client import Bookmark, Login, WebSocketService
from gymtui.client.connection.transport import Socket
from gymtui.client.errors import Problem
from gymtui.protocol import PATH
from tests.client_kit import running
from tests.gym_kit import make_gym, token
from tests.kit import port_of, serving
from tests.waiting import until


class Client:
    """A service that keeps the paths it dialed and the problems it told."""

    def __init__(self, url: str, access: str) -> None:
        self.paths: list[str] = []
        self.problems: list[str] = []
        self.service = WebSocketService(url, Login(url, token=access), Bookmark(), connect=self._connect)
        self.service.subscribe("problem", self._problem)

    async def _connect(self, url: str, **options: Any) -> Socket:
        self.paths.append(urlsplit(url).path)
        return await connect(url, **options)

    def _problem(self, problem: Problem) -> None:
        self.problems.append(str(problem))


@pytest.mark.parametrize("path", ["", "/", "/checkins", "/ws/"])
async def test_the_path_is_found_kept_and_said(tmp_path: Path, path: str) -> None:
    make_gym(tmp_path / "gym.db")
    async with serving(tmp_path / "gym.db") as server:
        port = port_of(server.url)
        client = Client(f"ws://127.0.0.1:{port}{path}", token(tmp_path / "gym.db", "ana"))
        async with running(client.service.run, client.service.close):
            await until(lambda: client.service.state.is_live)
            assert client.paths == [path, PATH]
            [said] = client.problems
            assert f"ws://127.0.0.1:{port}{PATH} is used instead, please give that as --url." in said
            assert client.service.state.reason == said
            [session] = server._sessions
            session.connection.hang_up()
            await until(lambda: client.service.state.is_live and len(client.paths) == 3)
            assert client.paths[2:] == [PATH]


async def test_the_right_path_is_dialed_once_and_nothing_is_said(tmp_path: Path) -> None:
    make_gym(tmp_path / "gym.db")
    async with serving(tmp_path / "gym.db") as server:
        client = Client(server.url, token(tmp_path / "gym.db", "ana"))
        async with running(client.service.run, client.service.close):
            await until(lambda: client.service.state.is_live)
        assert (client.paths, client.problems) == ([PATH], [])


async def test_a_secret_in_the_address_is_not_said(tmp_path: Path) -> None:
    make_gym(tmp_path / "gym.db")
    access = token(tmp_path / "gym.db", "ana")
    async with serving(tmp_path / "gym.db") as server:
        client = Client(f"ws://127.0.0.1:{port_of(server.url)}/?key=secret", access)
        async with running(client.service.run, client.service.close):
            await until(lambda: client.service.state.is_live)
        assert "secret" not in client.problems[0]


@pytest.mark.parametrize(("path", "status"), [("/", HTTPStatus.OK), ("/chat", HTTPStatus.NOT_FOUND)])
async def test_what_has_no_front_desk_at_all_says_so_and_is_asked_for_it_once_a_try(
    path: str, status: HTTPStatus
) -> None:
    def answer(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(status, "Something else.\n")

    async def nobody(_: ServerConnection) -> None: ...

    async with serve(nobody, "127.0.0.1", 0, process_request=answer) as other:
        port = other.sockets[0].getsockname()[1]
        client = Client(f"ws://127.0.0.1:{port}{path}", "a.b.c")
        async with running(client.service.run, client.service.close):
            await until(lambda: client.problems)
            await asyncio.sleep(0)
    assert client.paths[:2] == [path, PATH]
    assert f"(HTTP {status.value}): please check the address." in client.problems[0]
    assert PATH in client.problems[0]
