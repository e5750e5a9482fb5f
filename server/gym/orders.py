"""An order is a command with its idempotency key and who gave it; and the two ways to say no to one.

`Refused`: the rules say no, which is a row of the journal and the key's answer for good. `Rejected`: there is nothing
that the journal has to know of; no row, and the key stays free.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from gymtui import clock
from gymtui.cards.keys import find
from gymtui.cards.owned import Owned
from gymtui.codec import encode
from gymtui.names import NAMING, SENT_BY, folded
from gymtui.protocol import (
    CheckIn,
    CheckInEvent,
    CheckOut,
    Command,
    ErrorBody,
    ErrorCode,
    Event,
    HandOver,
    Member,
    Role,
    RollCall,
    SaveCard,
    SaveMember,
    Undo,
    UnknownCard,
)
from gymtui.refused_as import UNKNOWN
from gymtui.unknown_card import sealed, unknown_card
from server.store import Transaction

LATE: Final = 7 * clock.DAY  # milliseconds after which what a desk recorded alone is called late
BACKDATED: Final = 300_000  # milliseconds after which nobody tells of now: a desk says `offline` after two minutes
NOT_ASKED: Final[dict[str, Any]] = {"offline": False, "occurred_at": None, "desk_time": None}
QUEUED: Final = (CheckIn, CheckOut, Undo, RollCall, HandOver, SaveMember, SaveCard)  # what a desk alone keeps for later
TIMES: Final = 1024  # of which it is known what the wall shows: a commit has one, and asks for it again and again


class Order(Struct, frozen=True, kw_only=True):
    """A command with the one who gave it: `id` is its idempotency key, `user`, `role` and `desk` are the session's.

    `device`: the digest of the token by which the desk has proven to be that one; None where it has proven nothing.
    `connected`: since when that desk is connected (ms); None where it is not. `is_attested`: whoever is said to have
    queued it has had a login there. `assumed`: nobody gave it; the gym takes for granted that it has happened.
    """

    id: str
    payload: Command
    user: str
    role: Role
    desk: str | None
    device: bytes | None = None
    connected: int | None = None
    is_attested: bool = False
    assumed: bool = False

    @property
    def queued_by(self) -> str | None:
        """Who was at the desk when it was queued, where that is said."""
        return self.payload.queued_by if isinstance(self.payload, QUEUED) else None

    @property
    def names_another(self) -> bool:
        """Is it said to have been queued by somebody else?"""
        return self.queued_by is not None and folded(self.queued_by) != folded(self.user)

    @property
    def has_happened(self) -> bool:
        """Is it told afterwards? An undo is asked of what a desk has done."""
        asked = self.payload
        if isinstance(asked, CheckIn | CheckOut):
            return asked.offline or asked.occurred_at is not None
        if isinstance(asked, SaveMember | SaveCard):
            return asked.offline
        return isinstance(asked, Undo | RollCall | HandOver)

    @property
    def by(self) -> str:
        """Whoever queued it, and whoever sent it where that is somebody else: `ana, sent by ben`. Where nothing proves
        that it was ana, it is ben's: `ben, who names ana`."""
        if not self.names_another:
            return self.user
        return f"{self.queued_by}{SENT_BY}{self.user}" if self.is_attested else f"{self.user}{NAMING}{self.queued_by}"

    @property
    def digest(self) -> bytes:
        """Hash of what is asked; it tells a retry from another command under the same key. `offline` and the times do
        not count: a command that was sent live, and is sent again from the outbox or with its time corrected, is the
        same one."""
        asked = self.payload
        if isinstance(asked, SaveMember | SaveCard):
            return _hash(replace(asked, offline=False))
        if isinstance(asked, CheckIn | CheckOut) and (asked.offline or asked.occurred_at or asked.desk_time):
            return _hash(replace(asked, **NOT_ASKED))
        return _hash(asked)

    def has(self, digest: bytes) -> bool:
        """Is it the command of that digest? The rows of earlier servers have `occurred_at` in theirs; one that was
        about somebody who was erased has none, and the id says enough."""
        asked = self.payload
        if not digest:
            return True
        if digest == self.digest or not isinstance(asked, CheckIn | CheckOut):
            return digest == self.digest
        return digest == _hash(replace(asked, offline=False, desk_time=None))


def _hash(asked: Command) -> bytes:
    return blake2b(asked.type.encode() + encode(asked), digest_size=16).digest()


class Refused(Exception):
    """The rules say no, and the journal has a row of it: `reason` in a few words, `sentence` for a person. Neither has
    anything of a code that nobody has but its `card`, nor what is kept of a member; `details` may. `told_at`: when (ms)
    a desk that was alone said no, which it tells now; `count`: of so many."""

    def __init__(
        self,
        code: ErrorCode,
        reason: str,
        sentence: str,
        member: Member | None = None,
        visit: CheckInEvent | None = None,
        *,
        card: UnknownCard | None = None,
        details: dict[str, object] | None = None,
        told_at: int | None = None,
        count: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code: ErrorCode = code
        self.reason = reason
        self.member = member
        self.visit = visit
        self.card = card
        self.details = details or {}
        self.told_at = told_at
        self.count = count


class Rejected(Exception):
    """The command is malformed or not allowed: no row of the journal, and its idempotency key stays free."""

    def __init__(self, code: ErrorCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code: ErrorCode = code


def record(tx: Transaction, order: Order, event: Event, error: ErrorBody | None = None) -> bytes:
    """The journal's row for what came of an order; gives the event, encoded."""
    return tx.append(
        event, kind=order.payload.type, user=order.user, command_id=order.id, digest=order.digest, error=error
    )


def member_of(tx: Transaction, request: CheckIn | CheckOut) -> Member:
    """The member whom the command names; Refused where there is none, Rejected where it is not by one of three."""
    member_id, code, card = request.member_id, request.code, request.unknown_card
    if member_id is not None and code is not None:
        one, other = tx.member(member_id), owner_of(tx, code)
        if one is not None and other is not None and one.id != other.member.id:
            sentence = f"That names {one.full_name} and {other.member.full_name}: please choose one of them."
            raise Refused("ambiguous", "two members are meant", sentence)
    if [member_id, code, card].count(None) != 2:
        raise Rejected("invalid", "Name the member by `member_id` or by `code`, one of the two.")
    if card is not None:
        raise _nobodys(tx, card, occurred(tx, request.occurred_at) if request.offline else None)
    if code is not None:
        owned = owner_of(tx, code)
        if owned is None:
            raise _nobodys(tx, unknown_card(code))
        return owned.member
    member = current(tx, member_id or "")
    if member is None or member.deleted:
        raise Refused("unknown_member", "nobody here by that id", "There is no such member: please search by name.")
    return member


def current(tx: Transaction, member_id: str) -> Member | None:
    """The member's record of now: a desk that was alone knows the one of before."""
    member = tx.member(member_id)
    while member is not None and member.deleted and member.merged_into is not UNSET:
        member = tx.member(member.merged_into)
    return member


def owner_of(tx: Transaction, code: str) -> Owned | None:
    """The card that a code is on, with its owner; Refused where it can be read as the cards of several."""
    found = [owned for owned in read_as(tx, code) if not owned.member.deleted]
    if len(found) > 1 and len({owned.member.id for owned in found}) > 1:
        names = " or ".join(owned.member.full_name for owned in found)
        raise Refused("ambiguous", "the card of several", f"That could be {names}: please choose one of them by name.")
    return found[0] if found else None


def read_as(tx: Transaction, code: str) -> tuple[Owned, ...]:
    """The cards that a code may be, with the gym's check character or without."""
    return find(code, tx.cards, tx.gym.policy.card_check)


def _nobodys(tx: Transaction, card: UnknownCard, told_at: int | None = None) -> Refused:
    sentence, known = f"{UNKNOWN.capitalize()}: {card.words}.", sealed(card, tx.card_key)
    return Refused("unknown_member", UNKNOWN, sentence, card=known, told_at=told_at)


def occurred(tx: Transaction, occurred_at: str | None) -> int:
    """When it happened (ms), never later than now; Rejected where there is no such time."""
    if occurred_at is None:
        return tx.at
    try:
        at = clock.to_ms(occurred_at)
    except (ValueError, OverflowError) as error:
        raise Rejected("invalid", f"`occurred_at` is no time there is: {occurred_at}.") from error
    if at < 0:
        raise Rejected("invalid", f"`occurred_at` is before 1970: {occurred_at}.")
    return min(at, tx.at)


def flags_of(tx: Transaction, at: int, asked: CheckIn | CheckOut) -> tuple[str, ...]:
    """What to note of a command that was given at `at`, and is told now."""
    late = ("late",) * (tx.at - at > LATE)
    if not asked.offline:
        return ("backdated", *late) if tx.at - at > BACKDATED else ()
    return ("offline", *late, *("clock",) * (asked.desk_time is not None))


def wrong_time(asked: CheckIn | CheckOut) -> str | UnsetType:
    """What the clock of a desk that was alone said, where that was wrong; Rejected where there is no such time."""
    if not asked.offline or asked.desk_time is None:
        return UNSET
    try:
        clock.to_ms(asked.desk_time)
    except (ValueError, OverflowError) as error:
        raise Rejected("invalid", f"`desk_time` is no time there is: {asked.desk_time}.") from error
    return asked.desk_time


def wall(tx: Transaction, ms: int) -> datetime:
    """The date and time on the gym's own wall."""
    return _wall(tx.gym.timezone, ms)


def hour(tx: Transaction, ms: int) -> str:
    """The hour on the gym's own wall: `2026-11-22T17`."""
    return _hour(tx.gym.timezone, ms)


@lru_cache(TIMES)
def _wall(timezone: str, ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, ZoneInfo(timezone))


@lru_cache(TIMES)
def _hour(timezone: str, ms: int) -> str:
    return _wall(timezone, ms).isoformat(timespec="hours")[:13]
