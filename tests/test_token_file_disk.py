"""The token file on a disk that fails, and against the real server."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gymtui.client.errors import ConnectionProblem
from gymtui.client.login import token_file
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile, TokenFileBusy, Tokens
from tests.client_kit import URL
from tests.factories import NOW
from tests.gym_kit import PASSWORD
from tests.kit import port_of, serving
from tests.token_file_kit import LIFE, TokenChain, program, server, tokens

__all__ = ["program", "server"]


def the_file(folder: Path) -> Path:
    (path,) = folder.glob("session-*.json")
    return path


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
