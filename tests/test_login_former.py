"""Whoever was logged in at a desk before is not any more: at the server, on the disk, with any of the old tokens."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.error import URLError

import jwt
import pytest

from gymtui.client.login.http import Answer, Headers, fetch
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from server.app import Server
from server.auth.auth import BadToken, issue, role_in
from server.store import Outcome, Transaction
from server.store.opening import open_store
from tests.gym_kit import PASSWORD
from tests.http_token_kit import ask, bearer
from tests.kit import serving


class Line:
    """The way to a server, which may be cut for log-outs; what was sent with each."""

    def __init__(self) -> None:
        self.is_there = True

    def post(self, url: str, headers: Headers) -> Answer:
        if url.endswith("/auth/logout") and not self.is_there:
            raise URLError(ConnectionRefusedError())
        return fetch(url, headers)


def refresh_token(login: Login) -> str:
    assert login._tokens is not None
    return login._tokens.refresh_token


def people(server: Server) -> list[str]:
    """Whoever is logged in."""
    return [login.user for login in server.auth._known.logins.values()]


async def test_another_person_at_the_desk_ends_the_login_of_the_one_before(gym: Path, tmp_path: Path) -> None:
    async with serving(gym) as server:
        file = TokenFile(tmp_path / "desk", server.url)
        desk = Login(server.url, token_file=file)
        await desk.log_in("mia", PASSWORD)
        assert Login(server.url, user="mia", token_file=file).is_there  # a desk that only restarts goes on
        before = refresh_token(desk)
        await desk.log_in("ana", PASSWORD)
        assert not Login(server.url, user="mia", token_file=file).is_there
        assert Login(server.url, token_file=file).user == "ana"
        assert await desk.say_over()
        assert (await ask(server.url, "/auth/token", bearer(before))).status == 401
        assert people(server) == ["ana"]
        assert file.ended() == []
        assert await desk.token()


async def test_the_same_person_anew_has_one_login(gym: Path, tmp_path: Path) -> None:
    async with serving(gym) as server:
        desk = Login(server.url, token_file=TokenFile(tmp_path / "desk", server.url))
        for _ in range(3):
            await desk.log_in("mia", PASSWORD)
            await desk.say_over()
        assert people(server) == ["mia"]
        assert Login(server.url, user="mia", token_file=TokenFile(tmp_path / "desk", server.url)).is_there


@pytest.mark.parametrize("way", ["another", "out"])
async def test_what_the_server_could_not_be_told_the_next_program_tells_it(gym: Path, tmp_path: Path, way: str) -> None:
    async with serving(gym) as server:
        line, file = Line(), TokenFile(tmp_path / "desk", server.url)
        desk = Login(server.url, token_file=file, fetch=line.post)
        await desk.log_in("mia", PASSWORD)
        line.is_there = False
        await (desk.log_out() if way == "out" else desk.log_in("ana", PASSWORD))
        assert await desk.say_over() is False
        assert "mia" in people(server)
        [ended] = (tmp_path / "desk").glob("ended-*")
        assert ended.stat().st_mode & 0o777 == 0o600
        following = Login(server.url, token_file=file)  # the desk was left before it could
        assert following.user == (None if way == "out" else "ana")
        assert await following.say_over()
        assert "mia" not in people(server)
        assert not ended.exists()


async def test_a_login_belongs_to_whom_it_was_opened_for(gym: Path) -> None:
    async with serving(gym) as server:
        desk = Login(server.url)
        await desk.log_in("ana", PASSWORD)
        sid = jwt.decode(await desk.token(), options={"verify_signature": False})["sid"]
        users = await server._database.query(server._database.store.users)
        forged = issue(server.auth.keys, users["mia"], sid, ttl=300, now=server._now())
        with pytest.raises(BadToken, match="has ended"):
            server.auth.admit(forged)
        assert (server.auth.role("mia", sid), server.auth.role("ana", sid)) == (None, "staff")
    found: list[object] = []

    def look(tx: Transaction) -> Outcome | None:
        found.extend((role_in(tx, "mia", sid), role_in(tx, "ana", sid)))
        return None

    with closing(open_store(gym)) as store:
        store.write([look])
    assert found == [None, "staff"]
