"""Reconnect: what each close code asks for, and the backoff (exponential, full jitter) before the next try."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from websockets.frames import CloseCode

from gymtui.protocol import Close, ErrorBody

BASE: Final = 0.5  # seconds
CEILING: Final = 30.0  # seconds
LONGEST: Final = 300.0  # seconds that a server may ask for before the next try
ABNORMAL: Final = CloseCode.ABNORMAL_CLOSURE  # the connection went without a word
UNTAKABLE: Final = (  # something that was sent cannot be taken
    CloseCode.PROTOCOL_ERROR,
    CloseCode.UNSUPPORTED_DATA,
    CloseCode.INVALID_DATA,
    CloseCode.MESSAGE_TOO_BIG,
)

Course = Literal["back_off", "renew", "log_in", "come_back", "stop"]

# What the person reads, and what there is to do. They fit on a line of 80 cells, with a word before them.
SENTENCES: Final[dict[int, str]] = {
    Close.DONE: "The server has ended this connection: please try again.",
    Close.GOING_AWAY: "The server has gone away: go on, it comes back by itself.",
    ABNORMAL: "The connection broke: go on, it comes back by itself.",
    **dict.fromkeys(UNTAKABLE, "The server could not take something that was sent: F9 says what."),
    CloseCode.INTERNAL_ERROR: "Something failed in the server: go on, it comes back by itself.",
    CloseCode.SERVICE_RESTART: "The server is being restarted: go on, it comes back by itself.",
    CloseCode.TRY_AGAIN_LATER: "The server has too much to do: go on, it comes back by itself.",
    Close.BAD_TOKEN: "The server does not know this login: please log in again.",
    Close.ACCESS_ENDED: "Your access has ended: please log in again, or ask a manager.",
    Close.ABUSED: "The server no longer listens to this program: please update it.",
    Close.CLOSED: "A manager has closed this connection: please try again.",
    Close.OVERLOADED: "The server has too much to do: go on, it comes back by itself.",
    Close.TOKEN_EXPIRED: "The login had to be renewed: go on, that happens by itself.",
    Close.TOO_MANY: "This desk sent too much at once: go on, it comes back by itself.",
    Close.STALLED: "The network takes nothing: please check cable or Wi-Fi.",
    Close.SILENT: "The server heard nothing from here: please check cable or Wi-Fi.",
    Close.NOT_AUTHENTICATED: "The login did not reach the server: please check cable or Wi-Fi.",
    Close.DRAINING: "The server is being restarted: go on, it comes back by itself.",
}


def sentence(code: int) -> str:
    """What to say about a connection that was closed with `code`."""
    if code in SENTENCES:
        return SENTENCES[code]
    if course(code) == "stop":
        return f"The server has stopped this program ({code}): please update it."
    return f"The server closed the connection ({code}): it comes back by itself."


class Ended(Exception):
    """A connection is over, or never was. `code` is the one it was closed with, `wait` the seconds that the server asks
    for before the next."""

    def __init__(self, message: str, *, code: int = ABNORMAL, wait: float = 0.0) -> None:
        super().__init__(message)
        self.code = code
        self.wait = wait


class Backoff:
    """Full jitter, `uniform(0, min(30 s, 0.5 s * 2**n))`: nobody comes back in step, nobody gives up."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self.attempt = 0

    def next(self, course: Course) -> float:
        """Seconds until the next try. A renewed login or a server that restarts is come back to at once, but only once:
        a server that goes on so is backed off from."""
        ceiling = min(CEILING, BASE * 2.0 ** min(self.attempt, 16))  # 16: a night of tries is no OverflowError
        if self.attempt == 0 and course in ("renew", "come_back"):
            ceiling = 0.0 if course == "renew" else 2.0
        self.attempt += 1
        return self._random() * ceiling

    def reset(self) -> None:
        """The connection has been healthy for a while."""
        self.attempt = 0


def asked_for(error: ErrorBody, otherwise: float = 0.0) -> float:
    """Seconds that the server asks for before the next try, within reason; `otherwise` where it asks for none."""
    if error.retry_after_ms is None:
        return otherwise
    return min(max(error.retry_after_ms / 1000, 0.0), LONGEST)


def course(code: int) -> Course:
    """What to do after a connection that was closed with `code`."""
    if code == Close.TOKEN_EXPIRED:
        return "renew"
    if code in (Close.BAD_TOKEN, Close.ACCESS_ENDED):
        return "log_in"
    if code == Close.DONE or 4000 <= code <= 4099:
        return "stop"
    return "come_back" if 4200 <= code <= 4299 else "back_off"
