"""What can happen to a gym of several servers: to one of them, to the database, to what they hear of each other by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from tests.faults.fleet import BACK_WITHIN, LONER, Nodes
from tests.postgres_kit import HINTS, ask_one, silent

WORK: Final = (0.5, 2.0)  # seconds between two blows
SOON: Final = (0.0, 0.1)
AWAY: Final = (0.3, 2.0)  # seconds that a database is away

Blow = Callable[[Nodes], Awaitable[None]]


def repeated(blow: Blow, times: int, *, say: Callable[[str], None], work: tuple[float, float] = WORK) -> Blow:
    """So many times, with so many seconds of work before each; `say` hears how it goes."""

    async def all_of_them(nodes: Nodes) -> None:
        for number in range(1, times + 1):
            await asyncio.sleep(nodes.random.uniform(*work))
            await blow(nodes)
            if number % 10 == 0:
                say(f"{number:5} of {times}, {len(nodes.answers):,} answered, {len(nodes.failures)} wrong")

    return all_of_them


async def kill(nodes: Nodes) -> None:
    """A server is killed (SIGKILL), and started again."""
    node = nodes.random.choice(nodes.nodes)
    await node.ready.wait()
    node.kill()


def pause(seconds: float) -> Blow:
    """A server stands still (SIGSTOP), and goes on where it stood."""

    async def pause(nodes: Nodes) -> None:
        await nodes.random.choice(nodes.nodes).stop_for(seconds)
        await nodes.all_serve()

    return pause


async def outage(nodes: Nodes) -> None:
    """The database is killed (SIGKILL), all of it, and started again: clients are told, and no server is started."""
    assert nodes.postgres is not None, "It is somebody else's."
    told = nodes.told["storage_unavailable"]
    await asyncio.to_thread(nodes.postgres.kill)
    await asyncio.sleep(nodes.random.uniform(*AWAY))
    if nodes.told["storage_unavailable"] == told:
        nodes.wrong.append("nobody was told that the database is away")
    await asyncio.to_thread(nodes.postgres.start)
    await nodes.all_serve()


async def cut(nodes: Nodes) -> None:
    """Servers hear nothing of each other: the database ends these connections, and no others."""
    await _ask(nodes, f"SELECT count(pg_terminate_backend(pid)) {HINTS}")
    await _until_all_hear(nodes)


async def silence(nodes: Nodes) -> None:
    """One of these connections says nothing more, and nobody says so."""
    pid = await _ask(nodes, f"SELECT pid {HINTS} ORDER BY random()")
    with silent(nodes.database, pid):
        await _until_all_hear(nodes, f"AND pid != {pid}")


async def race(nodes: Nodes) -> None:
    """The same member at all servers at once: one of them opens the one visit, and each other one says so."""
    told = await asyncio.gather(*(nodes.told_by(node, "check_in", LONER) for node in nodes.nodes))
    is_open = f"FROM gymtui.visits JOIN gymtui.members ON members.id = member_id WHERE membership_number = '{LONER}'"
    visits = await _ask(nodes, f"SELECT count(*) {is_open} AND check_out_at IS NULL")
    if (visits, sorted(told)) != (1, ["", *["already_checked_in"] * (len(told) - 1)]):
        nodes.wrong.append(f"{visits} visits of one member are open, and {told} was said")
    await nodes.told_by(nodes.random.choice(nodes.nodes), "check_out", LONER)


async def _until_all_hear(nodes: Nodes, but: str = "") -> None:
    """Each server has such a connection again, or it is wrong that it has none."""
    began = time.monotonic()
    while await _ask(nodes, f"SELECT count(*) {HINTS} {but}") < len(nodes.nodes):
        if time.monotonic() > began + BACK_WITHIN:
            nodes.wrong.append("a server hears nothing of the others any more")
            return
        await asyncio.sleep(0.1)


async def _ask(nodes: Nodes, sql: str) -> Any:
    return await asyncio.to_thread(ask_one, nodes.database, sql)
