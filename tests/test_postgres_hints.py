"""Hints between servers of one gym in PostgreSQL: an event is elsewhere at once, and late where a hint is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest

from server.net import following
from server.store.opening import hints
from server.store.postgres import door as postgres_door
from server.store.postgres import hints as postgres_hints
from server.store.postgres.connection import Connection
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving
from tests.postgres_kit import HINTS, ask_one, cut, silent

pytestmark = pytest.mark.slow

LONG = 20.0  # seconds: nothing takes so long


class Server:
    """What a server has of hints."""

    def __init__(self, url: str, opened: ExitStack) -> None:
        self.told = Event()
        self.ring = opened.enter_context(hints(url, self.told.set))
        self.hears()  # once it listens

    def hears(self) -> bool:
        """Is it told?"""
        heard = self.told.wait(LONG)
        self.told.clear()
        return heard


@contextmanager
def servers(url: str) -> Iterator[tuple[Server, Server]]:
    with ExitStack() as opened:
        yield Server(url, opened), Server(url, opened)


def test_whoever_rings_is_heard_by_the_others(postgres_database: str) -> None:
    with servers(postgres_database) as (here, there):
        for _ in range(3):
            here.ring()
            assert there.hears()
            there.ring()
            assert here.hears()


def test_nobody_is_told_of_a_ring_of_its_own(postgres_database: str) -> None:
    with servers(postgres_database) as (here, there):
        for _ in range(100):
            here.ring()
        assert there.hears()
        assert not here.told.is_set()


def test_a_lost_connection_is_made_anew_and_the_server_looks_once(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(postgres_hints, "RETRY", 0.01)
    with servers(postgres_database) as (here, there):
        cut(postgres_database)
        assert here.hears()
        assert there.hears()
        here.ring()
        assert there.hears()
    assert "each looks by itself meanwhile" in caplog.text


def test_a_connection_that_says_nothing_is_looked_at(postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Event()
    monkeypatch.setattr(postgres_hints, "CHECKED", 0.01)
    execute = Connection.execute

    def noted(self: Connection, sql: str, *values: object) -> object:
        if sql == "SELECT 1":
            looked.set()
        return execute(self, sql, *values)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "execute", noted)
    with servers(postgres_database):
        assert looked.wait(LONG)


def test_a_connection_that_answers_nothing_is_left(postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((postgres_hints, "CHECKED"), (postgres_hints, "RETRY"), (postgres_door, "PATIENCE")):
        monkeypatch.setattr(module, name, 0.05)
    with ExitStack() as opened:
        here = Server(postgres_database, opened)
        with silent(postgres_database, ask_one(postgres_database, f"SELECT pid {HINTS}")):
            assert here.hears()  # by another one


@pytest.mark.parametrize("lost", ["polls", "hints"])
async def test_either_is_enough(lost: str, postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks without a hint; no hint comes."""
    if lost == "polls":
        monkeypatch.setattr(following, "POLL", 3600.0)
    else:
        monkeypatch.setattr(following.Following, "hint", lambda _: None)
    make_gym(postgres_database, member_row("1", "Ana"), member_row("2", "Ben"))
    ana, ben = (token(postgres_database, name) for name in ("ana", "ben"))
    async with (
        serving(postgres_database) as here,
        serving(postgres_database) as there,
        Wire.open(here.url, ana) as desk,
        Wire.open(there.url, ben) as other,
    ):
        for code in ("1", "2"):
            visit = (await desk.ask("check_in", {"code": code}, id=code))["result"]
            await other.covers(visit["seq"])
