"""Is it well? /healthz and /readyz."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.net import http
from tests.http_token_kit import ask, writes
from tests.kit import serving
from tests.waiting import WITHIN


async def test_a_server_that_is_well(gym: Path) -> None:
    async with serving(gym) as server:
        head = server.hub.head
        for path, body in (("/healthz", "alive\n"), ("/readyz", "ready\n"), ("/readyz?x=1", "ready\n")):
            answer = await ask(server.url, path, method="GET")
            assert (answer.status, answer.body) == (200, body)
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        for path in ("/health", "/healthz/x", "/metrics/", "/ready", "/"):
            assert (await ask(server.url, path, method="GET")).status == 404
        assert server.hub.newest == head


async def test_not_ready_while_the_disk_refuses(gym: Path) -> None:
    async with serving(gym) as server:
        writes(server, False)
        answer = await ask(server.url, "/readyz", method="GET")
        assert answer.status == 503
        assert answer.body.startswith("The server cannot use its database just now (")
        assert answer.body.endswith(".\n")
        assert (await ask(server.url, "/healthz", method="GET")).status == 200
        writes(server, True)
        assert (await ask(server.url, "/readyz", method="GET")).status == 200


async def test_not_ready_while_somebody_else_holds_the_database(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(gym) as server:
        with closing(sqlite3.connect(gym, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            monkeypatch.setattr(http, "READY_WITHIN", 0.05)
            answer = await ask(server.url, "/readyz", method="GET")
            assert (answer.status, answer.body) == (503, "The database does not answer just now.\n")
            assert (await ask(server.url, "/healthz", method="GET")).status == 200
            other.execute("ROLLBACK")
        monkeypatch.setattr(http, "READY_WITHIN", WITHIN)
        assert (await ask(server.url, "/readyz", method="GET")).status == 200
