"""Vocabulary of the messages: roles, levels, constrained types, error codes, close codes."""

from enum import IntEnum
from typing import Annotated, Final, Literal, get_args

from msgspec import Meta

Role = Literal["operator", "staff", "manager"]
Level = Literal["info", "success", "warning", "error"]
MemberStatus = Literal["active", "frozen", "banned", "inactive"]
CardState = Literal["in_use", "lost", "returned"]
Action = Literal["allow", "warn", "refuse"]
Crowding = Literal["allow", "warn", "ask", "refuse"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CardCheck = Literal["mod10", "luhn", "mod43", "mod16"]
CardKind = Literal["uid", "hid26"]
AfterLogOut = Literal["keep", "wipe"]
PrivateField = Literal["phone", "email", "birth_date", "home_location", "notes"]
Text = Annotated[str, Meta(max_length=1000)]
Key = Annotated[str, Meta(min_length=1, max_length=64)]
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]  # what a database can keep
GraceDays = Annotated[int, Meta(ge=0, le=365)]
Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MINUTE = "[0-9]{2}:[0-9]{2}"
Day = Annotated[str, Meta(pattern=rf"^{_DAY}\Z")]
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
Minute = Annotated[str, Meta(pattern=rf"^({_TIME}|24:00)\Z")]
FullHour = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):00\Z")]
Opening = Annotated[str, Meta(pattern=rf"^({_TIME}-({_TIME}|24:00)|closed)\Z")]
Hours = Annotated[str, Meta(pattern=rf"^{_MINUTE}-{_MINUTE}\Z")]
Timestamp = Annotated[str, Meta(pattern=rf"^{_DAY}T{_MINUTE}:[0-9]{{2}}(\.[0-9]+)?(Z|[+-]{_MINUTE})\Z")]

_PRIVATE = "|".join(get_args(PrivateField))
Sight = Annotated[str, Meta(pattern=rf"^(nothing|everything|({_PRIVATE})(, ?({_PRIVATE}))*)\Z")]

LastDigits = Annotated[str, Meta(pattern=r"^([0-9]{4})?\Z")]

ERASED: Final = "(erased)"  # the name of whoever was erased, in all that is left of them
LOGINS: Final = "logins"  # what a notice is `about` that tells of wrong passwords or PINs

READERS: Final[frozenset[Role]] = frozenset(get_args(Role))
STAFF: Final[frozenset[Role]] = frozenset({"staff", "manager"})
MANAGERS: Final[frozenset[Role]] = frozenset({"manager"})

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
    "gym_closed",
    "gym_full",
    "card_lost",
    "already_checked_in",
    "not_checked_in",
    "changed_meanwhile",
    "guest_limit",
    "ambiguous",
    "not_allowed",
    "id_reused",
    "invalid",
    "too_large",
    "rate_limited",
    "closed",
    "unknown_type",
    "storage_unavailable",
    "internal",
]
ERROR_CODES: Final[frozenset[str]] = frozenset(get_args(ErrorCode))


class Close(IntEnum):
    """Why a connection ended: the codes that either side sends or sees."""

    DONE = 1000
    GOING_AWAY = 1001
    BAD_TOKEN = 4001
    ACCESS_ENDED = 4003
    ABUSED = 4004
    CLOSED = 4005
    OVERLOADED = 4100
    TOKEN_EXPIRED = 4101
    TOO_MANY = 4102
    STALLED = 4103
    SILENT = 4104
    NOT_AUTHENTICATED = 4105
    DRAINING = 4200
