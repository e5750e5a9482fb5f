"""What the tests of backup and restore share: where both files are, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.admin.verify import check
from server.store import opening
from server.store.sqlite.file import open_to_read
from tests.factories import member_row
from tests.till import Till


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the gym's database is, in a folder of its own."""
    (tmp_path / "gym").mkdir()
    return tmp_path / "gym" / "gym.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where its backup goes, in another folder."""
    (tmp_path / "safe").mkdir()
    return tmp_path / "safe" / "gym.bak"


def in_folder(path: Path) -> list[str]:
    """The names beside it: what a copy leaves behind would be seen here."""
    return sorted(name.name for name in path.parent.iterdir())


def sound(path: Path) -> bool:
    """Does `verify` find nothing wrong in it?"""
    with opening.audit(path) as tables:
        return check(tables).wrong == []


def rows(path: Path) -> list[Any]:
    """Its journal as it is on disk, row by row."""
    with closing(open_to_read(path)) as db:
        return db.execute("SELECT * FROM journal").fetchall()


def till(path: Path) -> Till:
    """A gym of Ana, who is in, and Ben."""
    gym = Till(path, member_row("1", "Ana"), member_row("2", "Ben"))
    gym.check_in("1")
    return gym


@pytest.fixture(autouse=True)
def _no_file_is_left_open() -> Iterator[None]:
    before = len(list(Path("/proc/self/fd").iterdir()))
    yield
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
