"""Supervision: each part of a real server is killed in turn, and the first that dies is the end of the server."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from server.net.supervisor import Supervisor
from server.store import Committed, Transaction
from server.store.group_commit import GroupCommit
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving
from tests.serve_kit import finished, served
from tests.till import command

# Where each part finds its end, once there is a file for a sign.
PARTS = {
    "what tells everyone": "from server.net.hub import Hub as where; name = 'flush'",
    "what follows other programs": "from server.store.sqlite.store import SqliteStore as where; name = 'head'",
    "the watchdog": "from server.net.watchdog import Watchdog as where; name = 'look'",
    "the house's notices": "from server.gym.house import HouseNotices as where; name = 'look'",
    "automatic check-out": "from server.gym.auto_check_out import AutoCheckOut as where; name = 'look'",
    "writer": "from server.store.commit_pacing import CommitPacing as where; name = 'committed'",
    "reader": "from server.store.sqlite.store import SqliteStore as where; name = 'search_members'",
}
SERVER = """
import sys
from pathlib import Path
from gymtui.cli import main
import server.gym.auto_check_out as auto_check_out
import server.gym.house as house
auto_check_out.EVERY = house.EVERY = 0.05
{part}
whole = getattr(where, name)
def dies(*args, **options):
    if Path({sign!r}).exists():
        raise {error}
    return whole(*args, **options)
setattr(where, name, dies)
main(["serve", *sys.argv[1:]])
"""


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    make_gym(tmp_path / "gym.db", member_row("1", "Ana"), member_row("2", "Ben"))
    return tmp_path / "gym.db"


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
async def test_the_first_part_that_dies_ends_the_server_with_1(part: str, gym: Path) -> None:
    sign = gym.parent / "die"
    error = "SystemExit('killed')" if part == "reader" else "ZeroDivisionError('killed')"
    code = SERVER.format(part=PARTS[part], sign=str(sign), error=error)
    async with served(gym, "-c", code) as (process, url), Wire.open(url, token(gym, "ana")) as wire:
        assert (await wire.ask("check_in", {"code": "1"}, "first"))["ok"] is True
        sign.touch()
        await wire.send("check_in", {"code": "2"}, "second")
        await wire.send("search_members", {"text": "an"}, "third")
        rest = await wire.rest()
        assert rest[-1]["payload"]["status"] == "draining"
        assert await wire.closed() == 4200
        ended, _, err = await finished(process)
    assert ended == 1, err
    assert part in err.splitlines()[-1]
    assert "gymtui: The server has stopped, for a part of it has died" in err.splitlines()[-1]
    assert "please start it again" in err.splitlines()[-1]
    sign.unlink()
    async with served(gym) as (process, url), Wire.open(url, token(gym, "ana")) as wire:
        again = await wire.ask("check_in", {"code": "2"}, "second")
        assert again["ok"] is True
        assert len((await wire.ask("list_present", {}, "who"))["result"]["present"]) == 2
        process.send_signal(signal.SIGTERM)
        assert (await finished(process))[0] == 0


@pytest.mark.parametrize("how", ["fails", "returns", "is cancelled"])
async def test_a_part_is_dead_however_it_ended(how: str) -> None:
    async def part() -> None:
        if how == "fails":
            raise ZeroDivisionError

    async def for_ever() -> None:
        await asyncio.Event().wait()

    supervisor = Supervisor()
    supervisor.start("the clock", for_ever())
    supervisor.start("the bell", for_ever() if how == "is cancelled" else part())
    if how == "is cancelled":
        supervisor.tasks[1].cancel()
    assert "the bell" in await supervisor.death
    await supervisor.stop()


async def test_a_part_that_is_told_to_stop_has_not_died() -> None:
    supervisor = Supervisor()
    supervisor.start("the clock", asyncio.sleep(3600))
    await supervisor.stop()
    assert supervisor.death.cancelled()


async def test_whoever_waits_for_a_thread_that_dies_has_an_answer(gym: Path) -> None:
    def kill(_: Transaction) -> None:
        raise SystemExit

    database = GroupCommit(open_store(gym), lambda _: None)
    outcomes = await asyncio.gather(database.write(kill), database.write(command("1", "a")))
    late = await database.write(command("2", "b"))
    errors = [outcome.error for outcome in (*outcomes, late)]
    assert [error and (error.code, error.retryable) for error in errors] == [("storage_unavailable", True)] * 3
    assert await database.probe() is not None
    with pytest.raises(Exception, match="writer"):
        await database.watch()
    await database.close()


async def test_an_answer_that_cannot_be_given_harms_no_neighbour(gym: Path) -> None:
    def spoiled(_: object) -> None:
        raise ZeroDivisionError

    database = GroupCommit(open_store(gym), lambda _: None)
    database.submit(command("1", "a"), spoiled)
    assert (await database.write(command("2", "b"))).error is None
    await database.close()


async def test_who_cannot_tell_everyone_ends_the_server(gym: Path) -> None:
    def spoiled(_: Committed) -> None:
        raise ZeroDivisionError

    database = GroupCommit(open_store(gym), spoiled)
    await database.write(command("1", "a"))
    with pytest.raises(Exception, match="what tells everyone"):
        await database.watch()
    await database.close()


async def test_who_cannot_be_brought_up_to_date_is_not_left_deaf(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise ZeroDivisionError

    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        epoch = (await wire.until("connection_status"))["payload"]["epoch"]
        await wire.ask("check_in", {"code": "1"})
        monkeypatch.setattr(server.hub, "_send_rows", fails)
        await wire.send("resume", {"epoch": epoch, "seq": 0, "full": True}, "2")
        await wire.rest()
        assert await wire.closed() == 1011
