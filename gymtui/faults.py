"""Fault points: the places on a command's road where a process may be made to die, to stand still or to fail.

Each window in which something could be lost or done twice has a point on either side. To pass one is nothing, unless a
fault is planned: with `GYMTUI_FAULT=POINT:N:ACTION` in the environment of the program, for the N-th time that POINT is
passed, or in a test with `planned`. The actions are `die` (at once and without a word, as kill -9), `stall:SECONDS`
(the thread stands still), `os_error` and `sqlite_error` (what a broken disk raises; for the points at a commit).
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from errno import EIO
from typing import Final

from gymtui.errors import GymError

logger = logging.getLogger(__name__)

VARIABLE: Final = "GYMTUI_FAULT"
KILLED: Final = 137  # the exit code of a process that died of kill -9

DESK_POINTS: Final[Mapping[str, str]] = {
    "before_outbox_commit": "a command is decided, and not on the desk's disk",
    "after_outbox_commit": "it is on the desk's disk, and nobody has been told",
    "before_send": "a message is about to leave the desk",
    "after_send": "it has left the desk",
    "after_receive": "a message from the server has come, and nothing was made of it",
    "before_replica_commit": "the desk's copy has taken what happened, and not to its disk",
    "after_replica_commit": "it has taken it to its disk, and nobody has been told",
    "before_settle": "an answered command is taken off the outbox, and not on the disk",
    "after_settle": "it is off the outbox, and nobody has been told the answer",
}
SERVER_POINTS: Final[Mapping[str, str]] = {
    "after_request": "a message from a client has come, and nothing was made of it",
    "before_commit": "commands are done, and not on the server's disk",
    "after_commit": "they are on the server's disk, and nobody has been told",
    "before_reply": "an answer is about to be given",
    "after_reply": "the answers have left the server",
    "before_fanout": "events are about to go to everyone",
    "after_fanout": "they have left the server, a window ago",
}
POINTS: Final = (*DESK_POINTS, *SERVER_POINTS)

Plan = Callable[[str], None]


class FaultError(GymError):
    """A fault that cannot be planned."""


def _die(_: float) -> None:
    os._exit(KILLED)


def _os_error(_: float) -> None:
    raise OSError(EIO, os.strerror(EIO))


def _sqlite_error(_: float) -> None:
    import sqlite3  # noqa: PLC0415  a program that only listens has no database

    raise sqlite3.OperationalError("disk I/O error")


ACTIONS: Final[Mapping[str, Callable[[float], None]]] = {
    "die": _die,
    "stall": time.sleep,
    "os_error": _os_error,
    "sqlite_error": _sqlite_error,
}
_FORM: Final = r"(\w+):([1-9]\d*):(?:(die|os_error|sqlite_error)|stall:(\d+(?:\.\d+)?))"


class Fault:
    """A plan for one point: what `action` says happens the `nth` time that it is passed, and never again."""

    def __init__(self, point: str, nth: int, action: str, seconds: float = 0.0) -> None:
        self._point = point
        self._left = nth
        self._act = ACTIONS[action]
        self._seconds = seconds

    @classmethod
    def parse(cls, text: str) -> Fault:
        """The fault that `POINT:N:ACTION` names; FaultError where there is none."""
        found = re.fullmatch(_FORM, text)
        if found is None or found[1] not in POINTS:
            raise FaultError(f"{VARIABLE}={text} is no fault: it is like after_commit:1:die, or before_send:2:stall:5.")
        point, nth, action, seconds = found.groups()
        return cls(point, int(nth), action or "stall", float(seconds or 0))

    def __call__(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                self._act(self._seconds)


_plan: Plan | None = None


def fault(point: str) -> None:
    """`point` is passed."""
    if _plan is not None:
        _plan(point)


def is_planned() -> bool:
    """Is anything planned at all? For a point that costs something even to pass."""
    return _plan is not None


@contextmanager
def planned(plan: Plan) -> Iterator[None]:
    """As long as the block lasts, `plan` is called with every point that is passed, by whichever thread passes it."""
    global _plan  # noqa: PLW0603  one road, one plan
    before, _plan = _plan, plan
    try:
        yield
    finally:
        _plan = before


if VARIABLE in os.environ:
    _plan = Fault.parse(os.environ[VARIABLE])
    logger.warning("A fault is planned: %s", os.environ[VARIABLE])
