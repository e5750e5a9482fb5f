"""A change of a member is taken back by a new one, which overwrites nothing that somebody else has done since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from msgspec.structs import replace

from gymtui import codec
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.membership import Given
from gymtui.client.state import Verdict
from gymtui.protocol import CheckIn, Member, MemberFields, Saved, SaveMember
from gymtui.saving import edited, reverse
from gymtui.ui.screens.taking_back import undone_otherwise
from tests.desk_kit import ANA, Gym, gym
from tests.engines import Engine
from tests.factories import NOW, member_row
from tests.gym_kit import stored
from tests.till import MINUTE, Till
from tests.ui_fakes import FakeDesk
from tests.waiting import until

__all__ = ["gym"]

GUS = "0192a0b1-7c3e-7d60-9a55-000000000001"
SIGN_UP = SaveMember(member=MemberFields(id=GUS, full_name="Gus Roth", guest=True), seen=0)


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    till = Till(engine.database, member_row("1", "Ana Silva", phone="1", visits_left=3))
    yield till
    till.store.close()


def save(till: Till, request: SaveMember, user: str = "mia") -> Member:
    outcome = till.give(request, user=user)
    assert outcome.error is None, outcome.error
    assert outcome.result is not None
    return codec.convert(outcome.result, Saved).member


def back(before: Member | None, request: SaveMember, now: Member) -> SaveMember:
    found = reverse(before, request, now)
    assert found is not None
    return found


CHANGES: list[dict[str, Any]] = [
    {"phone": "2"},
    {"phone": None, "valid_until": "2026-12-31"},
    {"visits": 5},
    {"status": "frozen", "frozen_until": "2026-12-24"},
    {"payment_overdue": True},
    {"alerts": ("knee",), "notes": "paid in cash"},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_everything_is_as_it_was_and_as_it_was_made_once_more(till: Till, change: dict[str, Any]) -> None:
    before = stored(till.store, "1")
    request = edited(before, **change)
    changed = save(till, request)
    undone = save(till, back(before, request, changed))
    assert replace(undone, seq=0) == replace(before, seq=0)
    again = save(till, back(changed, back(before, request, changed), undone))
    assert replace(again, seq=0) == replace(changed, seq=0)


def test_an_end_of_a_freeze_is_taken_back_with_its_day(till: Till) -> None:
    frozen = save(till, edited(stored(till.store, "1"), status="frozen", frozen_until="2026-12-24"))
    request = edited(frozen, status="active")
    thawed = save(till, request)
    assert thawed.frozen_until is None
    assert replace(save(till, back(frozen, request, thawed)), seq=0) == replace(frozen, seq=0)


def test_nothing_newer_is_overwritten(till: Till) -> None:
    before = stored(till.store, "1")
    request = edited(before, phone="2")
    changed = save(till, request)
    newer = save(till, edited(changed, phone="3", notes="ask her"))
    error = till.refused(back(before, request, changed), user="mia")
    assert (error.code, stored(till.store, "1")) == ("changed_meanwhile", newer)
    other = edited(newer, notes="asked")
    save(till, edited(save(till, other), phone="4"))  # another field is nobody's business
    assert save(till, back(newer, other, newer)).phone == "4"


def test_that_an_alert_was_dealt_with_is_said_for_good() -> None:
    assert reverse(ANA, edited(ANA, acknowledged=("knee",)), ANA) is None


def test_staff_take_back_a_guest_who_has_never_been_in(till: Till) -> None:
    gus = save(till, SIGN_UP, user="ana")
    till.done(CheckIn(member_id=GUS), id="in")
    gone = back(None, SIGN_UP, gus)
    assert till.refused(gone).code == "not_allowed"
    till.now += MINUTE
    till.undo("in")
    assert save(till, gone, user="ana").deleted
    assert till.refused(CheckIn(member_id=GUS)).code == "unknown_member"
    ana = stored(till.store, "1")
    assert till.refused(SaveMember(member=MemberFields(id=ana.id, deleted=True))).code == "not_allowed"


def test_staff_take_back_no_guest_who_has_been_here_before(till: Till) -> None:
    gus = save(till, SIGN_UP, user="ana")
    till.done(CheckIn(member_id=GUS))
    till.now += MINUTE
    till.give(back(None, SIGN_UP, gus), user="ana")
    assert not (till.store.get_member(GUS) or (b"",))[0].count(b'"deleted":true')


async def test_a_desk_takes_its_change_back_and_that_too(gym: Gym) -> None:
    gym.server.role = "manager"
    async with gym.open() as connection:
        given = gym.desk.membership.change(ANA, phone="2")
        _, id = await connection.received(SaveMember)
        changed = replace(ANA, phone="2", seq=9)
        connection.reply(id, Saved(member=changed))
        await until(lambda: gym.desk.queued == 0)
        assert [each.what for each in gym.desk.membership.given] == ["phone changed"]
        undo = gym.desk.membership.take_back(given.command_id)
        assert undo is not None
        request, id = await connection.received(SaveMember)
        fields = MemberFields(id=ANA.id, phone=ANA.phone)
        assert request == replace(edited(changed, phone=ANA.phone), member=fields, queued_by="sam")
        assert gym.desk.membership.take_back(undo.command_id) is not None
        assert gym.desk.membership.take_back("unknown") is None


def test_alone_a_guest_is_taken_back_before_the_server_knows(gym: Gym) -> None:
    _, given = gym.desk.membership.guest("Gus Roth", host=None, waiver=True)
    assert [hit.member.full_name for hit in gym.desk.find("gus")] == ["Gus Roth"]
    said = gym.desk.membership.take_back(given.command_id)
    assert said is not None
    assert said.words == "… Gus Roth queued, not sent yet: taken out of the directory"
    assert gym.desk.find("gus") == []
    assert gym.desk.queued == 2


async def test_staff_take_back_guests_and_no_other_change(gym: Gym) -> None:
    gym.desk.membership.change(ANA, phone="2")
    _, guest = gym.desk.membership.guest("Gus Roth", host=None, waiver=True)
    gym.server.role = "staff"
    async with gym.open():
        assert [each.command_id for each in gym.desk.membership.given] == [guest.command_id]


def test_the_key_takes_back_the_change_that_the_line_tells() -> None:
    desk = FakeDesk([ANA])
    desk.membership.given = [Given("k1", NOW, edited(ANA, phone="2"), ANA, replace(ANA, phone="2"))]
    told = Verdict(kind="done", subject=ANA.full_name, command_id="k1", at=NOW, action="save_member")
    said = undone_otherwise(cast(Desk, desk), told, NOW)
    assert said is not None
    assert (said.subject, desk.membership.taken_back) == ("Ana Silva", ["k1"])
    other = undone_otherwise(cast(Desk, desk), replace(told, command_id="of another start"), NOW)
    assert other is not None
    assert other.detail == "a change cannot be taken back"
    assert undone_otherwise(cast(Desk, desk), replace(told, kind="refused"), NOW) is None
