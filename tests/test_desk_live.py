"""The desk with a server: verdicts at once and settled."""

from __future__ import annotations

import msgspec
import pytest

from gymtui.protocol import (
    CheckIn,
    CheckInEvent,
    CheckOut,
    Undo,
)
from tests.client_kit import settle
from tests.desk_kit import ANA, BEN, CAL, TIME, Gym, done, gym, sent_ids
from tests.factories import member, visit
from tests.waiting import until

__all__ = ["gym"]


async def test_a_check_in_is_queued_first_and_green_only_after_the_servers_yes(gym: Gym) -> None:
    async with gym.open() as connection:
        first = gym.desk.check_in("1")
        assert first.words == "… Ana Silva queued: waiting for the server's answer"
        assert (first.sent, first.member, gym.desk.queued) == (True, ANA.ref, 1)
        request, id = await connection.received(CheckIn)
        assert (request, id) == (CheckIn(member_id="m1", occurred_at=TIME, queued_by="sam", card="1"), "id1")
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


async def test_what_the_server_does_not_believe_has_let_nobody_in(gym: Gym) -> None:
    gym.desk.check_in(ANA)
    async with gym.open() as connection:
        request, id = await connection.received(CheckIn)
        flags = ("offline", "warned", "unproven", "clash")
        connection.reply(id, done(request, "id1", 2, status="checked_out", check_out_time=TIME, flags=flags))
        await until(lambda: gym.desk.queued == 0)
        assert gym.verdicts[-1].kind == "refused"
        assert "not let in, nothing proves that it was so — F6 shows it" in gym.said[-1]


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
        first = gym.desk.check_in(" 7 ")
        assert first.words == "… Unknown card queued: waiting for the server's answer"
        request, id = await connection.received(CheckIn)
        assert request == CheckIn(code="7")
        assert gym.replica.outbox.rows() == []
        connection.reply(id, visit(1, member(7, "Eva New"), command_id=id or ""))
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Eva New checked in"]
        assert gym.verdicts[0].command_id == first.command_id


async def test_a_code_that_the_server_does_not_know_either(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in("7")
        _, id = await connection.received(CheckIn)
        connection.refuse(id, "unknown_member", "?", details={"reason": "nobody here has that number"})
        await until(lambda: gym.verdicts)
        assert gym.said == ["✗ Unknown card refused: nobody here has that number — scan again, or search by name"]


async def test_a_name_that_nobody_has_is_no_card_and_not_asked_for(gym: Gym) -> None:
    async with gym.open() as connection:
        for verdict in (gym.desk.check_in("Qwert"), gym.desk.check_out("Qwert")):
            assert verdict.words == "✗ Unknown name refused: nobody is known by that name — look at the spelling"
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
        assert gym.said == ["✗ Unknown name refused: nobody is known by that name — look at the spelling"]
    gym.replica.close()


async def test_a_code_whose_answer_is_cut_off_is_not_left_open(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in("7")
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
        assert not any(b'"code"' in message for message in connection.sent)


async def test_check_out(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA)], 1)
    gym.server.seq = 1
    async with gym.open() as connection:
        assert gym.desk.check_out("1").kind == "queued"
        assert gym.desk.in_since("m1") is None
        request, id = await connection.received(CheckOut)
        assert request == CheckOut(member_id="m1", occurred_at=TIME, queued_by="sam", card="1")
        connection.reply(id, visit(2, ANA, id="v1", status="checked_out", check_out_time=TIME))
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Ana Silva checked out"]
        assert gym.desk.in_since("m1") is None


async def test_whom_another_desk_has_let_out_meanwhile_is_out_as_was_wanted(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA)], 1)
    gym.server.seq = 1
    gym.desk.check_out(ANA)
    async with gym.open() as connection:
        _, id = await connection.received(CheckOut)
        connection.refuse(id, "not_checked_in", "Ana Silva has left already: undo the check-out first.")
        await until(lambda: gym.desk.queued == 0)
    assert gym.said[-1] == "✗ Ana Silva refused: out already — nothing is left to do"


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
