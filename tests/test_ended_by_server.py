"""Why the server ended a connection: `/metrics` and the log say it, whatever code the other side could still hear."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from gymtui.protocol import SILENCE, STALL, Close
from server.net.request_handler import RequestHandler
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving
from tests.waiting import until
from tests.watchdog_kit import Skewed, figure, stop_reading, the

ENDED = "gymtui_connections_ended_by_server_total"


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    make_gym(tmp_path / "gym.db", member_row("1", "Ana"))
    return tmp_path / "gym.db"


@pytest.mark.parametrize("why", ["silent", "stalled"])
async def test_who_was_cut_has_a_reason_a_name_a_desk_and_an_address(
    gym: Path, caplog: pytest.LogCaptureFixture, why: str
) -> None:
    caplog.set_level(logging.WARNING)
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana"), desk="desk-2") as wire:
        skewed = Skewed(server)
        if why == "stalled":
            await stop_reading(server, wire)
            skewed.look(1)
            skewed.look(1 + STALL)
        else:
            await wire.until("connection_status")
            wire.socket.transport.pause_reading()
            skewed.look(SILENCE)
            await until(lambda: the(server, "ana").ended_by_us == Close.SILENT)
        wire.socket.transport.abort()
        await until(lambda: not server._sessions)
        assert figure(server.metrics.registry, "gymtui_connections_ended_total", code="1006") == 1
        assert figure(server.metrics.registry, ENDED, reason=why) == 1
    [record] = [record for record in caplog.records if " ended after " in record.message]
    assert re.search(rf" of ana at desk-2 from 127\.0\.0\.1 ended after \d+ s: {why} \(", record.message)
    assert "by the server" in record.message


async def test_who_left_was_not_ended_by_the_server(gym: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with serving(gym) as server:
        async with Wire.open(server.url, token(gym, "ana")) as wire:
            await wire.until("connection_status")
        await until(lambda: not server._sessions)
        assert ENDED + "{" not in server.metrics.text()[0].decode()
    ended = r"of ana at no desk from 127\.0\.0\.1 ended after \d+ s: 1000 by the client or the network"
    assert re.search(ended, caplog.text)


async def test_turned_away_draining_and_failed_have_their_reasons(
    gym: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: object) -> None:
        raise ZeroDivisionError

    async with serving(gym) as server:
        async with Wire.open(server.url, "nonsense") as nobody:
            assert await nobody.closed() == Close.BAD_TOKEN
        async with Wire.open(server.url, token(gym, "ana")) as ana, Wire.open(server.url, token(gym, "ben")) as ben:
            await ben.until("connection_status")
            with monkeypatch.context() as patched:
                patched.setattr(RequestHandler, "handle", fails)
                await ana.send("ping")
                await ana.rest()
            assert await ana.closed() == 1011
            await server._drain()
            assert (await ben.rest())[-1]["payload"]["status"] == "draining"
        await until(lambda: not server._sessions)
        for reason in ("bad_token", "failed", "draining"):
            assert figure(server.metrics.registry, ENDED, reason=reason) == 1
        assert figure(server.metrics.registry, "gymtui_connections_ended_total", code="1011") == 1
    assert "of nobody at no desk from 127.0.0.1" not in caplog.text  # to look at are only those that went wrong
