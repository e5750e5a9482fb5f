"""A time long ago that is told as if it were now: it is recorded, and a manager sees that only somebody says so."""

from __future__ import annotations

import pytest

from gymtui import clock
from gymtui.protocol import CheckIn, CheckInEvent, CheckOut, Override
from server.gym.conflicts import report
from server.gym.orders import BACKDATED
from tests.commands_kit import till
from tests.till import DAY, HOUR, MINUTE, NINE, Till

__all__ = ["till"]


def told(till: Till, at: int, code: str = "1", **how: object) -> CheckInEvent:
    """A check-in of that time, by somebody who does not say that a desk was alone."""
    return till.done(CheckIn(code=code, occurred_at=clock.to_text(at)), **how)


@pytest.mark.parametrize(
    ("ago", "flags"),
    [
        (0, ()),
        (BACKDATED, ()),
        (BACKDATED + 1, ("backdated",)),
        (7 * DAY, ("backdated",)),
        (7 * DAY + 1, ("backdated", "late")),
    ],
)
def test_it_is_flagged_where_no_desk_would_tell_it_so(till: Till, ago: int, flags: tuple[str, ...]) -> None:
    assert told(till, NINE - ago).flags == flags


def test_so_is_an_exit(till: Till) -> None:
    till.check_in()
    till.now += HOUR
    left = till.done(CheckOut(code="1", occurred_at=clock.to_text(NINE + MINUTE)))
    assert (left.flags, left.check_out_time) == (("backdated",), clock.to_text(NINE + MINUTE))
    (line,) = report(till.store, 0)
    assert "the check-out was told Sun 22 Nov 10:00, and not by a desk that was alone." in line


def test_the_rules_of_now_are_asked(till: Till) -> None:
    asked = CheckIn(code="3", occurred_at=clock.to_text(NINE - 2 * DAY))
    assert till.refused(asked).code == "membership_expired"
    override = Override(reason="her father waits", manager="mia")
    came = till.done(CheckIn(code="3", occurred_at=asked.occurred_at, override=override))
    assert came.flags == ("backdated", "override")


def test_a_manager_finds_it_until_somebody_has_taken_it_back(till: Till) -> None:
    told(till, NINE - HOUR, id="told", device=None, desk=None)
    assert report(till.store, 0) == [
        "Sun 22 Nov 08:00  Zoë O'Neil (1), no desk (ana): the check-in was told Sun 22 Nov 09:00, and not by a desk "
        "that was alone. It is recorded at the time that was said."
    ]
    till.undo("told")
    assert report(till.store, 0) == []


def test_what_is_told_again_once_it_has_happened_is_the_command_of_before(till: Till) -> None:
    """As a desk does that had no answer for minutes."""
    first = told(till, NINE, id="c")
    till.now += HOUR
    assert till.done(CheckIn(code="1", occurred_at=clock.to_text(NINE), offline=True), id="c") == first
