"""Before a login: who only waits costs a place and a little memory, and never keeps out who logs in."""

from __future__ import annotations

import asyncio
import logging
import resource
import ssl
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from gymtui.protocol import MAX_MESSAGE, MAX_REQUEST, Close
from server.net import lobby
from server.net.entrance import entrance
from server.net.lobby import Lobby
from tests.gym_kit import token
from tests.http_token_kit import ask, ask_raw, basic
from tests.kit import Wire, port_of, serving
from tests.tls_kit import Authority, authority
from tests.waiting import WITHIN, until

__all__ = ["authority"]  # a fixture

PLACES = 8
MANY = 5 * PLACES


class Guest:
    """A connection as the lobby sees it."""

    def __init__(self, address: str, *, is_owed: bool = False) -> None:
        self.peer = address
        self.is_owed = is_owed
        self.is_cut = False

    def hang_up(self) -> None:
        """There was no room for it."""
        self.is_cut = True


def test_the_oldest_of_an_address_makes_room_for_its_next() -> None:
    hall = Lobby(lambda: 0.0, in_all=10, from_one=2)
    quiet, *flood = Guest("10.0.0.1"), *(Guest("10.0.0.9") for _ in range(5))
    for guest in (quiet, *flood):
        hall.enter(guest)
    assert [guest.is_cut for guest in (quiet, *flood)] == [False, True, True, True, False, False]


def test_the_oldest_of_all_makes_room_for_a_new_address() -> None:
    hall = Lobby(lambda: 0.0, in_all=3, from_one=2)
    guests = [Guest(f"10.0.0.{n}") for n in range(5)]
    for guest in guests:
        hall.enter(guest)
    assert [guest.is_cut for guest in guests] == [True, True, False, False, False]
    assert len(hall) == 3


def test_whoever_is_owed_an_answer_stays() -> None:
    hall = Lobby(lambda: 0.0, in_all=2, from_one=2)
    asking, waiting, late, latest = Guest("a", is_owed=True), Guest("a"), Guest("a", is_owed=True), Guest("a")
    for guest in (asking, waiting, late, latest):
        hall.enter(guest)
    assert [guest.is_cut for guest in (asking, waiting, late, latest)] == [False, True, False, True]
    assert len(hall) == 2


def test_a_line_a_minute_says_how_many_and_from_where(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    hall = Lobby(lambda: now, in_all=1, from_one=1)
    for _ in range(101):
        hall.enter(Guest("10.0.0.9"))
    now = 60.0
    hall.enter(Guest("10.0.0.9"))
    lines = [record.getMessage() for record in caplog.records]
    said = "Too many connections on which nobody had logged in: {0} cut, {0} of them from 10.0.0.9."
    assert lines == [said.format(count) for count in (1, 100)]


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.app.Lobby", partial(Lobby, in_all=PLACES, from_one=PLACES))


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("said", [b"", b"GET /ws/checkins/ HTTP/1.1\r\n"])
async def test_half_open_connections_keep_no_desk_out(said: bytes, gym: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        for _ in range(MANY):
            _, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
            stack.callback(writer.close)
            writer.write(said)
        hall = server._door._lobby
        await until(lambda: len(hall) == PLACES)
        login = await ask(server.url, "/auth/token", basic("ana"))
        assert login.status == 200
        async with Wire.open(server.url, login.json["access_token"]) as ana:
            assert (await ana.ask("check_in", {"code": "7"}))["ok"] is True
            assert len(hall) <= PLACES
    assert caplog.text.count("nobody had logged in") == 1


@pytest.mark.usefixtures("_few")
async def test_strangers_have_no_part_of_the_connections_of_others(gym: Path) -> None:
    async with serving(gym, max_connections=2) as server, AsyncExitStack() as stack:
        for _ in range(PLACES):
            await stack.enter_async_context(Wire.open(server.url))
        for user in ("ana", "ben"):
            wire = await stack.enter_async_context(Wire.open(server.url, token(gym, user)))
            await wire.until("connection_status")
        async with Wire.open(server.url, token(gym, "mia")) as late:
            assert (await late.next())["payload"]["code"] == "rate_limited"
            assert await late.closed() == Close.OVERLOADED


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"])
async def test_unfinished_handshakes_are_counted_and_keep_no_desk_out(
    said: bytes, gym: Path, authority: Authority
) -> None:
    chain, key = authority.issue()
    trusting = ssl.create_default_context(cafile=authority.file)
    async with serving(gym, entrance=entrance(tls_cert=chain, tls_key=key)) as server, AsyncExitStack() as stack:
        hall = server._door._lobby
        for _ in range(MANY):
            _, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
            stack.callback(writer.close)
            writer.write(said)
        await until(lambda: len(hall) == (0 if said.startswith(b"GET") else PLACES))
        async with connect(f"{server.url}?token={token(gym, 'ana')}", ssl=trusting, proxy=None) as socket:
            assert '"success":true' in str(await socket.recv()).replace(" ", "")
            assert len(hall) <= PLACES


async def test_a_handshake_that_is_not_finished_ends(
    gym: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.net.vestibule.SHAKE_HANDS_WITHIN", 0.01)
    chain, key = authority.issue()
    async with serving(gym, entrance=entrance(tls_cert=chain, tls_key=key)) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
        async with asyncio.timeout(WITHIN):
            assert await _ended(reader)
        writer.close()
        await until(lambda: len(server._door._lobby) == 0)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def _ended(reader: asyncio.StreamReader) -> bool:
    with suppress(ConnectionError):
        await reader.read()
    return True


async def test_a_request_without_an_end_is_ended(gym: Path) -> None:
    async with serving(gym) as server:
        head = b"GET / HTTP/1.1\r\n" + b"".join(
            b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(MAX_REQUEST // 1000 + 1)
        )
        answer = await ask_raw(server.url, head)
        assert (answer.status, "less than 16 KiB" in answer.body) == (431, True)
        await until(lambda: len(server._door._lobby) == 0)


async def test_a_stranger_sends_no_more_than_a_login_needs(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url) as wire:
        await wire.socket.send("x" * (3 * MAX_MESSAGE))
        async with asyncio.timeout(WITHIN):
            await wire.socket.wait_closed()
        assert len(server._door._lobby) == 0


@pytest.mark.parametrize(
    ("limits", "fits", "said"),
    [((1024, 20_000), 10_000, False), ((1024, 4096), 3520, True), ((20_000, 20_000), 10_000, False)],
)
def test_the_limit_of_files_is_raised_and_what_it_leaves_is_said(
    limits: tuple[int, int], fits: int, said: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: raised.append(wanted))
    with caplog.at_level(logging.WARNING):
        assert lobby.room(10_000) == fits
    assert raised == ([] if limits[0] == 20_000 else [(min(limits[1], 10_576), limits[1])])
    assert ("no more than" in caplog.text) is said
