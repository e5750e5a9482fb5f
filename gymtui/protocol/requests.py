"""Requests, what a client sends: their payloads, and the roles that may send them."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from gymtui.protocol.events import GymFields, Payload, Reader, UnknownCard
from gymtui.protocol.limits import MAX_ALERTS
from gymtui.protocol.vocabulary import (
    MANAGERS,
    READERS,
    STAFF,
    CardState,
    Day,
    Hours,
    Key,
    MemberStatus,
    Role,
    Seq,
    Text,
    Timestamp,
)


class _Request(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """Something a client asks for; `roles` may ask for it."""

    roles: ClassVar[frozenset[Role]]


class ClientInfo(Struct, frozen=True):
    """What a client says of itself."""

    desk: Key | None = None
    version: Key | None = None


class Authenticate(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """The first message where the URL had no token; later, a newer token for the same connection."""

    type: ClassVar[str] = "authenticate"
    roles: ClassVar[frozenset[Role]] = READERS
    token: str
    client: ClientInfo | None = None


class Override(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A manager at the desk lets somebody in against the rules. The PIN is checked, and goes no further."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    manager: Key
    pin: Annotated[str, Meta(max_length=64)] = ""


class MemberFields(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `save_member` changes; what is absent stays as it is. Without an `id` it is a new member."""

    id: Key | UnsetType = UNSET
    membership_number: Key | UnsetType | None = UNSET
    full_name: Annotated[str, Meta(min_length=1, max_length=300)] | UnsetType = UNSET
    status: MemberStatus | UnsetType = UNSET
    plan: Text | UnsetType | None = UNSET
    valid_from: Day | UnsetType | None = UNSET
    valid_until: Day | UnsetType | None = UNSET
    visits_left: Annotated[int, Meta(ge=0, le=1000000)] | UnsetType | None = UNSET
    payment_overdue: bool | UnsetType = UNSET
    waiver_signed: bool | UnsetType | None = UNSET
    hours: Hours | UnsetType | None = UNSET
    phone: Key | UnsetType | None = UNSET
    email: Text | UnsetType | None = UNSET
    birth_date: Day | UnsetType | None = UNSET
    home_location: Text | UnsetType | None = UNSET
    notes: Text | UnsetType | None = UNSET
    alerts: Annotated[tuple[Text, ...], Meta(max_length=MAX_ALERTS)] | UnsetType = UNSET
    guest: bool | UnsetType = UNSET
    deleted: bool | UnsetType = UNSET
    payment_overdue_since: Day | UnsetType | None = UNSET
    frozen_until: Day | UnsetType | None = UNSET
    host_id: Key | UnsetType | None = UNSET


class CheckIn(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """By exactly one of `member_id`, `code`, `unknown_card`, `passed_over`, who is somebody that was asked about and
    has not been let in, for the journal to know of, and `refused_more`; a code is a membership number, never a name.
    `queued_by` is who gave the command, which may be somebody else than whoever is logged in when it is sent;
    `card` is the code that was read, where a desk knew its owner; `unknown_card` is a code that the desk has refused
    and does not tell, for the journal to know of; `desk_time` is what the desk's own clock said, where that was
    wrong; `guest` is who is signed up by it, where a manager lets in one more than a day takes. `refused_as` is the
    code by which a desk that was alone refused whom it has passed over, `refused_more` how many it refused besides."""

    type: ClassVar[str] = "check_in"
    roles: ClassVar[frozenset[Role]] = STAFF
    member_id: Key | None = None
    code: Key | None = None
    location: Text | None = None
    notes: Text | None = None
    occurred_at: Timestamp | None = None
    offline: bool = False
    override: Override | None = None
    queued_by: Key | None = None
    card: Key | None = None
    unknown_card: UnknownCard | None = None
    desk_time: Timestamp | None = None
    guest: MemberFields | None = None
    passed_over: Key | None = None
    refused_as: Key | None = None
    refused_more: Annotated[int, Meta(ge=1, le=1000000)] | None = None


class CheckOut(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """By exactly one of the visit, the command that opened it, the member, the member's code, and `unknown_card`."""

    type: ClassVar[str] = "check_out"
    roles: ClassVar[frozenset[Role]] = STAFF
    check_in_id: Key | None = None
    command_id: Key | None = None
    member_id: Key | None = None
    code: Key | None = None
    notes: Text | None = None
    occurred_at: Timestamp | None = None
    offline: bool = False
    queued_by: Key | None = None
    card: Key | None = None
    unknown_card: UnknownCard | None = None
    desk_time: Timestamp | None = None


class Undo(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Takes back the check-in or check-out that was given under this idempotency key."""

    type: ClassVar[str] = "undo"
    roles: ClassVar[frozenset[Role]] = STAFF
    command_id: Key
    queued_by: Key | None = None


class Correct(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Puts a visit right afterwards: it was another member's, was at other times, or never was (`void`)."""

    type: ClassVar[str] = "correct"
    roles: ClassVar[frozenset[Role]] = MANAGERS
    check_in_id: Key
    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    member_id: Key | None = None
    check_in_time: Timestamp | None = None
    check_out_time: Timestamp | None = None
    void: bool = False


class SaveMember(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Managers change anyone; staff add guests, give one another day, and acknowledge alerts.

    `seen` is the `seq` of the member that the fields were changed from, 0 where there was none yet: then the `id` is
    the client's own. `before` is what these fields were. `visits` are added to those that are left, `acknowledged` are
    alerts that somebody has dealt with. `offline` and `queued_by` are as in `check_in`."""

    type: ClassVar[str] = "save_member"
    roles: ClassVar[frozenset[Role]] = STAFF
    member: MemberFields
    seen: Seq | None = None
    before: MemberFields | None = None
    visits: Annotated[int, Meta(ge=-1000, le=1000)] = 0
    acknowledged: Annotated[tuple[Text, ...], Meta(max_length=MAX_ALERTS)] = ()
    offline: bool = False
    queued_by: Key | None = None


class SaveCard(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Gives a member a card, or says that one was lost or returned. A card that is another member's is moved where
    `moves_from` says whose it is: somebody has been asked. Where nobody is `sure`, a number that may be nobody's is not
    given out."""

    type: ClassVar[str] = "save_card"
    roles: ClassVar[frozenset[Role]] = STAFF
    member_id: Key
    code: Key
    state: CardState = "in_use"
    moves_from: Key | None = None
    sure: bool = True
    offline: bool = False
    queued_by: Key | None = None


class Configure(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Changes the gym's settings."""

    type: ClassVar[str] = "configure"
    roles: ClassVar[frozenset[Role]] = MANAGERS
    gym: GymFields


class ShareReader(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Lets the gym's other desks choose how a reader is set, under its name; or takes that away again."""

    type: ClassVar[str] = "share_reader"
    roles: ClassVar[frozenset[Role]] = STAFF
    reader: Reader
    withdraw: bool = False


class Resume(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Asks for a replay from a cursor; or, with `visit`, for the rest of the snapshot of `seq` that broke off there."""

    type: ClassVar[str] = "resume"
    roles: ClassVar[frozenset[Role]] = READERS
    epoch: str = ""
    seq: Seq = 0
    full: bool = False
    visit: Key | None = None


class Heartbeat(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """What a later browser client of old sends every 10 s; the answer is `heartbeat_ack`."""

    type: ClassVar[str] = "heartbeat"
    roles: ClassVar[frozenset[Role]] = READERS


class Ping(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """The heartbeat of our clients; `sent_at` is theirs, whatever it is, and comes back in the pong."""

    type: ClassVar[str] = "ping"
    roles: ClassVar[frozenset[Role]] = READERS
    sent_at: Raw | UnsetType = UNSET
