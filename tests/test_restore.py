"""Restore: a backup in the place of the database, and what the desks do then."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Literal

import pytest

from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.client.replica.replica import Replica
from server.admin import backup
from server.store import BackupError, StoreError
from server.store.opening import back_up, open_store, put_back
from server.store.sqlite import backup as sqlite_backup
from server.store.sqlite.file import lock
from tests.backup_kit import _no_file_is_left_open, file, in_folder, path, rows, sound, till
from tests.client_kit import running
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving
from tests.till import MINUTE, Till
from tests.waiting import WITHIN

__all__ = ["_no_file_is_left_open", "file", "path"]


@asynccontextmanager
async def desk_at(url: str, replica: Replica, token: str) -> AsyncIterator[tuple[Desk, Callable[..., Awaitable[None]]]]:
    """A desk with its own copy, and how to wait until something is so, which is looked at whenever anything comes."""
    service = WebSocketService(url, Login(url, token=token), replica)
    desk, news = Desk(service, replica, name="desk 1"), asyncio.Event()
    leave = [service.subscribe(kind, lambda _: news.set()) for kind in ("connection", "events", "snapshot")]
    kinds: tuple[Literal["verdict", "queue", "directory"], ...] = ("verdict", "queue", "directory")
    leave += [desk.subscribe(kind, lambda _: news.set()) for kind in kinds]

    async def until(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(WITHIN):
            while not condition():
                await news.wait()
                news.clear()

    async with running(desk.run, service.close):
        yield desk, until
    for unsubscribe in leave:
        unsubscribe()


def test_a_restored_gym_is_as_it_was_and_what_was_there_is_kept(
    path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gym = till(path)
    with closing(gym.store):
        back_up(path, file)
        before = rows(path)
        gym.check_out("1")
        after = rows(path)
    backup.restore(database=str(path), file=file)
    said = capsys.readouterr().out
    aside = path.with_name(next(name for name in in_folder(path) if re.fullmatch(r"gym\.db\.\d{4}-.*Z", name)))
    assert in_folder(path) == ["gym.db", "gym.db-lock", "gym.db-turn", aside.name]
    assert (rows(path), rows(aside)) == (before, after)
    assert sound(path)
    assert sound(aside)
    assert path.stat().st_mode & 0o777 == 0o600
    assert f"the journal up to its row 4; its users are too.\nWhat was there until now is in {aside}.\n" in said


def test_what_a_killed_server_left_in_its_log_is_kept_too(path: Path, file: Path) -> None:
    gym = till(path)
    with closing(gym.store):
        back_up(path, file)
        gym.check_out("1")
        after = rows(path)
        for end in ("", "-wal"):  # what the disk has, as after kill -9
            path.with_name(f"copy.db{end}").write_bytes(path.with_name(f"gym.db{end}").read_bytes())
    copy = path.with_name("copy.db")
    _, aside = put_back(file, copy)
    assert aside is not None
    assert rows(aside) == after
    assert len(rows(copy)) == 4


def test_a_backup_may_found_a_gym_where_none_is(path: Path, file: Path, tmp_path: Path) -> None:
    with closing(till(path).store):
        back_up(path, file)
    assert put_back(file, tmp_path / "new" / "machine" / "gym.db") == (4, None)
    assert rows(tmp_path / "new" / "machine" / "gym.db") == rows(file)


def test_a_database_that_is_damaged_beyond_use_is_replaced_and_kept(
    path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(till(path).store):
        back_up(path, file)
    path.write_bytes(b"\xff" * 8192)
    _, aside = put_back(file, path)
    assert aside is not None
    assert aside.read_bytes() == b"\xff" * 8192
    assert sound(path)
    assert "is set aside as it is" in capsys.readouterr().err


def test_nothing_is_restored_while_anybody_has_the_gym(path: Path, file: Path) -> None:
    with closing(till(path).store):
        back_up(path, file)
        with pytest.raises(StoreError, match="is in use: please stop the server"):
            put_back(file, path)
    with closing(sqlite3.connect(path)) as other:  # a program that knows nothing of our lock
        other.execute("SELECT count(*) FROM journal").fetchone()
        with pytest.raises(BackupError, match="is in use: please end what else has it open"):
            put_back(file, path)
    assert in_folder(path) == ["gym.db", "gym.db-lock", "gym.db-turn"]
    assert sound(path)
    put_back(file, path)


def test_who_recovers_the_log_just_now_has_it_open_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
        raise error

    monkeypatch.setattr(sqlite3, "connect", busy)
    with pytest.raises(BackupError, match="is in use: please end what else has it open"):
        sqlite_backup._finish(path)


def test_a_disk_without_second_names_keeps_what_was_there_too(
    path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(till(path).store):
        back_up(path, file)
        before = rows(path)

    def refuse(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    _, aside = put_back(file, path)
    assert aside is not None
    assert in_folder(path) == ["gym.db", "gym.db-lock", "gym.db-turn", aside.name]
    assert (rows(aside), aside.stat().st_ino == path.stat().st_ino) == (before, False)
    assert sound(aside)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_root_restores_belongs_to_the_owner_of_the_gym(path: Path, file: Path) -> None:
    with closing(till(path).store):
        back_up(path, file)
    os.chown(path, 65534, 65533)
    put_back(file, path)
    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65533)


def test_a_gym_is_not_opened_while_it_is_being_replaced(path: Path) -> None:
    till(path).store.close()
    held = lock(path, alone=True)
    with pytest.raises(StoreError, match="is just being replaced by a backup: please try again"):
        open_store(path)
    os.close(held)
    open_store(path).close()


def test_what_is_no_sound_backup_is_not_restored(path: Path, file: Path) -> None:
    with closing(till(path).store):
        back_up(path, file)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="There is no gym in"):
        put_back(file.with_name("gym.bka"), path)
    with pytest.raises(BackupError, match="is the database itself"):
        put_back(path, path)
    whole = file.read_bytes()
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE gym SET schema_version = 99")
    with pytest.raises(StoreError, match="was made by a newer gymtui"):
        put_back(file, path)
    file.write_bytes(whole[:-8192] + b"\xff" * 8192)
    with pytest.raises((BackupError, StoreError), match=r"damaged|cannot be"):
        put_back(file, path)
    assert path.read_bytes() == before
    assert [name for name in in_folder(path) if name.startswith((".", "gym.db."))] == []


async def test_the_first_server_on_a_backup_gives_its_journal_a_new_epoch(path: Path, file: Path) -> None:
    with closing(till(path).store) as store:
        epoch = store.epoch()
        back_up(path, file)
    with closing(open_store(file)) as store:  # to look at it changes nothing
        assert store.epoch() == epoch
    put_back(file, path)
    epochs = [epoch]
    for _ in range(2):
        async with serving(path) as server:
            epochs.append(server.hub.epoch)
    assert epochs[1] != epoch
    assert epochs[2] == epochs[1]
    async with serving(file) as server:  # a backup that somebody serves as it is has a journal of its own, too
        assert server.hub.epoch not in epochs


async def test_a_client_takes_up_a_restored_gym_anew_and_its_commands_land_once(path: Path, file: Path) -> None:
    make_gym(path, member_row("1", "Ana"), member_row("2", "Ben"))
    ana = token(path, "ana")
    async with serving(path) as server, Wire.open(server.url, ana) as wire:
        status = (await wire.until("connection_status"))["payload"]
        kept = await wire.ask("check_in", {"code": "1"}, "a-before")
        await asyncio.to_thread(back_up, path, file)
        lost = await wire.ask("check_in", {"code": "2"}, "b-after")
        assert kept["ok"]
        assert lost["ok"]
    await asyncio.to_thread(put_back, file, path)
    async with serving(path) as server, Wire.open(server.url, ana) as wire:
        new = (await wire.until("connection_status"))["payload"]
        assert (new["epoch"] != status["epoch"], new["seq"]) == (True, status["seq"] + 1)
        position = {"epoch": status["epoch"], "seq": lost["result"]["seq"]}
        assert (await wire.ask("resume", position))["result"] == {"resumed": "snapshot"}
        snapshot = (await wire.until("snapshot"))["payload"]
        assert [visit["member"]["full_name"] for visit in snapshot["present"]] == ["Ana"]
        assert await wire.ask("check_in", {"code": "1"}, "a-before") == kept
        again = await wire.ask("check_in", {"code": "2"}, "b-after")
        assert again["ok"]
        assert again["result"]["seq"] == snapshot["seq"] + 1
    assert sound(path)


async def test_a_desk_notices_a_restored_gym_and_tells_it_again_what_it_lacks(path: Path, file: Path) -> None:
    make_gym(path, member_row("1", "Ana"), member_row("2", "Ben"), member_row("3", "Cleo"))
    ana = token(path, "ana")
    with closing(Replica(file.with_name("desk.db"))) as replica:
        async with serving(path) as server, desk_at(server.url, replica, ana) as (desk, until):
            await until(lambda: replica.directory[1])
            kept = desk.check_in("1")
            await until(lambda: desk.queued == 0)
            await asyncio.to_thread(back_up, path, file)
            lost = desk.check_in("2")
            desk.check_in("3")
            await until(lambda: desk.queued == 0 and replica.position == (server.hub.epoch, server.hub.head))
            epoch = server.hub.epoch
        await asyncio.to_thread(put_back, file, path)
        async with serving(path) as server, desk_at(server.url, replica, ana) as (desk, until):
            assert server.hub.epoch != epoch
            everyone = {"Ana", "Ben", "Cleo"}
            await until(lambda: replica.position[0] == server.hub.epoch and desk.queued == 0)
            await until(lambda: replica.position[1] == server.hub.head and replica.directory[1])
            assert {visit.member.full_name for visit in replica.visits.present()} == everyone
    ids = [row[6] for row in rows(path) if row[6] is not None]
    assert (ids.count(kept.command_id), ids.count(lost.command_id), len(ids)) == (1, 1, 3)
    assert sound(path)


async def test_a_client_that_is_ahead_of_a_file_put_there_by_hand_takes_it_up_anew(path: Path) -> None:
    make_gym(path, member_row("1", "Ana"))
    ana, old = token(path, "ana"), path.read_bytes()
    async with serving(path) as server, Wire.open(server.url, ana) as wire:
        seq = (await wire.ask("check_in", {"code": "1"}))["result"]["seq"]
        epoch = server.hub.epoch
    path.write_bytes(old)
    async with serving(path) as server, Wire.open(server.url, ana) as wire:
        assert server.hub.epoch == epoch  # nobody has told the server
        assert (await wire.ask("resume", {"epoch": epoch, "seq": seq}))["result"] == {"resumed": "snapshot"}
        assert (await wire.until("snapshot"))["payload"]["present"] == []


def test_commands_of_a_restored_gym_go_on_where_it_stood(path: Path, file: Path) -> None:
    gym = till(path)
    with closing(gym.store):
        back_up(path, file)
        gym.check_out("1", id="later")
    put_back(file, path)
    again = Till(path)
    again.now += MINUTE
    with closing(again.store):
        again.check_out("1", id="later")
        again.check_in("2", id="new")
        assert again.seq == 6
        assert again.store.stats() == again.recount()
    assert sound(path)
