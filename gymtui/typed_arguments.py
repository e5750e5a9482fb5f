"""What is typed behind a command, made into what it means. Whoever asks for the help alone needs none of it, so that
what it takes is imported here at the first one."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def a_path(text: str) -> Path:
    """Where a file is."""
    from pathlib import Path  # noqa: PLC0415

    return Path(text)


def a_time(text: str, else_it_is: str = "no time") -> datetime:
    """A day, or a time of it. ArgumentTypeError."""
    from datetime import datetime  # noqa: PLC0415

    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is {else_it_is} such as 2026-11-22 or 2026-11-22T09:00") from None


def a_row_or_time(text: str) -> int | datetime:
    """A row of the journal, or a time. ArgumentTypeError."""
    is_row = text.isdigit() and text.isascii()
    return int(text) if is_row else a_time(text, "neither a row of the journal nor a time")
