"""The errors of a connection, by what has to happen next, and the two that a request may raise.

Problem
├── ConnectionProblem       reconnects by itself
├── StoppedProblem          reconnects only when a person says so
├── AuthenticationProblem   a person has to log in again
└── ProcessingProblem       one message or one handler failed; logged, isolated, counted
RequestRefused              the server's answer to a request was no
Disconnected                the answer did not come before the connection went; nobody knows
"""

from __future__ import annotations

from gymtui.errors import GymError
from gymtui.protocol import ErrorBody


class Problem(GymError):
    """Something about the connection went wrong."""


class ConnectionProblem(Problem):
    """The server or the network is away. The service reconnects in `retry_in` seconds; `attempt` counts from 1."""

    def __init__(self, message: str, *, attempt: int = 1, retry_in: float = 0.0) -> None:
        super().__init__(message)
        self.attempt = attempt
        self.retry_in = retry_in


def misdirected(server: str) -> str:
    """What an HTTP 421 says to a person."""
    return f"The server at {server} does not go by that name: please use its own, or give it this with --host-name."


class StoppedProblem(Problem):
    """The server wants no more of this connection: what it says has to be seen to before another try."""


class AuthenticationProblem(Problem):
    """The server does not, or no longer, know who this is: the person has to log in."""


class ProcessingProblem(Problem):
    """A message that could not be read, or a handler that raised (`__cause__`); `kind` is the type of message."""

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class RequestRefused(Exception):
    """The server said no; `body` is its error."""

    def __init__(self, body: ErrorBody) -> None:
        super().__init__(body.message)
        self.body = body


class Disconnected(Exception):
    """There is no connection, or it went before the answer came; `code` is the one it was closed with, where it was."""

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code
