"""The promises, checked against whatever happens: Hypothesis makes up schedules of work and of breakage, and shrinks
one that breaks a promise to the shortest that does.

`python -m tests.faults.model --schedules 1000 --seed 1` checks so many; the same seed checks the same,
and `--postgres` does it with a gym in PostgreSQL.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
import time
import warnings
from argparse import ArgumentParser
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from gymtui import faults
from gymtui.client.desk.desk import Desk
from gymtui.client.state import Verdict
from gymtui.faults import DESK_POINTS, SERVER_POINTS
from gymtui.protocol import Member
from tests.faults.deaths import SERVER, Killed
from tests.faults.keeping import Keeping, in_a_file, in_postgres
from tests.faults.world import World, has_written
from tests.till import NINE

STEPS: Final = 30  # of one schedule, at most
DESKS: Final = st.integers(0, 1)
MEMBERS: Final = st.integers(0, 5)
HOUR: Final = 3_600_000  # milliseconds
QUARTER: Final = 100 * 24 * HOUR  # after it even a journal that remembers for long may be trimmed
KEPT: Final = 5  # rows of a journal that was trimmed


class Schedule(RuleBasedStateMachine):
    """After every schedule each command has settled once, everybody has the same, and nothing vanished uncounted."""

    played = 0
    commands = 0
    keeping: Keeping

    def __init__(self) -> None:
        super().__init__()
        self._opened = ExitStack()
        folder = Path(self._opened.enter_context(TemporaryDirectory(prefix="gymtui-model-")))
        self._loop = asyncio.new_event_loop()
        self._world = World(folder, self._opened.enter_context(self.keeping(folder)))
        self._opened.callback(self._loop.close)
        self._opened.enter_context(faults.planned(self._world.deaths))
        self._run(self._world.open())

    def _run(self, coroutine: Coroutine[None, None, None]) -> None:
        async def whole() -> None:
            await coroutine
            await self._world.look_after()

        self._loop.run_until_complete(whole())

    # --- what people do -----------------------------------------------------------------------------------------------

    @rule(desk=DESKS, people=st.lists(MEMBERS, min_size=1, max_size=8))
    def work(self, desk: int, people: list[int]) -> None:
        """Somebody starts the desk if it is dead, and checks people in or out."""
        seat = self._world.seats[desk]
        for who in people:
            self._run(seat.start())
            self._run(seat.do(partial(_in_or_out, who=self._world.members[who])))

    @rule(desk=DESKS)
    def undo(self, desk: int) -> None:
        """A desk takes back its last command."""
        self._run(self._world.seats[desk].do(lambda desk: desk.undo()))

    @rule(minutes=st.integers(1, 60))
    def time_passes(self, minutes: int) -> None:
        """Everybody's clock goes on."""
        self._world.now += minutes * 60_000

    def _breathe(self) -> None:
        self._run(asyncio.sleep(0))

    # --- what happens to the lines ------------------------------------------------------------------------------------

    @rule(desk=DESKS, reset=st.booleans())
    def cut(self, desk: int, reset: bool) -> None:
        """A desk's line breaks, with or without a goodbye."""
        self._world.seats[desk].line.cut(reset=reset)
        self._breathe()

    @rule(desk=DESKS, ways=st.sampled_from([(), ("there",), ("back",)]))
    def black_hole(self, desk: int, ways: tuple[str, ...]) -> None:
        """A desk's line swallows what goes these ways."""
        self._world.seats[desk].line.black_hole(*ways)  # type: ignore[arg-type]  # sampled from its words
        self._breathe()

    @rule(desk=DESKS)
    def slow_reader(self, desk: int) -> None:
        """A desk's line carries little."""
        self._world.seats[desk].line.set(bandwidth=2000)
        self._breathe()

    @rule(desk=DESKS)
    def heal(self, desk: int) -> None:
        """A desk's line is whole again."""
        self._world.seats[desk].line.heal()
        self._breathe()

    # --- who dies -----------------------------------------------------------------------------------------------------

    @rule(desk=DESKS)
    def kill_desk(self, desk: int) -> None:
        """A desk dies now."""
        self._run(self._world.seats[desk].bury())

    @rule(desk=DESKS, point=st.sampled_from(sorted(DESK_POINTS)))
    def kill_desk_at(self, desk: int, point: str) -> None:
        """A desk dies when it next comes to this fault point."""
        self._world.deaths.at(self._world.seats[desk].name, point)

    @rule()
    def kill_server(self) -> None:
        """The server dies now."""
        self._run(self._world.kill_server())

    @rule(point=st.sampled_from(sorted(SERVER_POINTS)))
    def kill_server_at(self, point: str) -> None:
        """The server dies when it next comes to this fault point."""
        self._world.deaths.at(SERVER, point)

    @rule()
    def start_server(self) -> None:
        """A server that is down is started again."""
        self._run(self._world.start_server())

    @rule()
    @precondition(lambda self: not any(seat.line.faults.hole for seat in self._world.seats))
    def restart_server(self) -> None:
        """The server is ended politely, and started again."""
        self._run(self._world.stop_server())
        self._run(self._world.start_server())

    # --- what happens to clocks and files -----------------------------------------------------------------------------

    @rule(desk=DESKS, days=st.sampled_from([-1, 1]))
    def wrong_clock(self, desk: int, days: int) -> None:
        """Somebody sets a clock; the desk compares it with the server's when it connects."""
        self._world.seats[desk].shift = days * 24 * HOUR
        self.cut(desk, reset=True)

    @rule()
    def back_up(self) -> None:
        """A copy is made while the server runs."""
        self._world.back_up()

    @rule()
    def restore(self) -> None:
        """The server comes back from the last copy, and with another epoch."""
        self._run(self._world.restore())

    @rule(absent=DESKS, people=st.lists(MEMBERS, min_size=1, max_size=8))
    @precondition(lambda self: self._world.now < NINE + QUARTER)
    def a_quarter_passes(self, absent: int, people: list[int]) -> None:
        """Everything is told; then one desk is away for months, and most of the journal goes."""
        self._run(self._world.come_right())
        self._world.seats[absent].line.black_hole()
        self.work(1 - absent, people)
        self._run(self._world.until_even(self._world.seats[1 - absent]))
        self._world.now += QUARTER
        self._world.trim(KEPT)
        self._breathe()

    # --- the end ------------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """All is healed and comes right; then every promise is looked at."""
        with self._opened:
            self._run(self._world.come_right())
            while not (self._world.problems or self._is_still()):
                self._run(self._world.come_right())
            self._world.audit()
            problems = self._world.problems
            Schedule.played += 1
            Schedule.commands += sum(len(seat.queued) for seat in self._world.seats)
            self._run(self._world.close())
        assert not problems, problems

    def _is_still(self) -> bool:
        """Has the server written nothing by itself since all came right? While this is asked nobody has a turn."""
        has_written(self._world.server)
        return all(seat.is_even for seat in self._world.seats)


def _in_or_out(desk: Desk, who: Member) -> Verdict:
    return desk.check_in(who) if desk.in_since(who.id) is None else desk.check_out(who)


def check(schedules: int, *, seed: int | None = None, keeping: Keeping = in_a_file) -> None:
    """Plays so many schedules, each on a gym that is kept so; AssertionError with the shortest one that breaks a
    promise."""
    machine = type(Schedule.__name__, (Schedule,), {"keeping": staticmethod(keeping)})
    machine = machine if seed is None else hypothesis.seed(seed)(machine)
    with _the_dead():
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=schedules,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


@contextmanager
def _the_dead() -> Iterator[None]:
    """Who is killed ends its threads without a word, and closes nothing that it had open."""
    before = threading.excepthook
    threading.excepthook = lambda about: None if about.exc_type is Killed else before(about)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            yield
            gc.collect()
    finally:
        threading.excepthook = before


def main() -> None:
    """Plays so many schedules."""
    parser = ArgumentParser(prog="python -m tests.faults.model", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true", help="the gym is kept in PostgreSQL")
    wanted = parser.parse_args()
    logging.disable()  # those who are killed are heard of, thousands of times
    began = time.monotonic()
    with in_postgres() if wanted.postgres else nullcontext(in_a_file) as keeping:
        check(wanted.schedules, seed=wanted.seed, keeping=keeping)
    print(
        f"{Schedule.played:,} schedules with {Schedule.commands:,} commands kept every promise, "
        f"in {time.monotonic() - began:,.0f} s (seed {wanted.seed})"
    )


if __name__ == "__main__":
    main()
