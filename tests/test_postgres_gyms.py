"""Several gyms in one PostgreSQL database: none waits for another, and nothing of one is anywhere in another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, closing
from threading import Event

import pytest

from gymtui.protocol import Close
from server.admin.verify import verify
from server.store import StoreUnavailable
from server.store.opening import hints, open_store
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.http_token_kit import ask, basic, bearer
from tests.kit import Wire, serving
from tests.postgres_kit import CHAIN, held
from tests.till import NINE, Till, command
from tests.waiting import WITHIN

pytestmark = pytest.mark.slow

SCHEMAS = ("gymtui", "gymtui_lakeside")
PEOPLE = 10
FIRST = 2 + PEOPLE  # row of the journal behind the gym and its members


@pytest.fixture
def tills(postgres_gyms: tuple[str, str]) -> Iterator[tuple[Till, Till]]:
    """One at each gym, where a member has the card 1."""
    riverside, lakeside = (Till(gym, member_row("1", name)) for gym, name in zip(postgres_gyms, CHAIN, strict=True))
    with closing(riverside.store), closing(lakeside.store):
        yield riverside, lakeside


@pytest.mark.parametrize("stands", [0, 1])
def test_a_commit_of_one_waits_for_none_of_another(
    tills: tuple[Till, Till], postgres_gyms: tuple[str, str], stands: int
) -> None:
    """Whoever holds one gym's row stops its commits and no other's, however long that takes."""
    url, goes = postgres_gyms[stands], tills[1 - stands]
    with closing(open_store(url, now=lambda: NINE, patience=0.05)) as stopped, held(url, SCHEMAS[stands]):
        before = goes.seq
        for n in range(PEOPLE):
            (goes.check_out if n % 2 else goes.check_in)("1")
        assert goes.seq == before + PEOPLE
        with pytest.raises(StoreUnavailable, match="another program keeps the gym to itself"):
            stopped.write([command("1", "a")])
    tills[stands].check_in("1")


def test_each_has_a_journal_an_epoch_and_keys_of_its_own(tills: tuple[Till, Till]) -> None:
    riverside, lakeside = (till.store for till in tills)
    before = lakeside.head(), lakeside.snapshot()
    tills[0].check_in("1", id="the same")
    assert (lakeside.head(), lakeside.snapshot()) == before
    tills[1].check_in("1", id="the same")  # a command of another gym has not been given here
    for known in (lambda store: store.epoch(), lambda store: store.gym_id(), lambda store: set(store.signing_keys())):
        assert known(riverside) != known(lakeside)
    assert [member.full_name for store in (riverside, lakeside) for member in store.all_members()] == list(CHAIN)


async def test_two_servers_each_and_nothing_of_one_is_seen_in_the_other(postgres_gyms: tuple[str, str]) -> None:
    async with asyncio.TaskGroup() as desks:
        for gym, name in zip(postgres_gyms, CHAIN, strict=True):
            make_gym(gym, *(member_row(str(n), f"{name} {n}") for n in range(PEOPLE)))
            desks.create_task(_a_rush(gym, name))
    for gym in postgres_gyms:
        verify(database=gym)


async def _a_rush(gym: str, name: str) -> None:
    """Everybody comes at once, at either of two servers; each of these tells of all of them, and of nobody else."""
    async with (
        serving(gym) as here,
        serving(gym) as there,
        Wire.open(here.url, token(gym, "ana")) as ana,
        Wire.open(there.url, token(gym, "ben")) as ben,
    ):
        for n in range(PEOPLE):
            await (ana, ben)[n % 2].send("check_in", {"code": str(n)}, f"c{n}")
        for wire in (ana, ben):
            while len(wire.events) < PEOPLE:
                await wire.next()
            assert [event["seq"] for event in wire.events] == list(range(FIRST, FIRST + PEOPLE))
            assert {event["member"]["full_name"] for event in wire.events} == {f"{name} {n}" for n in range(PEOPLE)}


async def test_who_may_come_in_at_one_is_a_stranger_to_the_other(postgres_gyms: tuple[str, str]) -> None:
    """Though both have an `ana` with that password: what signs and what seals is each gym's own."""
    for gym in postgres_gyms:
        make_gym(gym)
    riverside, lakeside = postgres_gyms
    async with serving(riverside) as home, serving(lakeside) as elsewhere:
        login = (await ask(home.url, "/auth/token", basic("ana"))).json
        for access in (token(riverside, "ana"), login["access_token"]):
            async with Wire.open(home.url, access) as wire:
                await wire.until("connection_status")
            async with Wire.open(elsewhere.url, access) as wire:
                assert "not one of ours" in (await wire.next())["payload"]["message"]
                assert await wire.closed() == Close.BAD_TOKEN
        renew = bearer(login["refresh_token"])
        assert [(await ask(server.url, "/auth/token", renew)).status for server in (elsewhere, home)] == [401, 200]


def test_a_hint_of_one_wakes_no_other(postgres_gyms: tuple[str, str]) -> None:
    riverside, lakeside = postgres_gyms
    told: list[str] = []
    with ExitStack() as opened:
        rings = {}
        for name, gym in (("home", riverside), ("beside", riverside), ("elsewhere", lakeside), ("last", lakeside)):
            heard = Event()

            def tell(name: str = name, heard: Event = heard) -> None:
                told.append(name)
                heard.set()

            rings[name] = opened.enter_context(hints(gym, tell)), heard
            assert heard.wait(WITHIN)  # once it listens
            heard.clear()
        told.clear()
        for rings_it, hears in (
            ("home", "beside"),
            ("last", "elsewhere"),
        ):  # had it heard the first, it had said so by then
            rings[rings_it][0]()
            assert rings[hears][1].wait(WITHIN)
    assert told == ["beside", "elsewhere"]
