"""What a member reads at a kiosk: a first name and an initial, few words, and no reason that is nobody else's. Pure."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from gymtui.client.state import ConnectionState, Verdict, VerdictKind
from gymtui.printable import printable

Tone = Literal["quiet", "good", "wait", "bad"]
SHOWN_FOR: Final = 6.0  # seconds that a verdict stands there, for one to read and the next not to
AGAIN: Final = 60_000  # milliseconds in the gym after which a card that is scanned again is one that leaves

KEPT: Final = "what is scanned is kept here"

SAID: Final[dict[VerdictKind, tuple[Tone, str, str]]] = {
    "checked_in": ("good", "WELCOME", "you are checked in"),
    "queued": ("wait", "WELCOME", "come in"),
    "warned": ("wait", "WELCOME", "please see the desk when you have a moment"),
    "already_in": ("wait", "HELLO", "you are checked in already"),
    "checked_out": ("good", "GOODBYE", "see you soon"),
}


class Notice(Struct, frozen=True, kw_only=True):
    """What stands on the screen: one large line, the name below it, and what to do."""

    tone: Tone = "quiet"
    large: str = "SCAN YOUR CARD"
    name: str = ""
    words: str = ""


TO_THE_DESK: Final = Notice(tone="bad", large="PLEASE SEE THE DESK", words="somebody there helps you")
MOMENT: Final = Notice(tone="wait", large="", words="one moment")


def line_words(line: ConnectionState) -> tuple[str, str]:
    """What is wrong with the connection; and what staff does about it, where it does not mend itself."""
    staff = "Staff: Esc, the PIN, then start the kiosk "
    match line.phase:
        case "live":
            return "", ""
        case "logged_out":
            return f"the login is over: {KEPT}", f"{staff}and log in."
        case "stopped":
            return f"closed by the gym: {KEPT}", f"{staff}again."
        case _:
            return f"no connection: {KEPT}, and sent later", ""


def masked(name: str) -> str:
    """`Ana S.`: who it is knows, and nobody behind them."""
    first, *others = printable(name).split() or [""]
    return f"{first} {others[-1][0]}." if others else first


def notice_of(verdict: Verdict) -> Notice:
    """Whatever lets nobody in is the desk's to explain, and not in public."""
    name = masked(verdict.member.full_name) if verdict.member is not None else ""
    kind = verdict.kind
    if kind == "queued" and verdict.action == "check_out":
        kind = "checked_out"
    if kind not in SAID or (kind == "queued" and verdict.member is None):
        return replace(TO_THE_DESK, name=name)
    tone, large, words = SAID["warned" if verdict.warning else kind]
    return Notice(tone=tone, large=large, name=name, words=words)
