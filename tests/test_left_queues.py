"""Left queues: what a desk of a gym leaves on a machine its next one there adopts, whatever either is called."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from gymtui.client.mock import MockWebSocket
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica
from gymtui.client.replica.undo_log import Undoable
from gymtui.client.state import LeftQueue
from gymtui.codec import encode
from gymtui.protocol import CheckIn, CheckOut, Undo
from server.store.opening import back_up, open_store
from tests.client_kit import running, settle
from tests.desk_kit import ANA, BEN, CAL, done, sent_ids
from tests.factories import NOW, snapshot
from tests.left_queues_kit import NEW, OLD, Next, check_in, ids, leave, replica, until_resume
from tests.sqlite_kit import age_copy
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import screen_text
from tests.waiting import until


def test_a_command_left_under_another_address_and_name_is_told_and_sent_under_its_id(tmp_path: Path) -> None:
    async def play() -> None:
        leave(tmp_path / "desk-a.db", check_in("a1"), check_in("a2", BEN.id), check_in("a3", CAL.id))
        with replica(tmp_path / "desk-b.db", url=NEW, desk="Reception") as copy:
            gym = Next(tmp_path, copy)
            async with running(gym.desk.run, gym.service.close):
                connection = await gym.live()
                await until(lambda: len(sent_ids(connection, "check_in")) == 3)
                assert sent_ids(connection, "check_in") == ["a1", "a2", "a3"]
                words = '… 3 commands of "Front" queued, not sent yet: left here since 17:24'
                assert gym.said[0] == f"{words} — F9 shows them"
                (found,) = gym.desk.left_queues.found
                assert (found.taken, found.count, found.desk) == (True, 3, "Front")
                for _ in range(3):
                    request, id = await connection.received(CheckIn)
                    assert request.queued_by == "ana"
                    connection.reply(id, done(request, id or ""))
                await until(lambda: gym.desk.queued == 0)
        assert ids(tmp_path / "desk-a.db") == ids(tmp_path / "desk-b.db") == []

    asyncio.run(play())


def test_a_desk_without_a_server_adopts_at_its_start_what_is_of_its_gym(tmp_path: Path) -> None:
    leave(tmp_path / "desk-a.db", check_in("a1"), check_in("a2", BEN.id, state="set_aside", reason="not allowed"))
    with replica(tmp_path / "desk-b.db") as copy:
        copy.enqueue(check_in("b1", CAL.id))
        gym = Next(tmp_path, copy)
        gym.desk.left_queues.look()
        assert [row.id for row in gym.desk.queue] == ["b1", "a1"]
        assert [(row.id, row.reason) for row in gym.desk.set_aside] == [("a2", "not allowed")]
        assert gym.desk.in_since(ANA.id) == NOW


def test_a_desk_that_knows_no_gym_yet_adopts_once_its_server_has_said_which(tmp_path: Path) -> None:
    async def play() -> None:
        leave(tmp_path / "desk-a.db", check_in("a1"), gym_id="gym-1", epoch="before-the-restore")
        with closing(Replica(tmp_path / "desk-b.db")) as copy:
            gym = Next(tmp_path, copy)
            async with running(gym.desk.run, gym.service.close):
                connection = await gym.server.accepted()
                assert gym.desk.queued == 0
                assert [queue.taken for queue in gym.desk.left_queues.found] == [False]
                connection.reply((await until_resume(connection)), {"resumed": "snapshot"})
                connection.send_message(snapshot(0))
                assert (await connection.received(CheckIn))[1] == "a1"
                assert [queue.taken for queue in gym.desk.left_queues.found] == [True]
            assert copy.ownership.owner().gym_id == "gym-1"

    asyncio.run(play())


@pytest.mark.parametrize(
    ("owner", "server_gym", "is_adopted"),
    [
        ({"gym_id": "gym-2", "url": NEW}, "gym-1", False),  # the address says nothing where both gyms are known
        ({"gym_id": "gym-1", "epoch": "older"}, "gym-1", True),
        ({"gym_id": None, "epoch": "gym-1"}, "gym-1", True),  # before ids were kept: a gym's id is its first epoch
        ({"epoch": "another"}, None, False),
        ({"epoch": "another", "url": NEW}, None, True),  # an older server: its address has to do
        ({}, None, True),  # the same journal
    ],
)
def test_whose_queue_it_is(tmp_path: Path, owner: dict[str, Any], server_gym: str | None, is_adopted: bool) -> None:
    leave(tmp_path / "desk-a.db", check_in("a1"), **owner)
    with replica(tmp_path / "desk-b.db", url=NEW, desk="Reception", gym_id=server_gym) as copy:
        gym = Next(tmp_path, copy)
        gym.desk.left_queues.look()
        assert [row.id for row in gym.desk.queue] == ["a1"] * is_adopted
        (found,) = gym.desk.left_queues.found
        assert (found.taken, found.count, found.gym) == (is_adopted, 1, "Riverside")


def test_a_window_that_is_open_keeps_its_queue_and_what_cannot_be_read_is_shown(tmp_path: Path) -> None:
    leave(tmp_path / "desk-a.db", check_in("a1"))
    (tmp_path / "desk-c.db").write_bytes(b"no database" * 100)
    with replica(tmp_path / "desk-b.db") as copy:
        gym = Next(tmp_path, copy)
        with closing(Replica(tmp_path / "desk-a.db")) as open_one:
            gym.desk.left_queues.look()
            assert [row.id for row in open_one.outbox.rows()] == ["a1"]
        assert gym.desk.queued == 0
        (found,) = gym.desk.left_queues.found
        assert found.problem is not None
        assert "please move it away" in found.problem


def test_what_was_settled_is_remembered_here_too_and_told_again_to_a_server_from_a_backup(tmp_path: Path) -> None:
    leave(tmp_path / "desk-a.db", check_in("a1"), check_in("a2", BEN.id))
    with closing(Replica(tmp_path / "desk-a.db")) as left:
        left.settle("a1", NOW)
    with replica(tmp_path / "desk-b.db") as copy:
        gym = Next(tmp_path, copy)
        gym.desk.left_queues.look()
        assert [row.id for row in gym.desk.queue] == ["a2"]
        copy.restore(snapshot(0, epoch="from-a-backup"))
        assert [row.id for row in copy.outbox.rows()] == ["a1", "a2"]


def test_an_undo_that_waits_comes_with_what_it_takes_back(tmp_path: Path) -> None:
    with replica(tmp_path / "desk-a.db", desk="Front") as left:
        out = Outgoing(id="a1", kind="check_out", payload=encode(CheckOut(member_id=ANA.id)), member_id=ANA.id, at=NOW)
        left.enqueue(out, Undoable("a1", ANA.ref, NOW - 5000))
        left.settle("a1", NOW)
        left.enqueue(replace(out, id="a2", kind="undo", payload=encode(Undo(command_id="a1"))))
        left.enqueue(check_in("a3", BEN.id), Undoable("a3", BEN.ref))
    with replica(tmp_path / "desk-b.db") as copy:
        copy.enqueue(check_in("b1", CAL.id), Undoable("b1", CAL.ref))
        gym = Next(tmp_path, copy)
        gym.desk.left_queues.look()
        assert gym.desk.in_since(ANA.id) == NOW - 5000
        undoable = copy.undoable
        assert undoable is not None
        assert undoable.command_id == "b1"  # what this desk did itself comes first
        copy.undo_log.forget("b1")
        undoable = copy.undoable
        assert undoable is not None
        assert undoable.command_id == "a3"


def test_another_gym_at_the_same_address_gets_nothing_of_the_queue(tmp_path: Path) -> None:
    async def play() -> None:
        leave(tmp_path / "desk-b.db", check_in("b1"), url=NEW, gym_id="gym-1")
        with closing(Replica(tmp_path / "desk-b.db")) as copy:
            gym = Next(tmp_path, copy, MockWebSocket(gym_id="gym-2", epoch="epoch-9", clock=lambda: NOW))
            assert gym.desk.queued == 1
            async with running(gym.desk.run, gym.service.close):
                connection = await gym.server.accepted()
                connection.reply((await until_resume(connection)), {"resumed": "snapshot"})
                connection.send_message(snapshot(0, epoch="epoch-9"))
                await until(lambda: gym.service.in_step)
                await settle()
                assert sent_ids(connection, "check_in") == []
                assert gym.desk.queued == 0
                (kept,) = gym.desk.left_queues.found
                assert (kept.taken, kept.count, kept.gym, kept.url) == (False, 1, "Riverside", None)
        with replica(tmp_path / "desk-c.db", gym_id="gym-1") as copy:
            back = Next(tmp_path, copy)
            back.desk.left_queues.look()
            assert [row.id for row in back.desk.queue] == ["b1"]

    asyncio.run(play())


def test_the_id_of_a_gym_stays_in_its_copies_whatever_its_journal_is_called(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "gym.db")) as store:
        first = store.gym_id()
        assert first == store.epoch()
        back_up(tmp_path / "gym.db", tmp_path / "copy.db")
    with closing(open_store(tmp_path / "copy.db")) as copy:
        copy.write([lambda tx: tx.begin_epoch()])
        assert copy.epoch() != first
        assert copy.gym_id() == first


def test_a_replica_of_an_older_version_is_adopted_too(tmp_path: Path) -> None:
    file = tmp_path / "desk-a.db"
    leave(file, check_in("a1"))
    age_copy(file, 5)
    with replica(tmp_path / "desk-b.db") as copy:
        gym = Next(tmp_path, copy)
        gym.desk.left_queues.look()
        assert [row.id for row in gym.desk.queue] == ["a1"]
        assert gym.said[0].startswith("… 1 command of another desk queued, not sent yet: left here since 17:24")


@pytest.mark.slow
async def test_f9_shows_what_was_left_and_what_to_do() -> None:
    desk = FakeDesk([ANA])
    left = LeftQueue(file="desk-a.db", count=2, since=NOW, desk="Front", url=OLD, gym="Riverside")
    found = (replace(left, taken=True), left, LeftQueue(file="desk-c.db", problem="desk-c.db is damaged."))
    desk.left_queues = SimpleNamespace(found=found)
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        shown = screen_text(app)
        assert '2 of "Front" since 17:24: this desk sends them' in shown
        assert '2 of "Front" since 17:24, for Riverside' in shown
        assert f"gymtui --url {OLD} here sends them" in shown
        assert "desk-c.db is damaged." in shown
