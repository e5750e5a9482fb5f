"""A peer that says nothing: noticed on both sides, and never where it only is slow to say it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from websockets.asyncio.client import connect
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from gymtui import codec
from gymtui.client.connection import transport
from gymtui.client.connection.transport import OPTIONS, PatientConnection
from gymtui.protocol import PING_EVERY, SILENCE, CheckInEvent, CheckOut
from tests.faults.proxy import Proxy
from tests.gym_kit import token
from tests.kit import Wire, port_of, serving
from tests.network_kit import Later, behind, desk, equal, figure, full_house
from tests.waiting import until

# --- the client, by hand --------------------------------------------------------------------------------------------


class Wired:
    """The client's connection by hand: a clock, pauses and a transport that a test holds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.sent: list[bytes] = []
        self.reading = True
        self.aborted_at: float | None = None
        self.comes: dict[float, bytes] = {}
        monkeypatch.setattr(transport, "asyncio", SimpleNamespace(sleep=self.sleep))
        protocol = ClientProtocol(parse_uri("ws://gym.test/"))
        self.connection = PatientConnection(protocol, ping_interval=PING_EVERY, ping_timeout=SILENCE)
        protocol.state = State.OPEN
        self.connection.connection_made(cast("asyncio.Transport", self))
        self.connection.loop = cast("asyncio.AbstractEventLoop", SimpleNamespace(time=lambda: self.now))
        self.connection._heard_at = self.now

    async def sleep(self, seconds: float) -> None:
        """Time goes, and what was to come meanwhile comes."""
        end = self.now + seconds
        for at in sorted(self.comes):
            if at <= end:
                self.now = at
                self.connection.data_received(self.comes.pop(at))
        self.now = end

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_reading(self) -> bool:
        return self.reading

    def set_write_buffer_limits(self, high: int | None, low: int | None) -> None:
        pass

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        self.aborted_at = self.now


async def test_a_server_that_says_nothing_for_25_seconds_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    wired = Wired(monkeypatch)
    await wired.connection.keepalive()
    assert wired.aborted_at == 100 + SILENCE
    assert [data[0] for data in wired.sent] == [0x89] * 3  # pings, as long as it lasted


async def test_a_byte_is_a_sign_of_life_though_a_pong_is_far_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    wired = Wired(monkeypatch)
    wired.comes = {100 + 24.0 * n: b"\x81" if n == 1 else b"" for n in range(1, 11)}
    await wired.connection.keepalive()
    assert wired.aborted_at == 100 + 240 + SILENCE


async def test_who_does_not_listen_takes_no_silence_for_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wired = Wired(monkeypatch)
    wired.reading = False
    pauses = 0

    async def sleep(seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        wired.now += seconds
        wired.reading = pauses > 20

    monkeypatch.setattr(transport, "asyncio", SimpleNamespace(sleep=sleep))
    await wired.connection.keepalive()
    assert wired.aborted_at is not None
    assert wired.aborted_at >= 100 + 20 * PING_EVERY


# --- on real sockets --------------------------------------------------------------------------------------------------


def impatient(silence: float) -> Any:
    """A way to connect, for which so many seconds are silence."""
    intervals = {"ping_interval": silence / 3, "ping_timeout": silence}
    return lambda url, **options: connect(url, **(options | intervals))


def test_the_client_and_the_server_call_the_same_silence() -> None:
    assert (OPTIONS["ping_interval"], OPTIONS["ping_timeout"]) == (PING_EVERY, SILENCE)
    assert OPTIONS["create_connection"] is PatientConnection


@pytest.mark.parametrize("fault", [{"hole": ("there", "back")}, {"hole": ("back",)}, {"half_open": True}])
async def test_a_client_notices_that_nobody_is_there(tmp_path: Path, fault: dict[str, Any]) -> None:
    path = full_house(tmp_path / "gym.db", 3)
    async with (
        serving(path) as server,
        Proxy(port_of(server.url)) as proxy,
        desk(path, behind(proxy), connect=impatient(0.3)) as (service, replica),
    ):
        await until(lambda: equal(server, replica))
        phases: list[str] = []
        service.subscribe("connection", lambda state: phases.append(state.phase))
        if "hole" in fault:
            proxy.black_hole(*fault["hole"])
        else:
            proxy.set(**fault)
            [session] = server._sessions
            session.connection.transport.abort()
        await until(lambda: "waiting" in phases)
        proxy.heal()
        await until(lambda: service.state.phase == "live" and equal(server, replica))


@pytest.mark.parametrize("fault", [{"hole": ("there", "back")}, {"hole": ("there",)}, {"half_open": True}])
async def test_a_server_notices_that_nobody_is_there(tmp_path: Path, fault: dict[str, Any]) -> None:
    path = full_house(tmp_path / "gym.db", 3)
    async with (
        serving(path) as server,
        Proxy(port_of(server.url)) as proxy,
        Wire.open(behind(proxy), token(path, "otto")) as otto,
    ):
        await otto.until("connection_status")
        await otto.send("ping")
        await otto.until("pong")
        later = Later(server)
        if "hole" in fault:
            proxy.black_hole(*fault["hole"])
        else:
            proxy.set(**fault)
            otto.socket.transport.abort()
        later.look(SILENCE - 1)
        assert [session._ending for session in server._sessions] == [None]
        later.look(SILENCE)
        assert [session._ending for session in server._sessions] != [None]
        await until(lambda: not any(session.connection.is_open for session in server._sessions))
        proxy.heal()
        await until(lambda: not server._sessions)
        ended = [figure(server, "connections_ended_total", code=code) for code in ("1006", "4104")]
        assert sum(ended) == 1  # 4104 where the line is mended in time for somebody to answer it


@pytest.mark.slow
async def test_a_way_of_half_a_second_is_no_silence(tmp_path: Path) -> None:
    path = full_house(tmp_path / "gym.db", 3)
    async with (
        serving(path) as server,
        Proxy(port_of(server.url), latency=0.25, jitter=0.05) as proxy,
        desk(path, behind(proxy)) as (service, replica),
    ):
        await until(lambda: equal(server, replica))
        assert codec.convert(await service.request(CheckOut(code="2")), CheckInEvent).status == "checked_out"
        await until(lambda: equal(server, replica))
        await until(lambda: service.state.latency is not None)  # a pong has come over it
        assert proxy.accepted == 1
