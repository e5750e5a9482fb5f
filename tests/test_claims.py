"""A desk that was alone is believed, and is the one that it says: its login has proven it with the desk's own token."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.net import roster
from server.store import Transaction
from server.store.opening import opened
from tests.claims_kit import EXPIRED, Place, claim, gone, gym, here, is_believed, since, time, visit
from tests.factories import member_row
from tests.http_token_kit import Watch, writes
from tests.kit import Wire, serving
from tests.sqlite_kit import age
from tests.till import FRONT, HOUR, MINUTE, NINE, Till
from tests.waiting import until

__all__ = ["gym", "time"]


async def test_a_desk_that_was_cut_off_is_believed_and_told_twice_it_is_once(gym: Path, time: Watch) -> None:
    place = Place()
    async with serving(gym, now=time) as server:
        await visit(server, place, "Front")
        time.now = NINE
        async with Wire.open(server.url, await place.log_in(server), desk="Front") as wire:
            await wire.until("connection_status")
            event = await claim(wire, "3", EXPIRED - MINUTE, "c")
            assert (event["status"], event["flags"]) == ("checked_in", ["offline"])
            assert await claim(wire, "3", EXPIRED - MINUTE, "c") == event
            assert (await claim(wire, "2", EXPIRED, "d"))["flags"] == ["offline", "warned"]


async def test_with_the_login_of_before_it_is_the_same_desk(gym: Path, time: Watch) -> None:
    """Cut off for less than a login lasts, and renewed: nobody had to log in."""
    place = Place()
    async with serving(gym, now=time) as server:
        pass_ = await place.log_in(server)
        async with Wire.open(server.url, pass_, desk="Front") as wire:
            await wire.until("connection_status")
        await gone(server, "Front")
        time.now = EXPIRED + MINUTE
        async with Wire.open(server.url, await place.renewed(server), desk="Front") as wire:
            assert (await claim(wire, "3", EXPIRED - MINUTE, "c"))["flags"] == ["offline"]


async def test_another_person_at_the_desk_tells_what_it_did_alone(gym: Path, time: Watch) -> None:
    place = Place()
    async with serving(gym, now=time) as server:
        await visit(server, place, "Front", "ana")
        time.now = NINE
        async with Wire.open(server.url, await place.log_in(server, "ben"), desk="Front") as wire:
            event = await claim(wire, "3", EXPIRED - MINUTE, "c", queued_by="ana")
            assert (event["by"], event["flags"]) == ("ana, sent by ben", ["offline"])


async def test_a_restart_of_the_server_is_no_hole(gym: Path, time: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first server is as if killed: it writes nothing at its end. Before its last mark the desk was heard, after it
    the desk may have been alone."""
    place = Place()
    time.now = EXPIRED - 2 * HOUR
    with monkeypatch.context() as killed:
        killed.setattr(roster.Roster, "go", lambda *_: None)
        async with (
            serving(gym, now=time) as server,
            Wire.open(server.url, await place.log_in(server), desk="Front"),
        ):
            await here(server, "Front")
            time.now = EXPIRED + HOUR
            server._context.roster.mark()
            assert await server._database.probe() is None  # behind the mark
    time.now = NINE
    async with (
        serving(gym, now=time) as server,
        Wire.open(server.url, await place.log_in(server), desk="Front") as wire,
    ):
        await here(server, "Front")
        assert (await claim(wire, "3", EXPIRED - MINUTE, "c"))["flags"] == [
            "offline",
            "warned",
        ]  # judged by one o'clock
        assert (await claim(wire, "1", EXPIRED + 2 * HOUR, "d"))["flags"] == ["offline"]
        time.now += 2 * HOUR
        assert not is_believed(await claim(wire, "2", EXPIRED + 2 * HOUR, "e"))


async def test_while_the_disk_takes_nothing_no_desk_is_heard_of(gym: Path, time: Watch) -> None:
    """Its commands wait at the desk meanwhile, though the line is there."""
    async with (
        serving(gym, now=time) as server,
        Wire.open(server.url, await Place().log_in(server), desk="Front") as wire,
    ):
        await here(server, "Front")
        writes(server, False)
        server._context.roster.mark()
        await until(lambda: since(server, "Front") is not None and bool(server._context.roster._unwritten))
        time.now = EXPIRED + HOUR
        server._context.roster.mark()
        await until(lambda: since(server, "Front") == time.now)
        writes(server, True)
        assert (await claim(wire, "3", EXPIRED - MINUTE, "c"))["flags"] == ["offline"]
        server._context.roster.mark()
        await here(server, "Front")
        time.now += 2 * HOUR
        assert not is_believed(await claim(wire, "2", time.now - HOUR, "d"))


async def test_who_only_looks_on_is_not_the_desk(gym: Path, time: Watch) -> None:
    """What waits at the desk waits for somebody who may tell it."""
    place = Place()
    async with serving(gym, now=time) as server:
        await visit(server, place, "Front")
        async with Wire.open(server.url, await place.log_in(server, "otto"), desk="Front") as looks:
            await looks.until("connection_status")
            time.now = NINE
            async with Wire.open(server.url, await place.log_in(server), desk="Front") as wire:
                await wire.until("connection_status")
                assert (await claim(wire, "3", EXPIRED - MINUTE, "c"))["flags"] == ["offline"]


async def test_two_desks_of_one_name_have_each_its_own_times(gym: Path, time: Watch) -> None:
    """One was alone, the other was connected all the while."""
    alone, other = Place(), Place()
    async with serving(gym, now=time) as server:
        await visit(server, alone, "Front")
        async with Wire.open(server.url, await other.log_in(server, "ben"), desk="Front") as there:
            await there.until("connection_status")
            time.now = NINE
            async with Wire.open(server.url, await alone.log_in(server), desk="Front") as wire:
                assert is_believed(await claim(wire, "3", EXPIRED - MINUTE, "a"))
            async with Wire.open(server.url, await other.log_in(server, "ben"), desk="Front") as wire:
                assert not is_believed(await claim(wire, "2", EXPIRED - MINUTE, "b"))


def test_a_gym_of_before_knows_the_desks_of_its_journal(tmp_path: Path) -> None:
    """None of them has proven anything; and no server was there since its last row, as far as anybody knows."""
    till = Till(tmp_path / "gym.db", member_row("1", "Ana Silva"))
    till.check_in(desk="Side", user="ben")
    age(till.store, 21)
    till.store.close()
    with opened(tmp_path / "gym.db") as store:
        found: list[object] = []

        def look(tx: Transaction) -> None:
            found.extend((tx.desks.heard("Side", b""), tx.desks.served()))

        store.write([look])
        assert [(last.desk, last.user) for last in store.last_heard(0)] == [("Side", "ben")]
    assert found == [[(NINE, NINE)], [(NINE, NINE)]]


def test_a_gym_of_before_knows_who_was_last_at_a_desk(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db")
    age(till.store, 25)
    till.store.close()
    with opened(tmp_path / "gym.db") as store:
        found: list[bool] = []
        store.write([lambda tx: found.extend(tx.was_at(FRONT, user) for user in ("ana", "mia"))])
        assert found == [False, True]
