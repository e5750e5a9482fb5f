"""`gymtui doctor`: each kind of trouble of the machine and of the gym's database is told, with what to do."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import metadata
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.doctor import database, machine
from gymtui.doctor.machine import Terminal
from server.store import opening
from tests.doctor_kit import told, way_to
from tests.kit import serving

NOW = clock.now()


# --- the machine --------------------------------------------------------------------------------------------------


def test_versions_that_cannot_be_are_bad() -> None:
    def lacks(name: str) -> str:
        if name == "textual":
            raise metadata.PackageNotFoundError(name)
        return "1"

    assert told(machine.versions())["versions"][0] == "ok"
    assert told(machine.versions(lacks))["versions"] == ("bad", "textual is missing: please install gymtui once more.")
    mark, sentence = told(machine.versions(sqlite=(3, 37, 2)))["versions"]
    assert (mark, "SQLite 3.37.2 is too old: please use a Python with" in sentence) == ("bad", True)


def test_a_clock_before_the_program_itself_is_bad(tmp_path: Path) -> None:
    made = tmp_path / "gymtui.py"
    made.touch()
    assert told(machine.clock(lambda: NOW, made))["clock"][0] == "ok"
    mark, sentence = told(machine.clock(lambda: 0, made))["clock"]
    assert (mark, sentence.startswith("It is 1970-01-01T00:00:00.000Z")) == ("bad", True)
    assert "please set this machine's clock" in sentence


@pytest.mark.parametrize(("left", "mark"), [(99_000_000, "bad"), (999_000_000, "look"), (2 << 30, "ok")])
def test_a_disk_with_little_room_is_told(left: int, mark: str, tmp_path: Path) -> None:
    found = told(machine.disks([tmp_path / "not" / "made" / "yet"], lambda _: left))["disk"]
    assert found[0] == mark
    assert ("please free some space" in found[1]) is (mark != "ok")


def test_a_folder_that_may_not_be_written_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write any
    mark, sentence = told(machine.disks([tmp_path]))["disk"]
    assert (mark, sentence) == ("bad", f"{tmp_path} may not be written: please check its rights and its disk.")


@pytest.mark.parametrize(
    ("terminal", "kind", "mark", "step"),
    [
        (Terminal((80, 24), "utf-8"), "xterm-256color", "ok", ""),
        (Terminal(None, "utf-8"), "xterm", "look", "`gymtui tail` and `gymtui admin` do without"),
        (Terminal((80, 24), "utf-8"), "dumb", "bad", "please set TERM"),
        (Terminal((80, 24), "utf-8"), "", "bad", "please set TERM"),
        (Terminal((59, 24), "utf-8"), "xterm", "look", "please make it 80x24"),
        (Terminal((80, 24), "ANSI_X3.4-1968"), "xterm", "look", "please set LANG=C.UTF-8"),
    ],
)
def test_a_terminal_is_looked_at(terminal: Terminal, kind: str, mark: str, step: str) -> None:
    found = told(machine.terminal(terminal, {"TERM": kind}))["terminal"]
    assert (found[0], step in found[1]) == (mark, True)


# --- the database -------------------------------------------------------------------------------------------------


def looked(path: Path, *, is_here: bool = False, now: int = NOW) -> dict[str, tuple[str, str]]:
    return told(database.look(str(path), is_here=is_here, now=lambda: now))


@contextmanager
def changed(path: Path) -> Iterator[sqlite3.Connection]:
    """The file itself, behind the back of what reads it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        yield db


def test_a_gym_that_is_not_there_is_told_where_a_server_should_be(tmp_path: Path) -> None:
    path = tmp_path / "gym.db"
    assert looked(path)["database"] == ("ok", f"No gym is in {path}, and a desk needs none.")
    assert looked(path, is_here=True)["database"] == ("look", f"No gym is in {path}: `gymtui serve` makes one there.")
    assert not path.exists()


def test_a_file_that_is_no_gym_is_bad(tmp_path: Path) -> None:
    path = tmp_path / "gym.db"
    path.write_text("no database, and long enough to be one")
    mark, sentence = looked(path)["database"]
    assert (mark, sentence) == ("bad", f"{path} is not a database of gymtui: please name another file.")


def test_a_gym_of_another_version_is_told_and_left_as_it_is(gym: Path) -> None:
    with changed(gym) as db:
        version = db.execute("UPDATE gym SET schema_version = schema_version - 1 RETURNING schema_version").fetchone()
        assert looked(gym)["database"][0] == "look"
        assert db.execute("SELECT schema_version FROM gym").fetchone() == version
        db.execute("UPDATE gym SET schema_version = 1000")
    mark, sentence = looked(gym)["database"]
    assert (mark, "please update this one" in sentence) == ("bad", True)


def test_a_gym_that_somebody_keeps_locked_is_bad(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = opening.open_store
    monkeypatch.setattr(opening, "open_store", lambda path: opened(path, patience=0.01))
    with changed(gym) as db:
        db.execute("BEGIN IMMEDIATE")
        mark, sentence = looked(gym)["database"]
    assert (mark, "please end the program that keeps it locked" in sentence) == ("bad", True)


def test_a_gym_that_nobody_can_log_in_to_is_told(tmp_path: Path) -> None:
    with opening.opened(tmp_path / "gym.db"):
        pass
    assert "`gymtui admin users add NAME --role manager` adds somebody" in looked(tmp_path / "gym.db")["database"][1]


def test_the_age_of_the_backup_is_told(gym: Path, tmp_path: Path) -> None:
    assert looked(gym)["backup"][0] == "look"
    opening.back_up(gym, tmp_path / "copy.db")
    assert looked(gym)["backup"][0] == "ok"
    mark, sentence = looked(gym, now=NOW + 8 * clock.DAY)["backup"]
    assert (mark, "days old: `gymtui admin backup FILE` makes one" in sentence) == ("look", True)


def test_a_clock_behind_the_gyms_newest_row_is_bad(gym: Path) -> None:
    assert "clock" not in looked(gym, now=clock.now())  # the gym is younger than this module
    mark, sentence = looked(gym, now=NOW - clock.DAY)["clock"]
    assert (mark, "still to come: please set this machine's clock" in sentence) == ("bad", True)


async def test_a_server_beside_it_goes_on(gym: Path) -> None:
    async with serving(gym) as server:
        before = server.hub.head
        found = await asyncio.to_thread(looked, gym)
        assert found["database"][0] == "ok"
        assert (await way_to(server.url))["server"] == ("ok", "It is there, and takes commands.")
        assert server.hub.head == before
