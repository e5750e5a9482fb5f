"""What the demo is made of: its three hours, the relay, what it breaks, the proof, the hints."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui.client.state import Verdict, VerdictKind
from gymtui.demo.chaos import Chaos
from gymtui.demo.gym import make_gym
from gymtui.demo.ledger import Ledger, Tally
from gymtui.demo.relay import HOST, Relay
from gymtui.demo.tour import END, HINTS, Tour
from gymtui.protocol import MemberRef
from server.store.opening import open_store
from tests.client_kit import Pauses, settle
from tests.sqlite_kit import connection_of
from tests.till import Till
from tests.waiting import WITHIN, until


def verdict(id: str, kind: VerdictKind = "checked_in", number: str = "1") -> Verdict:
    return Verdict(kind=kind, subject="Ana", command_id=id, at=0, member=MemberRef("m", "Ana", number))


def test_the_gym_has_three_hours_behind_it(tmp_path: Path) -> None:
    make_gym(tmp_path / "gym.db", 7)
    with closing(open_store(tmp_path / "gym.db")) as store:
        stays = [visit for visit in store.all_visits() if visit.check_out_time]
        assert 25 <= store.stats().currently_in <= 60
        assert len(stays) > 20


# --- relay ------------------------------------------------------------------------------------------------------------


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1000):
            writer.write(data)
    writer.transport.abort()


@asynccontextmanager
async def relayed() -> AsyncIterator[Relay]:
    """A relay in front of an echo."""
    server = await asyncio.start_server(echo, HOST, 0)
    with Relay(server.sockets[0].getsockname()[1]) as relay:
        running = asyncio.create_task(relay.run())
        async with asyncio.timeout(WITHIN):
            yield relay
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await settle()
    server.close()


@asynccontextmanager
async def connected(relay: Relay) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(HOST, relay.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def test_the_relay_passes_on_and_a_cut_ends_every_connection() -> None:
    async with relayed() as relay:
        async with connected(relay) as (reader, writer):
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            relay.cut()
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
        async with connected(relay) as (reader, _):
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
        relay.mend()
        async with connected(relay) as (reader, writer):
            writer.write(b"again")
            assert await reader.readexactly(5) == b"again"


async def test_what_is_slow_waits_each_way(monkeypatch: pytest.MonkeyPatch) -> None:
    waits, sleep = list[float](), asyncio.sleep

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    async with relayed() as relay, connected(relay) as (reader, writer):
        monkeypatch.setattr("gymtui.demo.relay.asyncio.sleep", wait)
        relay.delay = 3600.0
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        assert len([seconds for seconds in waits if seconds > 3000]) == 2


async def test_what_is_slow_stays_in_order_when_it_is_fast_again() -> None:
    async with relayed() as relay, connected(relay) as (reader, writer):
        relay.delay = 0.05
        writer.write(b"first ")
        assert await reader.readexactly(3) == b"fir"
        writer.write(b"second")
        await settle()
        relay.delay = 0.0
        writer.write(b" third")
        assert await reader.readexactly(15) == b"st second third"


# --- chaos ------------------------------------------------------------------------------------------------------------


class Around:
    """Server and network of a desk, as `Chaos` sees them."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.delay = 0.0

    def kill(self) -> None:
        self.done.append("kill")

    def start(self) -> None:
        self.done.append("start")

    def first_line(self) -> str:
        self.done.append("listening")
        return ""

    def cut(self) -> None:
        self.done.append("cut")

    def mend(self) -> None:
        self.done.append("mend")


def doing(chaos: Chaos) -> str | None:
    return chaos.doing


async def test_one_thing_after_the_other_is_broken_and_made_whole() -> None:
    around, pauses = Around(), Pauses()
    chaos = Chaos(around, around, sleep=pauses)
    for kind, done in (("kill", ["kill", "start", "listening"]), ("cut", ["cut", "mend"]), ("slow", [])):
        around.done.clear()
        breaking = asyncio.create_task(chaos.break_something())
        await until(lambda pauses=pauses: pauses.asked)  # type: ignore[misc]  # a loop's own value
        assert doing(chaos) == kind
        assert around.done == done[:1]
        assert (around.delay > 0) == (kind == "slow")
        await chaos.break_something()  # one thing at a time
        assert doing(chaos) == kind
        pauses.end()
        pauses.asked.clear()
        await breaking
        assert (doing(chaos), around.done, around.delay) == (None, done, 0.0)


# --- proof and hints --------------------------------------------------------------------------------------------------


def test_the_ledger_finds_what_is_lost_and_what_is_doubled(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db", {"membership_number": "1", "full_name": "Ana"})
    ledger = Ledger(tmp_path / "gym.db")
    assert ledger.look() == Tally()
    till.check_in("1", id="one")
    ledger.hear(verdict("one"))
    ledger.hear(verdict("two", "refused"))
    ledger.hear(verdict("three", "queued"))
    assert ledger.look() == Tally(done=1)
    ledger.hear(verdict("four"))
    assert ledger.look() == Tally(done=2, lost=1)
    till.check_out("1", id="four")
    assert ledger.look() == Tally(done=2)
    connection_of(till.store).execute(
        "INSERT INTO journal (seq, type, payload, at, kind, user, command_id, digest) "
        "SELECT seq + 1, type, payload, at, kind, user, 'other', digest FROM journal ORDER BY seq DESC LIMIT 1"
    )
    assert ledger.look() == Tally(done=2, doubled=1)
    till.store.close()


def test_a_hint_goes_when_it_is_done_or_skipped() -> None:
    tour = Tour()
    for action in ("check_in", "check_out"):  # a name that nobody has, and F8 where nobody was refused
        tour.hear(replace(verdict("x", "refused"), member=None, action=action))
    tour.hear(verdict("a", number="100042"))
    assert (tour.hint, tour.place, tour.over) == (HINTS["name"], "1/6", False)
    tour.hear(verdict("b"))
    assert (tour.hint, tour.place) == (HINTS["out"], "3/6")
    tour.skip()
    assert tour.hint == HINTS["undo"]
    tour.hear(replace(verdict("c", "undone"), action="undo"))
    tour.did("connection")
    assert tour.hint == HINTS["chaos"]
    tour.did("chaos")
    tour.skip()
    assert (tour.hint, tour.place, tour.over) == (END, "", True)
