"""Output: what is printed on stdout is written, or ends the program with a sentence; a full disk is not passed over."""

from __future__ import annotations

import io
import os
import select
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from gymtui.errors import GymError
from gymtui.printable import printable


class OutputLost(GymError):
    """What was printed cannot be written."""


class _Checked(io.FileIO):
    def write(self, data: Any, /) -> int:
        try:
            while (written := cast("int | None", super().write(data))) is None:
                select.select([], [self], [])  # it was made non-blocking by whoever else has it, and takes no more now
        except BrokenPipeError:  # nobody reads any more, which is no failure
            raise
        except OSError as error:
            raise OutputLost(
                f"The output cannot be written ({error.strerror}): please free some space, or send it elsewhere."
            ) from error
        return written


def guard() -> None:
    """From here on whatever prints raises OutputLost where stdout cannot be written, and no character is beyond it."""
    out = sys.stdout
    if out is None or out is not sys.__stdout__ or not isinstance(out, io.TextIOWrapper):
        return
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Checked(out.fileno(), "w", closefd=False)),
        encoding=out.encoding,
        errors="backslashreplace" if out.errors == "strict" else out.errors,
        line_buffering=out.line_buffering or out.write_through,  # PYTHONUNBUFFERED asks for no line that waits
    )


def flush() -> None:
    """Writes what waits. OutputLost; BrokenPipeError where nobody reads."""
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def give_up(stream: TextIO) -> None:
    """What still waits in it would fail once more at the exit: it goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(text: str) -> None:
    """Prints a line that has words from a file or a database."""
    print(printable(text))


def complain(text: str) -> None:
    """Prints one on stderr, with the name of the program."""
    print(f"gymtui: {printable(text)}", file=sys.stderr)


def columns() -> int:
    """How wide the terminal behind stdout is: as COLUMNS says, or it does itself; 80 where there is none."""
    if (said := os.environ.get("COLUMNS", "")).isdecimal() and int(said) > 0:
        return int(said)
    with suppress(OSError):  # it is no terminal
        return os.get_terminal_size(1).columns or 80
    return 80


def announce(text: str) -> None:
    """Writes a line over the last one that was announced, where stderr is a terminal: a screen takes its place."""
    if sys.stderr.isatty():
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
        print(printable(text)[: columns - 1], end="\x1b[K\r", file=sys.stderr, flush=True)


def ask_hidden(question: str) -> str:
    """What a person at a terminal types and nobody sees, in the place of a line that was announced."""
    from getpass import getpass  # noqa: PLC0415  most are logged in

    return getpass(f"\r\x1b[K{printable(question)}")


@contextmanager
def all_or_nothing(out: TextIO) -> Iterator[None]:
    """What is written and flushed within is in the file, or none of it: no line is torn by a full disk. A pipe or a
    terminal keeps what it has; so does a file that somebody else adds to."""
    file, begins = _end_of(out)
    try:
        yield
    except (OSError, GymError):
        if file is not None and os.lseek(file, 0, os.SEEK_CUR) == os.fstat(file).st_size:
            os.ftruncate(file, begins)
        raise


def _end_of(out: TextIO) -> tuple[int | None, int]:
    try:
        file = out.fileno()
    except OSError:  # of memory
        return None, 0
    status = os.fstat(file)
    return (file, status.st_size) if stat.S_ISREG(status.st_mode) else (None, 0)
