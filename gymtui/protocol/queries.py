"""Queries, what a client may look up without changing anything: their payloads, and the roles that may ask."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from gymtui.protocol.limits import MAX_PRESENT
from gymtui.protocol.requests import _Request
from gymtui.protocol.vocabulary import READERS, Key, Role, Seq, Text, Timestamp


class SearchMembers(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Members by what somebody types: words of the name, the number, the phone."""

    type: ClassVar[str] = "search_members"
    roles: ClassVar[frozenset[Role]] = READERS
    text: Annotated[str, Meta(max_length=200)]
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class GetMember(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """One member, with the last visits."""

    type: ClassVar[str] = "get_member"
    roles: ClassVar[frozenset[Role]] = READERS
    member_id: Key


class ListPresent(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Who is in, a page at a time; `cursor` is what the page before has said."""

    type: ClassVar[str] = "list_present"
    roles: ClassVar[frozenset[Role]] = READERS
    limit: Annotated[int, Meta(ge=1, le=MAX_PRESENT)] = MAX_PRESENT
    cursor: Key | None = None


class ListCheckIns(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Visits that began in `[from, to)`, newest first; `text` finds members as `search_members` does, no near ones.
    `at`: who was in then; `desk` and `by` are words of the visit's last row."""

    type: ClassVar[str] = "list_check_ins"
    roles: ClassVar[frozenset[Role]] = READERS
    from_: Timestamp | None = field(default=None, name="from")
    to: Timestamp | None = None
    text: Annotated[str, Meta(max_length=200)] | None = None
    status: Literal["checked_in", "checked_out"] | None = None
    location: Text | None = None
    member_id: Key | None = None
    at: Timestamp | None = None
    desk: Key | None = None
    by: Key | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    cursor: Key | None = None


class ListRefusals(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """What the rules have refused in `[from, to)`, newest first; the filters are those of `list_check_ins`."""

    type: ClassVar[str] = "list_refusals"
    roles: ClassVar[frozenset[Role]] = READERS
    from_: Timestamp | None = field(default=None, name="from")
    to: Timestamp | None = None
    text: Annotated[str, Meta(max_length=200)] | None = None
    member_id: Key | None = None
    desk: Key | None = None
    by: Key | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    cursor: Key | None = None


class ListConflicts(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """What desks did alone and did not fit, newest first; recorded `since`, or in the last seven days."""

    type: ClassVar[str] = "list_conflicts"
    roles: ClassVar[frozenset[Role]] = READERS
    since: Timestamp | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class SyncMembers(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """All members that have changed since `after_seq`, a page at a time; what the page says is the next cursor."""

    type: ClassVar[str] = "sync_members"
    roles: ClassVar[frozenset[Role]] = READERS
    after_seq: Seq = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 500


class GetPeak(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """When it is busy, by so many weeks before today."""

    type: ClassVar[str] = "get_peak"
    roles: ClassVar[frozenset[Role]] = READERS
    weeks: Annotated[int, Meta(ge=1, le=52)] = 8
