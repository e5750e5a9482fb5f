"""Responses: what a server sends beside the rows of the journal, and the results of its replies."""

from typing import ClassVar, Literal

from msgspec import UNSET, Raw, Struct, UnsetType

from gymtui.protocol.events import (
    CheckInEvent,
    ErrorBody,
    Gym,
    Member,
    MemberRef,
    Notification,
    Payload,
    Refusal,
    Stats,
)
from gymtui.protocol.roll_calls import RollCallUpdate
from gymtui.protocol.vocabulary import Role, Seq, Whole


class AuthResponse(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """Who the client is, or why the server does not take the token."""

    type: ClassVar[str] = "auth_response"
    success: bool
    message: str | None = None
    user: str | None = None
    role: Role | None = None
    expires_at: str | None = None


class ConnectionStatus(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """The greeting: where the journal stands (`epoch`, `seq`), from where on events are live; or a goodbye.
    `gym_id` names the gym, the same in every copy and under every address."""

    type: ClassVar[str] = "connection_status"
    status: Literal["connected", "draining"]
    session_id: str
    protocol: Whole
    server_time: str
    epoch: str
    seq: Seq
    batch_ms: Whole
    retry_after_ms: Whole | None = None
    gym_id: str | None = None


class Pong(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to `ping`, with its `sent_at`."""

    type: ClassVar[str] = "pong"
    server_time: str
    sent_at: Raw | UnsetType = UNSET


class HeartbeatAck(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to `heartbeat`, for browser clients of old."""

    type: ClassVar[str] = "heartbeat_ack"
    server_time: str


class Batch(Payload, frozen=True, kw_only=True):
    """Events of one window by type. Lists are in `seq` order; the order between types is in each payload's `seq`."""

    type: ClassVar[str] = "batch"
    batches: dict[str, list[Raw]]


class Reply(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to the request with the same `id`: a `result`, by the request's type one of those below or an event's
    payload; or an `error`."""

    type: ClassVar[str] = "reply"
    ok: bool
    result: Raw = Raw(b"null")
    error: ErrorBody | None = None


class Snapshot(Payload, frozen=True, kw_only=True, omit_defaults=False):
    """Position and data of one transaction, in parts; `more` is false on the last. `roll_call` is there where there was
    one in the last 24 hours: each step of it."""

    type: ClassVar[str] = "snapshot"
    epoch: str
    seq: Seq
    gym: Gym
    present: tuple[CheckInEvent, ...]
    recent: tuple[CheckInEvent, ...]
    stats: Stats
    more: bool
    roll_call: tuple[RollCallUpdate, ...] | UnsetType = UNSET


class Resumed(Struct, frozen=True):
    """To `resume`: what follows, a replay or a snapshot."""

    resumed: Literal["events", "snapshot"]


class Members(Struct, frozen=True):
    """To `search_members`, the likeliest first; `near` are those whom the text finds only with an error in it."""

    members: tuple[Member, ...]
    near: tuple[Member, ...] = ()


class MemberTotals(Struct, frozen=True, kw_only=True):
    """The visits of a member that count: when the `first` and the `last` of them began, and the mean stay of those
    whose end was seen."""

    visits: Whole
    last_30_days: Whole
    first: str | None
    last: str | None
    average_stay_minutes: float | None


class MemberCard(Struct, frozen=True):
    """To `get_member`: the member with the last visits, the newest first; no `totals` from an older server."""

    member: Member
    visits: tuple[CheckInEvent, ...]
    totals: MemberTotals | None = None


class Present(Struct, frozen=True, kw_only=True):
    """To `list_present`; `cursor` is None on the last page."""

    present: tuple[CheckInEvent, ...]
    cursor: str | None
    as_of_seq: Seq


class MembersPage(Struct, frozen=True, kw_only=True):
    """To `sync_members`; where there are `more`, `next_after_seq` is the cursor of the next page."""

    members: tuple[Member, ...]
    next_after_seq: Seq
    more: bool
    as_of_seq: Seq


class CheckIns(Struct, frozen=True):
    """To `list_check_ins`; `cursor` is None on the last page. The first of several pages says how many visits there are
    `in_all`, where they are not too many to count."""

    check_ins: tuple[CheckInEvent, ...]
    cursor: str | None
    in_all: Whole | UnsetType = UNSET


class Refusals(Struct, frozen=True):
    """To `list_refusals`, as `CheckIns`."""

    refusals: tuple[Refusal, ...]
    cursor: str | None
    in_all: Whole | UnsetType = UNSET


class Peak(Struct, frozen=True, kw_only=True):
    """To `get_peak`: `heat` is the mean of check-ins by weekday, Monday first, and hour on the wall; the weeks are
    check-ins by day, `last_week_so_far` those up to this day and time; `expected_in` is how many are in at this time of
    such a day, None where there was none."""

    weeks: Whole
    heat: tuple[tuple[float, ...], ...]
    this_week: tuple[Whole, ...]
    last_week: tuple[Whole, ...]
    last_week_so_far: Whole
    expected_in: float | None
    as_of_seq: Seq


class ConflictNote(Struct, frozen=True, kw_only=True):
    """What a desk did while it was alone, at `at`, and did not fit when it was recorded: a `sentence` for a manager."""

    at: str
    recorded_at: str
    member: MemberRef | None
    desk: str | None
    by: str
    sentence: str


class Conflicts(Struct, frozen=True):
    """To `list_conflicts`, the newest first; `more`: there are older ones."""

    conflicts: tuple[ConflictNote, ...]
    more: bool


class Saved(Struct, frozen=True):
    """To `save_member` and `save_card`."""

    member: Member


class Configured(Struct, frozen=True):
    """To `configure` and `share_reader`."""

    gym: Gym


class Notified(Struct, frozen=True):
    """To `notify`."""

    notification: Notification
