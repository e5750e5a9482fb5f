"""TLS: the server's certificate and its renewal; what a client trusts, and what it says of any other."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from gymtui import certificates
from gymtui.client.connection.reconnect import Ended
from gymtui.client.connection.transport import dial
from gymtui.client.errors import ConnectionProblem
from gymtui.client.login.http import address
from gymtui.client.login.login import Login
from gymtui.errors import WrongUsage
from server.app import Server
from server.net.certificate import Certificate, CertificateError
from server.net.entrance import entrance
from server.serve import serve_until_stopped
from tests.gym_kit import PASSWORD, token
from tests.kit import Wire, serving
from tests.tls_kit import Authority, authority
from tests.waiting import WITHIN

__all__ = ["authority"]  # a fixture

NOW = datetime.now(UTC)


@asynccontextmanager
async def encrypted(gym: Path, files: tuple[str, str]) -> AsyncIterator[Server]:
    chain, key = files
    async with serving(gym, entrance=entrance(tls_cert=chain, tls_key=key)) as server:
        assert server.url.startswith("wss://127.0.0.1:")
        yield server


async def test_a_desk_that_trusts_the_authority_logs_in_and_connects(gym: Path, authority: Authority) -> None:
    async with encrypted(gym, authority.issue()) as server:
        certificates.trust(authority.file)
        login = Login(server.url)
        await login.log_in("ana", PASSWORD)
        async with Wire.open(server.url, await login.token()) as wire:
            assert (await wire.ask("check_in", {"code": "7"}))["ok"] is True


STRANGE = "a stranger's"


@pytest.mark.parametrize(
    ("name", "dates", "said"),
    [
        (STRANGE, {}, "is not trusted here: please name its authority with --ca FILE."),
        ("gym.test", {}, "is another server's: please use the name that it was made for."),
        ("127.0.0.1", {"not_after": NOW - timedelta(days=1)}, "has expired: please have it renewed"),
        ("127.0.0.1", {"not_before": NOW + timedelta(days=1)}, "is not good yet: please check this machine's date"),
    ],
)
async def test_what_is_wrong_with_a_certificate_is_said_and_not_the_network(
    name: str, dates: dict[str, datetime], said: str, gym: Path, authority: Authority
) -> None:
    async with encrypted(gym, authority.issue("127.0.0.1" if name == STRANGE else name, **dates)) as server:
        if name != STRANGE:
            certificates.trust(authority.file)
        with pytest.raises(Ended) as dialled:
            await dial(connect, server.url, token(gym, "ana"), None)
        with pytest.raises(ConnectionProblem) as asked:
            await Login(server.url).log_in("ana", PASSWORD)
        for error in (dialled.value, asked.value):
            assert said in str(error)
            assert "network" not in str(error)


async def test_a_server_without_tls_is_told_from_the_network(gym: Path) -> None:
    async with serving(gym) as server:
        with pytest.raises(Ended, match="speaks no TLS: please check the address"):
            await dial(connect, server.url.replace("ws:", "wss:"), "x", None)


def test_only_what_is_modern_is_spoken(authority: Authority) -> None:
    context = Certificate(*authority.issue()).context
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


async def _serial(url: str, ca: str) -> object:
    """Which certificate a server shows to whoever comes now."""
    async with connect(url, ssl=ssl.create_default_context(cafile=ca), proxy=None) as socket:
        return socket.transport.get_extra_info("peercert")["serialNumber"]


async def test_sighup_reads_the_certificate_anew_and_keeps_the_old_one_where_that_cannot_be_used(
    gym: Path, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    chain, key = authority.issue()
    seen: list[object] = []
    server = Server(gym, entrance=entrance(tls_cert=chain, tls_key=key))

    async def look() -> None:
        seen.append(await _serial(server.url, authority.file))
        authority.issue()
        for spoil in (False, True):
            if spoil:
                Path(key).write_text("no key")
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0.05)
            seen.append(await _serial(server.url, authority.file))
        os.kill(os.getpid(), signal.SIGTERM)

    async with asyncio.timeout(WITHIN):
        looking: list[asyncio.Task[None]] = []
        await serve_until_stopped(server, lambda _: looking.append(asyncio.create_task(look())))
        await looking[0]
    assert (seen[0] != seen[1], seen[1] == seen[2]) == (True, True)
    assert "The one before is used still." in caplog.text


@pytest.mark.parametrize("settings", [{"tls_cert": "a.pem"}, {"tls_key": "a.key"}])
def test_a_certificate_goes_with_its_key(settings: dict[str, str]) -> None:
    with pytest.raises(WrongUsage, match="please give both"):
        entrance(**settings)


def test_files_that_cannot_be_used_are_named(tmp_path: Path, authority: Authority) -> None:
    chain, _ = authority.issue()
    with pytest.raises(CertificateError, match="please check both files"):
        entrance(tls_cert=chain, tls_key=str(tmp_path / "missing.key"))
    with pytest.raises(WrongUsage, match="please name the authority's PEM file"):
        certificates.trust(str(tmp_path / "missing.pem"))


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("wss://gym.test/ws/checkins/", "https://gym.test/auth/token"),
        ("wss://gym.test/desk/ws/checkins/", "https://gym.test/desk/auth/token"),
        ("ws://127.0.0.1:8765", "http://127.0.0.1:8765/auth/token"),
        ("ws://127.0.0.1:8765/ws/checkins", "http://127.0.0.1:8765/auth/token"),
    ],
)
def test_behind_a_proxy_all_of_it_may_be_below_a_path(url: str, asked: str) -> None:
    assert address(url, "/auth/token") == asked
