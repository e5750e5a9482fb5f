"""A database that was restored or has gone on elsewhere: its journal has a new epoch, and desks tell what it lacks."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed

from gymtui.client.replica.replica import Replica
from gymtui.protocol import Close
from server.admin.gym import gym_new_epoch
from server.store import Store, StoreUnavailable
from server.store.opening import open_store
from server.store.postgres.lineage import UNSAID
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving
from tests.postgres_kit import ask, ask_one, tools
from tests.test_restore import desk_at
from tests.till import NINE, command

pytestmark = pytest.mark.slow

ELSEWHERE = "UPDATE gymtui.gym SET place = '1.2.3.00000001'"
HERE = "CREATE OR REPLACE FUNCTION gymtui.here() RETURNS text LANGUAGE sql AS $$SELECT '1.2.3.{}'$$"


@pytest.fixture
def store(postgres_database: str) -> Iterator[Store]:
    with closing(open_store(postgres_database, now=lambda: NINE)) as store:
        store.write([lambda tx: tx.begin_epoch()])
        yield store


def test_servers_that_notice_it_at_once_agree(store: Store, postgres_database: str) -> None:
    epoch, gym_id = store.epoch(), store.gym_id()
    assert store.head().epoch == epoch
    ask(postgres_database, ELSEWHERE)
    assert store.head().epoch is None
    with ExitStack() as opened:
        stores = [opened.enter_context(closing(open_store(postgres_database))) for _ in range(3)]
        told: list[Any] = []

        def begin(one: Store) -> None:
            one.write([lambda tx: tx.begin_epoch()])
            told.append(one.head().epoch)

        threads = [Thread(target=begin, args=(one,)) for one in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert told == [store.epoch()] * 3
    assert (store.epoch() != epoch, store.gym_id()) == (True, gym_id)


def test_one_that_another_has_taken_over_from_is_not_gone_back_to(store: Store, postgres_database: str) -> None:
    here = ask_one(postgres_database, "SELECT pg_get_functiondef('gymtui.here'::regproc)")
    try:
        ask(postgres_database, HERE.format("0000000A"))
        store.write([lambda tx: tx.begin_epoch(), command("1", "a")])
        head = store.head()
        ask(postgres_database, HERE.format("00000009"))
        for asked in (store.head, lambda: store.write([command("1", "b")])):
            with pytest.raises(StoreUnavailable, match="from before another took over: please end it"):
                asked()
        ask(postgres_database, HERE.format("0000000A"))
        store.write([command("1", "b")])
        assert (store.head().epoch, store.head().seq) == (head.epoch, head.seq + 1)
    finally:
        ask(postgres_database, here)


def test_a_database_that_does_not_say_it_is_told_by_hand(
    postgres_nothing: str, caplog: pytest.LogCaptureFixture
) -> None:
    name = urlsplit(postgres_nothing).path.removeprefix("/")
    ask(postgres_nothing, "DROP ROLE IF EXISTS plain")
    ask(postgres_nothing, "CREATE ROLE plain LOGIN")
    ask(postgres_nothing, f"ALTER DATABASE {name} OWNER TO plain")
    plain = postgres_nothing.replace("postgres:@", "plain@")
    with closing(open_store(plain)) as store:
        store.write([lambda tx: tx.begin_epoch()])
        assert UNSAID not in caplog.text
        ask(postgres_nothing, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        epoch = store.head().epoch
        store.write([lambda tx: tx.begin_epoch()])
        assert (store.head().epoch, caplog.text.count(UNSAID)) == (epoch, 1)
        gym_new_epoch(database=plain)
        assert store.head().epoch is None


async def test_everybody_who_is_connected_takes_up_the_gym_anew(engine: Engine) -> None:
    make_gym(engine.database, member_row("1", "Ana"))
    ana = token(engine.database, "ana")
    async with serving(engine.database) as server:
        epoch = server.hub.epoch
        async with Wire.open(server.url, ana) as wire:
            await wire.ask("check_in", {"code": "1"})
            await asyncio.to_thread(gym_new_epoch, database=str(engine.database))
            with pytest.raises(ConnectionClosed) as closed:
                await wire.until("nothing")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == Close.DRAINING
        async with Wire.open(server.url, ana) as wire:
            status = (await wire.until("connection_status"))["payload"]
            assert status["epoch"] != epoch
            assert (await wire.ask("resume", {"epoch": epoch, "seq": 1}))["result"] == {"resumed": "snapshot"}


async def test_what_a_restore_has_lost_the_desks_tell_again(postgres_nothing: str, tmp_path: Path) -> None:
    """With two servers, and nobody stops them."""
    make_gym(postgres_nothing, *(member_row(str(n), f"Member {n}") for n in range(4)))
    tokens = [token(postgres_nothing, name) for name in ("ana", "ben")]
    dump = str(tmp_path / "gym.dump")
    with ExitStack() as opened:
        replicas = [opened.enter_context(closing(Replica(tmp_path / f"{n}.db"))) for n in range(2)]
        async with (
            serving(postgres_nothing) as here,
            serving(postgres_nothing) as there,
            desk_at(here.url, replicas[0], tokens[0]) as (one, until_one),
            desk_at(there.url, replicas[1], tokens[1]) as (other, until_other),
        ):
            both = ((one, until_one, replicas[0]), (other, until_other, replicas[1]))
            for _, until, replica in both:
                await until(lambda replica=replica: replica.directory[1])
            given = [one.check_in("0")]
            await until_one(lambda: one.queued == 0)
            await _tool("pg_dump", "--format=custom", "--schema=gymtui", f"--file={dump}", postgres_nothing)
            given += [one.check_in("1"), other.check_in("2"), other.check_in("3")]
            for desk, until, _ in both:
                await until(lambda desk=desk: desk.queued == 0)
            epoch = here.hub.epoch
            restore = ("pg_restore", "--clean", "--if-exists", "--single-transaction")
            await _tool(*restore, f"--dbname={postgres_nothing}", dump)
            for _, until, replica in both:
                await until(lambda replica=replica: replica.position[0] not in ("", epoch))
                await until(lambda replica=replica: len(list(replica.visits.present())) == 4)
            assert here.hub.epoch == there.hub.epoch != epoch
    kept = "SELECT count(*) FROM gymtui.journal WHERE command_id = '{}'"
    assert [ask_one(postgres_nothing, kept.format(verdict.command_id)) for verdict in given] == [1] * 4


async def _tool(name: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(tools() / name, *arguments, stderr=subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 0, said
