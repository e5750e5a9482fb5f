"""A full or broken disk under the server: told, never acknowledged, and over by itself."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gymtui.faults import planned
from server.admin import backup
from server.admin.verify import check
from server.app import Server
from server.store import BackupError, StoreError, opening
from server.store import group_commit as database
from server.store.opening import back_up, open_store, put_back
from server.store.sqlite.file import open_to_read
from server.store.sqlite.store import SqliteStore
from tests.factories import member_row
from tests.gym_kit import make_gym, stored, token
from tests.http_token_kit import ask, basic
from tests.kit import Wire, serving
from tests.small_disk import SmallDisk, disk
from tests.sqlite_kit import connection_of
from tests.waiting import WITHIN, until

pytestmark = pytest.mark.slow

__all__ = ["disk"]

FULL = "The server cannot use its database just now (database or disk is full): please free some space on the disk."


def in_journal(path: Path) -> set[str]:
    """The ids of all commands that have their row; the file must be sound."""
    with opening.audit(path) as tables:
        assert check(tables).wrong == []
    with closing(open_to_read(path)) as db:
        return {id for (id,) in db.execute("SELECT command_id FROM journal WHERE command_id IS NOT NULL")}


async def until_refused(wire: Wire, numbers: range) -> tuple[list[str], dict[str, Any], str]:
    """Checks members in until the disk says no: the ids of those that are on it, the error, and its id."""
    acknowledged = list[str]()
    for number in numbers:
        reply = await wire.ask("check_in", {"code": str(number)}, f"c{number}")
        if not reply["ok"]:
            return acknowledged, reply["error"], f"c{number}"
        acknowledged.append(f"c{number}")
    raise AssertionError("the disk has room for all of them")


async def ready(server: Server) -> tuple[int, str]:
    answer = await ask(server.url, "/readyz", method="GET")
    return answer.status, answer.body.strip()


# --- full ----------------------------------------------------------------------------------------------------------


async def test_a_full_disk_is_told_and_over_as_soon_as_there_is_room(
    disk: SmallDisk, caplog: pytest.LogCaptureFixture
) -> None:
    path = disk.path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Member {n}") for n in range(300)))
    async with serving(path) as server, Wire.open(server.url, token(path, "ana")) as wire:
        assert (await wire.ask("check_in", {"code": "0"}, "before"))["ok"]
        disk.fill()
        acknowledged, error, refused = await until_refused(wire, range(1, 300))
        assert (error["code"], error["retryable"], error["message"]) == ("storage_unavailable", True, FULL)
        for _ in range(3):
            assert await wire.ask("check_in", {"code": refused[1:]}, refused) == {"ok": False, "error": error}
            assert await ready(server) == (503, FULL)
        present = (await wire.ask("list_present"))["result"]["present"]  # who reads is not in the way of a full disk
        assert {visit["command_id"] for visit in present} == {"before", *acknowledged}
        assert (await wire.ask("search_members", {"text": "member 7", "limit": 1}))["ok"]
        login = await ask(server.url, "/auth/token", basic("ana"))
        assert (login.status, login.json["error"]["code"]) == (503, "storage_unavailable")
        disk.empty()
        assert (await wire.ask("check_in", {"code": refused[1:]}, refused))["ok"]
        assert await ready(server) == (200, "ready")
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 200
    assert in_journal(path) == {"before", *acknowledged, refused}
    told = [record for record in caplog.records if record.name == "server.store.group_commit"]
    assert [record.levelno for record in told] == [logging.ERROR, logging.WARNING]  # once each


async def test_many_commands_at_once_on_a_disk_that_fills_are_each_answered_as_the_disk_has_them(
    disk: SmallDisk,
) -> None:
    path = disk.path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Member {n}") for n in range(600)))
    async with serving(path) as server, Wire.open(server.url, token(path, "ana")) as wire:
        disk.fill()
        for n in range(600):
            await wire.send("check_in", {"code": str(n), "notes": "x" * 900}, f"c{n}")
        replies = [await wire.until("reply") for _ in range(600)]
        good = {reply["id"] for reply in replies if reply["payload"]["ok"]}
        bad = [reply["payload"]["error"]["code"] for reply in replies if not reply["payload"]["ok"]]
        assert bad == ["storage_unavailable"] * (600 - len(good))
        assert bad
    disk.empty()
    assert in_journal(path) == good


async def test_a_server_that_is_killed_on_a_full_disk_has_all_that_it_acknowledged(disk: SmallDisk) -> None:
    path = disk.path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Member {n}") for n in range(300)))
    command = (sys.executable, "-m", "gymtui.cli", "serve", "--port", "0", "--database", str(path))
    ana = token(path, "ana")
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN):
            url = (await process.stdout.readline()).decode().split()[-1]
        async with Wire.open(url, ana) as wire:
            disk.fill()
            acknowledged, _, _ = await until_refused(wire, range(300))
            process.kill()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    disk.empty()
    assert in_journal(path) == set(acknowledged)


def test_a_backup_that_a_disk_has_no_room_for_is_none(tmp_path: Path, disk: SmallDisk) -> None:
    path = tmp_path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Member {n}") for n in range(50)))
    disk.fill()
    with pytest.raises(BackupError, match=r"cannot be copied to .*full.*please free some space on the disk"):
        back_up(path, disk.path / "gym.bak")
    assert [file.name for file in disk.path.iterdir()] == ["ballast"]
    disk.empty()
    back_up(path, disk.path / "gym.bak")
    assert in_journal(disk.path / "gym.bak") == set()


def test_a_restore_that_a_disk_has_no_room_for_changes_nothing(tmp_path: Path, disk: SmallDisk) -> None:
    path, file = disk.path / "gym.db", tmp_path / "gym.bak"
    make_gym(path, *(member_row(str(n), f"Member {n}") for n in range(50)))
    back_up(path, file)
    disk.fill()
    with pytest.raises(BackupError, match=r"cannot be copied to .*full.*please free some space on the disk"):
        put_back(file, path)
    disk.empty()
    assert [file for file in disk.path.iterdir() if file.name.startswith((".", "gym.db."))] == []
    assert in_journal(path) == set()


# --- read-only, damaged, held --------------------------------------------------------------------------------------


def test_a_disk_that_may_only_be_read_is_told_at_the_start(disk: SmallDisk) -> None:
    path = disk.path / "gym.db"
    open_store(path).close()
    disk.remount("ro")
    with pytest.raises(StoreError, match=r"gym\.db cannot be used \(.*\): please "):
        open_store(path)
    disk.remount("rw")
    open_store(path).close()


async def test_a_file_that_may_only_be_read_is_told_while_the_server_runs(tmp_path: Path) -> None:
    path = tmp_path / "gym.db"
    make_gym(path, member_row("1", "Ana"))
    async with serving(path) as server, Wire.open(server.url, token(path, "ana")) as wire:
        assert isinstance(server._database.store, SqliteStore)
        connection_of(server._database.store).execute("PRAGMA query_only = ON")
        error = (await wire.ask("check_in", {"code": "1"}))["error"]
        assert error["retryable"]
        assert error["message"].endswith("please check its folder, its rights and whether the disk may be written.")
        assert (await ready(server))[0] == 503
        connection_of(server._database.store).execute("PRAGMA query_only = OFF")
        assert (await wire.ask("check_in", {"code": "1"}))["ok"]
        assert await ready(server) == (200, "ready")


def spoil(path: Path, table: str) -> None:
    """Overwrites the pages of one table, as a dying disk does."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = db.execute("PRAGMA page_size").fetchone()[0]
        pages = [page for (page,) in db.execute("SELECT pageno FROM dbstat WHERE name = ?", (table,))]
    handle = os.open(path, os.O_WRONLY)
    for page in pages:
        os.pwrite(handle, b"\xff" * size, (page - 1) * size)
    os.close(handle)


async def test_a_damaged_file_takes_no_command_any_more_and_gives_what_can_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, file = tmp_path / "gym.db", tmp_path / "gym.bak"
    make_gym(path, member_row("1", "Ana"), member_row("2", "Ben"))
    ana = token(path, "ana")
    damage = r"malformed): it is damaged, please restore a backup with `gymtui admin restore FILE`."
    back_up(path, file)
    async with serving(path) as server:
        spoil(path, "journal")
        async with Wire.open(server.url, ana) as wire:
            error = (await wire.ask("check_in", {"code": "1"}, "a"))["error"]
            assert (error["code"], error["retryable"]) == ("storage_unavailable", True)
            assert error["message"].endswith(damage)
            # Another command, and an empty one, might still find sound pages: nobody would know for how long.
            assert (await wire.ask("save_member", {"member": {"full_name": "Eva", "guest": True}}))["error"] == error
            assert await ready(server) == (503, error["message"])
            assert (await wire.ask("search_members", {"text": "Ana", "limit": 1}))["ok"]
            assert (await wire.ask("list_present"))["ok"]
            asked = {"epoch": server.hub.epoch, "seq": 2}
            assert (await wire.ask("resume", asked))["error"]["code"] == "storage_unavailable"
            assert (await wire.ask("list_check_ins"))["ok"]
    assert "Traceback" not in caplog.text
    put_back(file, path)
    async with serving(path) as server, Wire.open(server.url, ana) as wire:
        assert (await wire.ask("check_in", {"code": "1"}, "a"))["ok"]
        assert await ready(server) == (200, "ready")


@pytest.mark.parametrize("table", ["gym", "visits", "members", "users"])
async def test_a_damaged_table_is_a_sentence_wherever_it_is_met(tmp_path: Path, table: str) -> None:
    path = tmp_path / "gym.db"
    make_gym(path, member_row("1", "Ana"))
    ana = token(path, "ana")
    async with serving(path) as server:
        spoil(path, table)
        async with Wire.open(server.url, ana) as wire:
            for type, payload in (
                ("check_in", {"code": "1"}),
                ("list_present", {}),
                ("search_members", {"text": "Ana", "limit": 1}),
                ("sync_members", {"after_seq": 0, "limit": 10}),
            ):
                reply = await wire.ask(type, payload)
                assert reply["ok"] or reply["error"]["code"] == "storage_unavailable"
    with pytest.raises((StoreError, BackupError)):
        backup.backup(database=str(path), file=tmp_path / "gym.bak")


async def test_a_locked_database_is_told_and_over_as_soon_as_it_is_let_go(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        assert isinstance(server._database.store, SqliteStore)
        server._database.store._writer._patience = 0
        with closing(sqlite3.connect(gym, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            error = (await wire.ask("check_in", {"code": "1"}, "a"))["error"]
            assert error["retryable"]
            assert error["message"].endswith("(database is locked): please end the program that keeps it locked.")
            assert await ready(server) == (503, error["message"])
        assert (await wire.ask("check_in", {"code": "1"}, "a"))["ok"]
        assert await ready(server) == (200, "ready")


async def test_not_ready_while_commands_fail_though_an_empty_one_would_not(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        store = server._database.store
        assert isinstance(store, SqliteStore)
        pages = connection_of(store).execute("PRAGMA page_count").fetchone()[0]
        connection_of(store).execute(f"PRAGMA max_page_count = {pages}")
        numbers = range(100)
        _, error, refused = await until_refused(wire, numbers)
        assert error["message"] == FULL
        assert await ready(server) == (503, FULL)
        connection_of(store).execute("PRAGMA max_page_count = 1000000")
        assert await ready(server) == (503, FULL)
        assert (await wire.ask("check_in", {"code": refused[1:]}, refused))["ok"]
        assert await ready(server) == (200, "ready")
        assert stored(store, refused[1:]).full_name == f"Name {refused[1:]}"


@pytest.mark.parametrize(("fresh", "commits"), [(3600.0, 0), (0.0, 4)])
async def test_whoever_asks_often_whether_it_is_ready_costs_the_disk_nothing(
    gym: Path, monkeypatch: pytest.MonkeyPatch, fresh: float, commits: int
) -> None:
    monkeypatch.setattr(database, "COMMIT_COUNTS", fresh)
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.until("connection_status")
        await until(lambda: not server._context.roster._unwritten)  # who has come is a commit of its own
        assert await ready(server) == (200, "ready")  # by a probe, or by that commit
        with planned((passed := list[str]()).append):
            for _ in range(4):
                assert await ready(server) == (200, "ready")
        assert passed.count("before_commit") == commits


async def test_a_commit_tells_of_the_disk_for_a_while(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "COMMIT_COUNTS", 3600.0)
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        assert (await wire.ask("check_in", {"code": "1"}, "a"))["ok"]
        with planned((passed := list[str]()).append):
            assert await ready(server) == (200, "ready")
        assert passed == []
