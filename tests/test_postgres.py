"""The engine for several servers: what it does of its own, and what happens when its database does not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from gymtui.protocol import CheckIn, ListCheckIns
from server.store import Store, StoreError, StoreUnavailable, TooLong
from server.store.opening import audit, back_up, copies_itself, is_older, is_there, open_store, opened, put_back
from tests.factories import member_row
from tests.gym_kit import add_members, token
from tests.kit import Wire, serving
from tests.postgres_kit import ask, cut, held
from tests.till import NINE, Till, command

pytestmark = pytest.mark.slow

ROUNDS = 20


@pytest.fixture
def till(postgres_database: str) -> Iterator[Till]:
    till = Till(postgres_database, *(member_row(str(n), f"Member {n}") for n in range(5)))
    with closing(till.store):
        yield till


@pytest.fixture
def other(till: Till, postgres_database: str) -> Iterator[Store]:
    """The store of another server, of the same gym."""
    with closing(open_store(postgres_database, now=lambda: till.now)) as store:
        yield store


def test_two_servers_write_one_journal(till: Till, other: Store) -> None:
    """Each gives the same commands at the same time: each command has one row, and nobody is in twice."""
    before = till.store.head().seq

    def give(store: Store) -> None:
        for number in range(ROUNDS):
            store.write([command(str(n), f"{number} {n}") for n in range(5)])

    threads = [Thread(target=give, args=(store,)) for store in (till.store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = till.store.read(before, 10_000)
    assert [row.seq for row in rows] == list(range(before + 1, before + 1 + 5 * ROUNDS))
    assert rows == other.read(before, 10_000)
    assert (till.store.stats(), till.store.stats().currently_in) == (other.stats(), 5)
    assert len(till.store.list_present(10, None)[0]) == 5


def test_the_other_server_goes_on_where_this_one_is(till: Till, other: Store) -> None:
    before = other.head()
    till.check_in("1")
    assert [row.type for row in other.read(before.seq, 10)] == ["check_in_update"]
    assert other.snapshot() == till.store.snapshot()
    assert (other.epoch(), other.gym_id()) == (till.store.epoch(), till.store.gym_id())
    assert other.head().users_version == before.users_version


def test_a_lost_connection_is_told_and_made_anew(till: Till, postgres_database: str) -> None:
    till.store.head()
    cut(postgres_database)
    with pytest.raises(StoreUnavailable, match="cannot use its database just now"):
        till.store.head()
    with pytest.raises(StoreUnavailable, match="cannot use its database just now"):
        till.store.write([command("1", "a")])
    till.store.write([command("1", "a")])
    assert till.store.stats().currently_in == 1


def test_a_database_that_takes_no_changes_is_told(postgres_nothing: str) -> None:
    with closing(open_store(postgres_nothing)) as store:
        name = urlsplit(postgres_nothing).path.removeprefix("/")
        ask(postgres_nothing, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        cut(postgres_nothing)
        with pytest.raises(StoreUnavailable):
            store.write([command("1", "a")])
        with pytest.raises(StoreUnavailable, match="it is a standby, please name the one that takes changes"):
            store.write([command("1", "a")])
    with pytest.raises(StoreError, match="it is a standby"):
        open_store(postgres_nothing)


def test_a_query_that_takes_too_long_is_given_up_and_the_next_is_not(till: Till) -> None:
    with pytest.raises(TooLong), till.store.within(0.01):
        till.store._all("SELECT pg_sleep(60)")  # type: ignore[attr-defined]
    assert till.store.head().seq > 1


def test_who_holds_the_gym_is_waited_for_and_no_longer_than_that(till: Till, postgres_database: str) -> None:
    with closing(open_store(postgres_database, now=lambda: NINE, patience=0.05)) as other:
        with held(postgres_database), pytest.raises(StoreUnavailable, match="another program keeps the gym to itself"):
            other.write([command("1", "a")])
        other.write([command("1", "a")])
    assert till.store.stats().currently_in == 1


def test_a_text_with_nul_is_kept_and_found(till: Till) -> None:
    till.done(CheckIn(code="1", location="a\0b"))
    for location, found in (("a\0b", 1), ("a", 0), ("\0", 0)):
        assert len(till.store.list_check_ins(ListCheckIns(location=location))[0]) == found
    assert b"a\\u0000b" in till.store.list_present(1, None)[0][0]


def test_newer_tables_are_left_alone(till: Till, postgres_database: str) -> None:
    ask(postgres_database, "UPDATE gymtui.gym SET schema_version = 99")
    with pytest.raises(StoreError, match="made by a newer gymtui: please update this one"):
        open_store(postgres_database)


def test_whether_a_gym_is_there(postgres_nothing: str) -> None:
    assert not is_there(postgres_nothing)
    with pytest.raises(StoreError, match="no gym in that database"), opened(postgres_nothing, found=True):
        pass
    with opened(postgres_nothing) as store:
        add_members(store, [member_row("1", "Ana")])
    assert (is_there(postgres_nothing), is_older(postgres_nothing)) == (True, False)
    with audit(postgres_nothing) as tables:
        assert (list(tables.problems(9)), list(tables.breaks()), tables.last_seq()) == ([], [], 2)


def test_a_copy_is_made_with_its_own_tools(till: Till, postgres_database: str, tmp_path: Path) -> None:
    assert not copies_itself(postgres_database)
    with pytest.raises(StoreError, match="please use `pg_dump --format=custom --schema=gymtui"):
        back_up(postgres_database, tmp_path / "gym.backup")
    with pytest.raises(StoreError, match="please use `pg_restore --clean"):
        put_back(tmp_path / "gym.backup", postgres_database)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:secret@127.0.0.1:1/gym",
        "postgresql://ana:sec/ret@127.0.0.1/gym",
        "postgresql://ana:secret@127.0.0.1/gym?what=secret",
    ],
)
def test_no_database_is_a_sentence_without_the_password(url: str) -> None:
    with pytest.raises(StoreError) as raised:
        open_store(url, patience=1)
    assert str(raised.value).startswith("The database cannot be used")
    assert "sec" not in str(raised.value)


def test_without_its_library_the_next_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("server.store.postgres", "psycopg"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"please run `pip install 'gymtui\[postgres\]'`"):
        open_store("postgresql://127.0.0.1/gym")


async def test_what_one_server_took_the_other_tells_and_knows(till: Till, postgres_database: str) -> None:
    ana, ben = (token(postgres_database, name) for name in ("ana", "ben"))
    async with (
        serving(postgres_database, now=lambda: till.now) as here,
        serving(postgres_database, now=lambda: till.now) as there,
        Wire.open(here.url, ana) as desk,
        Wire.open(there.url, ben) as other,
        Wire.open(there.url, ana) as moved,
    ):
        visit = (await desk.ask("check_in", {"code": "1"}, id="a"))["result"]
        await other.covers(visit["seq"])
        assert [event["id"] for event in other.events] == [visit["id"]]
        assert (await moved.ask("check_in", {"code": "1"}, id="a"))["result"] == visit  # sent again, to another server
        assert till.store.head().seq == visit["seq"]
