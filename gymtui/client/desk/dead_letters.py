"""Dead letters: commands that no server will ever answer, set aside until a person has looked at them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from gymtui import clock
from gymtui.client.desk.outbox_queue import OutboxQueue
from gymtui.client.desk.outcomes import Outcomes
from gymtui.client.desk.verdicts import Matter
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.schema import ReplicaError
from gymtui.client.state import Verdict

logger = logging.getLogger(__name__)


class DeadLetters:
    """What a person may do with a command that was set aside; `on_change` is called where it was done, and `publish`
    gets the verdict where there is something to say."""

    def __init__(
        self,
        queue: OutboxQueue,
        outcomes: Outcomes,
        publish: Callable[[Verdict], None],
        on_change: Callable[[], None],
        *,
        clock: clock.Clock = clock.now,
    ) -> None:
        self._queue = queue
        self._outcomes = outcomes
        self._publish = publish
        self._on_change = on_change
        self._clock = clock

    def acknowledge(self, id: str) -> None:
        """It has been looked at, and is forgotten; nothing where it is not there any more."""
        self._take_up(id, self._queue.acknowledge)

    def retry(self, id: str) -> None:
        """It is sent once more, under its old id and behind all that waits; nothing where it is not there any more."""
        matter = self._take_up(id, self._queue.retry)
        if matter is not None:
            self._publish(matter.queued(self._clock(), sent=False, again=True))

    def _take_up(self, id: str, do: Callable[[Outgoing], None]) -> Matter | None:
        """What the command is about, once that is done with it; None where it is gone, or the disk does not take that.
        The person may have pressed the key on a row that was answered meanwhile."""
        row = next((row for row in self._queue.aside if row.id == id), None)
        if row is None:
            return None
        matter = self._outcomes.matter(row)
        try:
            do(row)
        except ReplicaError:
            logger.exception("A command that was set aside could not be taken up")
            self._publish(matter.not_written(self._clock()))
            return None
        self._on_change()
        return matter
