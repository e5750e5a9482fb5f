"""Visits whose exit nobody has seen: the next day counts, the average does not, and the day is told."""

from __future__ import annotations

from datetime import datetime

from gymtui import clock, rules
from gymtui.protocol import CheckIn, CheckOut
from tests.commands_kit import till
from tests.desk_kit import ANA, Gym, gym
from tests.factories import NOW, member_row, visit
from tests.gym_kit import add_members, stored
from tests.till import DAY, HOUR, MINUTE, NINE, Till

__all__ = ["gym", "till"]


def test_a_punch_card_counts_each_day_also_without_a_check_out(till: Till) -> None:
    """Four days on a card, and nobody is ever seen to leave."""
    add_members(till.store, [member_row("10", "Pia Punch", visits_left=10)])
    for day in range(1, 5):
        came = till.check_in("10", id=f"day {day}")
        assert (came.visits_left, stored(till.store, "10").visits_left) == (10 - day, 10 - day)
        till.now += DAY
    visits = list(till.store.all_visits())
    assert [v.flags for v in visits] == [("assumed_out",)] * 3 + [()]
    assert [v.check_out_time for v in visits[:2]] == ["2026-11-23T00:00:00.000Z", "2026-11-24T00:00:00.000Z"]
    assert till.counts() == (1, 0, None)
    assert till.store.stats() == till.recount()
    assert till.give(CheckIn(code="10"), id="day 1").duplicate


def test_what_a_desk_did_alone_on_another_day_is_no_clash(till: Till) -> None:
    till.check_in("1")
    till.now += 2 * DAY
    assert till.offline(till.now - DAY).flags == ("offline",)
    assert till.counts()[0] == 1
    assert till.store.stats() == till.recount()


def test_a_visit_over_midnight_goes_on(till: Till) -> None:
    till.now = NINE + 14 * HOUR  # 23:00
    till.check_in("1")
    till.now += 2 * HOUR
    error = till.refused(CheckIn(code="1"))
    assert (error.code, "already in since yesterday 23:00, Front" in str(error.details)) == ("already_checked_in", True)
    assert "in already, since yesterday 23:00, Front" in error.message
    assert till.check_out("1").flags == ()
    assert till.store.stats() == till.recount()
    assert till.counts()[2] == 120.0


def test_no_average_grows_by_a_visit_of_yesterday(till: Till) -> None:
    till.check_in("1")
    till.now += 25 * HOUR
    left = till.check_out("1", id="left")
    assert (left.flags, till.counts()) == (("assumed_out",), (0, 0, None))
    assert till.refused(CheckOut(code="1")).code == "not_checked_in"
    assert till.store.stats() == till.recount()
    assert till.undo("left").status == "checked_in"
    assert till.store.stats() == till.recount()


def test_an_assumed_exit_is_corrected_on_its_day_and_not_a_day_later(till: Till) -> None:
    came = till.check_in("1")
    till.now += DAY
    till.check_in("1")
    till.check_out("1")
    till.now += MINUTE
    corrected = till.done(CheckOut(check_in_id=came.id, occurred_at=clock.to_text(NINE + HOUR), offline=True))
    assert (corrected.flags, till.counts()[0]) == (("offline",), 0)
    assert till.store.stats() == till.recount()


def test_a_time_is_told_with_its_day() -> None:
    now = datetime(2026, 11, 22, 9)
    assert rules.since(datetime(2026, 11, 22, 8, 5), now) == "08:05"
    assert rules.since(datetime(2026, 11, 21, 18, 2), now) == "yesterday 18:02"
    assert rules.since(datetime(2026, 11, 3, 18, 2), now) == "3 Nov 18:02"


def test_a_desk_lets_in_whom_nobody_saw_leave_and_says_the_day_of_who_is_in(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA, check_in_time=clock.to_text(NOW + 4 * HOUR))], 1)  # 21:24 on the gym's wall
    gym.now = NOW + 8 * HOUR
    assert gym.desk.check_in(ANA).words == "↩ Ana Silva already in since yesterday 21:24, desk 2 — F4 checks out"
    gym.now = NOW + DAY
    assert gym.desk.check_in(ANA).kind == "queued"
    assert gym.desk.in_since(ANA.id) == gym.now
