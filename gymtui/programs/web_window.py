"""A window of `gymtui web`: a desk that begins without a login and leaves nothing behind but what waits to be sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Final

from gymtui.client.login.token_file import NoTokenFile
from gymtui.client.replica.replica import Replica, ReplicaError, ReplicaInUse
from gymtui.config import data_folder
from gymtui.preferences import Theme
from gymtui.programs.desk import file_of, open_desk

NAME: Final = 56  # characters of a desk's name before its number

logger = logging.getLogger(__name__)


def open_window(number: int, *, url: str, desk: str, theme: Theme, keys: Mapping[str, str]) -> None:
    """The desk, until the page goes. Whoever opens one finds neither a login nor members of whoever was there before:
    both are kept for the terminal of one person, and a page is for anybody who can reach it."""
    folder = data_folder() / "web"
    clear(folder)
    try:
        name = free_name(folder, url, desk, number)
        open_desk(folder, url=url, user=None, desk=name, token=None, theme=theme, keys=keys, shared=NoTokenFile())
    finally:
        clear(folder)


def free_name(folder: Path, url: str, desk: str, number: int) -> str:
    """`web 3`, or further on where a queue waits under that name: the next window of its gym sends it."""
    names = (f"{desk[:NAME]} {further}" for further in count(number, 100))
    return next(name for name in names if not file_of(folder, url, name).exists())


def clear(folder: Path) -> None:
    """Takes away the copies of desks that no window has open and in which nothing waits."""
    for file in folder.glob("desk-*.db"):
        try:
            with closing(Replica(file)) as left:
                is_waiting = bool(left.outbox.rows())
                if not is_waiting:
                    file.unlink()
        except ReplicaInUse:
            continue
        except (ReplicaError, OSError) as error:
            logger.warning("A copy that was left here stays: %s", error)
            continue
        if not is_waiting:
            for end in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    file.with_name(file.name + end).unlink()
