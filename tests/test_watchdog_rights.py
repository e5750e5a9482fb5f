"""The watchdog by hand: whose right has ended."""

from __future__ import annotations

import asyncio

import pytest
from websockets.protocol import State

from gymtui.protocol import RENEW_GRACE, SILENCE, STALL, Close
from server.net.metrics import Metrics
from server.net.watchdog import Watchdog
from tests.waiting import WITHIN
from tests.watchdog_kit import JUST_BEFORE, PONG, Round, Ward, figure


def round_ms(seconds: float) -> int:
    return round(seconds * 1000)


async def test_whoever_has_read_all_has_not_stalled() -> None:
    round = Round()
    round.ward.connection.data_received(PONG)
    for _ in range(30):
        round.ward.connection.write(b"x" * 1000)
        round.ward.connection.data_received(PONG)
        round.after(STALL)
    assert (round.pipe.aborted, round.ward.ended) == (False, [])


async def test_a_reader_with_our_pings_still_before_it_is_not_silent() -> None:
    round = Round()
    round.ward.fill(1_000_000)
    for _ in range(20):
        round.pipe.waiting -= 1000
        round.after(9)
    assert (round.ward.ended, round.pipe.aborted) == ([], False)
    round.pipe.waiting, round.pipe.takes_all = 0, True
    round.after(SILENCE)
    assert round.ward.ended == [Close.SILENT]


async def test_whoever_is_not_listened_to_is_not_silent() -> None:
    round = Round()
    round.pipe.pause_reading()
    round.after(SILENCE)
    round.pipe.resume_reading()
    round.after(SILENCE - JUST_BEFORE)
    assert round.ward.ended == []
    round.after(JUST_BEFORE)
    assert round.ward.ended == [Close.SILENT]


async def test_a_token_ends_with_some_grace_and_a_renewed_one_stays() -> None:
    round = Round()
    ends = round.ward.expires_at
    assert ends is not None
    round.day = round_ms(ends + RENEW_GRACE) - 1
    round.dog.look()
    assert round.ward.ended == []
    round.ward.expires_at = ends + 300
    round.day += 1
    round.dog.look()
    assert round.ward.ended == []
    round.day += 300_000
    round.dog.look()
    assert round.ward.ended == [Close.TOKEN_EXPIRED]


async def test_who_has_no_right_to_be_here_any_more() -> None:
    round = Round()
    round.ward.is_welcome = False
    round.day += 10_000_000  # whatever the token says
    round.dog.look()
    assert round.ward.ended == [Close.ACCESS_ENDED]


async def test_who_is_about_to_leave_is_still_watched_for_stalling_and_for_nothing_else() -> None:
    round = Round()
    round.ward.fill(100)
    round.after(1)
    round.ward.connection.protocol.state = State.CLOSING
    round.ward.is_welcome = False
    round.after(STALL - 1)
    assert (round.ward.ended, round.pipe.sent) == ([], [b"x" * 100])
    round.after(1)
    assert round.pipe.aborted


async def test_nothing_is_read_while_too_much_waits() -> None:
    """Neither end of the library's own queue starts the reading again before the buffer has room."""
    round = Round()
    connection = round.ward.connection
    connection.pause_writing()
    assert (connection.is_full, round.pipe.reading) == (True, False)
    connection.recv_messages.resume()
    assert round.pipe.reading is False
    connection.recv_messages.paused = True
    connection.resume_writing()
    assert round.pipe.reading is False
    connection.recv_messages.paused = False
    connection.recv_messages.resume()
    assert round.pipe.reading is True


async def test_the_loop_s_lag_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.net.watchdog.EVERY", 0.0)
    metrics = Metrics()
    times = iter([0.0, 2.0, 2.0, 2.0])

    def stop() -> list[Ward]:
        running.cancel()
        return []

    running = asyncio.create_task(
        Watchdog(stop, metrics, timer=lambda: next(times), now=lambda: 0, rights=object).run()
    )
    await asyncio.wait([running], timeout=WITHIN)
    assert figure(metrics.registry, "gymtui_event_loop_lag_seconds_count") == 1
    assert figure(metrics.registry, "gymtui_event_loop_lag_seconds_sum") == 2.0


async def test_whoever_stood_still_listens_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten minutes in which this program was stopped nobody was heard, which is nobody's silence."""
    monkeypatch.setattr("server.net.watchdog.EVERY", 0.0)
    rounds: list[float] = []
    times = iter([0.0, 600.0, 600.0, 600.1, 600.1, 600.1])

    def stop() -> list[Ward]:
        rounds.append(0)
        running.cancel()
        return []

    metrics = Metrics()
    running = asyncio.create_task(
        Watchdog(stop, metrics, timer=lambda: next(times), now=lambda: 0, rights=object).run()
    )
    await asyncio.wait([running], timeout=WITHIN)
    assert len(rounds) == 1
    assert figure(metrics.registry, "gymtui_event_loop_lag_seconds_count") == 2  # the first of them was not looked at


async def test_between_two_rounds_nobody_is_looked_at_unless_rights_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.net.watchdog.EVERY", 0.0)
    now, known, rounds = 0.0, object(), list[float]()

    def rights() -> object:
        """Asked twice a second; those of somebody are others from the third second on."""
        nonlocal now, known
        now += 0.5
        if now == 3.0:
            known = object()
        if now == 8.0:
            running.cancel()
        return known

    def everybody() -> list[Ward]:
        rounds.append(now)
        return []

    dog = Watchdog(everybody, Metrics(), timer=lambda: now, now=lambda: 0, rights=rights)
    running = asyncio.create_task(dog.run())
    await asyncio.wait([running], timeout=WITHIN)
    assert rounds == [0.5, 2.5, 3.0, 5.0, 7.0]


async def test_of_a_reader_who_has_all_the_kernel_is_asked_once() -> None:
    round, asked = Round(), list[float]()

    def on_the_way() -> int:
        asked.append(round.timer.now)
        return 0

    round.ward.connection._on_the_way = on_the_way  # type: ignore[method-assign]
    round.ward.connection.write(b"x")
    for _ in range(20):
        round.after(0.25)
    assert len(asked) == 1
