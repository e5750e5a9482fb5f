"""Private files, written atomically: mode 0600, written beside, fsync, rename, fsync of the folder."""

from __future__ import annotations

import fcntl
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

HEAD: Final = 4096  # bytes that say what a file is
PARTS: Final = (".lock", "-lock", "-turn", "-wal", "-shm", "-journal")  # how files end that belong to a database


def read_private(path: Path, most: int) -> bytes:
    """The first `most` bytes of it. FileNotFoundError; OSError also where others than its owner could have read or
    written it, or where it is a link."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(file, "rb") as opened:
        status = os.fstat(file)
        if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
            raise PermissionError("others may read it (chmod 600 keeps them out)")
        return opened.read(most)


def write_private(path: Path, content: bytes) -> None:
    """Takes the place of what was there, durable when it returns; a power cut leaves the one or the other, whole.
    OSError."""
    with beside(path) as fresh:
        fresh.write_bytes(content)
        put_in_place(fresh, path)


def may_replace(path: Path, is_ours: Callable[[bytes], bool]) -> bool:
    """May a new file of ours take this place? Where nothing is, or an empty file, or one whose first bytes are ours;
    never what is no file, and no name that belongs to a database. OSError."""
    if path.name.endswith(PARTS):
        return False
    try:
        status = path.stat()
    except FileNotFoundError:
        return True
    if not stat.S_ISREG(status.st_mode):
        return False
    with path.open("rb") as opened:
        head = opened.read(HEAD)
    return not head or is_ours(head)


def is_stream(path: Path) -> bool:
    """Is it a pipe, a terminal, /dev/null: written to, and nothing is lost by it? OSError."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def may_append(path: Path) -> bool:
    """May lines be added to it: is it a file, and has no bytes that no text has? OSError."""
    if not path.is_file():
        return False
    with path.open("rb") as opened:
        return b"\0" not in opened.read(HEAD)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """An empty file beside `path`, 0600; unless `put_in_place` has renamed it by the end, it is removed. OSError.

    Beside, since a rename is atomic only within one file system.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def put_in_place(fresh: Path, path: Path) -> None:
    """Renames it to `path`; both what is in it and its name are durable when it returns. OSError."""
    sync(fresh)
    fresh.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """fsync: what was written to the file, or what happened to the names in the folder, is durable. OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        if sys.platform == "darwin":  # there it has only left for the disk
            with suppress(OSError):  # some disks do not know more
                fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    finally:
        os.close(handle)
