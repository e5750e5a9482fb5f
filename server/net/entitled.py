"""Who may ask for what: how it is said that somebody may not, and the role asked in the transaction that writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gymtui.protocol import (
    CheckIn,
    CheckOut,
    CloseConnection,
    Configure,
    Correct,
    ErrorBody,
    HandOver,
    ImportCompare,
    ImportEnd,
    ImportRows,
    ImportTake,
    ImportUndo,
    Notify,
    Request,
    Role,
    RollCall,
    SaveCard,
    SaveMember,
    ShareReader,
    Undo,
)
from server.auth.auth import Claims, role_in
from server.store import Outcome, Transaction, Work

DEEDS: Final[Mapping[type[Request], str]] = {
    CheckIn: "check members in",
    CheckOut: "check members out",
    Undo: "take anything back",
    SaveMember: "change members",
    SaveCard: "give out cards",
    Correct: "correct a visit",
    Notify: "send notices to everyone",
    Configure: "change the gym's settings",
    ShareReader: "share a reader",
    ImportRows: "import members",
    ImportCompare: "import members",
    ImportTake: "import members",
    ImportUndo: "take an import back",
    ImportEnd: "import members",
    RollCall: "call the roll",
    HandOver: "hand over",
    CloseConnection: "close connections",
}


def not_allowed(request: Request, role: Role | None) -> ErrorBody:
    """What a person of that role may not do, in words. No role: the login is over."""
    deed = DEEDS.get(type(request), "ask anything")
    match role:
        case None:
            sentence = "Your login has ended: please log in again."
        case "operator":
            sentence = f"Operators may look on, not {deed}."
        case "staff" | "manager":
            sentence = f"Only a manager may {deed}: please ask one."
    return ErrorBody(code="not_allowed", message=sentence, retryable=False)


def by_right(claims: Claims, request: Request, work: Callable[[Transaction, Role], Outcome | None]) -> Work:
    """`work` for whoever asks, by the role that the database says they have at that commit: a right that was taken
    away before it is gone, whatever this server has heard of it."""

    def checked(tx: Transaction) -> Outcome | None:
        role = role_in(tx, claims.user, claims.sid)
        if role is None or role not in request.roles:
            return Outcome(error=not_allowed(request, role))
        return work(tx, role)

    return checked
