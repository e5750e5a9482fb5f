"""One login in a file that programs share."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from gymtui.client.mock import MockWebSocket
from tests.client_kit import URL, played
from tests.factories import NOW
from tests.token_file_kit import GRACE, LIFE, TokenChain, program, server, tokens

__all__ = ["program", "server"]


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
