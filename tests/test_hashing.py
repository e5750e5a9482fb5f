"""The queue before the hashes: bounded, by turns, and nobody in it who has gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from threading import Event

import pytest

from server.auth.attempt_limit import ATTEMPTS, SLOTS, AttemptLimit
from server.auth.hashing import EACH, MOST, Busy, HashingLane, hash_password, is_hash_of, stand_in
from server.auth.source import Source, device_digest, source_of
from tests.http_token_kit import Watch
from tests.waiting import until

DESK = source_of("10.0.0.1", "the desk's", {device_digest("the desk's")})
HERE = Source("10.0.0.1", "10.0.0.1")


class Slow:
    """A lane whose first hash lasts until `gate` is set; `worked` are the texts in the order they came to be hashed."""

    def __init__(self) -> None:
        self.lane = HashingLane("slow")
        self.gate = Event()
        self.worked: list[str] = []

    def ask(self, source: Source, text: str) -> asyncio.Task[str]:
        return asyncio.create_task(self.lane.run(source, self._work, text))

    def _work(self, text: str) -> str:
        self.gate.wait()
        self.worked.append(text)
        return text


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    slow = Slow()
    yield slow
    slow.gate.set()
    slow.lane.close()


async def test_a_stranger_has_so_many_places_and_all_of_them_together_too(slow: Slow) -> None:
    tasks = [slow.ask(HERE, "first")]
    tasks += [slow.ask(HERE, "mine") for _ in range(EACH + 3)]
    tasks += [slow.ask(Source(f"10.0.1.{n}", ""), "theirs") for n in range(MOST)]
    await asyncio.sleep(0)
    assert (slow.lane.waiting, slow.lane.refused) == (MOST, 3 + EACH)
    tasks.append(slow.ask(DESK, "desk"))
    await asyncio.sleep(0)
    assert slow.lane.waiting == MOST + 1
    slow.gate.set()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(each, Busy) for each in ended) == 3 + EACH
    assert slow.lane.done == len(slow.worked) == MOST + 2


async def test_a_known_desk_and_each_address_have_their_turns(slow: Slow) -> None:
    other = Source("10.9.9.9", "10.9.9.9")
    asked = [(HERE, "running"), *((HERE, f"flood {n}") for n in range(4)), (other, "other"), (DESK, "desk")]
    tasks = []
    for source, text in asked:
        tasks.append(slow.ask(source, text))
        await asyncio.sleep(0)
    slow.gate.set()
    await asyncio.gather(*tasks)
    assert slow.worked == ["running", "desk", "flood 0", "other", "flood 1", "flood 2", "flood 3"]


async def test_whoever_has_gone_has_no_turn_and_loses_nobody_else_s(slow: Slow) -> None:
    first, gone, last = (slow.ask(HERE, text) for text in ("first", "gone", "last"))
    await until(lambda: slow.lane.waiting == 2)
    gone.cancel()
    first.cancel()
    slow.gate.set()
    assert await last == "last"
    assert slow.worked == ["first", "last"]
    assert await slow.ask(HERE, "after") == "after"


def test_a_stand_in_costs_what_somebody_s_hash_does_and_is_nobody_s() -> None:
    hashed = hash_password("secret")
    made_up = stand_in(hashed)
    assert made_up != hashed
    assert made_up.rsplit("$", 2)[0] == hashed.rsplit("$", 2)[0]
    assert list(map(len, made_up.split("$"))) == list(map(len, hashed.split("$")))
    assert is_hash_of(hashed, "secret")
    assert not is_hash_of(made_up, "secret")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:1::1", "2001:db8::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_of_ipv6_a_household_is_one_source(one: str, other: str, is_same: bool) -> None:
    assert (source_of(one, "", ()).name == source_of(other, "", ()).name) is is_same


def test_a_device_token_that_nobody_gave_out_makes_nobody_known() -> None:
    assert source_of("10.0.0.1", "made up", {device_digest("another")}) == HERE
    assert DESK.is_known
    assert DESK.name != HERE.name


def test_no_flood_of_names_pushes_a_count_out() -> None:
    limit = AttemptLimit(Watch(), key=b"of this test")
    for _ in range(ATTEMPTS):
        limit.failed(HERE, "mia")
    for number in range(2 * SLOTS):
        limit.failed(Source(f"10.0.{number % 250}.1", ""), f"made up {number}")
    assert limit.wait(HERE, "mia") == 30
    few = AttemptLimit(Watch(), key=b"of this test")
    for number in range(6000):  # 20 a second for the five minutes that a count lives
        few.failed(HERE, f"made up {number}")
    assert sum(few.wait(HERE, f"user {number}") > 0 for number in range(1000)) == 0
