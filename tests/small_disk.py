"""A disk so small that a test can fill it, and make it read-only."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest


class SmallDisk:
    """A file system of its own at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    @classmethod
    @contextmanager
    def mounted(cls, path: Path, size: str = "1m") -> Iterator[Self]:
        """Skips the test, with the reason, where this machine does not let us mount one."""
        path.mkdir()
        done = _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(path))
        if done is not None:
            pytest.skip(f"no disk of its own can be mounted here: {done}")
        try:
            yield cls(path)
        finally:
            _run("umount", "-l", str(path))

    def fill(self) -> None:
        """Leaves no byte."""
        with self._ballast.open("ab", buffering=0) as file:
            while True:
                try:
                    file.write(b"\0" * 4096)
                except OSError as error:
                    if error.errno == errno.ENOSPC:
                        return
                    raise

    def empty(self) -> None:
        """There is room again."""
        self._ballast.unlink()

    def remount(self, how: str) -> None:
        """`ro` or `rw`."""
        assert _run("mount", "-o", f"remount,{how}", str(self.path)) is None


def _run(*command: str) -> str | None:
    """Why it did not work; None where it did."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """One of 4 MiB."""
    with SmallDisk.mounted(tmp_path / "disk", "4m") as mounted:
        yield mounted
