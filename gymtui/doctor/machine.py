"""What the machine itself has: versions, a clock, disks, a terminal."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Final, Self, TextIO

from msgspec import Struct

import gymtui
from gymtui import clock as times
from gymtui.config import local_timezone
from gymtui.doctor.finding import Finding
from gymtui.sqlite_file import VERSION
from gymtui.ui.lookout import FREE, sized

SQLITE: Final = (3, 38)  # the oldest that reads our queries
LEAST: Final = 100 * 10**6  # bytes of disk without which nothing goes on
NAMED: Final = ("textual", "websockets")  # those that are said in full
SMALL: Final = (60, 20)  # columns and lines: on fewer not all is seen


def versions(version: Callable[[str], str] = metadata.version, sqlite: tuple[int, ...] = VERSION) -> Iterator[Finding]:
    """Of what runs, and whether all that it needs is there."""
    number = ".".join(map(str, sqlite))
    if missing := [name for name in _needed() if not _is_there(name, version)]:
        yield Finding("versions", "bad", f"{', '.join(missing)} is missing: please install gymtui once more.")
    elif sqlite < SQLITE:
        yield Finding("versions", "bad", f"SQLite {number} is too old: please use a Python with 3.38 or newer.")
    else:
        parts = [f"{name} {version(name)}" for name in NAMED]
        has = ", ".join([f"gymtui {gymtui.__version__}", f"Python {platform.python_version()}", f"SQLite {number}"])
        yield Finding("versions", "ok", f"{has}, {', '.join(parts)}, {platform.system()} {platform.release()}.")


def _needed() -> Iterator[str]:
    """What gymtui is installed with, without its extras and without what only another system has."""
    for line in metadata.requires("gymtui") or ():
        if ";" not in line:
            yield re.split(r"[^\w.-]", line, maxsplit=1)[0]


def _is_there(name: str, version: Callable[[str], str]) -> bool:
    try:
        version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def clock(now: times.Clock = times.now, installed: Path = Path(gymtui.__file__)) -> Iterator[Finding]:
    """A clock that says a time before that of the program itself cannot be right; the server's comes later."""
    at, made = now(), round(installed.stat().st_mtime * 1000)
    told = f"It is {times.to_text(at)}, and the time zone here {local_timezone()}"
    if at < made - times.DAY:
        sentence = f"{told}; gymtui came here later than that: please set this machine's clock."
        yield Finding("clock", "bad", sentence)
    else:
        yield Finding("clock", "ok", f"{told}.")


def disks(
    folders: Iterable[Path], free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
) -> Iterator[Finding]:
    """May what belongs in these folders be written, and is there room?"""
    for folder in folders:
        try:
            there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
            left, may = free(there), os.access(there, os.W_OK | os.X_OK)
        except OSError as error:
            yield Finding("disk", "bad", f"{folder} cannot be looked at ({error.strerror}): please check its rights.")
            continue
        if not may:
            yield Finding("disk", "bad", f"{there} may not be written: please check its rights and its disk.")
        elif left < LEAST:
            yield Finding("disk", "bad", f"{folder} has {sized(left)} left: please free some space on the disk.")
        elif left < FREE:
            yield Finding("disk", "look", f"{folder} has {sized(left)} left: please free some space on the disk soon.")
        else:
            yield Finding("disk", "ok", f"{folder} has {sized(left)} left.")


class Terminal(Struct, frozen=True):
    """What is in front of somebody: no `size` (columns, lines) where there is no terminal."""

    size: tuple[int, int] | None
    encoding: str

    @classmethod
    def of(cls, keys: TextIO, screen: TextIO) -> Self:
        """The one that has these: the screens read the first and write the second."""
        if not keys.isatty() or not screen.isatty():
            return cls(None, screen.encoding)
        size = os.get_terminal_size(screen.fileno())
        return cls((size.columns, size.lines), screen.encoding)


def terminal(terminal: Terminal, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Can it show the screens?"""
    kind = environment.get("TERM", "")
    if terminal.size is None:
        yield Finding("terminal", "look", "Here is none, so no screens: `gymtui tail` and `gymtui admin` do without.")
        return
    columns, lines = terminal.size
    has = f"{kind or 'A terminal without a TERM'}, {columns}x{lines}, {terminal.encoding}"
    if kind in ("", "dumb", "unknown"):
        yield Finding("terminal", "bad", f"{has}: please set TERM to what it is, such as xterm-256color.")
    elif columns < SMALL[0] or lines < SMALL[1]:
        yield Finding("terminal", "look", f"{has}: please make it 80x24, for all to be seen.")
    elif "utf" not in terminal.encoding.lower():
        yield Finding(
            "terminal", "look", f"{has}: signs are shown as letters; for all of them please set LANG=C.UTF-8."
        )
    else:
        yield Finding("terminal", "ok", f"{has}.")
