"""Databases made once in a process, and copied from then on: to make the tables is most of what a short test costs.

What is drawn by lot when a gym is founded (its epoch, its keys) is the same in all copies of one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gymtui import sqlite_file


def copy(make: Callable[[Path], None], path: Path) -> None:
    """What `make` makes at a path, at this one."""
    sqlite_file.make_private(path)
    path.write_bytes(_made(make))


@cache
def _made(make: Callable[[Path], None]) -> bytes:
    """The whole file: its log is in it as soon as the last connection has been closed."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gym.db"
        make(path)
        return path.read_bytes()
