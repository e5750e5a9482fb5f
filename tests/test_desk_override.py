"""A manager at the desk lets somebody in: asked once, written down nowhere, and told what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from gymtui.protocol import CheckIn, CheckInEvent, ErrorCode, Override, SaveMember, Undo
from tests.client_kit import settle
from tests.desk_kit import ANA, BEN, Gym, sent_ids
from tests.factories import visit
from tests.waiting import until

PIN = "904517"
OVERRIDE = Override(reason="renews today", manager="mia", pin=PIN)


@pytest.fixture
def gym(tmp_path: Path) -> Iterator[Gym]:
    gym = Gym(tmp_path / "replica.db")
    yield gym
    gym.replica.close()


def let_in(id: str | None) -> CheckInEvent:
    return visit(1, BEN, command_id=id or "", by="ana + mia", flags=("override",))


async def test_what_a_manager_may_lift_says_so_and_offline_says_what_else_there_is(gym: Gym) -> None:
    alone = gym.desk.check_in(BEN)
    assert alone.words == "✗ Ben Ode refused: membership expired 3 Nov — renew the membership"
    assert alone.next_command == "override"
    async with gym.open():
        refused = gym.desk.check_in(BEN)
        assert refused.words == "✗ Ben Ode refused: membership expired 3 Nov — F8 override (manager)"
        assert refused.next_command == "override"
        assert gym.desk.check_out(ANA).next_command is None


async def test_an_override_lets_in_and_names_the_manager_and_can_be_taken_back(gym: Gym) -> None:
    async with gym.open() as connection:
        first = gym.desk.override(BEN.ref, OVERRIDE)
        assert first.words == "… Ben Ode queued: waiting for the server's answer to the override"
        request, id = await connection.received(CheckIn)
        assert request == CheckIn(member_id="m2", override=OVERRIDE)
        connection.reply(id, let_in(id))
        await until(lambda: gym.verdicts)
        assert gym.said == ["! Ben Ode checked in: override by mia"]
        assert gym.verdicts[0].command_id == first.command_id
        gym.desk.undo()
        assert (await connection.received(Undo))[0] == Undo(command_id=first.command_id, queued_by="sam")


async def test_the_pin_is_in_no_file_and_in_no_log(gym: Gym, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with gym.open() as connection:
        gym.desk.override(BEN.ref, OVERRIDE)
        _, id = await connection.received(CheckIn)
        assert gym.desk.queued == 0
        connection.refuse(id, "not_allowed", "No manager has that name and PIN: nobody was let in.")
        await until(lambda: gym.verdicts)
    assert PIN not in caplog.text
    assert PIN.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("not_allowed", "no manager has that name and PIN: nobody was let in"),
        ("rate_limited", "too many wrong PINs: please wait 20 seconds"),
    ],
)
async def test_a_wrong_pin_is_told_and_not_tried_again(gym: Gym, code: ErrorCode, message: str) -> None:
    async with gym.open() as connection:
        gym.desk.override(BEN.ref, OVERRIDE)
        _, id = await connection.received(CheckIn)
        connection.refuse(
            id, code, f"{message[0].upper()}{message[1:]}.", retryable=code == "rate_limited", retry_after_ms=20_000
        )
        await until(lambda: gym.verdicts)
        step = "type the PIN again; a card, scan it again"
        assert gym.said == [f"✗ Ben Ode refused: {message} — {step}"]
        assert gym.verdicts[0].next_command == "override"
        gym.pauses.end()
        await settle()
        assert len(sent_ids(connection, "check_in")) == 1


async def test_an_override_that_is_cut_off_is_told_and_not_sent_again(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.override(BEN.ref, OVERRIDE)
        await connection.received(CheckIn)
        connection.cut()
        await until(lambda: gym.verdicts)
        assert gym.verdicts[0].detail == "the connection went before the answer came"
        assert gym.verdicts[0].next_command == "override"
        again = await gym.come_back()
        await settle()
        assert sent_ids(again, "check_in") == []


def test_an_override_needs_the_server(gym: Gym) -> None:
    verdict = gym.desk.override(BEN.ref, OVERRIDE)
    assert verdict.words == "✗ Ben Ode refused: an override needs the server — F8 once the connection is back"
    assert verdict.next_command == "override"
    assert gym.replica.outbox.rows() == []


async def test_who_has_come_in_meanwhile_is_in(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.override(BEN.ref, OVERRIDE)
        _, id = await connection.received(CheckIn)
        connection.refuse(id, "already_checked_in", details={"reason": "already in since 17:02"})
        await until(lambda: gym.verdicts)
        assert gym.verdicts[0].kind == "already_in"


async def test_a_guest_too_many_is_let_in_without_anything_typed_again(gym: Gym) -> None:
    async with gym.open() as connection:
        guest, _ = gym.desk.membership.guest("Gus Roth", host=ANA, waiver=True)
        gym.desk.check_in(guest)
        asked, id = await connection.received(SaveMember)
        connection.refuse(id, "guest_limit", "2 guests have come today, and no more may: please ask a manager.")
        await until(lambda: gym.verdicts and gym.verdicts[-1].kind == "refused")
        told = gym.verdicts[-1]
        assert (told.member, told.next_command) == (guest.ref, "override")
        assert told.member is not None
        gym.desk.override(told.member, OVERRIDE)
        request, _ = await connection.received(CheckIn)
        assert request == CheckIn(member_id=guest.id, override=OVERRIDE, guest=asked.member)
        gym.desk.override(BEN.ref, OVERRIDE)
        assert (await connection.received(CheckIn))[0].guest is None
