"""The watchdog by hand: silence and stalls."""

from __future__ import annotations

import pytest

from gymtui.protocol import PING_EVERY, SILENCE, STALL, Close
from server.net.connection import PING
from tests.watchdog_kit import JUST_BEFORE, PONG, Round


async def test_a_ping_every_ten_seconds() -> None:
    round = Round()
    for number in range(1, 4):
        round.after(PING_EVERY - JUST_BEFORE)
        assert round.pipe.sent == [PING] * (number - 1)
        round.after(JUST_BEFORE)
        assert round.pipe.sent == [PING] * number
        round.ward.connection.data_received(PONG)
    assert PING == b"\x89\x00"


@pytest.mark.parametrize("data", [PONG, b"\x89\x80\x00\x00\x00\x00", b"\x81\x80\x00\x00\x00\x00", b"\x01"])
async def test_whatever_comes_counts_as_heard(data: bytes) -> None:
    round = Round()
    round.after(20)
    round.ward.connection.data_received(data)
    round.after(SILENCE - JUST_BEFORE)
    assert round.ward.ended == []
    round.after(JUST_BEFORE)
    assert round.ward.ended == [Close.SILENT]


async def test_who_has_not_authenticated_may_not_be_silent_either() -> None:
    round = Round()
    round.ward.expires_at = None
    round.after(SILENCE)
    assert round.ward.ended == [Close.SILENT]


async def test_a_reader_that_takes_no_byte_is_cut_and_counted() -> None:
    round = Round()
    round.ward.fill(100)
    round.after(STALL - JUST_BEFORE)
    assert (round.pipe.aborted, round.cut) == (False, 0)
    round.after(JUST_BEFORE)
    round.after(STALL)
    assert (round.pipe.aborted, round.cut) == (True, 1)
    assert round.ward.ended == []  # nothing can be said to one who does not read


async def test_one_byte_is_enough() -> None:
    round = Round()
    round.ward.fill(100)
    for _ in range(20):
        round.pipe.waiting -= 1
        round.after(STALL - JUST_BEFORE)
    assert round.cut == 0
    round.after(STALL)
    assert round.cut == 1


async def test_a_slow_reader_is_left_alone_while_ever_more_waits_for_it() -> None:
    round = Round()
    for _ in range(40):
        round.ward.fill(1000)
        round.pipe.waiting -= 1
        round.after(STALL - 1)
    assert round.cut == 0
    for _ in range(10):  # more and more is written, and none is taken any more
        round.ward.fill(1000)
        round.after(1)
    assert round.cut == 1


async def test_what_the_library_writes_hides_no_progress() -> None:
    """Pongs are not the connection's own writing: what is taken seems less by them, once."""
    round = Round()
    round.ward.fill(1000)
    round.after(1)
    round.pipe.waiting += 50_000
    round.after(STALL - 2)
    for _ in range(5):
        round.pipe.waiting -= 10
        round.after(STALL - 1)
    assert not round.pipe.aborted


async def test_what_is_acknowledged_is_taken_though_the_kernel_asks_for_no_more_yet() -> None:
    round = Round()
    round.ward.fill(100_000)
    round.pipe.waiting, round.pipe.on_the_way = 20_000, 80_000
    round.after(1)
    for _ in range(10):
        round.pipe.on_the_way -= 1400
        round.after(STALL - 1)
    assert not round.pipe.aborted
    round.after(STALL)
    assert round.pipe.aborted


async def test_what_nobody_acknowledged_counts_from_then_and_not_from_when_the_kernel_was_full() -> None:
    round = Round()
    for _ in range(15):
        round.ward.connection.write(b"x" * 1000)
        round.pipe.on_the_way = sum(map(len, round.pipe.sent))
        round.after(1)
    assert not round.pipe.aborted  # for all that is known it is on its way
    round.ward.fill(1000)
    round.after(0)
    assert round.pipe.aborted
