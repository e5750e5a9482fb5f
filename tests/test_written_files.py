"""Every file that a person names, or might: written beside and renamed, for its owner, over nothing that is no such
file."""

from __future__ import annotations

import logging
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from gymtui import logs
from gymtui.client.replica.replica import Replica
from gymtui.client.replica.schema import ReplicaError
from gymtui.errors import GymError
from gymtui.preferences import Choices, ChoicesFile
from gymtui.protocol import Member
from server.admin import lists
from server.admin.export_file import ExportError
from server.admin.exports import write_members
from server.store.errors import BackupError
from server.store.opening import back_up, open_store

OTHERS = {
    "gym.log": b"2026-11-22 09:00:00 INFO server: listening\n",
    "policy.toml": b'payment_overdue = "refuse"\n',
    "thesis.csv": b"full_name,number\nAna,1\n",
    "gym.db-wal": b"",
    "desk-1.lock": b"",
}
EXPORTS: list[Callable[..., None]] = [lists.members_export, lists.check_ins_export, lists.roll_call_export]


@pytest.mark.parametrize("export", EXPORTS)
def test_an_export_takes_the_place_of_nothing_else(
    gym: Path, tmp_path: Path, export: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "gym.bak"
    back_up(gym, backup)
    others = {tmp_path / name: content for name, content in OTHERS.items()}
    for file, content in others.items():
        file.write_bytes(content)
    others |= {file: file.read_bytes() for file in (gym, backup)}
    for file, content in others.items():
        with pytest.raises(ExportError, match=r"is there already, and is no export: please name another file\.$"):
            export(database=str(gym), file=file)
        assert file.read_bytes() == content
    with pytest.raises(ExportError, match="is no export"):
        export(database=str(gym), file=tmp_path / "new.db-wal")
    open_store(gym).close()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("export", EXPORTS)
def test_an_older_export_and_an_empty_file_may_be_replaced(
    gym: Path, tmp_path: Path, export: Callable[..., None]
) -> None:
    file, link = tmp_path / "out.csv", tmp_path / "link.csv"
    file.touch()
    link.symlink_to(file)
    for before in EXPORTS:
        before(database=str(gym), file=file)
        export(database=str(gym), file=link)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert link.is_symlink()
    assert file.read_bytes().count(b"\n") >= 1
    assert [left.name for left in tmp_path.iterdir() if left.name.startswith(".")] == []


def test_an_export_that_is_broken_off_leaves_the_older_one(gym: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    lists.members_export(database=str(gym), file=file)
    before = file.read_bytes()

    def broken() -> Iterable[Member]:
        yield Member(id="m", full_name="Ana")
        _interrupt()

    with pytest.raises(KeyboardInterrupt):
        write_members(file, broken())
    assert file.read_bytes() == before
    assert [left.name for left in tmp_path.iterdir() if left.name.startswith(".")] == []


def _interrupt() -> NoReturn:
    raise KeyboardInterrupt


def test_where_there_is_no_gym_nothing_is_exported_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(GymError, match="There is no gym in"):
        lists.members_export(database=str(tmp_path / "g.db"), file=tmp_path / "g.db")
    assert list(tmp_path.iterdir()) == []


def test_an_export_goes_into_a_pipe_too(gym: Path) -> None:
    command = (sys.executable, "-m", "gymtui.cli", "admin", "members", "export", "/dev/stdout", "--database", str(gym))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("member_id,")
    assert done.stderr == ""


def test_a_backup_has_no_name_that_belongs_to_a_database(gym: Path) -> None:
    with pytest.raises(BackupError, match="a name that belongs to a database: please name another file"):
        back_up(gym, gym.with_name("other.db-wal"))
    assert not gym.with_name("other.db-wal").exists()


@pytest.fixture
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers = [logging.StreamHandler()]
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers = before


@pytest.mark.usefixtures("_logging")
def test_a_log_is_for_its_owner_and_is_added_to_no_other_file(gym: Path, tmp_path: Path) -> None:
    file, before = tmp_path / "logs" / "desk.log", gym.read_bytes()
    logs.to_file(file)
    logging.getLogger("x").error("hello")
    assert "hello" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (tmp_path / "monitor.log").symlink_to(gym)
    (tmp_path / "folder.log").mkdir()
    for other in ("monitor.log", "folder.log"):
        with pytest.raises(GymError, match=r"is there already, and is no log: please move it away\.$|cannot be used"):
            logs.to_file(tmp_path / other)
    logging.getLogger("x").error("still there")
    assert "still there" in file.read_text()
    assert gym.read_bytes() == before


def test_a_short_file_is_no_replica(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Call Ana.")
    with pytest.raises(ReplicaError, match="is no copy of a desk"):
        Replica(path)
    assert path.read_text() == "Call Ana."


def test_what_is_no_choices_is_kept_beside_them(tmp_path: Path) -> None:
    (tmp_path / "choices.json").write_text("my own notes")
    file = ChoicesFile(tmp_path)
    file.keep(user="ana")
    assert file.read() == Choices(user="ana")
    assert (tmp_path / "choices.aside").read_text() == "my own notes"
