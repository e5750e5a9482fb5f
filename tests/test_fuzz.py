"""One bad message, or one bad handler, harms nothing else: the short forms of `python -m tests.faults.fuzz`."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from gymtui import codec
from gymtui.client.connection.session import ClientSession
from gymtui.codec import Unreadable
from gymtui.protocol import Close
from tests.faults.fuzz import server as to_server
from tests.faults.fuzz.desk import DeskRun
from tests.faults.fuzz.mutants import FROM_CLIENTS, FROM_SERVERS, Mutants
from tests.faults.fuzz.readers import Readers
from tests.faults.fuzz.server import ServerRun

pytestmark = pytest.mark.slow


def test_the_readers_of_both_sides_give_a_message_or_say_why_there_is_none() -> None:
    readers = Readers(seed=5)
    readers.run(20_000)
    assert readers.failures == []
    assert readers.outcomes.total() == 40_000
    assert min(readers.outcomes.values()) > 4000


async def test_a_server_stands_what_strangers_say_and_a_desk_goes_on(tmp_path: Path) -> None:
    run = ServerRun(tmp_path, messages=600, seed=5)
    await run.run()
    assert run.failures == []
    assert run.closed[Close.ABUSED] > 10
    assert run.closed[Close.NOT_AUTHENTICATED] + run.closed[Close.BAD_TOKEN] > 0
    assert run.answered > 0


async def test_a_desk_stands_what_a_server_says_and_misses_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")
    run = DeskRun(seed=5)
    await run.run(1500)
    assert run.failures == []
    assert min(run.unreadable, run.lies, run.good) > 100
    assert run.connections > 20


# --- what is wrong would be found ------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_messages() -> None:
    for examples in (FROM_CLIENTS, FROM_SERVERS):
        one, other, another = (Mutants(examples, Random(seed)) for seed in (1, 1, 2))
        first = [next(one) for _ in range(100)]
        assert first == [next(other) for _ in range(100)]
        assert first != [next(another) for _ in range(100)]
        assert len(set(first)) > 90


def test_a_reader_that_lets_anything_else_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "UNREADABLE", (RecursionError,))
    readers = Readers(seed=5)
    readers.run(100)
    assert any("frame of" in failure for failure in readers.failures)
    assert any("requests of" in failure for failure in readers.failures)


async def test_a_desk_that_ends_is_found(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")

    def stumble(_: ClientSession, error: Unreadable) -> None:
        raise error

    monkeypatch.setattr(ClientSession, "_report_unreadable", stumble)
    monkeypatch.setattr("tests.waiting.WITHIN", 0.2)
    monkeypatch.setattr("tests.faults.fuzz.desk.WITHIN", 0.2)
    run = DeskRun(seed=5)
    await run.run(1500)
    assert any("the desk did not end as it should" in failure for failure in run.failures)


async def test_a_server_that_puts_up_with_too_much_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(to_server, "MAX_INVALID", 5)
    monkeypatch.setattr(to_server, "WITHIN", 1.0)
    run = ServerRun(tmp_path, messages=200, seed=5)
    await run.run()
    assert "a stranger was not shown out" in run.failures


async def test_a_server_that_dies_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYMTUI_FAULT", "after_request:50:die")
    monkeypatch.setattr(to_server, "WITHIN", 1.0)
    run = ServerRun(tmp_path, messages=200, seed=5)
    await run.run()
    assert any(failure.startswith("/healthz says") for failure in run.failures)
    assert any("stranger" in failure for failure in run.failures)
