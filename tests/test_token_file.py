"""One login for all programs of a person: shared through a file, renewed by one at a time, gone when it is over."""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login import token_file
from gymtui.client.login.login import Answer, Login
from gymtui.client.login.token_file import TokenFile, TokenFileBusy, Tokens
from gymtui.client.mock import MockWebSocket
from tests.client_kit import NOW, URL, played
from tests.kit import PASSWORD, port_of, serving

LIFE = 300_000  # milliseconds of an access token
GRACE = 60_000  # milliseconds in which a used refresh token gives the same successor


class TokenChain:
    """A server that gives tokens as ours does: each refresh token once, and the same successor for a minute."""

    def __init__(self) -> None:
        self.now = NOW
        self.newest = 0
        self.used_at = 0
        self.over = False
        self.lost = 0  # answers that will not arrive
        self.asked: list[str] = []
        self.on_ask: Callable[[], None] = lambda: None

    def __call__(self, url: str, authorization: str) -> Answer:
        self.asked.append(authorization)
        self.on_ask()
        if authorization.startswith("Basic"):
            self.newest, self.over = self.newest + 100, False
        elif not self._advance(int(authorization.removeprefix("Bearer refresh-"))):
            return Answer(401, b"")
        if self.lost:
            self.lost -= 1
            raise ConnectionResetError
        return self._pair()

    def _advance(self, used: int) -> bool:
        if self.over or not (used == self.newest or (used == self.newest - 1 and self.now - self.used_at <= GRACE)):
            self.over = True
            return False
        if used == self.newest:
            self.newest, self.used_at = self.newest + 1, self.now
        return True

    def _pair(self) -> Answer:
        body = {
            "access_token": f"access-{self.newest}",
            "expires_in": LIFE // 1000,
            "refresh_token": f"refresh-{self.newest}",
            "user": {"name": "ana", "role": "staff"},
        }
        return Answer(200, msgspec.json.encode(body))

    @property
    def renewals(self) -> list[str]:
        return [asked for asked in self.asked if asked.startswith("Bearer")]


@pytest.fixture
def server() -> TokenChain:
    return TokenChain()


@pytest.fixture
def program(server: TokenChain, tmp_path: Path) -> Callable[..., Login]:
    """Another program of the same person; `user` is who it wants to be."""

    def start(user: str | None = "ana", url: str = URL) -> Login:
        return Login(url, user=user, token_file=TokenFile(tmp_path, url), fetch=server, clock=lambda: server.now)

    return start


def the_file(folder: Path) -> Path:
    (path,) = folder.glob("session-*.json")
    return path


def tokens(user: str = "ana", **fields: object) -> Tokens:
    known = {"access_token": "a", "refresh_token": "r", "renew_at": NOW, "ends_at": NOW, "since": NOW, "role": "staff"}
    return msgspec.convert({"user": user} | known | fields, Tokens)


# --- one login -------------------------------------------------------------------------------------------------------


async def test_who_logged_in_once_is_logged_in_everywhere(program: Callable[..., Login], server: TokenChain) -> None:
    await program().log_in("ana", "a password")
    other = program()
    assert (other.is_there, other.user, other.role) == (True, "ana", "staff")
    assert await other.token() == "access-100"
    assert len(server.asked) == 1


async def test_another_user_and_another_server_are_another_login(program: Callable[..., Login]) -> None:
    await program().log_in("ana", "a password")
    assert not program("ben").is_there
    assert not program("ana", "ws://other.test/ws/checkins/").is_there
    assert not program("ana", URL.replace("ws:", "wss:")).is_there


async def test_whoever_names_nobody_is_who_logged_in_last(tmp_path: Path, program: Callable[..., Login]) -> None:
    session = TokenFile(tmp_path, URL)
    session.write(tokens("ana", since=NOW + 1))
    session.write(tokens("ben", since=NOW))
    assert program(None).user == "ana"
    session.remove("ana")
    assert program(None).user == "ben"


async def test_one_refresh_chain_across_programs(program: Callable[..., Login], server: TokenChain) -> None:
    first = program()
    await first.log_in("ana", "a password")
    second = program()
    for turn in range(1, 5):
        server.now += LIFE
        programs = (first, second) if turn % 2 else (second, first)
        assert [await one.token() for one in programs] == [f"access-{100 + turn}"] * 2
    assert server.renewals == [f"Bearer refresh-{100 + turn}" for turn in range(4)]
    assert not server.over


async def test_two_programs_that_renew_at_once_ask_once(
    program: Callable[..., Login], server: TokenChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, asking, at_the_lock, go_on = program(), threading.Event(), threading.Event(), threading.Event()
    monkeypatch.setattr("gymtui.client.login.token_file.time.sleep", lambda _: at_the_lock.set())
    await first.log_in("ana", "a password")
    second = program()
    server.now += LIFE

    def hold() -> None:
        asking.set()
        assert go_on.wait(5)

    server.on_ask = hold
    renewing = asyncio.create_task(first.token())
    assert await asyncio.to_thread(asking.wait, 5)
    waiting = asyncio.create_task(second.token())
    assert await asyncio.to_thread(at_the_lock.wait, 5)
    go_on.set()
    assert (await renewing, await waiting) == ("access-101", "access-101")
    assert len(server.renewals) == 1


async def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_token(
    program: Callable[..., Login], server: TokenChain
) -> None:
    first = program()
    await first.log_in("ana", "a password")
    second = program()
    server.now += LIFE
    server.lost = 1
    with pytest.raises(ConnectionProblem):
        await first.token()
    server.now += GRACE
    assert await second.token() == "access-101"
    assert await first.token() == "access-101"
    assert server.renewals == ["Bearer refresh-100"] * 2


async def test_a_token_that_the_server_calls_expired_is_renewed_by_one_program(
    program: Callable[..., Login], server: TokenChain
) -> None:
    first = program()
    await first.log_in("ana", "a password")
    second = program()
    for one in (first, second):
        one.expire()
        assert await one.token() == "access-101"
    assert len(server.renewals) == 1


# --- the end ---------------------------------------------------------------------------------------------------------


async def test_a_login_that_is_over_is_forgotten_by_all(
    tmp_path: Path, program: Callable[..., Login], server: TokenChain
) -> None:
    first = program()
    await first.log_in("ana", "a password")
    second = program()
    server.over = True
    server.now += LIFE
    with pytest.raises(AuthenticationProblem, match="log in again"):
        await first.token()
    assert list(tmp_path.glob("session-*.json")) == []
    assert not program().is_there
    with pytest.raises(AuthenticationProblem):
        await second.token()


async def test_logging_out_forgets_only_ones_own_login(tmp_path: Path, program: Callable[..., Login]) -> None:
    first = program()
    await first.log_in("ana", "a password")
    TokenFile(tmp_path, URL).write(tokens("ben"))
    await program().forget()
    assert not program().is_there
    assert program("ben").is_there


async def test_a_login_that_was_made_anew_outlives_the_old_one(program: Callable[..., Login]) -> None:
    first = program()
    await first.log_in("ana", "a password")
    await program().log_in("ana", "a password")
    await first.forget()
    assert await program().token() == "access-200"


async def test_the_end_of_access_at_the_server_forgets_the_file(program: Callable[..., Login], tmp_path: Path) -> None:
    await program().log_in("ana", "a password")
    async with played(MockWebSocket(), login=program()) as play:
        (await play.server.accepted()).close_with(4003)
        await play.phase("logged_out")
    assert list(tmp_path.glob("session-*.json")) == []


# --- the file --------------------------------------------------------------------------------------------------------


async def test_nobody_else_may_read_it_from_the_start_and_it_has_no_password(
    program: Callable[..., Login], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    replace = Path.replace

    def watched(path: Path, target: Path) -> Path:
        modes.append(stat.S_IMODE(path.stat().st_mode))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", watched)
    before = os.umask(0)
    try:
        await program().log_in("ana", "a long canary")
    finally:
        os.umask(before)
    path = the_file(tmp_path)
    assert modes == [0o600]
    assert {stat.S_IMODE(found.stat().st_mode) for found in tmp_path.iterdir()} == {0o600}
    assert b"canary" not in path.read_bytes()
    assert json.loads(path.read_bytes())["server"] == "ws://gym.test"


async def test_a_ready_token_is_never_written_and_nobody_elses_is_used(tmp_path: Path, server: TokenChain) -> None:
    session = TokenFile(tmp_path, URL)
    session.write(tokens())
    before = the_file(tmp_path).read_bytes()
    login = Login(URL, token="a-ready-token", user="ana", token_file=session, fetch=server)
    assert await login.token() == "a-ready-token"
    await login.forget()
    assert not login.is_there
    assert the_file(tmp_path).read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
async def test_a_file_that_others_may_read_is_not_used(
    tmp_path: Path, program: Callable[..., Login], caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    TokenFile(tmp_path, URL).write(tokens())
    the_file(tmp_path).chmod(mode)
    assert not program().is_there
    assert "chmod 600" in caplog.text
    await program().log_in("ana", "a password")
    assert stat.S_IMODE(the_file(tmp_path).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"server":"ws://gym.test"}',
        b'{"server":"ws://gym.test","logins":{"ana":{"user":"ana"}}}',
        b'{"server":"ws://gym.test","logins":{},"more":1}',
        b'{"server":"ws://else.test","logins":{}}',
    ],
)
async def test_content_that_is_not_ours_is_not_used(
    tmp_path: Path, program: Callable[..., Login], caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    TokenFile(tmp_path, URL).write(tokens())
    the_file(tmp_path).write_bytes(content)
    assert not program().is_there
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "log" in caplog.text
    await program().log_in("ana", "a password")
    assert program().is_there


def test_a_link_is_not_followed(tmp_path: Path, program: Callable[..., Login]) -> None:
    TokenFile(tmp_path, URL).write(tokens())
    path = the_file(tmp_path)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert not program().is_there


def test_a_crash_while_it_is_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = TokenFile(tmp_path, URL)
    session.write(tokens())
    seen: list[Tokens | None] = []

    def crash(_: int) -> None:
        seen.append(TokenFile(tmp_path, URL).read("ana"))
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("gymtui.private_file.os.fsync", crash)
        with pytest.raises(KeyboardInterrupt):
            session.write(tokens(refresh_token="newer"))
    assert seen == [tokens()]
    assert session.read("ana") == tokens()
    session.write(tokens(refresh_token="newer"))  # what the crash has left is in nobody's way
    assert session.read("ana") == tokens(refresh_token="newer")


async def test_a_disk_that_does_not_take_it_leaves_no_used_token_behind(
    tmp_path: Path, program: Callable[..., Login], server: TokenChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = program()
    await login.log_in("ana", "a password")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gymtui.private_file.os.fsync", full)
    for turn in (101, 102):
        server.now += LIFE
        assert await login.token() == f"access-{turn}"
    assert list(tmp_path.glob("session-*.json")) == []


async def test_a_folder_that_cannot_be_costs_only_the_sharing(tmp_path: Path, server: TokenChain) -> None:
    (tmp_path / "file").write_text("")
    login = Login(URL, token_file=TokenFile(tmp_path / "file", URL), fetch=server, clock=lambda: server.now)
    await login.log_in("ana", "a password")
    server.now += LIFE
    assert await login.token() == "access-101"


async def test_a_program_that_keeps_the_lock_stops_no_other(
    tmp_path: Path, program: Callable[..., Login], server: TokenChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = program()
    await login.log_in("ana", "a password")
    monkeypatch.setattr(token_file, "LOCK_WITHIN", 0.1)
    with the_file(tmp_path).with_suffix(".lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(TokenFileBusy), TokenFile(tmp_path, URL).locked():
            pass
        server.now += LIFE * 9 // 10
        assert await login.token() == "access-100"
        server.now += LIFE
        with pytest.raises(ConnectionProblem, match="Another program"):
            await login.token()
        await login.forget()
    assert not login.is_there


# --- against the real server -----------------------------------------------------------------------------------------


async def test_two_programs_live_on_one_login_of_the_real_server(gym: Path, tmp_path: Path) -> None:
    async with serving(gym) as server:
        url = f"ws://127.0.0.1:{port_of(server.url)}/ws/checkins/"
        folder = tmp_path / "state"
        now = NOW

        def program() -> Login:
            return Login(url, user="ana", token_file=TokenFile(folder, url), clock=lambda: now)

        first = program()
        await first.log_in("ana", PASSWORD)
        second = program()
        seen = {await first.token(), await second.token()}
        assert len(seen) == 1
        for _ in range(3):
            now += LIFE
            pair = [await second.token(), await first.token()]
            assert pair[0] == pair[1]
            seen.add(pair[0])
        assert len(seen) == 4
