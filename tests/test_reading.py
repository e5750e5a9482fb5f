"""Who asks for much waits, and nobody behind them: turns for users, a lane for what is short, an end for the rest."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from gymtui.protocol import ListCheckIns
from server.store import TooLong
from server.store.reading import TURN, Job
from server.store.sqlite import readers
from server.store.sqlite.errors import DiskGuard
from server.store.sqlite.readers import Readers
from server.store.sqlite.store import SqliteStore
from server.store.turns import Turns
from tests.gym_kit import token
from tests.http_token_kit import ask, basic
from tests.kit import Wire, serving
from tests.waiting import until

ENDLESS = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
CONNECTIONS = 20


class Slow:
    """Lists of visits that take longer than what is short may, and then as long as it is told."""

    def __init__(self, whole: Any) -> None:
        self.go = Event()
        self.begun = 0
        self._whole = whole
        self._given_up: set[int] = set()

    def __call__(self, store: SqliteStore, wanted: ListCheckIns) -> Any:
        if id(wanted) not in self._given_up:
            self._given_up.add(id(wanted))
            raise TooLong
        self.begun += 1
        self.go.wait()
        return self._whole(store, wanted)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    lists = Slow(SqliteStore.list_check_ins)

    def asked(store: SqliteStore, wanted: ListCheckIns) -> Any:
        return lists(store, wanted)

    monkeypatch.setattr(SqliteStore, "list_check_ins", asked)
    yield lists
    lists.go.set()


async def test_each_user_has_one_turn_after_the_other() -> None:
    turns, future = Turns[Job](), asyncio.get_running_loop().create_future()
    for asker, jobs in (("otto", 5), ("mia", 2), ("ana", 1)):
        for n in range(jobs):
            turns.put(asker, (future, lambda asker=asker, n=n: f"{asker} {n}"))  # type: ignore[misc]
    turns.end()
    order = []
    while (job := turns.take()) is not None:
        order.append(job[1]())
    assert order == ["otto 0", "mia 0", "ana 0", "otto 1", "mia 1", "otto 2", "otto 3", "otto 4"]


async def test_twenty_connections_of_what_is_slow_keep_nobody_waiting(gym: Path, slow: Slow) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        access = token(gym, "otto")
        crowd = [await stack.enter_async_context(Wire.open(server.url, access)) for _ in range(CONNECTIONS)]
        for wire in crowd:
            await wire.send("list_check_ins", {"desk": "9"}, "slow")
        await until(lambda: slow.begun == 1)
        login = await ask(server.url, "/auth/token", basic("mia"))
        assert login.status == 200
        async with Wire.open(server.url, login.json["access_token"]) as mia:
            assert (await mia.ask("search_members", {"text": "Name 7"}))["result"]["members"]
            assert (await mia.ask("check_in", {"code": "7"}, "in"))["ok"] is True
            assert (await mia.ask("list_present", {}, "who"))["result"]["present"]
        assert slow.begun == 1
        slow.go.set()
        assert [(await wire.until("reply", id="slow"))["payload"]["ok"] for wire in crowd] == [True] * CONNECTIONS


async def test_one_long_answer_of_another_is_all_that_a_long_one_waits_for(gym: Path, slow: Slow) -> None:
    order: list[str] = []

    async def asked(wire: Wire, user: str) -> None:
        await wire.ask("list_check_ins", {"desk": "9"})
        order.append(user)

    async with serving(gym) as server, AsyncExitStack() as stack:
        of_otto = [await stack.enter_async_context(Wire.open(server.url, token(gym, "otto"))) for _ in range(5)]
        of_mia = await stack.enter_async_context(Wire.open(server.url, token(gym, "mia")))
        tasks = [asyncio.create_task(asked(wire, "otto")) for wire in of_otto]
        turns = server._database._reading._long._turns
        await until(lambda: len(turns._waiting.get("otto", ())) == 4)
        tasks.append(asyncio.create_task(asked(of_mia, "mia")))
        await until(lambda: "mia" in turns._waiting)
        slow.go.set()
        await asyncio.gather(*tasks)
    assert order.index("mia") <= 2


def test_what_takes_too_long_is_given_up_and_the_next_is_answered(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "STEPS", 10)
    seconds = count()
    with closing(Readers(gym, DiskGuard(), patience=0, timer=lambda: float(next(seconds)))) as reading:
        with pytest.raises(TooLong), reading.within(100):
            reading.all(ENDLESS)
        assert next(seconds) == 101
        with reading.within(100):
            assert reading.all("SELECT 1") == [(1,)]


async def test_a_thread_that_computes_gives_way_soon(gym: Path) -> None:
    sys.setswitchinterval(0.005)
    async with serving(gym):
        assert sys.getswitchinterval() == pytest.approx(TURN)


@pytest.mark.parametrize(
    ("asked", "method", "how"),
    [
        ("list_check_ins", "list_check_ins", "by days, a member"),
        ("list_refusals", "list_refusals", "by days, a member"),
        ("get_peak", "peak", "to fewer weeks"),
        ("list_present", "list_present", "to less at once"),
    ],
)
async def test_what_took_too_long_is_said_with_what_to_narrow(
    asked: str, method: str, how: str, gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object) -> None:
        raise TooLong

    monkeypatch.setattr(SqliteStore, method, gives_up)
    async with serving(gym) as server, Wire.open(server.url, token(gym, "mia")) as mia:
        error = (await mia.ask(asked, {}))["error"]
        assert (error["code"], error["retryable"]) == ("invalid", False)
        assert error["message"].startswith(f"That takes the server too long: please narrow it {how}")
        assert (await mia.ask("search_members", {"text": "Name 7"}, "2"))["ok"] is True
