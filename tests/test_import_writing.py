"""How an import writes: a moment at a time, with few statements, and a log that stays short. Counted, not timed."""

from __future__ import annotations

import fcntl
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import repeat
from pathlib import Path
from typing import cast

import pytest

from gymtui.protocol import Member
from server.admin.importing.members import compared, import_members
from server.gym.importing.taking import Import
from server.gym.importing.writing import Pace, write_all
from server.store import Store, Transaction, Work
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


class Turns:
    """A store, as far as work is written to it, on a clock on which each thing takes one; `waits` until each turn."""

    def __init__(self, waits: Iterable[float]) -> None:
        self.at = 0.0
        self.sizes: list[int] = []
        self._waits = iter(waits)

    def write(self, works: Sequence[Work]) -> None:
        self.at += next(self._waits)
        for work in works:
            work(cast("Transaction", self))

    def do(self, _: Transaction, part: Sequence[int]) -> list[str | None]:
        self.at += len(part)
        self.sizes.append(len(part))
        return [None] * len(part)

    def sizes_of(self, things: int, pace: Pace) -> list[int]:
        said = write_all(
            cast("Store", self), range(things), self.do, lambda _: True, pace._replace(now=lambda: self.at)
        )
        assert said == [None] * things
        return self.sizes


def test_a_commit_is_a_moment_however_long_each_thing_takes() -> None:
    assert Turns(repeat(0)).sizes_of(65, Pace(least=10, most=10)) == [20, 10, 10, 10, 10, 5]


def test_it_is_longer_while_nobody_waits_and_short_again_once_somebody_does() -> None:
    waits = [0, 0, 0, 0, 1, 1, 0, *repeat(0, 9)]
    sizes = Turns(waits).sizes_of(400, Pace(least=20, most=60, soon=0.5))
    assert sizes[:8] == [20, 30, 45, 60, 60, 20, 20, 30]


def test_a_slow_disk_makes_commits_of_one_thing_and_no_less() -> None:
    assert Turns(repeat(0)).sizes_of(23, Pace(least=0.5, most=0.5)) == [20, 1, 1, 1]


def test_new_members_cost_few_statements_and_take_nothing_out(store: Store) -> None:
    changes, said = compared(store, people(1000)).changes, list[str]()
    connection_of(store).set_trace_callback(said.append)
    write_all(store, changes, Import("a list").take_all, lambda _: True, Pace(now=lambda: 0.0))
    connection_of(store).set_trace_callback(None)
    verbs = Counter(statement.split()[0] for statement in said)
    assert verbs["BEGIN"] == 6  # 20, 40, 80, 160, 320, 380
    assert verbs["SELECT"] <= 10 * verbs["BEGIN"]
    assert verbs["DELETE"] == 0
    into = Counter(statement.split("INTO ")[1].split()[0] for statement in said if "INTO " in statement)
    assert (into["journal"], into["members"], into["imported"]) == (1000, 1000, 1000)
    assert into["words"] <= 6 * 1000


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


def test_a_writer_has_its_turn_a_moment_after_the_other_ends_and_keeps_it_meanwhile(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as other, path.with_name("gym.db-turn").open() as turn:
        other.execute("BEGIN IMMEDIATE")

        def sleep(seconds: float) -> None:
            with pytest.raises(BlockingIOError):
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            waits.append(seconds)
            if len(waits) == 50:
                other.execute("COMMIT")

        monkeypatch.setattr("time.sleep", sleep)
        store.write([lambda tx: tx.touch()])
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the next one's
    assert waits == [writer.TURN] * 50


def test_whoever_waits_comes_before_whoever_writes_again(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    with path.with_name("gym.db-turn").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 5:
                fcntl.flock(turn, fcntl.LOCK_UN)

        monkeypatch.setattr("time.sleep", sleep)
        store.write([lambda tx: tx.touch()])
    assert waits == [writer.TURN] * 5


def test_who_has_the_turn_and_stands_still_keeps_nobody_for_ever(path: Path) -> None:
    with closing(open_store(path, patience=0)) as store, path.with_name("gym.db-turn").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        assert import_members(store, people(1)).taken == 1
