"""A day that is played again: where one is in it, and what had come of it by then."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.clock import to_text
from gymtui.protocol import CheckInEvent
from gymtui.ui.reel import Count, Player, Reel, news, reel_of
from tests.factories import GYM, NOW, refusal, visit

MINUTE = 60_000
DAY = NOW - 60 * MINUTE  # it begins an hour before, and is over then


def left(event: CheckInEvent, seq: int, minutes: int, *flags: str) -> CheckInEvent:
    at = to_text(NOW - minutes * MINUTE)
    return replace(event, status="checked_out", check_out_time=at, seq=seq, flags=flags)


ANA, BEN = visit(1, "Ana", minutes=50), visit(2, "Ben", minutes=40)
REEL = reel_of(
    [
        ANA,
        BEN,
        replace(GYM, seq=3),
        left(ANA, 4, 30),
        refusal(5, "Cal", at=to_text(NOW - 20 * MINUTE)),
        left(BEN, 6, 10),
    ],
    ["was there"],
    DAY,
    NOW,
)


@pytest.mark.parametrize(
    ("minutes", "count"),
    [
        (60, Count(inside=1)),
        (50, Count(inside=2, came=1)),
        (40, Count(inside=3, came=2)),
        (30, Count(inside=2, came=2, left=1)),
        (20, Count(inside=2, came=2, left=1, refused=1)),
        (10, Count(inside=1, came=2, left=2, refused=1)),
        (0, Count(inside=1, came=2, left=2, refused=1)),
    ],
)
def test_what_had_come_by_a_time(minutes: int, count: Count) -> None:
    assert REEL.count(NOW - minutes * MINUTE) == count


def test_what_was_taken_back_has_not_been() -> None:
    undone = reel_of([ANA, left(ANA, 2, 50, "undone")], [], DAY, NOW)
    assert undone.counts[-1] == Count()
    back = replace(ANA, seq=3, flags=("undone",))
    assert reel_of([ANA, left(ANA, 2, 40), back], [], DAY, NOW).counts[-1] == Count(inside=1, came=1)


def test_times_never_go_back_and_what_has_none_is_where_it_stands() -> None:
    late = replace(visit(3, minutes=55), flags=("offline",))
    reel = reel_of([ANA, replace(GYM, seq=2), late, BEN], [], DAY, NOW)
    assert [(NOW - time) // MINUTE for time in reel.times] == [50, 50, 50, 40]


def test_the_curve_is_of_as_many_columns_as_there_are() -> None:
    assert REEL.occupancy(6) == [1, 2, 3, 2, 2, 1]
    assert Reel().occupancy(3) == [0, 0, 0]


def test_it_plays_as_many_times_as_fast_and_stops_at_the_end() -> None:
    player = Player(at=DAY, speed=60).after(1000, REEL)
    assert player.at == DAY + MINUTE
    assert not replace(player, plays=False).after(1000, REEL).at - player.at
    over = player.after(3_600_000, REEL)
    assert (over.at, over.plays) == (NOW, False)


def test_it_is_moved_no_further_than_the_day_and_turned_no_further_than_the_speeds() -> None:
    assert Player(at=DAY).moved(-5 * MINUTE, REEL).at == DAY
    assert Player(at=NOW).moved(5 * MINUTE, REEL).at == NOW
    turned = [((60, 1), 300), ((60, -1), 10), ((1, -1), 1), ((1800, 1), 1800), ((45, 1), 60)]
    assert [Player(speed=speed).turned(step).speed for (speed, step), _ in turned] == [speed for _, speed in turned]


def test_it_is_stepped_from_event_to_event_and_stops_there() -> None:
    times, player = REEL.times, Player(at=DAY)
    seen = [(player := player.stepped(1, REEL)).at for _ in times]
    assert seen == [
        times[0],
        times[1],
        times[3],
        times[4],
        times[5],
        times[5],
    ]  # the third is of the time of the second
    assert (player.stepped(-1, REEL).at, player.plays) == (times[4], False)
    assert Player(at=DAY).stepped(-1, REEL).at == DAY


def test_another_day_is_looked_at_as_long_after_it_began() -> None:
    other = reel_of([visit(1, "Ana", minutes=100)], [], DAY - 60 * MINUTE, DAY)
    assert [REEL.beside(DAY + minutes * MINUTE, other).came for minutes in (19, 20)] == [0, 1]


def test_what_is_new_between_two_times() -> None:
    assert [event.seq for event in news(REEL, DAY, NOW - 40 * MINUTE) or ()] == [1, 2, 3]
    assert [event.seq for event in news(REEL, NOW - 40 * MINUTE, NOW - 30 * MINUTE) or ()] == [4]
    assert news(REEL, NOW, DAY) is None
