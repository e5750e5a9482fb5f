"""What the database itself does to a server (ends what takes long, has no place, asks who one is), as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
from psycopg.errors import OperationalError, RaiseException

from gymtui import clock
from server.store import Store, StoreError, StoreUnavailable, Transaction
from server.store.opening import open_store
from server.store.postgres.errors import next_step
from tests.factories import member_row
from tests.postgres_kit import ask, ask_one, cut, held
from tests.till import NINE, Till, command
from tests.waiting import WITHIN

pytestmark = pytest.mark.slow

WAITING = (
    "SELECT count(*) FROM (SELECT {} FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'gymtui' AND wait_event_type = 'Lock') AS found"
)


@pytest.fixture
def till(postgres_database: str) -> Iterator[Till]:
    till = Till(postgres_database, member_row("1", "Ana"))
    with closing(till.store):
        yield till


def opened(url: str, patience: float) -> closing[Store]:
    return closing(open_store(url, now=lambda: NINE, patience=patience))


def test_a_server_that_is_stopped_in_the_middle_lets_the_others_go_on(till: Till, postgres_database: str) -> None:
    goes_on, begun = Event(), Event()

    def stand_still(tx: Transaction) -> None:
        begun.set()
        assert goes_on.wait(WITHIN)
        tx.member("1")

    with opened(postgres_database, 0.2) as stopped:
        told: list[StoreError] = []

        def write() -> None:
            try:
                stopped.write([stand_still])
            except StoreError as error:
                told.append(error)

        thread = Thread(target=write)
        thread.start()
        assert begun.wait(WITHIN)
        till.check_in("1")  # within its own five seconds
        goes_on.set()
        thread.join()
        assert [type(error) for error in told] == [StoreUnavailable]
        stopped.write([command("1", "later")])
    assert till.store.stats().currently_in == 1


def test_a_limit_of_the_database_ends_no_commit(postgres_nothing: str) -> None:
    name = urlsplit(postgres_nothing).path.removeprefix("/")
    ask(postgres_nothing, f"ALTER DATABASE {name} SET statement_timeout = 40")
    with opened(postgres_nothing, 5) as store:
        store.write([lambda tx: tx._db.execute("SELECT pg_sleep(0.08)")])  # type: ignore[attr-defined]
        store._all("SELECT pg_sleep(0.08)")  # type: ignore[attr-defined]


def test_a_write_that_somebody_ends_is_told_and_is_nobodys_long_question(till: Till, postgres_database: str) -> None:
    with held(postgres_database):
        canceller = Thread(target=_cancel, args=(postgres_database,))
        canceller.start()
        with pytest.raises(StoreUnavailable, match="Somebody ended what the server wrote"):
            till.store.write([command("1", "a")])
        canceller.join()
    till.store.write([command("1", "a")])


def test_a_database_without_a_place_and_one_that_is_not_there_are_told(postgres_nothing: str) -> None:
    ask(postgres_nothing, "DROP ROLE IF EXISTS crowded")
    ask(postgres_nothing, "CREATE ROLE crowded LOGIN SUPERUSER")
    url = postgres_nothing.replace("postgres:@", "crowded@")
    ask(postgres_nothing, "ALTER ROLE crowded NOSUPERUSER CONNECTION LIMIT 0")
    with pytest.raises(StoreError, match="please let it have more connections, or end some"):
        open_store(url)
    ask(postgres_nothing, "ALTER ROLE crowded CONNECTION LIMIT 2")
    ask(postgres_nothing, f"ALTER DATABASE {urlsplit(postgres_nothing).path.removeprefix('/')} OWNER TO crowded")
    with opened(url, 5) as store:
        seq = store.head().seq
        store.write([lambda tx: tx.touch()])
        cut(postgres_nothing)
        ask(postgres_nothing, "ALTER ROLE crowded CONNECTION LIMIT 0")
        for sentence in ("terminating connection", "please let it have more connections, or end some"):
            with pytest.raises(StoreUnavailable, match=sentence):
                store.head()
        ask(postgres_nothing, "ALTER ROLE crowded CONNECTION LIMIT 2")
        assert store.head().seq == seq
    name = urlsplit(postgres_nothing).path
    with pytest.raises(StoreError, match="please make it first, or look at its name"):
        open_store(postgres_nothing.replace(name, "/nowhere"))


def test_nothing_of_the_gym_asks_the_database_what_time_it_is(till: Till, postgres_database: str) -> None:
    """Its own clocks are hidden behind others that cannot be asked."""
    clocks = ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday")
    for name in clocks:
        body = "$$BEGIN RAISE 'asked'; END$$"
        ask(postgres_database, f"CREATE FUNCTION gymtui.{name}() RETURNS text LANGUAGE plpgsql AS {body}")
    try:
        with opened(postgres_database, 5) as store, pytest.raises(RaiseException, match="asked"):
            store._all("SELECT now()")  # type: ignore[attr-defined]
        with opened(postgres_database, 5) as store:
            store.write([lambda tx: tx.begin_epoch(), command("1", "a")])
            assert store.snapshot().stats.as_of == clock.to_text(NINE)
            assert store.head().seq == till.store.head().seq
    finally:
        for name in clocks:
            ask(postgres_database, f"DROP FUNCTION gymtui.{name}()")


def test_a_jump_of_its_clock_is_over_with_what_each_server_tells_next(till: Till, postgres_database: str) -> None:
    jumped = "CREATE OR REPLACE FUNCTION gymtui.now() RETURNS timestamptz LANGUAGE sql AS "
    with opened(postgres_database, 5) as here, opened(postgres_database, 5) as there:
        assert here.peers is not None
        assert there.peers is not None
        there.peers.tell("there", 1, b"[]")
        assert [peer.name for peer in here.peers.others()] == ["there"]
        try:
            for hours in (1, -1):
                ask(postgres_database, f"{jumped} $$SELECT pg_catalog.now() + interval '{hours} h'$$")
                assert here.peers.others() == []
                there.peers.tell("there", 1, b"[]")
                assert [peer.name for peer in here.peers.others()] == ["there"]
        finally:
            ask(postgres_database, "DROP FUNCTION gymtui.now()")


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("query_wait_timeout", "its pooler has no connection left, please let it have more"),
        ("FATAL:  no more connections allowed (max_client_conn)", "please let it have more connections, or end some"),
    ],
)
def test_a_pooler_without_a_place_is_told(said: str, step: str) -> None:
    assert next_step(OperationalError(said)) == step


def _until_somebody_waits(url: str) -> None:
    while not ask_one(url, WAITING.format("pid")):
        pass


def _cancel(url: str) -> None:
    _until_somebody_waits(url)
    ask_one(url, WAITING.format("pg_cancel_backend(pid)"))
