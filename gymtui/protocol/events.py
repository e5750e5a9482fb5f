"""Events, the rows of the journal, as they stand on the wire, and what they are about."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from gymtui.protocol.vocabulary import (
    Action,
    AfterLogOut,
    CardCheck,
    CardKind,
    CardState,
    Crowding,
    Day,
    FullHour,
    GraceDays,
    Key,
    LastDigits,
    Level,
    MemberStatus,
    Minute,
    Opening,
    Seq,
    Sight,
    Text,
    Weekday,
    Whole,
)


class Payload(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What one message carries; `type` is its name on the wire. It holds nothing that could hold it again, and is none
    of what is looked through for garbage (`gc`): of a rush there are tens of thousands."""

    type: ClassVar[str]


class MemberRef(Struct, frozen=True, gc=False):
    """A member as other messages name one: enough for a line on a screen."""

    id: str
    full_name: str
    membership_number: str | None = None


class UnknownCard(Struct, frozen=True):
    """A code that nobody has, as far as it may be told, for it may be a PIN or a password: a `digest` by which the same
    one is known again, and its last four digits where it has at least twice as many characters, or none."""

    digest: Key
    hint: LastDigits = ""

    @property
    def words(self) -> str:
        """For a line on a screen."""
        return f"unknown card …{self.hint}" if self.hint else "unknown card"


class Hand(Struct, frozen=True):
    """By whom something was done, empty where nobody did it, and at which desk."""

    by: str
    desk: str | None


class CheckInEvent(Payload, frozen=True, kw_only=True, omit_defaults=False):
    """A visit as it stands after the command that `command_id` names; fields in the order of the wire. `let_in`,
    `let_out` and `corrected` are of the rows before, `gymtui.visit_hands` reads them."""

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
    visits_left: Whole | UnsetType = UNSET
    desk_time: str | UnsetType = UNSET
    let_in: Hand | UnsetType = UNSET
    let_out: Hand | UnsetType = UNSET
    corrected: Hand | UnsetType = UNSET
    seq: Seq = 0


class Card(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A card of a member: since when (a time), and by whom it was given out or got its state."""

    code: str
    state: CardState = "in_use"
    since: str | None = None
    by: str | None = None


class Acknowledged(Struct, frozen=True, kw_only=True):
    """An alert that somebody has dealt with, and at what time: it is not said aloud any more."""

    alert: str
    by: str
    at: str


class Member(Payload, frozen=True, kw_only=True, omit_defaults=False):
    """One person of the directory. What is null restricts nothing; dates are `YYYY-MM-DD`, the gym's own days, as is
    the one since which a payment is overdue, where that is known.
    `cards` are all of them, the `membership_number` first of those that were not returned; none are there where the
    number is the only one, and nothing else is known of it. `external_id` is what the program called them that the gym
    had before: a list of that program finds them by it. `frozen_until` is the first day after a freeze, `host_id` the
    member whose guest somebody is. `merged_into` is the same person's other record."""

    type: ClassVar[str] = "member_update"
    id: str
    membership_number: str | None = None
    full_name: str
    status: MemberStatus = "active"
    plan: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    visits_left: Whole | None = None
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
    cards: tuple[Card, ...] = ()
    external_id: str | None = None
    payment_overdue_since: str | None = None
    frozen_until: str | None = None
    host_id: str | None = None
    acknowledged: tuple[Acknowledged, ...] | UnsetType = UNSET
    merged_into: str | UnsetType = UNSET
    seq: Seq = 0

    @property
    def ref(self) -> MemberRef:
        """The member, for messages about something else."""
        return MemberRef(self.id, self.full_name, self.membership_number)


class Notification(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """What a manager tells all desks, by `notify`; about one member, perhaps. `about` is of the house's own."""

    type: ClassVar[str] = "notification"
    id: str
    level: Level
    title: str
    message: str
    at: str
    member_id: str | None = None
    about: str | None = None
    seq: Seq


class Refusal(Payload, frozen=True, kw_only=True, omit_defaults=False):
    """A command the rules refused. `reason` is the few words a verdict ends with, `message` a whole sentence;
    `unknown_card` is there where a code was nobody's, `count` where so many more are told by this one row, `offline`
    where a desk refused it that was alone then (`at`), and told it afterwards."""

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
    unknown_card: UnknownCard | UnsetType = UNSET
    count: Whole | UnsetType = UNSET
    offline: bool | UnsetType = UNSET
    seq: Seq


class Policy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the gym does about each thing that can be wrong with a membership or with the time, and for how many days it
    only warns of what it refuses; how many guests its staff take a day; when it is open, when its days turn, and when
    it takes for granted that somebody has left: so many minutes after coming in, or at closing time. Times are those of
    the clock on its wall. `card_check` is a check character that a reader may send or keep, whichever is on file;
    `card_kind` is what the gym's cards are, of which some numbers are nobody's. `override_reasons` are what a desk
    offers, with `;` between them. `staff_sees` and `operator_sees` are which of a member's private fields they do;
    `after_log_out` is what becomes of a desk's copy of the gym once nobody is logged in there."""

    banned: Action = "refuse"
    member_inactive: Action = "refuse"
    membership_expired: Action = "refuse"
    membership_frozen: Action = "refuse"
    no_visits_left: Action = "refuse"
    payment_overdue: Action = "warn"
    waiver_missing: Action = "allow"
    outside_hours: Action = "allow"
    gym_closed: Action = "warn"
    gym_full: Crowding = "ask"
    expired_grace_days: GraceDays = 0
    overdue_grace_days: GraceDays = 0
    guests_a_day: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    max_stay_minutes: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    closing_time: Minute | None = None
    day_begins: FullHour = "00:00"
    opening_hours: dict[Weekday, Opening] = {}
    exceptions: dict[Day, Opening] = {}
    card_check: CardCheck | None = None
    card_kind: CardKind | None = None
    override_reasons: Text | None = None
    staff_sees: Sight = "phone"
    operator_sees: Sight = "nothing"
    after_log_out: AfterLogOut = "keep"


class GymFields(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a gym's settings, as a JSON merge patch (RFC 7386): what is absent stays as it is, and what is null is
    taken away, a line of the policy to what it is where nobody has set it."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    timezone: Key | UnsetType = UNSET
    capacity: Annotated[int, Meta(ge=1, le=1_000_000)] | UnsetType | None = UNSET
    policy: dict[str, Any] | UnsetType = UNSET


class Reader(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a card reader is set, under a name: from what arrives to the code on file. `layout` and `steps` are words of
    docs/CARDS.md; a client passes over a reader with one that it does not know."""

    name: Key
    prefix: Text = ""
    suffix: Text = ""
    layout: Key = "us"
    caps_lock: bool = False
    steps: Annotated[tuple[Text, ...], Meta(max_length=10)] = ()
    is_default: bool = False


class Gym(Payload, frozen=True, kw_only=True, omit_defaults=False):
    """The gym's settings. `timezone` is an IANA name, the clock on the gym's wall; `capacity` is people. `by` has
    changed what was `before`, which is the patch that takes it back. `readers` are those that its desks may choose."""

    type: ClassVar[str] = "gym_update"
    name: str
    timezone: str
    capacity: Whole | None
    policy: Policy
    by: str | UnsetType = UNSET
    before: GymFields | UnsetType = UNSET
    readers: tuple[Reader, ...] | UnsetType = UNSET
    seq: Seq


class Stats(Payload, frozen=True, kw_only=True, omit_defaults=False):
    """The counters at one position. `today` is the gym's own day; the stay is the mean of today's finished visits;
    `hours` are today's check-ins by hour, `same_weekday` those of a week ago up to this time of day. `assumed`: so many
    of those in have been so for longer than people stay; unset where nobody has."""

    type: ClassVar[str] = "stats"
    currently_in: Whole
    today_total: Whole
    average_stay_minutes: float | None
    capacity: Whole | None
    as_of_seq: Seq
    as_of: str
    hours: tuple[Whole, ...] = ()
    same_weekday: Whole | None = None
    assumed: Whole | UnsetType = UNSET


class ErrorBody(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """`message` is a sentence for a person. `code` is one of `ERROR_CODES` when it comes from our server."""

    type: ClassVar[str] = "error"
    code: str
    message: str
    retryable: bool
    retry_after_ms: Whole | None = None
    details: dict[str, Any] | None = None
