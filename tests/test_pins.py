"""Wrong PINs are counted in the database: of no other server, and of none that is started again, has a guesser more."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest

from server.admin import users
from server.auth import hashing
from server.auth.attempt_limit import ATTEMPTS, one_more, pin_wait
from server.auth.auth import Auth, Denied
from server.auth.pins import Pins
from server.store import PinTries
from server.store.group_commit import GroupCommit
from server.store.opening import open_store, opened
from tests.gym_kit import make_gym, token
from tests.http_token_kit import Watch, ask, basic, writes
from tests.kit import Wire, serving
from tests.sqlite_kit import age

PIN = "904517"
DAY = 86_400_000
NOBODY = PinTries(asker="ana", manager="")


@pytest.fixture
def gym(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "gym.db"
    make_gym(path, {"membership_number": "2", "full_name": "Ben Banned", "status": "banned"})
    set_pin(path, monkeypatch)
    return path


def set_pin(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PIN}\n"))
    users.users_pin(database=str(path), name="mia", pin_stdin=True)


def counted(path: Path) -> list[tuple[str, str, int]]:
    """What stands on the disk."""
    with opened(path) as store:
        return [(tries.asker, tries.manager, tries.count) for tries in store.all_pin_tries()]


@asynccontextmanager
async def started(path: Path, watch: Watch) -> AsyncIterator[Pins]:
    """The PINs of a server that has just been started."""
    database = GroupCommit(open_store(path, now=watch), lambda _: None)
    auth = Auth(database, now=watch)
    yield Pins(auth, database)
    auth.close()
    await database.close()


async def said(pins: Pins, pin: str = "000000", asker: str = "ana", manager: str = "mia") -> str | int:
    """Who may be let in by, or after how many seconds to try again; -1: not before the manager has logged in."""
    try:
        return await pins.check(asker, manager, pin)
    except Denied as denied:
        return -1 if "until" in str(denied) else denied.wait


def test_they_wait_longer_each_time_and_then_for_the_manager() -> None:
    tries, waits, now = NOBODY, [], 10 * DAY
    for _ in range(7):
        assert pin_wait(tries, now) == 0
        tries = one_more(tries, now)
        waits.append(wait := pin_wait(tries, now))
        now += (wait or 0) * 1000
    assert waits == [0, 0, 0, 0, 30, 300, None]
    assert pin_wait(tries, now + 30 * DAY) is None


def test_those_of_other_days_are_forgotten_while_nobody_has_to_wait() -> None:
    tries = NOBODY
    for day in range(9):
        tries = one_more(tries, day * (DAY + 1))
    assert tries.count == 1


async def test_a_server_that_is_started_again_goes_on_counting(gym: Path) -> None:
    watch, heard = Watch(), []
    for _ in range(ATTEMPTS):
        async with started(gym, watch) as pins:
            heard.append(await said(pins))
    for wait in (30, 300, -1):
        async with started(gym, watch) as pins:
            assert await said(pins, PIN) == wait
        watch.now += max(wait, 0) * 1000
        async with started(gym, watch) as pins:
            heard.append(await said(pins))
    assert heard == [0] * (ATTEMPTS + 2) + [-1]
    watch.now += 30 * DAY
    async with started(gym, watch) as pins:
        assert await said(pins, PIN) == -1
        assert await said(pins, PIN, asker="ben") == "mia"
    assert counted(gym) == [("ana", "mia", ATTEMPTS + 2)]


async def test_a_try_counts_before_it_is_looked_at(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever kills the server between the two has no try more; a right one is no wrong one once it is known to be."""
    gate, on_disk = Event(), []

    def is_hash_of(*_: str) -> bool:
        on_disk.append(counted(gym))
        return gate.is_set()

    monkeypatch.setattr(hashing, "is_hash_of", is_hash_of)
    async with started(gym, Watch()) as pins:
        assert await said(pins) == 0
        gate.set()
        assert await said(pins) == "mia"
    assert on_disk == [[("ana", "mia", 1)], [("ana", "mia", 2)]]
    assert counted(gym) == []


async def test_of_many_at_once_at_two_servers_so_many_are_heard_in_all(gym: Path) -> None:
    watch = Watch()
    async with started(gym, watch) as one, started(gym, watch) as other:
        heard = await asyncio.gather(*(said(pins) for pins in (one, other) for _ in range(ATTEMPTS)))
        assert sorted(map(int, heard)) == [0] * ATTEMPTS + [30] * ATTEMPTS
        assert one._auth.pins.done + other._auth.pins.done == ATTEMPTS


async def test_another_pin_and_the_manager_s_login_end_it_and_nobody_else_s(
    gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(gym) as server:
        for end in ("login", "pin"):
            for _ in range(ATTEMPTS):
                await said(server._context.pins)
                await said(server._context.pins, manager="not here")
            assert (await ask(server.url, "/auth/token", basic("ben"))).status == 200
            assert counted(gym) == [("ana", "", ATTEMPTS), ("ana", "mia", ATTEMPTS)]
            if end == "login":
                assert (await ask(server.url, "/auth/token", basic("mia"))).status == 200
            else:
                set_pin(gym, monkeypatch)
            assert counted(gym) == []


async def test_a_desk_hears_the_same_after_a_restart_and_the_notice_is_told_once(gym: Path) -> None:
    watch = Watch()
    asked = {"code": "2", "override": {"reason": "her father waits", "manager": "mia", "pin": "000000"}}
    for start in range(2):
        async with serving(gym, now=watch) as server:
            async with Wire.open(server.url, token(gym, "ana", now=watch.now)) as wire:
                errors = [(await wire.ask("check_in", asked, f"{start} {n}"))["error"] for n in range(ATTEMPTS)]
            await server._login_routes.watch.look()
        assert errors[-1]["code"] == ("rate_limited" if start else "not_allowed")
    assert errors[0]["retry_after_ms"] == 30_000
    with opened(gym) as store:
        assert [row.type for row in store.read(0, 99)].count("notification") == 1


async def test_where_a_try_cannot_be_counted_it_is_not_looked_at(gym: Path) -> None:
    override = {"reason": "her father waits", "manager": "mia", "pin": PIN}
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.until("connection_status")
        writes(server, False)
        error = (await wire.ask("check_in", {"code": "2", "override": override}, "full"))["error"]
        assert (error["code"], error["retryable"], server.auth.pins.done) == ("storage_unavailable", True, 0)
        writes(server, True)
        assert (await wire.ask("check_in", {"code": "2", "override": override}, "full"))["ok"] is True


async def test_a_gym_from_before_has_counted_none(gym: Path) -> None:
    with opened(gym) as store:
        age(store, 24)
    async with started(gym, Watch()) as pins:
        assert await said(pins) == 0
    assert counted(gym) == [("ana", "mia", 1)]
