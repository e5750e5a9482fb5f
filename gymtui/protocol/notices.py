"""What somebody tells all desks: a manager's notice, and a handover to the next shift."""

from typing import Annotated, ClassVar, Final

from msgspec import Meta

from gymtui.protocol.events import Payload
from gymtui.protocol.vocabulary import MANAGERS, STAFF, Key, Level, Role, Text, Timestamp

HANDOVER: Final = "Handover from"  # what the title of such a notification begins with


class Notify(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """Tells all desks something."""

    type: ClassVar[str] = "notify"
    roles: ClassVar[frozenset[Role]] = MANAGERS
    level: Level
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    message: Text
    member_id: Key | None = None


class HandOver(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """What the shift that ends tells the next one: a note, which every desk gets as a notification. A note alone ends
    no shift."""

    type: ClassVar[str] = "hand_over"
    roles: ClassVar[frozenset[Role]] = STAFF
    note: Annotated[str, Meta(min_length=1, max_length=1000)]
    occurred_at: Timestamp | None = None
    queued_by: Key | None = None
    ends_shift: bool = True
