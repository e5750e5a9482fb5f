"""State for screens, as immutable values: where a connection stands, what became of a command, who is in."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from gymtui.protocol import CheckInEvent, Member, MemberRef, Role

Phase = Literal["connecting", "live", "waiting", "logged_out", "stopped"]


class ConnectionState(Struct, frozen=True, kw_only=True):
    """Where the connection stands. `since` is the time of day (ms) at which it came or went, `retry_at` the one of the
    next try, `silent_since` the one of a question that the server has let wait for seconds; `latency` is the last round
    trip in seconds; `reason` a sentence where something is wrong; `gym_id` names the gym, where a live server has
    said it."""

    phase: Phase
    since: int
    attempt: int = 0
    retry_at: int | None = None
    latency: float | None = None
    silent_since: int | None = None
    reason: str | None = None
    session_id: str | None = None
    user: str | None = None
    role: Role | None = None
    gym_id: str | None = None

    @property
    def is_live(self) -> bool:
        """Is the server there, and has it said who this is?"""
        return self.phase == "live"

    @property
    def answers(self) -> bool:
        """Does it answer, too?"""
        return self.is_live and self.silent_since is None


class Hit(Struct, frozen=True, kw_only=True):
    """A member that matches what was typed, or is `near` it: it would with an error less, or the phone ends so.
    `in_since` is the time of day (ms) of the open visit; `queued`: the server does not know all that was changed."""

    member: Member
    in_since: int | None = None
    near: bool = False
    queued: bool = False


CommandKind = Literal["check_in", "check_out", "undo", "roll_call", "hand_over", "save_member", "save_card", "refusal"]
VerdictKind = Literal[
    "checked_in",
    "checked_out",
    "undone",
    "queued",
    "warned",
    "refused",
    "not_done",
    "already_in",
    "asked",
    "stopped",
    "done",
    "alarm",
]


class Person(Struct, frozen=True, kw_only=True):
    """A member with the last visits, the newest first; `in_since` is the time of day (ms) of the open one, `host` the
    name of whoever's guest it is; `queued`: the server does not know all that was changed."""

    member: Member
    in_since: int | None
    visits: tuple[CheckInEvent, ...]
    host: str | None = None
    queued: bool = False


class LeftQueue(Struct, frozen=True, kw_only=True):
    """Commands that another desk of this machine has left in its outbox `file`: `count` of them, the first given at the
    time of day `since` (ms). `taken`: they are in this desk's outbox now. `problem` is a sentence where the file cannot
    be used. `desk`, `url` and `gym` are what it was called, as far as that is known."""

    file: str
    count: int = 0
    since: int = 0
    desk: str | None = None
    url: str | None = None
    gym: str | None = None
    taken: bool = False
    problem: str | None = None


class Inside(Struct, frozen=True, kw_only=True):
    """Somebody who is in: since the time of day `since` (ms), and where, as far as that is known; `queued`: the server
    does not know of it yet. `came_as` is what the member was called when the visit began."""

    member: MemberRef
    since: int
    place: str | None = None
    queued: bool = False
    came_as: MemberRef | None = None


SYMBOLS: dict[VerdictKind, str] = {
    "checked_in": "✓",
    "checked_out": "✓",
    "undone": "✓",
    "queued": "…",
    "warned": "!",
    "refused": "✗",
    "not_done": "✗",
    "already_in": "↩",
    "asked": "?",
    "stopped": "!",
    "done": "✓",
    "alarm": "!",
}


REFUSED: dict[CommandKind, str] = {  # to others than the people at the door
    "undo": "not undone",
    "save_member": "not saved",
    "save_card": "card not changed",
    "roll_call": "not told",
    "hand_over": "not told",
}


class Verdict(Struct, frozen=True, kw_only=True):
    """What became of one command, said at once and said again when it settles (the same `command_id`).

    `subject` is the person's name, or `Unknown card …1234` where nobody is known by what was scanned or typed: that may
    be a PIN, and is not repeated. `detail` is what stands behind the fixed words (`payment overdue`, `since 17:02,
    desk 2`). Nothing but `queued` is said before it is certain: a visit is `checked_in` once it is on disk at the
    server. `sent` tells a queued command that waits for its answer from one that waits for a connection. `warning` is
    what this desk's own rules say about a queued check-in; `remarks` are what to tell the person who comes in;
    `repeats`: all that has been said before. `not_done` is what somebody asked of the desk itself, and nobody at the
    door is refused by it. `next_command` is the `:name` of the command whose key stands in
    `next_step`, or that helps all the same.
    """

    kind: VerdictKind
    subject: str
    command_id: str
    at: int
    detail: str | None = None
    next_step: str | None = None
    next_command: str | None = None
    action: CommandKind = "check_in"
    sent: bool = False
    warning: str | None = None
    remarks: tuple[str, ...] = ()
    repeats: bool = False
    member: MemberRef | None = None

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.kind]

    @property
    def words(self) -> str:
        """The line for the screen, `✓ Ana Silva checked in`; the words before the colon never change."""
        behind = f" — {self.behind}" if self.behind else ""
        between = "" if self.kind == "not_done" else " "
        return f"{self.symbol} {self.subject}{between}{self._outcome()}{behind}"

    @property
    def behind(self) -> str:
        """What stands behind the outcome: what to tell the person, and what to do next."""
        return " · ".join([*self.remarks, *([self.next_step] if self.next_step else [])])

    def _outcome(self) -> str:
        match self.kind:
            case "checked_in":
                return "checked in"
            case "checked_out":
                return "checked out"
            case "undone":
                return f"undone: {self.detail}" if self.detail else "undone"
            case "queued" if self.sent:
                waiting = "waiting for the server's answer" + (f" to the {self.detail}" if self.detail else "")
                return f"queued: {self.warning}, {waiting}" if self.warning else f"queued: {waiting}"
            case "queued":
                why = self.warning or self.detail
                return "queued, not sent yet" + (f": {why}" if why else "")
            case "warned":
                return f"checked in: {self.detail}"
            case "refused":
                return f"{REFUSED.get(self.action, 'refused')}: {self.detail}"
            case "not_done":
                return f": {self.detail}"
            case "already_in":
                return f"already in {self.detail}"
            case "asked":
                return f"not in yet: {self.detail}"
            case "stopped":
                return f"stopped: {self.detail}"
            case "done" | "alarm":
                return self.detail or "done"
