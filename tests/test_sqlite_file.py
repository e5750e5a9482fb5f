"""The file of the SQLite engine: is it ours, is it of today, what else holds it, is there room?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.store import StoreError, StoreUnavailable
from server.store.opening import open_store
from server.store.sqlite import file
from server.store.sqlite.schema import APPLICATION_ID, MIGRATIONS
from tests.factories import member_row
from tests.gym_kit import add_members
from tests.sqlite_kit import connection_of, hold
from tests.till import Till, command


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


def test_two_gyms_are_two_journals(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "a")) as a, closing(open_store(tmp_path / "b")) as b:
        assert a.epoch() != b.epoch()
        assert a.signing_keys() != b.signing_keys()


def test_every_commit_is_on_disk_before_anyone_hears_of_it(path: Path) -> None:
    with closing(open_store(path)) as store:
        assert connection_of(store).execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection_of(store).execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


@pytest.mark.parametrize("name", ["ein Verzeichnis ä/g#y?m%20.db", "'quoted'.db"])
def test_a_file_may_be_called_anything(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    for _ in range(2):
        open_store(path).close()
    assert path.exists()


def test_an_empty_file_becomes_a_gym(path: Path) -> None:
    path.touch()
    with closing(open_store(path)) as store:
        assert store.head().seq == 1


def test_a_migration_that_fails_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE more (x);\nCREATE TABLE gym (x)"))
    with pytest.raises(StoreError, match="table gym already exists"):
        open_store(path)
    monkeypatch.undo()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    open_store(path).close()


def test_a_database_of_another_program_is_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE gym (x)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is a database of another program: please name another file"):
        open_store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", [b"full_name,number\n" * 100, b"\x00" * 5000, b"x"])
def test_a_file_that_is_no_database_is_left_as_it_is(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    with pytest.raises(StoreError, match="is not a database of gymtui: please name another file"):
        open_store(path)
    assert path.read_bytes() == text


def test_a_file_of_a_newer_gymtui_is_left_as_it_is(path: Path) -> None:
    open_store(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE gym SET schema_version = 99")
    with pytest.raises(StoreError, match="was made by a newer gymtui: please update this one"):
        open_store(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT schema_version FROM gym").fetchone() == (99,)
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


@pytest.mark.parametrize("name", [".", "nowhere/gym.db", "file/gym.db", "x" * 300])
def test_a_path_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(tmp_path / name)


def test_a_damaged_file_is_told(path: Path) -> None:
    open_store(path).close()
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(path)


def test_a_file_that_another_program_writes_is_waited_for_and_told(path: Path) -> None:
    open_store(path).close()
    with closing(hold(path)), pytest.raises(StoreError, match="database is locked"):
        open_store(path, patience=0)
    open_store(path, patience=0).close()


def test_a_locked_database_is_unavailable_and_comes_back(path: Path) -> None:
    with closing(Till(path, member_row("1", "Ana")).store):
        pass
    with closing(open_store(path, patience=0)) as store:
        before = store.head()
        with closing(hold(path)), pytest.raises(StoreUnavailable, match="cannot use its database just now"):
            store.write([command("1", "a")])
        assert store.head() == before
        outcomes, _ = store.write([command("1", "a")])
        assert outcomes[0].error is None


def test_a_full_disk_is_unavailable_and_comes_back(path: Path) -> None:
    with closing(Till(path, member_row("1", "Ana")).store) as store:
        before = store.head()
        pages = connection_of(store).execute("PRAGMA page_count").fetchone()[0]
        connection_of(store).execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreUnavailable, match="full"):
            add_members(store, [member_row(str(n), f"Name {n}", notes="x" * 900) for n in range(2, 40)])
        assert store.head() == before
        connection_of(store).execute("PRAGMA max_page_count = 1000000")
        outcomes, _ = store.write([command("1", "a")])
        assert outcomes[0].error is None
