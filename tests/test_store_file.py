"""The file under the store: who may use it, what it is on disk, and what opening it changes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from server.store import StoreError
from server.store import group_commit as database
from server.store.opening import open_store
from server.store.sql.member_rows import CHANGES, GUESTS_ON
from server.store.sql.queries import NEWS
from server.store.sqlite.file import lock
from server.store.sqlite.store import SqliteStore
from tests.factories import member_row
from tests.gym_kit import make_gym, name_gym
from tests.kit import serving
from tests.small_disk import SmallDisk, disk
from tests.sqlite_kit import reader_of

__all__ = ["disk"]

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """As an account that owns nothing here, and is let into this folder."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    Path().chmod(0o755)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Relative, so that nobody needs the right to the folders above."""
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    yield Path("gym.db")
    os.umask(before)


# --- the lock ------------------------------------------------------------------------------------------------------


def test_whoever_opens_a_gym_first_does_not_keep_the_account_that_serves_it_out(path: Path) -> None:
    open_store(path).close()
    with as_nobody():
        held = lock(path)
        with pytest.raises(StoreError, match="is in use: please stop the server"):
            lock(path, alone=True)
        os.close(held)
        os.close(lock(path, alone=True))


def test_a_lock_that_may_not_be_opened_is_named(path: Path) -> None:
    open_store(path).close()
    Path("gym.db-lock").chmod(0o600)
    with as_nobody(), pytest.raises(StoreError) as caught:
        lock(path)
    reason = "gym.db-lock cannot be opened (Permission denied)"
    assert str(caught.value) == f"{reason}: please check whose it is, and its folder."


def test_a_gym_that_may_not_be_read_is_told_with_its_reason(path: Path) -> None:
    open_store(path).close()
    with (
        as_nobody(),
        pytest.raises(StoreError, match=r"gym\.db cannot be used \(Permission denied\): please check its"),
    ):
        open_store(path)


# --- on disk -------------------------------------------------------------------------------------------------------


def test_a_commit_is_asked_of_the_disk_itself(path: Path) -> None:
    with closing(open_store(path)) as store:
        assert isinstance(store, SqliteStore)
        for db in (store._writer._db, store._reader):
            assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "fullfsync")] == [2, 1]


def test_a_commit_that_changes_nothing_writes_nothing(path: Path) -> None:
    make_gym(path, member_row("1", "Ana"))
    with closing(open_store(path)) as store:
        store.write([lambda tx: tx.begin_epoch(), lambda _: None])
        name_gym(path, name=None, timezone="UTC", capacity=None)
        assert Path("gym.db-wal").stat().st_size == 0
        store.write([lambda tx: tx.touch()])
        assert Path("gym.db-wal").stat().st_size > 0


def test_a_gym_that_has_lost_its_own_row_is_damaged(path: Path) -> None:
    open_store(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM gym")
    with pytest.raises(StoreError, match=r"\(the row of the gym is missing\): it is damaged, please restore a backup"):
        open_store(path)


def test_a_full_disk_is_told_where_a_gym_that_was_closed_is_opened(disk: SmallDisk) -> None:
    path = disk.path / "gym.db"
    make_gym(path, member_row("1", "Ana"))
    disk.fill()
    with pytest.raises(StoreError, match=r"gym\.db cannot be used \(.*\): please free some space on the disk\."):
        open_store(path)
    disk.empty()
    open_store(path).close()


async def test_a_server_that_was_killed_on_a_full_disk_starts_on_it_and_is_not_ready(
    disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "COMMIT_COUNTS", 0.0)
    path = disk.path / "gym.db"
    make_gym(path, member_row("1", "Ana"))
    with closing(open_store(path)) as killed:  # what it had beside the file is there
        killed.write([lambda tx: tx.touch()])
        disk.fill()
        name_gym(path, name=None, timezone=None, capacity=None)
        async with serving(path) as server:
            told = [await server._database.probe() for _ in range(3)]  # its log may have room for one or two more
            assert str(told[-1]).endswith("(database or disk is full): please free some space on the disk.")
            disk.empty()
            assert await server._database.probe() is None


@pytest.mark.parametrize(
    ("asked", "values", "index"),
    [
        (NEWS, (9, 9), "journal_visits (seq<?)"),
        (GUESTS_ON, (9, "2026-11-18"), "members_guests (seq>?)"),
        (CHANGES, (9, b"id"), "journal_members (seq>?)"),
    ],
)
def test_what_is_asked_all_day_looks_at_few_of_the_rows(
    asked: str, values: tuple[object, ...], index: str, tmp_path: Path
) -> None:
    with closing(open_store(tmp_path / "gym.db")) as store:
        plan = [row[3] for row in reader_of(store).execute(f"EXPLAIN QUERY PLAN {asked}", values)]
    assert f"USING INDEX {index}" in plan[0]
    assert not any("SCAN journal" in step or "members_by_seq" in step for step in plan)
