"""Where a tail begins: at a row of the journal, at a time, or where its cursor file says that the last one stopped."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

import msgspec
from msgspec import Struct

from gymtui.errors import GymError, WrongUsage
from gymtui.private_file import may_replace, write_private
from gymtui.unreadable import UNREADABLE


class Cursor(Struct, frozen=True, forbid_unknown_fields=True):
    """The last row that was printed: `seq` of the history `epoch`."""

    epoch: str
    seq: int


class CursorFile:
    """A cursor on disk, written beside and renamed. WrongUsage where there is something else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if not may_replace(path, _is_cursor):
                raise WrongUsage(f"{path} is there already, and is no cursor of a tail: please name another file.")
            content = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise WrongUsage(f"{path} cannot be read: {error.strerror}.") from error
        self.found = msgspec.json.decode(content, type=Cursor) if content else None

    def write(self, cursor: Cursor) -> None:
        """On disk when it returns; GymError."""
        try:
            write_private(self._path.resolve(), msgspec.json.encode(cursor))
        except OSError as error:
            raise GymError(f"{self._path} cannot be written: {error.strerror}. Please free some space.") from error


def _is_cursor(head: bytes) -> bool:
    try:
        msgspec.json.decode(head, type=Cursor)
    except UNREADABLE:
        return False
    return True


def to_ms(time: datetime, zone: tzinfo) -> int:
    """By the clock on the gym's wall, where it does not say another. WrongUsage for a time that there is not."""
    try:
        return round((time if time.tzinfo else time.replace(tzinfo=zone)).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise WrongUsage(f"{time} is no time to begin at: please give another --since.") from error
