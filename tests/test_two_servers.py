"""Two servers on one database file are one gym: what a restart without a gap, or a second port, may rely on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.protocol import Policy
from server.app import Server
from server.gym import auto_check_out
from server.store.opening import opened
from tests.factories import member_row
from tests.gym_kit import make_gym, name_gym, token
from tests.kit import Wire, serving
from tests.till import HOUR, NINE

pytestmark = pytest.mark.slow

MEMBERS = 40
POLLS = 3  # looks at the journal until what the other server wrote has been told here: the one under way, and two


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    make_gym(tmp_path / "gym.db", *(member_row(str(n), f"Member {n}") for n in range(MEMBERS)))
    return tmp_path / "gym.db"


def polls(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often this server has looked for what others wrote."""
    looked, head = [0], server._database.store.head

    def look() -> object:
        looked[0] += 1
        return head()

    monkeypatch.setattr(server._database.store, "head", look)
    return lambda: looked[0]


async def test_each_command_once_whichever_server_it_is_told(gym: Path) -> None:
    async with (
        serving(gym) as one,
        serving(gym) as two,
        Wire.open(one.url, token(gym, "ana")) as ana,
        Wire.open(two.url, token(gym, "ana")) as again,
    ):
        for n in range(MEMBERS):
            for wire in (ana, again):
                await wire.send("check_in", {"code": str(n)}, f"command-{n}")
        for wire in (ana, again):
            for n in range(MEMBERS):
                answer = await wire.until("reply", id=f"command-{n}")
                assert answer["payload"]["ok"] is True
        with opened(gym) as store:
            head = store.head().seq
            visits = list(store.all_visits())
        assert len(visits) == len({visit.member.id for visit in visits}) == MEMBERS
        for wire in (ana, again):
            while not wire.events or wire.events[-1]["seq"] < head:
                await wire.next()
        assert ana.events == again.events


async def test_what_one_server_did_is_told_by_the_other_within_a_bound_of_polls(
    gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(gym) as one, serving(gym) as two:
        looked = polls(two, monkeypatch)
        async with Wire.open(one.url, token(gym, "ana")) as ana, Wire.open(two.url, token(gym, "ben")) as ben:
            await ben.until("connection_status")
            for n in range(5):
                await ana.ask("check_in", {"code": str(n)}, f"command-{n}")
                before = looked()
                while len(ben.events) <= n:
                    await ben.next()
                assert looked() - before <= POLLS
            assert [event["command_id"] for event in ben.events] == [f"command-{n}" for n in range(5)]


async def test_a_visit_is_ended_by_itself_once(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name_gym(gym, policy=Policy(max_stay_minutes=60))
    monkeypatch.setattr(auto_check_out, "EVERY", 0.01)
    now = [NINE]
    async with serving(gym, now=lambda: now[0]) as one, serving(gym, now=lambda: now[0]) as two:
        access = {user: token(gym, user, now=NINE, ttl=9 * 3600) for user in ("ana", "ben")}
        async with Wire.open(one.url, access["ana"]) as ana, Wire.open(two.url, access["ben"]) as ben:
            for n in range(5):
                await ana.ask("check_in", {"code": str(n)}, f"command-{n}")
            now[0] += 2 * HOUR
            for wire in (ana, ben):
                while [event["status"] for event in wire.events].count("checked_out") < 5:
                    await wire.next()
            await asyncio.sleep(0.1)  # ten more rounds of each
            with opened(gym) as store:
                rows = store.read(0, 10_000)
                assert store.stats().currently_in == 0
            ended = [row for row in rows if b'"checked_out"' in row.payload]
            assert len(ended) == 5
            assert [event["seq"] for event in ana.events] == [event["seq"] for event in ben.events]
            assert {event["check_out_time"] for event in ben.events[-5:]} == {clock.to_text(NINE + HOUR)}


async def test_a_restart_without_a_gap(gym: Path) -> None:
    async with serving(gym) as new:
        async with serving(gym) as old, Wire.open(old.url, token(gym, "ana")) as ana:
            status = (await ana.until("connection_status"))["payload"]
            await ana.ask("check_in", {"code": "1"}, "first")
            await ana.send("check_in", {"code": "2"}, "second")
            await ana.until("reply", id="second")
        async with Wire.open(new.url, token(gym, "ana")) as ana:
            again = await ana.ask("check_in", {"code": "2"}, "second")
            assert again["ok"] is True
            await ana.ask("resume", {"epoch": status["epoch"], "seq": status["seq"], "full": True}, "resume")
            while len(ana.events) < 2:
                await ana.next()
            assert [event["command_id"] for event in ana.events[:2]] == ["first", "second"]
