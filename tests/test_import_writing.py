"""How an import writes: a moment at a time, with few statements, and a log that stays short. Counted, not timed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from gymtui.protocol import Member
from server.admin.importing.members import compared, import_members
from server.gym.importing.taking import Import
from server.gym.importing.writing import Pace, write_all
from server.store import Store, Transaction
from server.store.opening import open_store
from server.store.sqlite import writer
from server.store.sqlite.store import SqliteStore
from tests.factories import member_row
from tests.gym_kit import add_members, stored
from tests.sqlite_kit import connection_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(open_store(path)) as store:
        yield store


def people(number: int) -> list[tuple[int, dict[str, object]]]:
    return [(n, member_row(f"1{n:05}", f"Ana Silva{n}", phone=f"044 {n:07}")) for n in range(number)]


def test_a_commit_is_a_moment_and_others_may_write_behind_each(store: Store) -> None:
    ticks, rests = count(), list[int]()
    pace = Pace(work=10, rest=3, now=lambda: next(ticks), sleep=lambda _: rests.append(store.head().seq))
    changes = compared(store, people(95)).changes
    assert write_all(store, changes, Import().take, lambda _: True, pace) == [None] * 95
    assert rests == [*range(11, 95, 10)]  # a row is a tick here, and the gym has a row of its own


def test_a_new_member_costs_few_statements_and_takes_nothing_out(store: Store) -> None:
    said: list[str] = []
    connection_of(store).set_trace_callback(said.append)
    import_members(store, people(200))
    connection_of(store).set_trace_callback(None)
    verbs = Counter(statement.split()[0] for statement in said)
    assert verbs["SELECT"] <= 2 * 200 + 20 * verbs["BEGIN"]
    assert verbs["DELETE"] == 0
    words = sum("INTO words" in statement for statement in said)
    assert words <= 6 * 200


def test_words_are_written_once_a_commit_however_often_a_member_changes(store: Store) -> None:
    add_members(store, [member_row("1", "Ana Silva")])

    def work(tx: Transaction) -> None:
        ana = stored(store, "1")
        for name in ("Bea Berg", "Cem Kaya", "Dea Silva"):
            tx.put_member(Member(id=ana.id, full_name=name, membership_number="1", seq=ana.seq))

    store.write([work])
    assert [len(store.search_members(name, 5)) for name in ("ana", "bea", "kaya", "dea", "silva")] == [0, 0, 0, 1, 1]


def test_the_log_is_short_again_as_soon_as_nobody_reads(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LOG", 200_000)
    log = path.with_name("gym.db-wal")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM gym").fetchall()
        import_members(store, people(500))
        assert log.stat().st_size > 200_000
        reader.execute("COMMIT")
        import_members(store, people(501))
        assert log.stat().st_size <= 200_000
    assert len(list(store.all_members())) == 501


def test_what_the_disk_will_not_do_for_the_log_harms_no_commit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LOG", 0)
    assert isinstance(store, SqliteStore)
    monkeypatch.setattr(store._writer, "_log", Path("/nowhere/gym.db-wal"))
    assert import_members(store, people(1)).taken == 1


def test_a_writer_has_its_turn_a_moment_after_the_other_ends(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 50:
                other.execute("COMMIT")

        monkeypatch.setattr("time.sleep", sleep)
        store.write([lambda tx: tx.touch()])
    assert waits == [writer.TURN] * 50
