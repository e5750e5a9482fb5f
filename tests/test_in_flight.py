"""A frame is drawn once the last one stands on the terminal, whatever becomes of its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from gymtui.ui.in_flight import AGAIN, BEHIND, MUTE, InFlight


class Hours:
    """Time that goes only when it is told to, and what is to be done then."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object]) -> Any:
        timer = Timer(self, self.now + delay, callback)
        self.due.append(timer)
        return timer

    def go(self, seconds: float) -> None:
        end = self.now + seconds
        while due := sorted((each for each in self.due if each.at <= end), key=lambda each: each.at):
            self.due.remove(due[0])
            self.now = due[0].at
            due[0].callback()
        self.now = end


class Timer:
    def __init__(self, hours: Hours, at: float, callback: Callable[[], object]) -> None:
        self._hours, self.at, self.callback = hours, at, callback

    def cancel(self) -> None:
        if self in self._hours.due:
            self._hours.due.remove(self)


class Program:
    """One that always has something new to draw, and asks a terminal."""

    def __init__(self) -> None:
        self.hours = Hours()
        self.asked = 0
        self.frames = 0
        self.wants_more = True
        self.line = InFlight(self.hours, self._ask, self.draw)

    def _ask(self) -> None:
        self.asked += 1

    def draw(self) -> None:
        if self.wants_more and self.line.is_nothing:
            self.frames += 1
            self.line.written()

    def answers(self, *, after: float = 0.0) -> None:
        self.hours.go(after)
        self.line.answered()


def test_a_frame_waits_for_the_answer_behind_the_last_one() -> None:
    program = Program()
    program.draw()
    for _ in range(9):
        program.draw()
    assert (program.frames, program.asked) == (1, 1)
    program.answers(after=3)
    assert (program.frames, program.asked) == (2, 2)


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_drawn_meanwhile() -> None:
    program = Program()
    program.draw()
    program.hours.go(AGAIN - 0.1)
    assert program.asked == 1
    program.hours.go(0.2)
    assert (program.frames, program.asked) == (1, 2)
    program.answers()
    assert program.frames == 1  # that may be the one to the first question, which came late
    program.hours.go(BEHIND)
    assert program.frames == 2


def test_answers_that_come_late_are_counted_and_no_frame_is_taken_for_another() -> None:
    program = Program()
    program.draw()
    program.hours.go(60)  # a client that was stopped
    asked = program.asked
    assert (program.frames, asked) == (1, 1 + 60 // int(AGAIN))
    for _ in range(asked - 1):
        program.answers()
        assert program.frames == 1
    program.answers()
    assert program.frames == 2
    program.hours.go(BEHIND)
    assert program.frames == 2


def test_an_answer_to_nobody_opens_nothing() -> None:
    program = Program()
    program.line.answered()
    assert program.frames == 0
    program.draw()
    program.wants_more = False
    program.answers()
    program.answers()  # twice
    program.wants_more = True
    program.draw()
    assert (program.frames, program.line.is_nothing) == (2, False)


def test_a_terminal_that_is_stopped_is_asked_and_sent_nothing_else_for_as_long_as_that_takes() -> None:
    program = Program()
    program.draw()
    program.hours.go(3600)
    assert program.frames == 1
    assert program.asked == 1 + 3600 // int(AGAIN)


def test_one_that_somebody_types_on_and_that_never_answers_is_drawn_on_as_any_that_does_not() -> None:
    program = Program()
    program.draw()
    program.hours.go(60)
    program.line.typed()
    program.hours.go(MUTE - 1)
    assert program.frames == 1
    program.hours.go(AGAIN + 1)
    asked = program.asked
    for _ in range(3):
        program.draw()
    assert (program.frames, program.asked) == (5, asked)
    program.line.answered()  # it is another one again
    program.draw()
    program.draw()
    assert program.frames == 6


def test_whoever_types_while_a_frame_is_on_its_way_does_not_hurry_it() -> None:
    program = Program()
    for _ in range(5):
        program.draw()
        program.line.typed()
        program.answers(after=MUTE - 1)
        program.answers()  # to the second question
    assert program.frames == 6


def test_nothing_is_waited_for_once_all_stands_there() -> None:
    program = Program()
    program.draw()
    program.wants_more = False
    program.answers()
    assert program.hours.due == []


def test_a_line_is_slow_where_two_frames_in_a_row_take_long() -> None:
    program = Program()
    program.draw()
    for seconds, late in ((2.5, 0), (0.2, 0), (3.5, 0), (4.0, 3), (1.5, 1), (0.9, 0)):
        program.answers(after=seconds)
        assert program.line.seconds == late


def test_the_loop_of_asyncio_is_one() -> None:
    async def ask() -> int:
        loop, program = asyncio.get_running_loop(), Program()
        line = InFlight(loop, program._ask, lambda: None)
        line.written()
        line.answered()
        return program.asked

    assert asyncio.run(ask()) == 1
