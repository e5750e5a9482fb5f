"""Roll-calls on the wire: the command that is one step of one, and the row of the journal that it makes."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from gymtui.protocol.events import MemberRef, Payload
from gymtui.protocol.vocabulary import STAFF, Key, Role, Seq, Timestamp, Whole

RollCallStep = Literal["start", "safe", "not_safe", "end"]
People = Annotated[int, Meta(ge=0, le=1_000_000)]


class RollCall(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a roll-call, whose id the client makes. `safe` names a `member_id`, or somebody by `name`;
    `not_safe` takes back one mark, by the id of the command that made it; `end` says how many were `found`, and how
    many are `missing`; `ends_with` is the roll-call which this one was one with, and whose end has counted them."""

    type: ClassVar[str] = "roll_call"
    roles: ClassVar[frozenset[Role]] = STAFF
    roll_call_id: Key
    step: RollCallStep
    drill: bool = False
    member_id: Key | None = None
    name: Annotated[str, Meta(min_length=1, max_length=300)] | None = None
    takes_back: Key | None = None
    found: People | None = None
    missing: People | None = None
    ends_with: Key | None = None
    occurred_at: Timestamp | None = None
    queued_by: Key | None = None


class RollCallUpdate(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a roll-call: it has begun, somebody is safe (a `member`, or a `name` where they are none), one mark
    was a mistake (`takes_back`, the `command_id` of it), it is over, with so many `found` and `missing` at that desk;
    `ends_with` another, by the same count. Who has a mark that nobody took back is safe, in whatever order the steps
    come."""

    type: ClassVar[str] = "roll_call_update"
    roll_call_id: str
    step: RollCallStep
    drill: bool = False
    member: MemberRef | None = None
    name: str | None = None
    takes_back: str | None = None
    found: Whole | None = None
    missing: Whole | None = None
    ends_with: str | None = None
    at: str
    by: str
    desk: str | None = None
    command_id: str
    seq: Seq
