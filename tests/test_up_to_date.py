"""A copy of an older version is brought up to date before the screen is there, and the terminal says so meanwhile."""

from __future__ import annotations

import os
import pty
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gymtui import output
from gymtui.client import Replica
from gymtui.client.replica.schema import VERSIONS
from gymtui.programs import desk
from gymtui.protocol import Member
from tests.finding_kit import filled
from tests.sqlite_kit import age_copy

BEFORE = next(version for version, script in enumerate(VERSIONS) if "index_words" in script)


def older(path: Path, members: int) -> Path:
    """A desk's copy as the version before the last change of the index left it."""
    with closing(Replica(path)) as replica:
        filled(replica, [Member(id=f"m{n}", seq=n, full_name=f"Ana {n}") for n in range(1, members + 1)])
    age_copy(path, BEFORE)
    return path


def test_how_far_it_is_is_told(tmp_path: Path) -> None:
    told = list[tuple[int, int]]()
    Replica(older(tmp_path / "desk-1.db", 3), lambda *so_far: told.append(so_far)).close()
    assert told == [(1, 3), (2, 3), (3, 3)]
    Replica(tmp_path / "desk-1.db", lambda *so_far: told.append(so_far)).close()
    Replica(tmp_path / "desk-2.db", lambda *so_far: told.append(so_far)).close()
    assert len(told) == 3


def test_the_terminal_says_it_a_hundred_times_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = list[str]()
    monkeypatch.setattr(output, "announce", lines.append)
    with desk._replica(older(tmp_path / "desk-1.db", 250), "bar"):
        pass
    said = "◆ gymtui · bringing 250 members of this desk up to date: "
    assert [lines[0], lines[-2], lines[-1]] == [f"{said}1 %", f"{said}99 %", f"{said}writing them down"]
    assert 100 <= len(lines) <= 126


def test_so_are_the_copies_of_other_desks_before_the_screen_looks_for_their_queues(tmp_path: Path) -> None:
    others = [older(tmp_path / f"desk-{n}.db", 2) for n in (1, 2)]
    (tmp_path / "desk-3.db").write_bytes(b"no copy of a desk, but long enough to be one")
    desk._bring_up_to_date(tmp_path)
    for path in others:
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA user_version").fetchone() == (len(VERSIONS),)


def test_a_line_is_announced_over_the_one_before_and_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output.announce("to a file")
    assert capsys.readouterr().err == ""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal, os.fdopen(ours, "rb"):
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((10, 24)))
        output.announce("one \x1b[2Jtwo three")
        assert os.read(ours, 100) == b"one [2Jtw\x1b[K\r"
