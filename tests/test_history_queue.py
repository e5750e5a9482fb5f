"""What waits in the outbox is in the history of a desk that is alone."""

from __future__ import annotations

from gymtui.client.desk.history import known
from gymtui.client.desk.history_queue import UNTOLD, waiting
from gymtui.client.desk.history_words import Question
from gymtui.protocol import CheckInEvent
from tests.desk_kit import ANA, CAL, Gym, gym
from tests.factories import TIME, visit

__all__ = ["gym"]


def told(gym: Gym) -> list[tuple[str, str, bool]]:
    """Name, state, and whether it only waits, of each visit that the desk knows."""
    events = [*gym.replica.visits.recent(9), *waiting(gym.replica, gym.desk.queue, "desk 2")]
    rows = [row for row in known(Question(), events) if isinstance(row, CheckInEvent)]
    return [(row.member.full_name, row.status, "queued" in row.flags) for row in rows]


def test_who_came_and_who_left_while_the_desk_was_alone(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA, minutes=30)], 1)
    gym.desk.check_out(ANA)
    gym.desk.check_in(CAL)
    assert told(gym) == [("Cal Roe", "checked_in", True), ("Ana Silva", "checked_out", True)]
    [ana] = [row for row in waiting(gym.replica, gym.desk.queue, "desk 2") if row.member.id == ANA.id]
    assert (ana.id, ana.check_out_time, ana.desk) == ("v1", TIME, "desk 2")
    assert [UNTOLD in row.flags for row in waiting(gym.replica, gym.desk.queue, "desk 2")] == [False, True]
    gym.desk.check_out(CAL)
    assert [UNTOLD in row.flags for row in waiting(gym.replica, gym.desk.queue, "desk 2")] == [False, True]
    assert told(gym)[0] == ("Cal Roe", "checked_out", True)


def test_what_is_taken_back_before_it_was_sent_never_was(gym: Gym) -> None:
    gym.desk.check_in(CAL)
    gym.desk.undo()
    assert told(gym) == []
