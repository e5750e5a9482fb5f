"""A desk that comes back with a day's worth of changes: it is told to wait, and everything lands once, in its order."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import Final

import pytest

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.client.replica.replica import Replica
from gymtui.protocol import Member
from server.net import change_limit, in_flight
from server.store.opening import listed
from tests.client_kit import running
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import serving
from tests.waiting import until

pytestmark = pytest.mark.slow

COMMANDS: Final = 500
MEMBERS: Final = 60
LONG: Final = 120.0  # seconds


class Time:
    """Of the server's limits, and of the desk's pauses: it goes as fast as the desk waits."""

    now = 0.0
    waited = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waited += 1
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    path = tmp_path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Member {n}") for n in range(MEMBERS)))
    return path


def work(desk: Desk, people: list[Member], random: Random) -> None:
    """A day without a server, by hand: who comes and goes, guests who come in, notes, sign-ups, handovers."""
    while desk.queued < COMMANDS:
        who = random.choice(people)
        match random.randrange(6):
            case 0 | 1:
                desk.check_in(who) if desk.in_since(who.id) is None else desk.check_out(who)
            case 2:
                guest, _ = desk.membership.guest(f"Guest {desk.queued}", host=who, waiver=True)
                desk.check_in(guest)
            case 3:
                desk.membership.change(desk.replica.members.member(who.id) or who, alerts=(f"Alert {desk.queued}",))
            case 4:
                people.append(desk.membership.sign_up(full_name=f"New {desk.queued}")[0])
            case _:
                desk.handover.give(f"Note {desk.queued}")


async def sent(desk: Desk) -> None:
    """All that has waited there has its answer."""
    over = asyncio.Event()
    desk.subscribe("queue", lambda queued: None if queued else over.set())
    async with running(desk.run, desk.service.close), asyncio.timeout(LONG):
        await over.wait()


async def test_all_of_it_lands_once_in_its_order(gym: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_limit, "BURST", 50)
    monkeypatch.setattr(in_flight, "PAUSE", 0.0)
    time, replica = Time(), Replica(tmp_path / "desk.db")
    async with serving(gym) as server:
        server._context.changes._changes._timer = time
        ticket = token(gym, "mia")

        def desk() -> Desk:
            service = WebSocketService(server.url, Login(server.url, token=ticket), replica, desk="Front")
            return Desk(service, replica, name="Front", sleep=time.sleep)

        known = desk()
        async with running(known.run, known.service.close):
            await until(lambda: replica.directory[1])
        alone = desk()
        work(alone, [member for n in range(MEMBERS) if (member := replica.members.by_code(str(n)))], Random(1))
        given = [row.id for row in alone.queue]
        await sent(alone)
        aside = alone.set_aside
    replica.close()
    with listed(gym) as lists:
        rows = [row for row in lists.journal(clock.now() + clock.DAY) if row.command_id in set(given)]
    assert [row.command_id for row in rows] == given
    assert aside == []
    assert {row.type for row in rows} == {"check_in_update", "member_update", "notification"}
    assert time.waited > 0
