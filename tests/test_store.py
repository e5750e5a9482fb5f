"""The embedded store: its file, its commits, its pages."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import MAX_PART, CheckIn, Gym, Policy
from server.gym.commands import perform
from server.gym.orders import Order
from server.store import Committed, StoreError, StoreUnavailable, Transaction, User, Work
from server.store.group_commit import Database
from server.store.sqlite import file
from server.store.sqlite.schema import APPLICATION_ID, MIGRATIONS
from server.store.sqlite.store import SqliteStore
from tests.kit import add_members, make_gym, member, stored
from tests.till import HOUR, NINE, Till


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


def command(code: str, id: str) -> Work:
    order = Order(id=id, payload=CheckIn(code=code), user="ana", role="staff", desk=None)
    return lambda tx: perform(tx, order)


def spoiled(_: Transaction) -> None:
    raise ZeroDivisionError


def hold(path: Path) -> sqlite3.Connection:
    """Another program that is writing and does not end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


# --- the file ----------------------------------------------------------------------------------------------------


def test_a_new_file_is_an_empty_gym(path: Path) -> None:
    with closing(SqliteStore(path, now=lambda: NINE)) as store:
        assert store.gym() == Gym(name="Gym", timezone="UTC", capacity=None, policy=Policy(), seq=1)
        assert [(row.seq, row.type) for row in store.read(0, 10)] == [(1, "gym_update")]
        assert (store.head().seq, store.oldest(), store.users()) == (1, 1, {})
        assert UUID(store.epoch()).version == 7
        assert len(next(iter(store.signing_keys().values()))) == 32


def test_a_file_stays_what_it_is(path: Path) -> None:
    with closing(Till(path, member("1", "Ana")).store) as store:
        before = store.epoch(), store.head(), store.signing_keys(), store.read(0, 10)
    with closing(SqliteStore(path)) as store:
        assert (store.epoch(), store.head(), store.signing_keys(), store.read(0, 10)) == before


def test_two_gyms_are_two_journals(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "a")) as a, closing(SqliteStore(tmp_path / "b")) as b:
        assert a.epoch() != b.epoch()
        assert a.signing_keys() != b.signing_keys()


def test_every_commit_is_on_disk_before_anyone_hears_of_it(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        assert store._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


@pytest.mark.parametrize("name", ["ein Verzeichnis ä/g#y?m%20.db", "'quoted'.db"])
def test_a_file_may_be_called_anything(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    for _ in range(2):
        SqliteStore(path).close()
    assert path.exists()


def test_an_empty_file_becomes_a_gym(path: Path) -> None:
    path.touch()
    with closing(SqliteStore(path)) as store:
        assert store.head().seq == 1


def test_a_migration_that_fails_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE more (x);\nCREATE TABLE gym (x)"))
    with pytest.raises(StoreError, match="table gym already exists"):
        SqliteStore(path)
    monkeypatch.undo()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    SqliteStore(path).close()


def test_a_database_of_another_program_is_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE gym (x)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is a database of another program: please name another file"):
        SqliteStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", [b"full_name,number\n" * 100, b"\x00" * 5000, b"x"])
def test_a_file_that_is_no_database_is_left_as_it_is(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    with pytest.raises(StoreError, match="is not a database of gymtui: please name another file"):
        SqliteStore(path)
    assert path.read_bytes() == text


def test_a_file_of_a_newer_gymtui_is_left_as_it_is(path: Path) -> None:
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE gym SET schema_version = 99")
    with pytest.raises(StoreError, match="was made by a newer gymtui: please update this one"):
        SqliteStore(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT schema_version FROM gym").fetchone() == (99,)
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


@pytest.mark.parametrize("name", [".", "nowhere/gym.db", "file/gym.db", "x" * 300])
def test_a_path_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be used"):
        SqliteStore(tmp_path / name)


def test_a_damaged_file_is_told(path: Path) -> None:
    SqliteStore(path).close()
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(StoreError, match="cannot be used"):
        SqliteStore(path)


def test_a_file_that_another_program_writes_is_waited_for_and_told(path: Path) -> None:
    SqliteStore(path).close()
    with closing(hold(path)), pytest.raises(StoreError, match="database is locked"):
        SqliteStore(path, patience=0)
    SqliteStore(path, patience=0).close()


# --- writing -----------------------------------------------------------------------------------------------------


def test_a_group_is_one_commit_or_none(path: Path) -> None:
    with closing(Till(path, member("1", "Ana"), member("2", "Ben")).store) as store:
        before = store.head(), store.stats()
        with pytest.raises(ZeroDivisionError):
            store.write([command("1", "a"), spoiled, command("2", "b")])
        assert (store.head(), store.stats()) == before
        outcomes, committed = store.write([command("1", "a"), command("9", "b"), command("2", "c")])
        assert [outcome.error is None for outcome in outcomes] == [True, False, True]
        assert [(row.seq, row.type) for row in committed.rows] == [
            (4, "check_in_update"),
            (5, "refusal"),
            (6, "check_in_update"),
        ]
        assert list(committed.rows) == store.read(3, 10)
        assert (committed.stats, committed.stats.currently_in) == (store.stats(), 2)


def test_the_same_command_twice_in_a_group_is_done_once(path: Path) -> None:
    with closing(Till(path, member("1", "Ana")).store) as store:
        outcomes, committed = store.write([command("1", "a"), command("1", "a")])
        assert outcomes[1] == replace(outcomes[0], duplicate=True)
        assert len(committed.rows) == 1


def test_a_locked_database_is_unavailable_and_comes_back(path: Path) -> None:
    with closing(Till(path, member("1", "Ana")).store):
        pass
    with closing(SqliteStore(path, patience=0)) as store:
        before = store.head()
        with closing(hold(path)), pytest.raises(StoreUnavailable, match="cannot use its database just now"):
            store.write([command("1", "a")])
        assert store.head() == before
        outcomes, _ = store.write([command("1", "a")])
        assert outcomes[0].error is None


def test_a_full_disk_is_unavailable_and_comes_back(path: Path) -> None:
    with closing(Till(path, member("1", "Ana")).store) as store:
        before = store.head()
        pages = store._writer.execute("PRAGMA page_count").fetchone()[0]
        store._writer.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreUnavailable, match="full"):
            add_members(store, [member(str(n), f"Name {n}", notes="x" * 900) for n in range(2, 40)])
        assert store.head() == before
        store._writer.execute("PRAGMA max_page_count = 1000000")
        outcomes, _ = store.write([command("1", "a")])
        assert outcomes[0].error is None


# --- the threads in front of it ----------------------------------------------------------------------------------


@asynccontextmanager
async def threads(path: Path, *, patience: float = 5) -> AsyncIterator[tuple[Database, list[Committed]]]:
    commits: list[Committed] = []
    database = Database(SqliteStore(path, patience=patience), commits.append)
    try:
        yield database, commits
    finally:
        await database.close()


def gate() -> tuple[Work, Callable[[], None]]:
    """Work that keeps the writer busy until it is let go, so that what comes meanwhile is one group."""
    from threading import Event

    event = Event()

    def work(_: Transaction) -> None:
        event.wait()

    return work, event.set


async def test_what_comes_while_one_commit_runs_is_the_next(path: Path) -> None:
    make_gym(path, *(member(str(n), "Ana") for n in range(50)))
    async with threads(path) as (database, commits):
        busy, go = gate()
        first = asyncio.create_task(database.write(busy))
        await asyncio.sleep(0)
        rest = [asyncio.create_task(database.write(command(str(n), f"c{n}"))) for n in range(50)]
        await asyncio.sleep(0)
        go()
        outcomes = await asyncio.gather(first, *rest)
        assert all(outcome.error is None for outcome in outcomes)
    assert [len(commit.rows) for commit in commits] in ([0, 50], [50])


async def test_one_bad_work_harms_no_neighbour(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make_gym(path, member("1", "Ana"), member("2", "Ben"))
    async with threads(path) as (database, commits):
        told: list[tuple[str, str | None]] = []
        busy, go = gate()
        database.submit(busy, lambda _: None)
        for name, work in (("a", command("1", "a")), ("bad", spoiled), ("b", command("2", "b"))):
            database.submit(work, lambda o, name=name: told.append((name, o.error and o.error.code)))  # type: ignore[misc]
        go()
        last = await database.write(command("1", "again"))
        assert last.error is not None
        assert told == [("a", None), ("bad", "internal"), ("b", None)]
        rows = [row.seq for commit in commits for row in commit.rows]
        assert rows == list(range(rows[0], rows[0] + 3))
    assert caplog.text.count("a command failed") == 1


async def test_all_of_a_group_hear_that_the_database_cannot_be_written(path: Path) -> None:
    make_gym(path, member("1", "Ana"), member("2", "Ben"))
    async with threads(path, patience=0) as (database, commits):
        with closing(hold(path)):
            outcomes = await asyncio.gather(*(database.write(command(code, f"c{code}")) for code in "12"))
        for outcome in outcomes:
            assert outcome.error is not None
            assert (outcome.error.code, outcome.error.retryable) == ("storage_unavailable", True)
        assert commits == []
        again = await asyncio.gather(*(database.write(command(code, f"c{code}")) for code in "12"))
        assert [outcome.error for outcome in again] == [None, None]


async def test_closing_commits_what_waits(path: Path) -> None:
    make_gym(path, *(member(str(n), "Ana") for n in range(20)))
    async with threads(path) as (database, _):
        for n in range(20):
            database.submit(command(str(n), f"c{n}"), lambda _: None)
    with closing(SqliteStore(path)) as store:
        assert store.stats().currently_in == 20


# --- queries -----------------------------------------------------------------------------------------------------


@pytest.fixture
def till(path: Path) -> Iterator[Till]:
    till = Till(
        path,
        member("1", "Zoë O'Neil", phone="+41 44 123 45 67"),
        member("2", "Zoltan Neilson"),
        member("A-30", "Ana Zoe Müller"),
    )
    yield till
    till.store.close()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("zoe", {"1", "A-30"}),
        ("ZO", {"1", "2", "A-30"}),
        ("neil zo", {"1", "2"}),
        ("oneil", {"1"}),
        ("muan", {"A-30"}),
        ("o'neil", {"1"}),
        ("muller", {"A-30"}),
        ("a-30", {"A-30"}),
        ("4144", {"1"}),
        ("zoe zoe zoe", {"1", "A-30"}),
        ("", set()),
        ("%", set()),
        ("' OR 1=1 --", set()),
        ("\x00", set()),
        (" ".join("abcdefghijklmnopqrstuvwxyz0123456789"), set()),
    ],
)
def test_search(till: Till, text: str, numbers: set[str]) -> None:
    assert {json.loads(found)["membership_number"] for found in till.store.search_members(text, 10)} == numbers


def test_search_gives_no_more_than_asked_for(till: Till) -> None:
    assert len(till.store.search_members("zo", 2)) == 2


def test_a_new_name_is_found_and_the_old_one_is_not(till: Till) -> None:
    add_members(till.store, [member("1", "Zoë Abt")])
    assert till.store.search_members("oneil", 10) == []
    assert len(till.store.search_members("abt", 10)) == 1


def test_a_members_card_has_their_last_visits(till: Till) -> None:
    for hour in range(25):
        till.now = NINE + hour * HOUR
        till.check_in()
        till.check_out()
    found = till.store.get_member(stored(till.store, "1").id)
    assert found is not None
    times = [json.loads(visit)["check_in_time"] for visit in found[1]]
    assert times == [clock.to_text(NINE + hour * HOUR) for hour in range(24, 4, -1)]
    assert till.store.get_member("nobody") is None


def test_who_is_present_newest_first_in_pages(till: Till) -> None:
    add_members(till.store, [member(f"p{n}", f"P {n}") for n in range(7)])
    for n in range(7):
        till.now += n % 2  # some came in the same millisecond
        till.check_in(f"p{n}")
    seen: list[str] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor is not None:
        page, cursor, seq = till.store.list_present(3, cursor)
        seen += [json.loads(visit)["id"] for visit in page]
        pages += 1
        assert seq == till.seq
    everyone = [json.loads(visit)["id"] for visit in till.store.snapshot().present]
    assert (seen, pages) == (everyone, 3)


def test_the_directory_in_pages(till: Till) -> None:
    first, after, more, seq = till.store.sync_members(0, 2)
    assert (len(first), more, seq) == (2, True, till.seq)
    rest, after, more, _ = till.store.sync_members(after, 2)
    assert (len(rest), after, more) == (1, till.seq, False)
    assert till.store.sync_members(after, 2) == ([], after, False, till.seq)
    assert till.store.sync_members(2**63 - 1, 2) == ([], 2**63 - 1, False, till.seq)


def test_a_page_has_no_more_bytes_than_one_message_may(till: Till) -> None:
    add_members(till.store, [member(f"b{n}", f"B {n}", notes="ü" * 1000) for n in range(300)])
    after, more, seen = 0, True, 0
    while more:
        page, after, more, _ = till.store.sync_members(after, 500)
        assert sum(map(len, page)) <= MAX_PART
        seen += len(page)
    assert seen == 303


def test_the_counters_are_of_the_gyms_own_day(path: Path) -> None:
    with closing(SqliteStore(path, now=lambda: NINE + 15 * HOUR)) as store:  # midnight in UTC, one o'clock in Zurich

        def work(tx: Transaction) -> None:
            gym = replace(tx.gym, timezone="Europe/Zurich", capacity=80, seq=tx.next_seq)
            tx.put_gym(gym)
            tx.append(gym, kind="configure", user="")

        store.write([work])
        add_members(store, [member("1", "Ana")])
        order = Order(
            id="c",
            payload=CheckIn(code="1", occurred_at=clock.to_text(NINE + 14 * HOUR - 1), offline=True),
            user="ana",
            role="staff",
            desk=None,
        )
        store.write([lambda tx: perform(tx, order)])
        stats = store.stats()
        assert (stats.currently_in, stats.today_total, stats.capacity) == (1, 0, 80)


def test_a_user_is_kept_and_counted_as_news(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        version = store.head().users_version
        user = User(name="ana", role="staff", password_hash="x", disabled=True)

        def work(tx: Transaction) -> None:
            tx.put_user(user)

        store.write([work])
        assert store.users() == {"ana": user}
        assert store.head().users_version == version + 1
