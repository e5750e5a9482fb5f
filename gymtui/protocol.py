"""Every message on the wire: its payload, who may send it, the limits and the close codes (`codec` writes them).

A message is one text frame of compact JSON, `{"type", "payload"}`, with an `id` where it asks or answers and with
`prev_seq` and `seq` where it carries events of the journal. Each payload is a struct whose class attribute `type`
is its name on the wire; the unions at the end of the page are the registry that everything else is derived from.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

VERSION: Final = 1
PATH: Final = "/ws/checkins/"
DEFAULT_PORT: Final = 8765

BATCH_MS: Final = 100  # one window of events, in milliseconds
MAX_MESSAGE: Final = 64 * 1024  # bytes of one message from a client; above it `too_large`
MAX_FRAME: Final = 1024 * 1024  # bytes; above it the library closes with 1009
MAX_PART: Final = 256 * 1024  # bytes of one batch or of one part of a snapshot
MAX_IN_FLIGHT: Final = 1024  # commands of one connection before the server stops reading from it
MAX_REPLAY: Final = 5000  # journal rows that `resume` replays; beyond, a snapshot (unless `full`)
MAX_PRESENT: Final = 1000  # visits in one page of `list_present`
MAX_CONNECTIONS: Final = 10_000  # of one server; above it 4100
MAX_RATE: Final = 20_000  # messages a second of one connection; above it 4102
MAX_INVALID: Final = 20  # messages in ten seconds that cannot be read; above it 4004
PING_EVERY: Final = 10.0  # seconds between two WebSocket pings of the server
SILENCE: Final = 25.0  # seconds without a frame, pongs included, before 4104
STALL: Final = 10.0  # seconds in which bytes wait and none is taken, before the connection is aborted (4103)
RENEW_GRACE: Final = 25.0  # seconds after a token's end in which its client may renew, before 4101
AUTHENTICATE_WITHIN: Final = 5.0  # seconds for the first message where the URL had no token
ACCESS_TTL: Final = 300  # seconds an access token is good for
REFRESH_TTL: Final = 12 * 3600  # seconds: one shift

Role = Literal["operator", "staff", "manager"]
Level = Literal["info", "success", "warning", "error"]
MemberStatus = Literal["active", "frozen", "banned", "inactive"]
Action = Literal["allow", "warn", "refuse"]
Text = Annotated[str, Meta(max_length=1000)]
Key = Annotated[str, Meta(min_length=1, max_length=64)]
Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MINUTE = "[0-9]{2}:[0-9]{2}"
Day = Annotated[str, Meta(pattern=rf"^{_DAY}\Z")]
Hours = Annotated[str, Meta(pattern=rf"^{_MINUTE}-{_MINUTE}\Z")]
Timestamp = Annotated[str, Meta(pattern=rf"^{_DAY}T{_MINUTE}:[0-9]{{2}}(\.[0-9]+)?(Z|[+-]{_MINUTE})\Z")]

READERS: Final[frozenset[Role]] = frozenset(get_args(Role))
STAFF: Final[frozenset[Role]] = frozenset({"staff", "manager"})
MANAGERS: Final[frozenset[Role]] = frozenset({"manager"})


class Close(IntEnum):
    """Why a connection ended: the codes that either side sends or sees."""

    DONE = 1000
    GOING_AWAY = 1001
    BAD_TOKEN = 4001
    ACCESS_ENDED = 4003
    ABUSED = 4004
    OVERLOADED = 4100
    TOKEN_EXPIRED = 4101
    TOO_MANY = 4102
    STALLED = 4103
    SILENT = 4104
    NOT_AUTHENTICATED = 4105
    DRAINING = 4200


class _Payload(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one message carries; `type` is its name on the wire."""

    type: ClassVar[str]


class _Request(_Payload, frozen=True, kw_only=True, omit_defaults=True):
    """Something a client asks for; `roles` may ask for it."""

    roles: ClassVar[frozenset[Role]]


# --- what things are ---------------------------------------------------------------------------------------------


class MemberRef(Struct, frozen=True):
    id: str
    full_name: str
    membership_number: str | None = None


class CheckInEvent(_Payload, frozen=True, kw_only=True, omit_defaults=False):
    """A visit as it stands after the command that `command_id` names; fields in the order of the wire."""

    type: ClassVar[str] = "check_in_update"
    id: str
    member: MemberRef
    check_in_time: str
    check_out_time: str | None
    status: Literal["checked_in", "checked_out"]
    location: str | None = None
    by: str = ""
    desk: str | None = None
    flags: tuple[str, ...] = ()
    command_id: str = ""
    visits_left: int | UnsetType = UNSET
    seq: int = 0


class Member(_Payload, frozen=True, kw_only=True, omit_defaults=False):
    """One person of the directory. What is null restricts nothing; dates are `YYYY-MM-DD`, the gym's own days."""

    type: ClassVar[str] = "member_update"
    id: str
    membership_number: str | None = None
    full_name: str
    status: MemberStatus = "active"
    plan: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    visits_left: int | None = None
    payment_overdue: bool = False
    waiver_signed: bool | None = None
    hours: str | None = None
    phone: str | None = None
    email: str | None = None
    birth_date: str | None = None
    home_location: str | None = None
    notes: str | None = None
    alerts: tuple[str, ...] = ()
    guest: bool = False
    deleted: bool = False
    seq: int = 0

    @property
    def ref(self) -> MemberRef:
        return MemberRef(self.id, self.full_name, self.membership_number)


class Notification(_Payload, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "notification"
    id: str
    level: Level
    title: str
    message: str
    at: str
    member_id: str | None = None
    seq: int


class Refusal(_Payload, frozen=True, kw_only=True, omit_defaults=False):
    """A command the rules refused. `reason` is the few words a verdict ends with, `message` a whole sentence."""

    type: ClassVar[str] = "refusal"
    id: str
    member: MemberRef | None
    code: str
    reason: str
    message: str
    at: str
    by: str
    desk: str | None
    command_id: str
    seq: int


class Policy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the gym does about each thing that can be wrong with a membership."""

    banned: Action = "refuse"
    member_inactive: Action = "refuse"
    membership_expired: Action = "refuse"
    membership_frozen: Action = "refuse"
    no_visits_left: Action = "refuse"
    payment_overdue: Action = "warn"
    waiver_missing: Action = "allow"
    outside_hours: Action = "allow"


class Gym(_Payload, frozen=True, kw_only=True, omit_defaults=False):
    type: ClassVar[str] = "gym_update"
    name: str
    timezone: str
    capacity: int | None
    policy: Policy
    seq: int


class Stats(_Payload, frozen=True, kw_only=True, omit_defaults=False):
    """The counters at one position. `today` is the gym's own day; the stay is the mean of today's finished visits;
    `hours` are today's check-ins by hour, `same_weekday` those of a week ago up to this time of day."""

    type: ClassVar[str] = "stats"
    currently_in: int
    today_total: int
    average_stay_minutes: float | None
    capacity: int | None
    as_of_seq: int
    as_of: str
    hours: tuple[int, ...] = ()
    same_weekday: int | None = None


class ErrorBody(_Payload, frozen=True, kw_only=True, omit_defaults=True):
    """`message` is a sentence for a person. `code` is one of `ERROR_CODES` when it comes from our server."""

    type: ClassVar[str] = "error"
    code: str
    message: str
    retryable: bool
    retry_after_ms: int | None = None
    details: dict[str, Any] | None = None


# --- server -> client --------------------------------------------------------------------------------------------


class AuthResponse(_Payload, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "auth_response"
    success: bool
    message: str | None = None
    user: str | None = None
    role: Role | None = None
    expires_at: str | None = None


class ConnectionStatus(_Payload, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "connection_status"
    status: Literal["connected", "draining"]
    session_id: str
    protocol: int
    server_time: str
    epoch: str
    seq: int
    batch_ms: int
    retry_after_ms: int | None = None


class Pong(_Payload, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "pong"
    server_time: str
    sent_at: Raw | UnsetType = UNSET


class HeartbeatAck(_Payload, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "heartbeat_ack"
    server_time: str


class Batch(_Payload, frozen=True, kw_only=True):
    """Events of one window by type. Lists are in `seq` order; the order between types is in each payload's `seq`."""

    type: ClassVar[str] = "batch"
    batches: dict[str, list[Raw]]


class Reply(_Payload, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "reply"
    ok: bool
    result: Raw = Raw(b"null")
    error: ErrorBody | None = None


class Snapshot(_Payload, frozen=True, kw_only=True, omit_defaults=False):
    """Position and data of one transaction, in parts; `more` is false on the last."""

    type: ClassVar[str] = "snapshot"
    epoch: str
    seq: int
    gym: Gym
    present: tuple[CheckInEvent, ...]
    recent: tuple[CheckInEvent, ...]
    stats: Stats
    more: bool


# --- client -> server --------------------------------------------------------------------------------------------


class ClientInfo(Struct, frozen=True):
    desk: Key | None = None
    version: Key | None = None


class Authenticate(_Request, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "authenticate"
    roles: ClassVar[frozenset[Role]] = READERS
    token: str
    client: ClientInfo | None = None


class Override(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A manager at the desk lets somebody in against the rules. The PIN is checked, and goes no further."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    manager: Key
    pin: Annotated[str, Meta(max_length=64)] = ""


class CheckIn(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """By exactly one of `member_id` and `code`; a code is a membership number, never a name."""

    type: ClassVar[str] = "check_in"
    roles: ClassVar[frozenset[Role]] = STAFF
    member_id: Key | None = None
    code: Key | None = None
    location: Text | None = None
    notes: Text | None = None
    occurred_at: Timestamp | None = None
    offline: bool = False
    override: Override | None = None


class CheckOut(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """By exactly one of the visit, the command that opened it, the member, the member's code."""

    type: ClassVar[str] = "check_out"
    roles: ClassVar[frozenset[Role]] = STAFF
    check_in_id: Key | None = None
    command_id: Key | None = None
    member_id: Key | None = None
    code: Key | None = None
    notes: Text | None = None
    occurred_at: Timestamp | None = None
    offline: bool = False


class Undo(_Request, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "undo"
    roles: ClassVar[frozenset[Role]] = STAFF
    command_id: Key


class Notify(_Request, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "notify"
    roles: ClassVar[frozenset[Role]] = MANAGERS
    level: Level
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    message: Text
    member_id: Key | None = None


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
    alerts: tuple[Text, ...] | UnsetType = UNSET
    guest: bool | UnsetType = UNSET
    deleted: bool | UnsetType = UNSET


class SaveMember(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Managers change anyone; staff may add guests."""

    type: ClassVar[str] = "save_member"
    roles: ClassVar[frozenset[Role]] = STAFF
    member: MemberFields


class SearchMembers(_Request, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "search_members"
    roles: ClassVar[frozenset[Role]] = READERS
    text: Annotated[str, Meta(max_length=200)]
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class GetMember(_Request, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "get_member"
    roles: ClassVar[frozenset[Role]] = READERS
    member_id: Key


class ListPresent(_Request, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "list_present"
    roles: ClassVar[frozenset[Role]] = READERS
    limit: Annotated[int, Meta(ge=1, le=MAX_PRESENT)] = MAX_PRESENT
    cursor: Key | None = None


class ListCheckIns(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Visits that began in `[from, to)`, newest first; `text` finds members as `search_members` does."""

    type: ClassVar[str] = "list_check_ins"
    roles: ClassVar[frozenset[Role]] = READERS
    from_: Timestamp | None = field(default=None, name="from")
    to: Timestamp | None = None
    text: Annotated[str, Meta(max_length=200)] | None = None
    status: Literal["checked_in", "checked_out"] | None = None
    location: Text | None = None
    member_id: Key | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    cursor: Key | None = None


class SyncMembers(_Request, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "sync_members"
    roles: ClassVar[frozenset[Role]] = READERS
    after_seq: Seq = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 500


class Resume(_Request, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "resume"
    roles: ClassVar[frozenset[Role]] = READERS
    epoch: str = ""
    seq: Seq = 0
    full: bool = False


class Heartbeat(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """What a later browser client of old sends every 10 s; the answer is `heartbeat_ack`."""

    type: ClassVar[str] = "heartbeat"
    roles: ClassVar[frozenset[Role]] = READERS


class Ping(_Request, frozen=True, kw_only=True, omit_defaults=True):
    type: ClassVar[str] = "ping"
    roles: ClassVar[frozenset[Role]] = READERS
    sent_at: Raw | UnsetType = UNSET


# --- results of replies ------------------------------------------------------------------------------------------


class Resumed(Struct, frozen=True):
    resumed: Literal["events", "snapshot"]


class Members(Struct, frozen=True):
    members: tuple[Member, ...]


class MemberCard(Struct, frozen=True):
    member: Member
    visits: tuple[CheckInEvent, ...]


class Present(Struct, frozen=True, kw_only=True):
    present: tuple[CheckInEvent, ...]
    cursor: str | None
    as_of_seq: int


class MembersPage(Struct, frozen=True, kw_only=True):
    members: tuple[Member, ...]
    next_after_seq: int
    more: bool
    as_of_seq: int


class CheckIns(Struct, frozen=True):
    check_ins: tuple[CheckInEvent, ...]
    cursor: str | None


class Saved(Struct, frozen=True):
    member: Member


class Notified(Struct, frozen=True):
    notification: Notification


# --- the registry ------------------------------------------------------------------------------------------------

Command = CheckIn | CheckOut | Undo | SaveMember | Notify  # what makes a row of the journal, once, whatever happens
Query = SearchMembers | GetMember | ListPresent | ListCheckIns | SyncMembers
Request = Command | Query | Authenticate | Resume | Ping | Heartbeat
Event = CheckInEvent | Member | Notification | Refusal | Gym  # the rows of the journal
ServerMessage = (
    Event | Stats | AuthResponse | ConnectionStatus | Pong | HeartbeatAck | Batch | Reply | ErrorBody | Snapshot
)

REQUESTS: Final[dict[str, type[Request]]] = {r.type: r for r in get_args(Request)}
EVENTS: Final[dict[str, type[Event]]] = {e.type: e for e in get_args(Event)}
SERVER_MESSAGES: Final[dict[str, type[ServerMessage]]] = {m.type: m for m in get_args(ServerMessage)}

ErrorCode = Literal[
    "unknown_member",
    "unknown_visit",
    "member_inactive",
    "banned",
    "membership_expired",
    "membership_frozen",
    "payment_overdue",
    "waiver_missing",
    "no_visits_left",
    "outside_hours",
    "already_checked_in",
    "not_checked_in",
    "ambiguous",
    "not_allowed",
    "id_reused",
    "invalid",
    "too_large",
    "rate_limited",
    "unknown_type",
    "storage_unavailable",
    "internal",
]
ERROR_CODES: Final[frozenset[str]] = frozenset(get_args(ErrorCode))
