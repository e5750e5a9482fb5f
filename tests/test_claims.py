"""A token of staff and a program of one's own: nobody is let in by the word of a desk that the server has heard of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gymtui import clock
from server.app import Server
from server.net import roster
from server.store import Transaction
from server.store.opening import opened
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.http_token_kit import writes
from tests.kit import Wire, serving
from tests.sqlite_kit import age
from tests.till import DAY, HOUR, MINUTE, NINE, Till
from tests.waiting import until

EXPIRED = clock.to_ms("2026-11-22T00:00:00Z")


class Clock:
    """The time of everybody."""

    def __init__(self) -> None:
        self.now = NINE

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> Clock:
    return Clock()


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    path = tmp_path / "gym.db"
    make_gym(
        path,
        member_row("1", "Ana Silva"),
        member_row("2", "Ban Ned", status="banned"),
        member_row("3", "Cem Late", valid_until="2026-11-21"),
    )
    return path


async def claim(wire: Wire, code: str, at: int, id: str) -> dict[str, Any]:
    """What comes of a check-in that is said to have happened while the desk was alone."""
    said = {"code": code, "offline": True, "occurred_at": clock.to_text(at), "queued_by": "ana"}
    reply = await wire.ask("check_in", said, id)
    assert reply["ok"] is True, reply
    result: dict[str, Any] = reply["result"]
    return result


async def here(server: Server, desk: str) -> None:
    """Until it is on disk that the desk is connected."""
    watched = server._context.roster
    await until(lambda: watched.since(desk) is not None and not watched._unwritten)


async def gone(server: Server, desk: str) -> None:
    """Until the server knows that the desk is not."""
    await until(lambda: server._context.roster.since(desk) is None)


@pytest.mark.parametrize("desk", [None, "Front"])
async def test_nobody_is_in_by_a_claim(gym: Path, time: Clock, desk: str | None) -> None:
    pass_ = token(gym, "ana", now=time.now, ttl=10 * 24 * 3600)
    async with serving(gym, now=time) as server, Wire.open(server.url, pass_, desk=desk) as wire:
        await wire.until("connection_status")
        for number, at in enumerate((time.now, EXPIRED - 1, NINE - 300 * DAY)):
            for code in "23":
                event = await claim(wire, code, at, f"{code}{number}")
                assert (event["status"], {"warned", "unproven", "clash"} <= set(event["flags"])) == (
                    "checked_out",
                    True,
                )
        assert (await wire.ask("list_present"))["result"]["present"] == []
        assert len((await wire.ask("list_conflicts"))["result"]["conflicts"]) == 6


async def test_a_desk_that_was_cut_off_is_believed_and_told_twice_it_is_once(gym: Path, time: Clock) -> None:
    pass_ = token(gym, "ana", now=time.now - DAY, ttl=10 * 24 * 3600)
    time.now = EXPIRED - HOUR
    async with serving(gym, now=time) as server:
        async with Wire.open(server.url, pass_, desk="Front") as wire:
            await wire.until("connection_status")
        await gone(server, "Front")
        time.now = NINE
        async with Wire.open(server.url, pass_, desk="Front") as wire:
            await wire.until("connection_status")
            event = await claim(wire, "3", EXPIRED - MINUTE, "c")
            assert (event["status"], event["flags"]) == ("checked_in", ["offline"])
            assert await claim(wire, "3", EXPIRED - MINUTE, "c") == event
            assert (await claim(wire, "2", EXPIRED, "d"))["flags"] == ["offline", "warned"]


async def test_a_restart_of_the_server_is_no_hole(gym: Path, time: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first server is as if killed: it writes nothing at its end. Before its last mark the desk was heard, after it
    the desk may have been alone."""
    pass_ = token(gym, "ana", now=time.now - DAY, ttl=10 * 24 * 3600)
    time.now = EXPIRED - 2 * HOUR
    with monkeypatch.context() as killed:
        killed.setattr(roster.Roster, "go", lambda *_: None)
        async with serving(gym, now=time) as server, Wire.open(server.url, pass_, desk="Front"):
            await here(server, "Front")
            time.now = EXPIRED + HOUR
            server._context.roster.mark()
            assert await server._database.probe() is None  # behind the mark
    time.now = NINE
    async with serving(gym, now=time) as server, Wire.open(server.url, pass_, desk="Front") as wire:
        await here(server, "Front")
        assert (await claim(wire, "3", EXPIRED - MINUTE, "c"))["flags"] == [
            "offline",
            "warned",
        ]  # judged by one o'clock
        assert (await claim(wire, "1", EXPIRED + 2 * HOUR, "d"))["flags"] == ["offline"]
        time.now += 2 * HOUR
        assert "unproven" in (await claim(wire, "2", EXPIRED + 2 * HOUR, "e"))["flags"]


async def test_while_the_disk_takes_nothing_no_desk_is_heard_of(gym: Path, time: Clock) -> None:
    """Its commands wait at the desk meanwhile, though the line is there."""
    pass_ = token(gym, "ana", now=time.now - DAY, ttl=10 * 24 * 3600)
    time.now = EXPIRED - HOUR
    async with serving(gym, now=time) as server, Wire.open(server.url, pass_, desk="Front") as wire:
        await here(server, "Front")
        writes(server, False)
        server._context.roster.mark()
        await until(lambda: "Front" in server._context.roster._here and bool(server._context.roster._unwritten))
        time.now = EXPIRED + HOUR
        server._context.roster.mark()
        await until(lambda: server._context.roster.since("Front") == time.now)
        writes(server, True)
        assert (await claim(wire, "3", EXPIRED - MINUTE, "c"))["flags"] == ["offline"]
        server._context.roster.mark()
        await here(server, "Front")
        time.now += 2 * HOUR
        assert "unproven" in (await claim(wire, "2", time.now - HOUR, "d"))["flags"]


async def test_who_only_looks_on_is_not_the_desk(gym: Path, time: Clock) -> None:
    """What waits at the desk waits for somebody who may tell it."""
    otto, ana = (token(gym, name, now=time.now - DAY, ttl=10 * 24 * 3600) for name in ("otto", "ana"))
    time.now = EXPIRED - HOUR
    async with serving(gym, now=time) as server:
        async with Wire.open(server.url, ana, desk="Front") as wire:
            await wire.until("connection_status")
        await gone(server, "Front")
        async with Wire.open(server.url, otto, desk="Front") as looks:
            await looks.until("connection_status")
            time.now = NINE
            async with Wire.open(server.url, ana, desk="Front") as wire:
                await wire.until("connection_status")
                assert (await claim(wire, "3", EXPIRED - MINUTE, "c"))["flags"] == ["offline"]


def test_a_gym_of_before_knows_the_desks_of_its_journal(tmp_path: Path) -> None:
    """And that no server was there since its last row, as far as anybody knows."""
    till = Till(tmp_path / "gym.db", member_row("1", "Ana Silva"))
    till.check_in(desk="Side", user="ben")
    age(till.store, 21)
    till.store.close()
    with opened(tmp_path / "gym.db") as store:
        found: list[object] = []

        def look(tx: Transaction) -> None:
            found.extend((tx.desks.heard("Side"), tx.desks.was_at("Side", "ben"), tx.desks.was_at("Side", "ana")))
            found.append(tx.desks.served())

        store.write([look])
    assert found == [[(NINE, NINE)], True, False, [(NINE, NINE)]]
