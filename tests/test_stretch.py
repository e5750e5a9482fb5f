"""The stretch of the journal that a tail prints."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gymtui import clock
from gymtui.programs.stretch import Stretch
from gymtui.protocol import Event
from tests.factories import GYM, NOW, visit

MINUTE = 60_000
HOUR = [visit(n, minutes=60 - 10 * n) for n in range(1, 7)]  # 16:34 to 17:24


def seqs(events: Iterable[Event]) -> list[int]:
    return [event.seq for event in events]


def test_without_ends_it_is_everything() -> None:
    stretch = Stretch()
    assert seqs(stretch.of(HOUR)) == [1, 2, 3, 4, 5, 6]
    assert not stretch.is_over(6)


def test_up_to_a_row_and_that_one_too() -> None:
    stretch = Stretch(last=4)
    assert seqs(stretch.of(HOUR[:3])) == [1, 2, 3]
    assert not stretch.is_over(3)
    assert seqs(stretch.of(HOUR[3:])) == [4]
    assert stretch.is_over(4)
    assert stretch.is_over(6)


def test_from_a_time_on_and_before_another() -> None:
    stretch = Stretch()
    stretch.begins, stretch.ends = NOW - 40 * MINUTE, NOW - 20 * MINUTE
    assert seqs(stretch.of(HOUR[:1])) == []
    assert seqs(stretch.of(HOUR[1:3])) == [2, 3]
    assert not stretch.is_over(3)
    assert seqs(stretch.of(HOUR[3:])) == []
    assert stretch.is_over(3)


def test_what_is_told_late_is_printed_where_it_was_recorded() -> None:
    late = replace(visit(5, minutes=55), flags=("offline",))
    stretch = Stretch()
    stretch.begins = NOW - 25 * MINUTE
    assert seqs(stretch.of([*HOUR[2:4], late])) == [4, 5]


def test_what_has_no_time_ends_nothing() -> None:
    stretch = Stretch()
    stretch.ends = NOW
    gym = replace(GYM, seq=2)
    assert seqs(stretch.of([visit(1, minutes=1), gym, visit(3)])) == [1, 2]
    assert stretch.last == 2


def test_the_earlier_of_two_ends_is_the_end() -> None:
    stretch = Stretch(last=4)
    stretch.end_at(9)
    assert stretch.last == 4
    stretch.end_at(2)
    assert stretch.last == 2
    assert clock.to_ms(HOUR[5].check_in_time) == NOW
