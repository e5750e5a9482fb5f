"""How many refusals one person gets: made-up codes are answered with when to try again, and told as one row.

A refusal is a row of the journal that every screen is told, and whoever may check in can have as many as they make up.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final

from gymtui import clock
from gymtui.protocol import ErrorBody, Refusal
from server.net.quota import WINDOW, Key, Quota, come_again
from server.store import Outcome, Transaction
from server.store.group_commit import GroupCommit

log = logging.getLogger(__name__)

KIND: Final = "house"
# The largest chain lets 180 people a second in at its peak, and refuses 7 of 100: 13 a second, at all its desks. Nobody
# scans faster than once a second at one desk; and a desk that comes back may have a day's worth of them at once.
AT_A_DESK: Final = 20.0  # refusals a second of one user at one desk,
OF_A_USER: Final = 50.0  # and at all, whatever the desks are called:
BURST: Final = 1000  # so many at once before that


class RefusalLimit:
    """Counts the refusals of each user at each desk. Asked by the event loop, which counts wrong PINs, and by the
    writer, who counts all else: what waits for the disk is counted in time. `timer` gives seconds that only go forward.
    """

    def __init__(self, database: GroupCommit, *, timer: Callable[[], float]) -> None:
        self._database = database
        self._quota = Quota(BURST, AT_A_DESK, OF_A_USER, timer=timer)
        self._untold: Counter[Key] = Counter()

    def too_many(self, user: str, desk: str | None) -> ErrorBody | None:
        """What to answer instead of looking at one more command; None where they may go on."""
        wait = self._quota.wait(user, desk)
        return come_again(f"Too much was refused to {user} here", wait) if wait > 0 else None

    def counted(self, user: str, desk: str | None, do: Callable[[], Outcome]) -> Outcome:
        """What comes of a command, unless there were too many before it; for the writer."""
        if (error := self.too_many(user, desk)) is not None:
            return Outcome(error=error)
        outcome = do()
        if outcome.error is not None and not outcome.duplicate:
            self.refused(user, desk)
        return outcome

    def refused(self, user: str, desk: str | None) -> None:
        """One more, by the rules or because it was no good."""
        self._quota.count(user, desk)

    def untold(self, user: str, desk: str | None) -> None:
        """One more was answered by `too_many`."""
        self._untold[user, desk] += 1

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(WINDOW)
            await self.tell()

    async def tell(self) -> None:
        """A row for each user and desk of whom some were not told, with how many; whoever is even is forgotten."""
        self._quota.forget()
        untold, self._untold = self._untold, Counter()
        for (user, desk), count in untold.items():
            outcome = await self._database.write(partial(_tell, user, desk, count))
            if outcome.error is not None:  # they are told with those of the next window
                self._untold[user, desk] += count


def _tell(user: str, desk: str | None, count: int, tx: Transaction) -> None:
    log.warning("%s at %s: %d commands more than anybody has refused in earnest.", user, desk or "no desk", count)
    reason = f"{count:,} more in {WINDOW:.0f} s"
    refusal = Refusal(
        id=clock.new_id(tx.at),
        member=None,
        code="rate_limited",
        reason=reason,
        message=f"{user} was refused {reason}: is somebody trying out codes?",
        at=clock.to_text(tx.at),
        by=user,
        desk=desk,
        command_id="",
        count=count,
        seq=tx.next_seq,
    )
    tx.append(refusal, kind=KIND, user=user)
