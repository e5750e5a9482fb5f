"""How many changes one person makes: each is a row of the journal that every screen is told.

Check-ins, check-outs and their undo are as many as people come; an import has steps of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from gymtui.protocol import (
    Command,
    Configure,
    Correct,
    ErrorBody,
    HandOver,
    Notify,
    RollCall,
    SaveCard,
    SaveMember,
    ShareReader,
)
from server.net.quota import Quota, come_again

log = logging.getLogger(__name__)

# Nobody types a guest, a note or a card in less than seconds; and a desk that comes back has all that it has queued.
AT_A_DESK: Final = 20.0  # changes a second of one user at one desk,
OF_A_USER: Final = 50.0  # and at all, whatever the desks are called:
BURST: Final = 2000  # so many at once before that
CHANGES: Final = (SaveMember, SaveCard, Notify, Configure, Correct, ShareReader, HandOver)


class ChangeLimit:
    """Counts them before they come to the writer, who works for everybody. The marks of a roll-call are counted apart:
    in an evacuation none waits for what else was done."""

    def __init__(self, *, timer: Callable[[], float]) -> None:
        self._changes, self._marks = (Quota(BURST, AT_A_DESK, OF_A_USER, timer=timer) for _ in range(2))

    def too_many(self, user: str, desk: str | None, payload: Command) -> ErrorBody | None:
        """What to answer instead of doing it; where it may be done, None, and it is counted."""
        if (quota := self._quota_of(payload)) is None:
            return None
        if (wait := quota.wait(user, desk)) > 0:
            return come_again(f"{user} changes too much at once here", wait)
        quota.count(user, desk)
        if quota.wait(user, desk) > 0:
            log.warning(
                "%s at %s: more changes than anybody makes by hand, the next ones wait.", user, desk or "no desk"
            )
        return None

    def unmade(self, user: str, desk: str | None, payload: Command) -> None:
        """It has made no row: it had its row before, or was no good."""
        if (quota := self._quota_of(payload)) is not None:
            quota.count(user, desk, -1)

    def _quota_of(self, payload: Command) -> Quota | None:
        if isinstance(payload, CHANGES):
            return self._changes
        return self._marks if isinstance(payload, RollCall) else None
