"""Backups: copies of a gym made beside its server."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from gymtui import clock
from server.admin import backup
from server.admin.verify import check
from server.store import BackupError, StoreError, opening
from server.store.opening import back_up, last_backup, open_store, put_back
from tests.backup_kit import _no_file_is_left_open, file, in_folder, path, rows, sound, till
from tests.factories import member_row
from tests.gym_kit import make_gym
from tests.sqlite_kit import age
from tests.till import Till
from tests.waiting import WITHIN

__all__ = ["_no_file_is_left_open", "file", "path"]


BACKUP = """
import sqlite3, sys
from pathlib import Path
from gymtui.cli import main
from server.store.sqlite import backup
def slowly(go_on, done, total):
    if done:
        print("amid", flush=True)
        sys.stdin.read()
    return was(go_on, done, total)
was, backup._look_up = backup._look_up, slowly
main(["admin", "backup", sys.argv[2], "--database", sys.argv[1]])
"""


def test_a_backup_is_the_gym_in_one_file_for_its_owner(path: Path, file: Path) -> None:
    with closing(till(path).store):
        assert back_up(path, file) == 4
        assert rows(file) == rows(path)
    assert in_folder(file) == ["gym.bak"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert sound(file)


def test_a_gym_knows_when_it_was_copied_and_a_copy_too(path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(till(path).store):
        assert last_backup(path) is None
        monkeypatch.setattr(clock, "now", lambda: 1_700_000_000_000)
        back_up(path, file)
        assert (last_backup(path), last_backup(file)) == (1_700_000_000_000,) * 2
        monkeypatch.setattr(clock, "now", lambda: 1_800_000_000_000)
    put_back(file, path)
    assert last_backup(path) == 1_700_000_000_000


def test_a_gym_of_an_older_version_is_copied_as_before(
    path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(till(path).store) as store:
        age(store, 22)
    back_up(path, file)
    assert (capsys.readouterr().err, rows(file) == rows(path)) == ("", True)


@pytest.mark.slow
def test_a_backup_is_of_one_moment_though_the_gym_goes_on(
    path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gym = Till(path, *(member_row(str(n), f"Member {n}", notes="x" * 900) for n in range(3000)))
    going, stop = Event(), Event()

    def write() -> None:
        for n in range(10**5):  # a copy that each commit starts anew would not end before this does
            gym.check_in(str(n % 3000))
            gym.check_out(str(n % 3000))
            going.set()
            if stop.is_set():
                return

    with closing(gym.store):
        writer = Thread(target=write)
        writer.start()
        going.wait()
        before = gym.seq
        backup.backup(database=str(path), file=file)
        assert writer.is_alive()
        stop.set()
        writer.join()
        with opening.audit(file) as tables:
            report = check(tables)
        assert report.wrong == []
        assert before <= report.rows <= gym.seq
    assert capsys.readouterr().out == (
        f"{path} as it is now is in {file}, with the journal up to its row {report.rows:,}.\n"
    )


def test_an_older_backup_is_replaced(path: Path, file: Path) -> None:
    gym = till(path)
    with closing(gym.store):
        back_up(path, file)
        gym.check_out("1")
        back_up(path, file)
        assert rows(file) == rows(path)
    assert len(rows(file)) == 5
    assert in_folder(file) == ["gym.bak"]


def test_a_backup_takes_the_place_of_nothing_else(path: Path, tmp_path: Path) -> None:
    open_store(path).close()
    make_gym(tmp_path / "other.db")
    (tmp_path / "thesis.txt").write_text("All of it.")
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(BackupError, match=r"is the database itself: please name another file"):
        back_up(path, path)
    with pytest.raises(BackupError, match=r"is a gym's database, and no backup: please name another file"):
        back_up(path, tmp_path / "other.db")
    with pytest.raises(BackupError, match=r"is there already, and is no backup: please name another file"):
        back_up(path, tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "All of it."
    assert (tmp_path / "other.db").read_bytes() == before


@pytest.mark.parametrize("name", ["nowhere/gym.bak", "gym.db/gym.bak", "x" * 300])
def test_a_backup_that_cannot_be_written_is_told(path: Path, name: str) -> None:
    open_store(path).close()
    with pytest.raises((BackupError, StoreError), match=r"(cannot be written|is no backup).*please name another file"):
        back_up(path, path.parent / name)
    assert [left for left in in_folder(path) if left.startswith(".")] == []


def test_where_there_is_no_gym_there_is_no_backup(path: Path, file: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no gym in .*gym\.db: please name another file"):
        back_up(path, file)
    path.write_text("Dear diary, today I went to the gym.")
    with pytest.raises(StoreError, match="is not a database of gymtui"):
        back_up(path, file)
    assert in_folder(file) == []
    assert not path.with_name("gym.db-lock").exists()


def test_a_damaged_gym_makes_no_backup(path: Path, file: Path) -> None:
    Till(path, *(member_row(str(n), f"Member {n}", notes="x" * 900) for n in range(200))).store.close()
    data = bytearray(path.read_bytes())
    half = len(data) // 2 // 4096 * 4096
    data[half : half + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    with pytest.raises(BackupError, match=r"is damaged|cannot be copied"):
        back_up(path, file)
    assert in_folder(file) == []


@pytest.mark.slow
@pytest.mark.parametrize(("asked_to_end", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_backup_that_is_broken_off_leaves_no_half_of_one(
    path: Path, file: Path, asked_to_end: signal.Signals, code: int
) -> None:
    Till(path, *(member_row(str(n), f"Member {n}", notes="x" * 900) for n in range(3000))).store.close()
    running = subprocess.Popen(
        [sys.executable, "-c", BACKUP, path, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "amid\n"
    for _ in range(1 if asked_to_end is signal.SIGINT else 200):
        running.send_signal(asked_to_end)
    running.communicate(timeout=WITHIN)
    assert running.returncode == code
    assert not file.exists()
    assert asked_to_end == signal.SIGKILL or in_folder(file) == []


def test_a_server_that_looks_for_its_last_backup_keeps_its_log(path: Path) -> None:
    """Another program that closes the file deletes the log where nobody holds it, and what is in it is lost."""
    with closing(open_store(path)) as store:
        store.write([lambda tx: tx.touch()])
        assert last_backup(path) is None
        other = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT * FROM gym'); db.close()"
        subprocess.run([sys.executable, "-c", other, str(path)], check=True)
        assert path.with_name(f"{path.name}-wal").exists()
