"""A day's guests: who has a place, who gives it back, and one more whom a manager lets in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gymtui import clock
from gymtui.protocol import CheckIn, CheckInEvent, Configure, GymFields, MemberFields, Override, SaveMember
from gymtui.visit_hands import let_in
from server.admin.deeds import deeds
from server.admin.verify import check
from server.store import opening
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import stored
from tests.till import DAY, MINUTE, Till

TODAY, TOMORROW = "2026-11-22", "2026-11-23"
OVERRIDE = Override(reason="a trial visit", manager="mia")


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    """Two guests a day. After each test the counters are a recount's, and the file is sound."""
    till = Till(engine.database, member_row("1", "Ana Silva"))
    till.give(Configure(gym=GymFields(policy={"guests_a_day": 2})), user="mia")
    yield till
    assert till.store.stats() == till.recount()
    till.store.close()
    with opening.audit(engine.database) as tables:
        assert check(tables).wrong == []


def fields(number: int, **more: Any) -> MemberFields:
    known: dict[str, Any] = {"valid_from": TODAY, "valid_until": TODAY, "guest": True}
    return MemberFields(id=_id(number), full_name=f"Guest {number}", **(known | more))


def _id(number: int) -> str:
    return f"0192a0b1-7c3e-7d60-9a55-{number:012}"


def sign_up(till: Till, number: int, **how: Any) -> str | None:
    """The code of what is wrong with one more guest; None where they are one."""
    error = till.give(SaveMember(member=fields(number), seen=0), **how).error
    return None if error is None else error.code


def come(till: Till, number: int, **how: Any) -> CheckInEvent:
    return till.done(CheckIn(member_id=_id(number)), **how)


def test_a_check_in_that_is_taken_back_gives_the_place_back(till: Till) -> None:
    assert [sign_up(till, number) for number in (1, 2, 3)] == [None, None, "guest_limit"]
    come(till, 1, id="typo")
    assert sign_up(till, 3) == "guest_limit"
    till.undo("typo")
    assert [sign_up(till, number) for number in (3, 4)] == [None, "guest_limit"]


def test_whoever_comes_again_after_that_needs_a_place(till: Till) -> None:
    sign_up(till, 1)
    come(till, 1, id="typo")
    till.undo("typo")
    come(till, 1, id="typo 2")  # there is one
    till.undo("typo 2")
    assert [sign_up(till, 2), sign_up(till, 3)] == [None, None]
    refused = till.refused(CheckIn(member_id=_id(1)))
    assert (refused.code, refused.details) == (
        "guest_limit",
        {"reason": "2 guests have come today, and no more may"},
    )
    let = till.done(CheckIn(member_id=_id(1), override=OVERRIDE))
    assert (let.flags, let.by) == (("override",), "ana + mia")


def test_who_came_and_left_or_came_once_more_keeps_the_place(till: Till) -> None:
    assert [sign_up(till, 1), sign_up(till, 2)] == [None, None]
    come(till, 1)
    till.now += MINUTE
    till.give(CheckIn(member_id=_id(2)), id="wrong")
    till.undo("wrong")
    come(till, 2)
    assert sign_up(till, 3) == "guest_limit"


def test_a_visit_of_yesterday_is_no_place_today(till: Till) -> None:
    sign_up(till, 1)
    come(till, 1)
    till.now += DAY
    again = MemberFields(id=_id(1), valid_until=TOMORROW)
    assert till.give(SaveMember(member=again, seen=1, before=MemberFields(valid_until=TODAY))).error is None
    come(till, 1, id="typo")
    till.undo("typo")
    for number in (2, 3):
        given = SaveMember(member=fields(number, valid_until=TOMORROW), seen=0)
        assert till.give(given).error is None


def test_what_a_desk_did_alone_takes_and_gives_places_too(till: Till) -> None:
    for number in (1, 2, 3):
        alone = SaveMember(member=fields(number), seen=0, offline=True)
        assert till.give(alone).error is None
        gone = CheckIn(member_id=_id(number), offline=True, occurred_at=clock.to_text(till.now))
        assert till.done(gone, id=f"in {number}").flags == ("offline",)
    assert sign_up(till, 4) == "guest_limit"
    for number in (1, 2):
        till.undo(f"in {number}")
    assert sign_up(till, 4) is None


@pytest.mark.parametrize("device", [None, b"another desk"])
def test_who_only_says_to_be_that_desk_takes_no_place_more(till: Till, device: bytes | None) -> None:
    sign_up(till, 1)
    sign_up(till, 2)
    error = till.refused(SaveMember(member=fields(3), seen=0, offline=True), device=device)
    assert error.code == "guest_limit"


def test_a_manager_lets_in_the_guest_who_was_turned_away(till: Till, engine: Engine) -> None:
    sign_up(till, 1)
    sign_up(till, 2)
    assert sign_up(till, 3) == "guest_limit"
    before = till.seq
    let = till.done(CheckIn(member_id=_id(3), override=OVERRIDE, guest=fields(3)), id="f8")
    assert (let.flags, let.by, let.member.full_name, let.seq) == (("override",), "ana + mia", "Guest 3", before + 2)
    assert till.done(CheckIn(member_id=_id(3), override=OVERRIDE, guest=fields(3)), id="f8") == let
    hand = let_in(let)
    assert hand is not None
    assert hand.by == "ana + mia"
    with opening.listed(engine.database) as lists:
        rows = [deed for deed in deeds(lists.journal(2**62)) if (deed.seq or 0) > before]
        kept = list(lists.visits_of(_id(3)))
    assert [(deed.what, deed.user, deed.outcome) for deed in rows] == [
        ("save_member", "ana", ""),
        ("check_in", "ana + mia", "let in against the rules"),
    ]
    assert [visit.notes for visit in kept] == ["a trial visit"]


def test_whoever_was_a_guest_before_is_let_in_for_today(till: Till) -> None:
    assert till.give(SaveMember(member=fields(3, valid_until="2026-11-03", valid_from=None), seen=0)).error is None
    sign_up(till, 1)
    sign_up(till, 2)
    again = MemberFields(id=_id(3), valid_from=TODAY, valid_until=TODAY)
    assert till.done(CheckIn(member_id=_id(3), override=OVERRIDE, guest=again)).flags == ("override",)
    assert (till.store.get_member(_id(3)) or (b"",))[0].count(TODAY.encode()) == 2


def test_where_there_is_room_again_nobody_was_let_in_against_anything(till: Till) -> None:
    let = till.done(CheckIn(member_id=_id(3), override=OVERRIDE, guest=fields(3)))
    assert (let.flags, let.by) == ((), "ana")


@pytest.mark.parametrize(
    "asked",
    [
        CheckIn(member_id=_id(3), guest=fields(3)),
        CheckIn(member_id=_id(4), guest=fields(3), override=OVERRIDE),
        CheckIn(code="3", guest=fields(3), override=OVERRIDE),
        CheckIn(member_id=_id(3), guest=fields(3, guest=False), override=OVERRIDE),
        CheckIn(member_id=_id(3), guest=MemberFields(id=_id(3), guest=True), override=OVERRIDE),
        CheckIn(member_id=_id(3), guest=fields(3, valid_until="2026-02-30"), override=OVERRIDE),
    ],
)
def test_nobody_else_is_signed_up_this_way(till: Till, asked: CheckIn) -> None:
    before = till.seq
    assert (till.refused(asked).code, till.seq) == ("invalid", before)


def test_no_member_is_changed_this_way(till: Till) -> None:
    ana = stored(till.store, "1")
    asked = CheckIn(member_id=ana.id, guest=MemberFields(id=ana.id, status="active", guest=True), override=OVERRIDE)
    assert till.refused(asked).code == "invalid"
    sign_up(till, 1)
    asked = CheckIn(member_id=_id(1), guest=MemberFields(id=_id(1), visits_left=9), override=OVERRIDE)
    assert till.refused(asked).code == "invalid"
