"""The desk: an answer at once, written down first, sent once, and nothing green before the server's yes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest
from msgspec.structs import replace

from gymtui import clock, codec
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.client.mock import MockConnection, MockWebSocket
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica, ReplicaError
from gymtui.client.replica.undo_log import Undoable
from gymtui.client.state import Verdict
from gymtui.protocol import (
    CheckIn,
    CheckInEvent,
    CheckOut,
    Member,
    MembersPage,
    Policy,
    Request,
    Resume,
    SyncMembers,
    Undo,
)
from tests.client_kit import GYM, NOW, URL, Pauses, member, running, settle, snapshot, visit
from tests.waiting import until

ANA = member(1, "Ana Silva")
BEN = member(2, "Ben Ode", valid_until="2026-11-03")
CAL = member(3, "Cal Roe", payment_overdue=True)
MEMBERS = (ANA, BEN, CAL)
TIME = clock.to_text(NOW)


class Gym:
    """One desk in a gym whose server the test plays; `now` is everybody's clock, `offline` where nobody runs it."""

    def __init__(
        self, path: Path | str, server: MockWebSocket | None = None, *, known: bool = True, ids: str = "id"
    ) -> None:
        self.now = NOW
        self.server = server or MockWebSocket(clock=lambda: self.now)
        self.pauses = Pauses()
        self.replica = Replica(path)
        if known and self.replica.position == ("", 0):
            self.replica.restore(snapshot(0))
            self.replica.fold_members(MembersPage(members=MEMBERS, next_after_seq=3, more=False, as_of_seq=3))
        self.service = WebSocketService(
            URL,
            Login(URL, token="a-token"),
            self.replica,
            connect=self.server,
            clock=lambda: self.now,
            sleep=self.pauses,
            random=lambda: 1.0,
        )
        count = iter(range(1, 100_000))
        self.desk = Desk(
            self.service,
            self.replica,
            name="desk 1",
            clock=lambda: self.now,
            new_id=lambda: f"{ids}{next(count)}",
            sleep=self.pauses,
        )
        self.verdicts: list[Verdict] = []
        self.queue: list[int] = []
        self.desk.subscribe("verdict", self.verdicts.append)
        self.desk.subscribe("queue", self.queue.append)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[MockConnection]:
        """The desk runs, and is live."""
        async with running(self.desk.run, self.service.close):
            yield await self.live()

    async def live(self) -> MockConnection:
        connection = await self.server.accepted()
        await until(lambda: self.service.state.phase == "live")
        return connection

    async def come_back(self) -> MockConnection:
        self.service.retry_now()
        return await self.live()

    async def restored(self, connection: MockConnection, seq: int) -> MockConnection:
        """The server goes, and comes back from a backup, whose journal ends at `seq`."""
        self.server.epoch, self.server.seq = "epoch-2", seq
        connection.cut()
        await until(lambda: self.service.state.phase == "waiting")
        again = await self.come_back()
        _, id = await again.received(Resume)
        again.reply(id, {"resumed": "snapshot"})
        again.send_message(snapshot(seq, epoch="epoch-2"))
        return again

    @property
    def said(self) -> list[str]:
        return [verdict.words for verdict in self.verdicts]


@pytest.fixture
def gym() -> Iterator[Gym]:
    gym = Gym(":memory:")
    yield gym
    gym.replica.close()


def done(request: Request, id: str, seq: int = 1, **fields: Any) -> CheckInEvent:
    """What a server makes of a check-in."""
    assert isinstance(request, CheckIn)
    who = next(m for m in MEMBERS if m.id == request.member_id)
    return visit(seq, who, **({"command_id": id, "desk": "desk 1"} | fields))


def sent_ids(connection: MockConnection, kind: str) -> list[str]:
    messages = [msgspec.json.decode(message) for message in connection.sent]
    return [message["id"] for message in messages if message["type"] == kind]


# --- live ------------------------------------------------------------------------------------------------------------


async def test_a_check_in_is_queued_first_and_green_only_after_the_servers_yes(gym: Gym) -> None:
    async with gym.open() as connection:
        first = gym.desk.check_in("1001")
        assert first.words == "… Ana Silva queued: waiting for the server's answer"
        assert (first.sent, first.member, gym.desk.queued) == (True, ANA.ref, 1)
        request, id = await connection.received(CheckIn)
        assert (request, id) == (CheckIn(member_id="m1", occurred_at=TIME, queued_by="sam"), "id1")
        await settle()
        assert gym.verdicts == []
        connection.reply(id, done(request, "id1"))
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Ana Silva checked in"]
        assert gym.verdicts[0].command_id == first.command_id
        assert (gym.desk.queued, gym.queue) == (0, [1, 0])
        assert gym.replica.outbox.rows() == []


async def test_what_the_server_warns_of_says_why(gym: Gym) -> None:
    async with gym.open() as connection:
        first = gym.desk.check_in(CAL)
        assert first.words == "… Cal Roe queued: payment overdue, waiting for the server's answer"
        assert (first.kind, first.repeats) == ("queued", False)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, "id1", flags=("warned",)))
        await until(lambda: gym.verdicts)
        assert gym.said == ["! Cal Roe checked in: payment overdue"]
        assert gym.verdicts[0].repeats


async def test_a_warning_that_was_said_alone_is_not_news_when_the_server_says_it(gym: Gym) -> None:
    first = gym.desk.check_in(CAL)
    assert (first.words, first.repeats) == ("… Cal Roe queued, not sent yet: payment overdue", False)
    async with gym.open() as connection:
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, "id1", flags=("warned",)))
        await until(lambda: len(gym.verdicts) == 2)
    assert [(verdict.kind, verdict.repeats) for verdict in gym.verdicts] == [("queued", True), ("warned", True)]


async def test_a_warning_that_only_the_server_knows_of_is_news(gym: Gym) -> None:
    async with gym.open() as connection:
        assert gym.desk.check_in(ANA).warning is None
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, "id1", flags=("warned",)))
        await until(lambda: gym.verdicts)
    assert (gym.verdicts[0].kind, gym.verdicts[0].repeats) == ("warned", False)


def test_who_is_in_by_the_queue_alone_is_marked(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA)], 1)
    gym.desk.check_in(CAL)
    assert {inside.member.full_name: inside.queued for inside in gym.desk.present()} == {
        "Ana Silva": False,
        "Cal Roe": True,
    }


@pytest.mark.parametrize(
    ("there", "since"),
    [
        ([visit(1, ANA, check_in_time="2026-11-18T16:02:00.000Z")], "already in since 17:02, desk 2"),
        ([], "was in already"),
    ],
)
async def test_a_check_in_that_clashed_says_who_was_in(gym: Gym, there: list[CheckInEvent], since: str) -> None:
    """Each desk has done it alone, and the other one came back first."""
    gym.desk.check_in(ANA)
    async with gym.open() as connection:
        request, id = await connection.received(CheckIn)
        gym.replica.apply(there, 1)
        flags = ("offline", "clash")
        connection.reply(id, done(request, "id1", 2, status="checked_out", check_out_time=TIME, flags=flags))
        await until(lambda: gym.desk.queued == 0)
        assert gym.said[-1] == f"! Ana Silva checked in: {since} — F6 shows it"
        assert gym.verdicts[-1].next_command == "conflicts"


async def test_the_servers_no_is_a_refusal_with_its_reason(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        _, id = await connection.received(CheckIn)
        connection.refuse(id, "no_visits_left", "Ana may not come in.", details={"reason": "no visits left"})
        await until(lambda: gym.verdicts)
        assert gym.said == ["✗ Ana Silva refused: no visits left — F8 override (manager)"]
        assert gym.desk.queued == 0
        assert gym.desk.undo() is None
        assert gym.desk.in_since("m1") is None


async def test_in_already_at_another_desk(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        _, id = await connection.received(CheckIn)
        there = msgspec.to_builtins(visit(9, ANA, check_in_time="2026-11-18T16:02:00.000Z"))
        connection.refuse(id, "already_checked_in", details={"reason": "already in since 17:02", "check_in": there})
        await until(lambda: gym.verdicts)
        assert gym.verdicts[0].kind == "already_in"
        assert gym.verdicts[0].detail == "since 17:02, desk 2"


async def test_who_is_in_is_told_since_when_and_nothing_is_sent(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA, check_in_time="2026-11-18T16:02:00.000Z")], 1)
    gym.server.seq = 1
    async with gym.open() as connection:
        verdict = gym.desk.check_in(ANA)
        assert verdict.words.startswith("↩ Ana Silva already in since 17:02, desk 2")
        assert verdict.next_step
        await settle()
        assert sent_ids(connection, "check_in") == []


async def test_the_repeat_of_a_scan_finds_the_first_at_every_stage(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        assert gym.desk.check_in(ANA).words.startswith("↩ Ana Silva already in since 17:24, desk 1")
        request, id = await connection.received(CheckIn)
        event = done(request, "id1")
        connection.reply(id, event)
        await until(lambda: gym.verdicts)
        assert gym.desk.check_in(ANA).kind == "already_in"  # answered, but its event is still on the way
        connection.events(event)
        await until(lambda: gym.replica.position[1] == 1)
        assert gym.desk.check_in(ANA).kind == "already_in"
        assert sent_ids(connection, "check_in") == ["id1"]


async def test_refused_here_at_once_and_the_server_hears_of_it(gym: Gym) -> None:
    async with gym.open() as connection:
        verdict = gym.desk.check_in(BEN)
        assert verdict.words.startswith("✗ Ben Ode refused: membership expired 3 Nov — ")
        assert gym.desk.queued == 0
        request, id = await connection.received(CheckIn)
        assert request == CheckIn(member_id="m2")
        connection.refuse(id, "membership_expired", details={"reason": "membership expired 3 Nov"})
        await settle()
        assert gym.verdicts == []


async def test_the_server_may_know_better(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(BEN)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, id or ""))
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Ben Ode checked in"]
        undo = gym.desk.undo()
        assert undo is not None
        assert (await connection.received(Undo))[0] == Undo(command_id="id1", queued_by="sam")


async def test_a_code_that_nobody_here_knows_is_asked_for(gym: Gym) -> None:
    async with gym.open() as connection:
        first = gym.desk.check_in(" 7777 ")
        assert first.words == "… 7777 queued: waiting for the server's answer"
        request, id = await connection.received(CheckIn)
        assert request == CheckIn(code="7777")
        assert gym.replica.outbox.rows() == []
        connection.reply(id, visit(1, member(7, "Eva New"), command_id=id or ""))
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Eva New checked in"]
        assert gym.verdicts[0].command_id == first.command_id


async def test_a_code_that_the_server_does_not_know_either(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in("7777")
        _, id = await connection.received(CheckIn)
        connection.refuse(id, "unknown_member", "?", details={"reason": "nobody here has that number"})
        await until(lambda: gym.verdicts)
        assert gym.said == ["✗ 7777 refused: nobody here has that number — scan again, or search by name"]


async def test_a_name_that_nobody_has_is_no_card_and_not_asked_for(gym: Gym) -> None:
    async with gym.open() as connection:
        for verdict in (gym.desk.check_in("Qwert"), gym.desk.check_out("Qwert")):
            assert verdict.words == "✗ Qwert refused: nobody is known by that name — look at the spelling"
        await settle()
        assert sent_ids(connection, "check_in") + sent_ids(connection, "check_out") == []


async def test_while_members_are_still_coming_in_a_name_may_be_somebody_s() -> None:
    gym = Gym(":memory:", known=False)
    async with gym.open() as connection:
        assert gym.desk.check_in("Qwert").kind == "queued"
        request, id = await connection.received(CheckIn)
        assert request == CheckIn(code="Qwert")
        connection.refuse(id, "unknown_member", "?", details={"reason": "nobody here has that number"})
        await until(lambda: gym.verdicts)
        assert gym.said == ["✗ Qwert refused: nobody is known by that name — look at the spelling"]
    gym.replica.close()


async def test_a_code_whose_answer_is_cut_off_is_not_left_open(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in("7777")
        await connection.received(CheckIn)
        connection.cut()
        await until(lambda: gym.verdicts)
        assert gym.verdicts[0].kind == "refused"
        assert gym.verdicts[0].next_step == "scan again"


@pytest.mark.parametrize("code", ["", "   ", "x" * 65, "12\x1b34"])
async def test_a_code_that_can_be_nobodys_is_not_asked_for(gym: Gym, code: str) -> None:
    async with gym.open() as connection:
        assert gym.desk.check_in(code).kind == "refused"
        await settle()
        assert sent_ids(connection, "check_in") == []


async def test_check_out(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA)], 1)
    gym.server.seq = 1
    async with gym.open() as connection:
        assert gym.desk.check_out("1001").kind == "queued"
        assert gym.desk.in_since("m1") is None
        request, id = await connection.received(CheckOut)
        assert request == CheckOut(member_id="m1", occurred_at=TIME, queued_by="sam")
        connection.reply(id, visit(2, ANA, id="v1", status="checked_out", check_out_time=TIME))
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Ana Silva checked out"]
        assert gym.desk.in_since("m1") is None


async def test_who_is_not_in_cannot_leave_unless_the_server_knows_of_it(gym: Gym) -> None:
    async with gym.open() as connection:
        verdict = gym.desk.check_out(ANA)
        assert (verdict.kind, verdict.detail, verdict.action) == ("refused", "not checked in", "check_out")
        _, id = await connection.received(CheckOut)
        connection.reply(id, visit(1, ANA, status="checked_out", check_out_time=TIME))
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Ana Silva checked out"]


async def test_a_yes_that_cannot_be_read_is_a_yes(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        _, id = await connection.received(CheckIn)
        connection.reply(id, {"id": 7})
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Ana Silva checked in"]
        assert (gym.desk.queued, gym.service.problems) == (0, 1)


# --- undo ------------------------------------------------------------------------------------------------------------


async def test_undo_takes_back_the_last_and_then_the_one_before(gym: Gym) -> None:
    async with gym.open() as connection:
        for who in (ANA, CAL):
            gym.desk.check_in(who)
            request, id = await connection.received(CheckIn)
            connection.reply(id, done(request, id or ""))
        await until(lambda: len(gym.verdicts) == 2)
        undo = gym.desk.undo()
        assert undo is not None
        assert (undo.kind, undo.action, undo.subject) == ("queued", "undo", "Cal Roe")
        assert gym.desk.in_since("m3") is None
        taken_back = await connection.received(Undo)
        assert taken_back == (Undo(command_id="id2", queued_by="sam"), "id3")
        connection.reply("id3", visit(3, CAL, id="v1", status="checked_out", check_out_time=TIME, flags=("undone",)))
        await until(lambda: len(gym.verdicts) == 3)
        assert gym.said[-1] == "✓ Cal Roe undone: check-in"
        gym.desk.undo()
        assert (await connection.received(Undo))[0] == Undo(command_id="id1", queued_by="sam")
        assert gym.desk.undo() is None


def test_an_undo_of_a_check_out_opens_the_visit_again(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA, check_in_time="2026-11-18T16:02:00.000Z")], 1)
    since = gym.desk.in_since("m1")
    assert since == clock.to_ms("2026-11-18T16:02:00Z")
    gym.desk.check_out(ANA)
    assert gym.desk.in_since("m1") is None
    gym.desk.undo()
    assert gym.desk.in_since("m1") == since


async def test_an_undo_of_a_check_out_that_has_been_answered(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA)], 1)
    gym.server.seq = 1
    async with gym.open() as connection:
        gym.desk.check_out(ANA)
        _, id = await connection.received(CheckOut)
        event = visit(2, ANA, id="v1", status="checked_out", check_out_time=TIME)
        connection.reply(id, event)
        connection.events(event)
        await until(lambda: gym.replica.position[1] == 2 and gym.verdicts)
        gym.desk.undo()
        assert gym.desk.in_since("m1") == NOW
        _, id = await connection.received(Undo)
        connection.reply(id, visit(3, ANA, id="v1", flags=("undone",)))
        await until(lambda: len(gym.verdicts) == 2)
        assert gym.said[-1] == "✓ Ana Silva undone: check-out"
        assert gym.desk.in_since("m1") == NOW


def test_nothing_to_undo_is_none(gym: Gym) -> None:
    assert gym.desk.undo() is None


def test_what_was_done_before_a_restart_can_be_taken_back(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    gym.replica.apply([visit(1, CAL, check_in_time="2026-11-18T16:02:00.000Z")], 1)
    gym.desk.check_in(ANA)
    gym.desk.check_out(CAL)
    gym.replica.close()
    again = Gym(tmp_path / "r.db", ids="later")
    undo = again.desk.undo()
    assert undo is not None
    assert (undo.subject, again.desk.queue[-1].request) == ("Cal Roe", Undo(command_id="id2"))
    began = clock.to_ms("2026-11-18T16:02:00Z")
    assert again.desk.in_since("m3") == began
    again.replica.close()
    last = Gym(tmp_path / "r.db", ids="last")  # the undo itself still waits
    assert last.desk.in_since("m3") == began
    assert last.desk.undo() is not None
    assert last.desk.queue[-1].request == Undo(command_id="id1")
    assert last.desk.undo() is None
    last.replica.close()


async def test_an_answer_beside_the_queue_can_be_taken_back_after_a_restart(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as connection:
        gym.desk.check_in("7777")
        _, id = await connection.received(CheckIn)
        connection.reply(id, visit(1, member(7, "Eva New"), command_id=id or ""))
        await until(lambda: gym.verdicts)
    gym.replica.close()
    again = Gym(tmp_path / "r.db", ids="later")
    undo = again.desk.undo()
    assert undo is not None
    assert undo.subject == "Eva New"
    again.replica.close()


def test_an_undo_that_cannot_be_written_takes_nothing_back(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    gym.desk.check_in(ANA)
    with monkeypatch.context() as broken:
        broken.setattr(gym.replica, "enqueue", Mock(side_effect=ReplicaError("disk is full")))
        undo = gym.desk.undo()
        assert undo is not None
        assert undo.kind == "refused"
    again = gym.desk.undo()
    assert again is not None
    assert again.kind == "queued"


def test_an_undo_that_cannot_be_written_opens_nothing_again(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    gym.replica.apply([visit(1, ANA)], 1)
    gym.desk.check_out(ANA)
    opens = Mock(wraps=gym.desk._presence.reopens)
    monkeypatch.setattr(gym.desk._presence, "reopens", opens)
    monkeypatch.setattr(gym.replica, "enqueue", Mock(side_effect=ReplicaError("disk is full")))
    undo = gym.desk.undo()
    assert undo is not None
    assert [call.args for call in opens.call_args_list] == [(undo.command_id, NOW), (undo.command_id, None)]
    assert (gym.desk.in_since("m1"), gym.desk._presence._restored) == (None, {})


def test_a_hundred_commands_can_be_taken_back(gym: Gym) -> None:
    for number in range(105):
        gym.replica.undo_log.remember(Undoable(f"c{number}", ANA.ref))
    undone = 0
    while gym.desk.undo():
        undone += 1
    assert undone == 100


# --- alone -----------------------------------------------------------------------------------------------------------


def test_offline_it_decides_and_says_that_nothing_is_sent(gym: Gym) -> None:
    verdict = gym.desk.check_in("1001")
    assert verdict.words == "… Ana Silva queued, not sent yet"
    row = gym.replica.outbox.rows()[0]
    assert row == Outgoing(
        id="id1", kind="check_in", payload=row.payload, member_id="m1", at=NOW, state="waiting", reason=None
    )
    assert row.request == CheckIn(member_id="m1", occurred_at=TIME, offline=True)
    assert gym.desk.in_since("m1") == NOW
    assert gym.desk.find("ana")[0].in_since == NOW
    assert gym.desk.check_in("1001").kind == "already_in"
    assert gym.desk.check_in("7777").words.startswith("✗ 7777 refused: nobody here has that number")
    assert gym.desk.check_in(BEN).kind == "refused"
    assert gym.desk.queued == 1


async def test_what_is_queued_is_named_alone_and_once_it_is_sent(gym: Gym) -> None:
    gym.desk.check_in(ANA)
    out, back = gym.desk.check_out(ANA), gym.desk.undo()
    gym.desk.check_in(CAL)
    gone = gym.desk.undo()
    assert back is not None
    assert gone is not None
    assert [verdict.words for verdict in (out, back, gone)] == [
        "… Ana Silva queued, not sent yet: check-out",
        "… Ana Silva queued, not sent yet: undo of the check-out",
        "… Cal Roe queued, not sent yet: undo of the check-in",
    ]
    async with gym.open() as connection:
        for kind in (CheckIn, CheckOut, Undo, CheckIn, Undo):
            _, id = await connection.received(kind)
            connection.reply(id, {})
        await until(lambda: len(gym.verdicts) >= 10)
        sent = "queued: waiting for the server's answer"
        assert {words for words in gym.said if sent.removeprefix("queued: ") in words} == {
            f"… Ana Silva {sent}",
            f"… Ana Silva {sent} to the check-out",
            f"… Ana Silva {sent} to the undo of the check-out",
            f"… Cal Roe queued: payment overdue, {sent.removeprefix('queued: ')}",
            f"… Cal Roe {sent} to the undo of the check-in",
        }


def test_in_and_out_and_in_again_alone(gym: Gym) -> None:
    gym.desk.check_in(ANA)
    gym.now += 60_000
    assert gym.desk.check_out(ANA).kind == "queued"
    assert gym.desk.in_since("m1") is None
    gym.now += 60_000
    assert gym.desk.check_in(ANA).kind == "queued"
    assert gym.desk.in_since("m1") == NOW + 120_000
    gym.desk.undo()
    assert gym.desk.in_since("m1") is None


def test_the_row_is_on_disk_before_anything_is_said(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise ReplicaError("disk is full")

    monkeypatch.setattr(gym.replica, "enqueue", full)
    verdict = gym.desk.check_in(ANA)
    assert (verdict.kind, verdict.detail) == ("refused", "this desk cannot write to its disk")
    assert gym.desk.queued == 0
    assert gym.desk.in_since("m1") is None
    assert gym.desk.undo() is None


def test_the_policy_of_the_gym_decides_here_too(gym: Gym) -> None:
    strict = msgspec.structs.replace(GYM, policy=Policy(payment_overdue="refuse", membership_expired="warn"))
    gym.replica.apply([strict], 1)
    assert gym.desk.check_in(CAL).detail == "payment overdue"
    assert gym.desk.check_in(BEN).kind == "queued"


def test_a_membership_that_the_rules_cannot_read_is_left_to_the_server(gym: Gym) -> None:
    gym.replica.apply([member(4, "Dan Odd", hours="whenever", seq=4)], 4)
    assert gym.desk.check_in("1004").kind == "queued"


async def test_the_servers_clock_tells_when_it_was(gym: Gym) -> None:
    gym.server.clock = lambda: gym.now + 3_600_000
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        request, _ = await connection.received(CheckIn)
        assert request.occurred_at == clock.to_text(NOW + 3_600_000)


# --- sent once, whoever goes when ------------------------------------------------------------------------------------


async def test_a_command_whose_server_goes_is_sent_again_byte_for_byte_and_settles_once(gym: Gym) -> None:
    async with gym.open() as first:
        gym.desk.check_in(ANA)
        await first.received(CheckIn)
        first.cut()
        await until(lambda: gym.verdicts and gym.service.state.phase == "waiting")
        assert gym.said == ["… Ana Silva queued, not sent yet"]
        assert gym.desk.queued == 1
        gym.now += 60_000
        second = await gym.come_back()
        request, id = await second.received(CheckIn)
        assert [m for m in second.sent if b'"check_in"' in m] == [m for m in first.sent if b'"check_in"' in m]
        second.reply(id, done(request, id or ""))
        second.reply(id, done(request, id or ""))
        await until(lambda: gym.desk.queued == 0)
        await settle()
        assert gym.said[1:] == ["… Ana Silva queued: waiting for the server's answer", "✓ Ana Silva checked in"]


async def test_what_could_not_be_told_for_minutes_is_told_as_something_that_happened(gym: Gym) -> None:
    async with gym.open() as first:
        gym.desk.check_in(ANA)
        request, id = await first.received(CheckIn)
        assert not request.offline
        first.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        gym.now += 120_001
        second = await gym.come_back()
        assert await second.received(CheckIn) == (replace(request, offline=True), id)


async def test_a_row_that_this_desk_cannot_read_any_more_keeps_nobody_back(gym: Gym) -> None:
    gym.replica.enqueue(Outgoing(id="torn", kind="check_in", payload=b"{", member_id="m2", at=NOW))
    again = Desk(gym.service, gym.replica, clock=lambda: gym.now, new_id=lambda: "next", sleep=gym.pauses)
    again.check_in(ANA)
    async with running(again.run, gym.service.close):
        connection = await gym.live()
        assert (await connection.received(CheckIn))[1] == "next"
        assert [(row.id, row.state) for row in again.set_aside] == [("torn", "set_aside")]


async def test_what_was_queued_alone_is_sent_in_order_once_there_is_a_server(tmp_path: Path) -> None:
    people = [member(number) for number in range(11, 311)]
    gym = Gym(tmp_path / "r.db")
    gym.replica.fold_members(MembersPage(members=tuple(people), next_after_seq=310, more=False, as_of_seq=310))
    for person in people:
        gym.desk.check_in(person)
    ids = [row.id for row in gym.replica.outbox.rows()]
    async with gym.open() as connection:
        await until(lambda: len(sent_ids(connection, "check_in")) == 64)
        await settle()
        assert len(sent_ids(connection, "check_in")) == 64
        for _ in range(300):
            request, id = await connection.received(CheckIn)
            assert request.offline
            connection.reply(id, visit(1, next(p for p in people if p.id == request.member_id)))
        await until(lambda: gym.desk.queued == 0)
        assert sent_ids(connection, "check_in") == ids
    gym.replica.close()


async def test_two_commands_of_one_member_never_travel_at_once(gym: Gym) -> None:
    gym.desk.check_in(CAL)
    gym.desk.check_in(ANA)
    gym.desk.check_out(ANA)
    gym.desk.check_out(CAL)
    async with gym.open() as connection:
        await until(lambda: len(sent_ids(connection, "check_in")) == 2)
        await settle()
        for who in (CAL, ANA):
            assert sent_ids(connection, "check_out") == []
            request, id = await connection.received(CheckIn)
            assert request.member_id == who.id
            connection.reply(id, done(request, id or ""))
            await settle()
        assert [(await connection.received(CheckOut))[0].member_id for _ in range(2)] == [ANA.id, CAL.id]


async def test_a_restart_in_between_changes_nothing(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as first:
        gym.desk.check_in(ANA)
        await first.received(CheckIn)
    gym.replica.close()
    again = Gym(tmp_path / "r.db")
    assert again.desk.queued == 1
    assert again.desk.in_since("m1") == NOW
    assert again.desk.check_in(ANA).kind == "already_in"
    async with again.open() as second:
        request, id = await second.received(CheckIn)
        assert [m for m in second.sent if b'"check_in"' in m] == [m for m in first.sent if b'"check_in"' in m]
        second.reply(id, done(request, id or ""))
        await until(lambda: again.desk.queued == 0)
    again.replica.close()


async def test_who_was_let_in_is_known_after_a_restart_though_the_event_never_came(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, id or ""))
        await until(lambda: gym.desk.queued == 0)
    gym.replica.close()
    again = Gym(tmp_path / "r.db")
    assert again.replica.position == gym.replica.position
    assert again.replica.recent(1) == []  # the feed hears of it by its event
    assert again.desk.check_in(ANA).kind == "already_in"
    assert again.desk.check_out(ANA).kind == "queued"
    again.replica.close()


async def test_a_server_from_a_backup_hears_again_of_what_was_settled(gym: Gym) -> None:
    async with gym.open() as first:
        for who in (ANA, CAL):
            gym.desk.check_in(who)
            request, id = await first.received(CheckIn)
            first.reply(id, done(request, id or ""))
        await until(lambda: gym.desk.queued == 0)
        second = await gym.restored(first, 7)
        await until(lambda: gym.desk.queued == 2)
        assert gym.desk.in_since("m1") == gym.desk.in_since("m3") == NOW
        for _ in range(2):
            request, id = await second.received(CheckIn)
            second.reply(id, done(request, id or ""))
        await until(lambda: gym.desk.queued == 0)
        assert [m for m in second.sent if b'"check_in"' in m] == [m for m in first.sent if b'"check_in"' in m]


async def test_an_undo_that_a_server_from_a_backup_hears_again_opens_what_it_had_opened(gym: Gym) -> None:
    eva, began = member(7, "Eva New"), "2026-11-18T16:02:00.000Z"
    gym.server.seq = 3
    async with gym.open() as first:
        gym.desk.check_out("7777")
        _, id = await first.received(CheckOut)
        first.reply(id, visit(1, eva, status="checked_out", check_in_time=began, check_out_time=TIME))
        await until(lambda: gym.verdicts)
        gym.desk.undo()
        _, id = await first.received(Undo)
        first.reply(id, visit(2, eva, check_in_time=began, flags=("undone",)))
        await until(lambda: gym.desk.queued == 0)
        await gym.restored(first, 1)
        await until(lambda: gym.desk.queued == 1)
        assert gym.desk.in_since("m7") == clock.to_ms(began)


async def test_a_server_that_cannot_just_now_is_asked_again_when_it_says(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        _, id = await connection.received(CheckIn)
        connection.refuse(id, "storage_unavailable", retryable=True, retry_after_ms=3000)
        await until(lambda: gym.pauses.sleeping(3.0))
        gym.desk.check_in(CAL)
        await settle()
        assert sent_ids(connection, "check_in") == ["id1"]
        assert gym.desk.queued == 2
        gym.pauses.end(3.0)
        await until(lambda: sent_ids(connection, "check_in") == ["id1", "id1", "id2"])
        assert gym.verdicts == []


async def test_one_second_where_the_server_does_not_say(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        _, id = await connection.received(CheckIn)
        connection.refuse(id, "rate_limited", retryable=True)
        await until(lambda: gym.pauses.sleeping(1.0))


@pytest.mark.parametrize("code", ["id_reused", "invalid", "not_allowed", "too_large", "unknown_type", "internal"])
async def test_what_no_row_will_ever_answer_is_set_aside(gym: Gym, code: Any) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        _, id = await connection.received(CheckIn)
        connection.refuse(id, code, "This cannot be.")
        await until(lambda: gym.verdicts)
        assert gym.said == ["✗ Ana Silva refused: This cannot be — set aside: F9 shows it"]
        assert [(row.state, row.reason) for row in gym.replica.outbox.rows()] == [("set_aside", "This cannot be.")]
        assert gym.desk.in_since("m1") is None
        assert gym.desk.undo() is None
        connection.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        again = await gym.come_back()
        await settle()
        assert sent_ids(again, "check_in") == []


async def aside(gym: Gym, connection: MockConnection) -> None:
    """Ana's check-in, `id1`, is set aside."""
    gym.desk.check_in(ANA)
    _, id = await connection.received(CheckIn)
    connection.refuse(id, "invalid", "This cannot be.")
    await until(lambda: gym.desk.set_aside)


async def test_what_is_set_aside_is_counted_apart_and_announced(gym: Gym) -> None:
    seen: list[tuple[int, list[str]]] = []
    gym.desk.subscribe("queue", lambda queued: seen.append((queued, [row.id for row in gym.desk.set_aside])))
    async with gym.open() as connection:
        await aside(gym, connection)
        assert (gym.desk.queued, gym.desk.queue) == (0, [])
        await until(lambda: seen == [(1, []), (0, ["id1"])])
        gym.desk.acknowledge("id1")
        assert seen[2:] == [(0, [])]
        assert gym.replica.outbox.rows() == []
        gym.desk.acknowledge("id1")
        gym.desk.retry("id1")
        assert len(seen) == 3


async def test_what_is_set_aside_stays_so_over_a_restart(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as connection:
        await aside(gym, connection)
    gym.replica.close()
    again = Gym(tmp_path / "r.db")
    assert (again.desk.queued, [row.reason for row in again.desk.set_aside]) == (0, ["This cannot be."])
    again.replica.close()


async def test_a_command_that_was_set_aside_is_retried_under_its_id_behind_the_others(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as connection:
        await aside(gym, connection)
        connection.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        gym.desk.check_in(CAL)
        gym.desk.retry("id1")
        assert gym.said[-1] == "… Ana Silva queued, not sent yet"
        assert (gym.desk.queued, gym.desk.set_aside) == (2, [])
        assert [row.id for row in gym.desk.queue] == [row.id for row in gym.replica.outbox.rows()] == ["id2", "id1"]
        assert gym.desk.in_since("m1") == NOW
        again = await gym.come_back()
        await until(lambda: sent_ids(again, "check_in") == ["id2", "id1"])
        again.reply("id1", visit(1, ANA, command_id="id1"))
        await until(lambda: gym.said[-1] == "✓ Ana Silva checked in")
    gym.replica.close()


async def test_a_full_disk_is_told_to_whoever_takes_up_what_was_set_aside(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gym.open() as connection:
        await aside(gym, connection)
        for method in ("send_again", "discard"):
            monkeypatch.setattr(gym.replica.outbox, method, Mock(side_effect=ReplicaError("disk is full")))
        for take_up in (gym.desk.retry, gym.desk.acknowledge):
            take_up("id1")
            assert gym.verdicts[-1].detail == "this desk cannot write to its disk"
            assert [row.id for row in gym.desk.set_aside] == ["id1"]


async def test_a_disk_that_does_not_take_it_stops_neither_the_desk_nor_what_is_sent(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: str) -> None:
        raise ReplicaError("disk is full")

    monkeypatch.setattr(gym.replica.outbox, "set_aside", full)
    monkeypatch.setattr(gym.replica.undo_log, "forget", full)
    async with gym.open() as connection:
        await aside(gym, connection)
        assert gym.service.problems == 2
        connection.close_with(1009)
        await until(lambda: gym.service.state.phase == "waiting")
        again = await gym.come_back()
        gym.desk.check_in(CAL)
        await until(lambda: sent_ids(again, "check_in") == ["id2"])


async def test_a_command_that_a_server_cannot_take_is_found_and_set_aside(gym: Gym) -> None:
    """A server that breaks off on whatever is about Cal gets everything else."""

    def answer(connection: MockConnection, request: Request, id: str | None) -> None:
        if isinstance(request, CheckIn) and request.member_id == "m3":
            connection.close_with(1009)
        elif isinstance(request, CheckIn):
            connection.reply(id, visit(1, member(int((request.member_id or "")[1:])), command_id=id or ""))

    people = [CAL, *(member(number) for number in range(4, 9))]
    gym.replica.fold_members(MembersPage(members=tuple(people), next_after_seq=8, more=False, as_of_seq=8))
    for person in people:
        gym.desk.check_in(person)
    gym.server.answer = answer
    async with gym.open():
        while [row.state for row in gym.replica.outbox.rows()] != ["set_aside"]:
            await until(
                lambda: (
                    gym.service.state.phase == "waiting"
                    or [r.state for r in gym.replica.outbox.rows()] == ["set_aside"]
                )
            )
            gym.service.retry_now()
            await settle()
        assert [row.member_id for row in gym.desk.set_aside] == ["m3"]
        assert "✗ Cal Roe refused: The server cannot take this command — set aside: F9 shows it" in gym.said


async def test_an_answer_that_the_disk_does_not_take_is_said_and_asked_for_again_after_a_restart(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise ReplicaError("disk is full")

    monkeypatch.setattr(gym.replica, "settle", full)
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, id or ""))
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Ana Silva checked in"]
        assert gym.service.problems == 1
        assert [row.id for row in gym.replica.outbox.rows()] == ["id1"]


async def test_a_handler_of_verdicts_that_raises_stops_nothing(gym: Gym) -> None:
    def fails(_: Verdict) -> None:
        raise RuntimeError("no such widget")

    gym.desk.subscribe("verdict", fails)
    async with gym.open() as connection:
        for who in (ANA, CAL):
            gym.desk.check_in(who)
            request, id = await connection.received(CheckIn)
            connection.reply(id, done(request, id or ""))
        await until(lambda: len(gym.verdicts) == 2)
        assert gym.service.problems == 2


# --- the directory ---------------------------------------------------------------------------------------------------


def directory(
    people: list[Member], until_seq: Callable[[], int]
) -> Callable[[MockConnection, Request, str | None], None]:
    """A server that knows these members and has a snapshot for whoever asks."""

    def answer(connection: MockConnection, request: Request, id: str | None) -> None:
        if isinstance(request, SyncMembers):
            found = [m for m in people if m.seq > request.after_seq][: request.limit]
            if found and found[-1].seq > until_seq():
                connection.cut()
                return
            last = found[-1].seq if found else request.after_seq
            page = MembersPage(members=tuple(found), next_after_seq=last, more=last < people[-1].seq, as_of_seq=last)
            connection.reply(id, page)
        elif isinstance(request, Resume):
            connection.reply(id, {"resumed": "snapshot"})
            connection.send_frame(codec.message(snapshot(connection.server.seq, epoch=connection.server.epoch)))

    return answer


async def test_ten_thousand_members_are_fetched_across_a_cut(tmp_path: Path) -> None:
    people = [member(number) for number in range(1, 10_001)]
    reach = 4000
    server = MockWebSocket(seq=10_000, answer=directory(people, lambda: reach), clock=lambda: NOW)
    gym = Gym(tmp_path / "r.db", server, known=False)
    async with gym.open() as first:
        await until(lambda: gym.service.state.phase == "waiting")
        assert gym.replica.directory == (4000, False)
        reach = 10_000
        await until(lambda: gym.pauses.sleeping(1.0))
        gym.pauses.end(1.0)
        second = await gym.come_back()
        await until(lambda: gym.replica.directory[1])
        assert gym.replica.directory == (10_000, True)
        assert gym.replica.by_code("11000") is not None
        asked = [msgspec.json.decode(m)["payload"].get("after_seq", 0) for m in second.sent if b"sync_members" in m]
        assert asked[0] == 4000
        assert first.closed is None
    gym.replica.close()


async def test_a_page_that_a_new_epoch_overtakes_is_not_folded(gym: Gym) -> None:
    gym.server.epoch = "epoch-2"
    gym.server.seq = 50
    async with gym.open() as connection:
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(50, epoch="epoch-2"))
        _, late = await connection.received(SyncMembers)
        connection.send_message(snapshot(60, epoch="epoch-3"))
        connection.reply(late, MembersPage(members=(member(9, seq=40),), next_after_seq=40, more=False, as_of_seq=50))
        request, _ = await connection.received(SyncMembers)
        assert request.after_seq == 0
        assert gym.replica.member("m9") is None


async def test_a_new_epoch_makes_the_vanished_vanish(gym: Gym) -> None:
    gym.server.epoch = "epoch-2"
    gym.server.seq = 50
    gym.server.answer = directory([member(1, "Ana Silva", seq=40)], lambda: 100)
    async with gym.open():
        await until(lambda: gym.replica.directory == (40, True))
        assert [hit.member.full_name for hit in gym.desk.find("a")] == ["Ana Silva"]
        assert gym.desk.find("ben") == []


async def test_a_directory_that_the_server_refuses_is_asked_for_later_and_said(gym: Gym) -> None:
    gym.replica.restore(snapshot(9))
    gym.server.seq = 9
    problems: list[Exception] = []
    gym.service.subscribe("problem", problems.append)
    async with gym.open() as connection:
        _, id = await connection.received(SyncMembers)
        connection.refuse(id, "storage_unavailable", "Not just now.", retryable=True)
        await until(lambda: gym.pauses.sleeping(1.0))
        gym.pauses.end(1.0)
        _, id = await connection.received(SyncMembers)
        connection.refuse(id, "not_allowed", "Not you.")
        await until(lambda: gym.pauses.sleeping(30.0))
        gym.pauses.end(30.0)
        _, id = await connection.received(SyncMembers)
        connection.reply(id, MembersPage(members=(), next_after_seq=0, more=True, as_of_seq=9))
        await until(lambda: gym.pauses.sleeping(30.0))
        assert [str(problem) for problem in problems[:2]] == ["Not just now.", "Not you."]
        assert "again and again" in str(problems[2])


async def test_a_disk_that_does_not_give_the_directory_for_a_while_stops_nothing(gym: Gym) -> None:
    gym.replica.restore(snapshot(9))
    gym.server.seq = 9
    problems: list[Exception] = []
    gym.service.subscribe("problem", problems.append)
    gym.replica._db.execute("ALTER TABLE desk RENAME TO elsewhere")
    async with gym.open() as connection:
        await until(lambda: gym.pauses.sleeping(30.0))
        assert [str(problem) for problem in problems] == [
            "This desk cannot read its own copy: no such table: desk. Please check the disk."
        ]
        assert gym.desk.check_in(ANA).kind == "queued"
        await connection.received(CheckIn)
        gym.replica._db.execute("ALTER TABLE elsewhere RENAME TO desk")
        gym.pauses.end(30.0)
        await connection.received(SyncMembers)


async def test_a_member_that_cannot_be_read_keeps_nobody_else_out(gym: Gym) -> None:
    gym.replica.restore(snapshot(9))
    gym.server.seq = 9
    problems: list[Exception] = []
    gym.service.subscribe("problem", problems.append)
    async with gym.open() as connection:
        _, id = await connection.received(SyncMembers)
        good = [msgspec.to_builtins(member(number, seq=9)) for number in (7, 9)]
        bad = {"id": "m8", "full_name": ["Ida", "Odd"], "seq": 9}
        connection.reply(id, {"members": [good[0], bad, good[1]], "next_after_seq": 9, "more": False, "as_of_seq": 9})
        await until(lambda: gym.replica.directory == (9, True))
        assert [code for code in ("1007", "1008", "1009") if gym.replica.by_code(code)] == ["1007", "1009"]
        assert [str(problem) for problem in problems] == [
            "A member cannot be read: The reply cannot be read: Expected `str`, got `array` in `full_name`."
        ]


async def test_the_counters_of_the_server_are_kept(gym: Gym) -> None:
    async with gym.open() as connection:
        connection.events(stats=snapshot(7).stats)
        await until(lambda: gym.replica.stats == snapshot(7).stats)


async def test_closing_the_service_ends_the_desk(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in("7777")
        await connection.received(CheckIn)
    assert connection.closed == 1000
    assert asyncio.all_tasks() == {asyncio.current_task()}
