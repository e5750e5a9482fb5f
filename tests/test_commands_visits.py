"""Check-in and check-out: the rules on the truth, punch cards, refusals."""

from __future__ import annotations

import json

import msgspec
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from gymtui.protocol import CheckIn, CheckInEvent, CheckOut, Command, Hand, Refusal, Undo
from server.store import Transaction, opening
from tests.commands_kit import till
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import add_members, stored
from tests.till import HOUR, MINUTE, NINE, Till

__all__ = ["till"]


def test_two_names_for_two_people_are_ambiguous_and_nobody_comes_in(till: Till) -> None:
    ana = stored(till.store, "1")
    error = till.refused(CheckIn(member_id=ana.id, code="2"), id="c")
    assert (error.code, till.counts()[0]) == ("ambiguous", 0)
    assert till.refused(CheckIn(member_id=ana.id, code="2"), id="c") == error
    assert till.refused(CheckIn(member_id=ana.id, code="1")).code == "invalid"


def test_check_in(till: Till) -> None:
    event = till.done(CheckIn(code="1", location="Weights", notes="forgot her card"), id="mine")
    assert event == CheckInEvent(
        id=event.id,
        member=stored(till.store, "1").ref,
        check_in_time="2026-11-22T09:00:00.000Z",
        check_out_time=None,
        status="checked_in",
        location="Weights",
        by="ana",
        desk="Front",
        flags=(),
        command_id="mine",
        visits_left=UNSET,
        seq=till.seq,
    )
    assert till.counts() == (1, 1, None)


def test_check_out(till: Till) -> None:
    came = till.check_in()
    till.now += HOUR
    left = till.check_out(id="bye", user="ben", desk=None)
    assert left == replace(
        came,
        check_out_time="2026-11-22T10:00:00.000Z",
        status="checked_out",
        by="ben",
        desk=None,
        command_id="bye",
        let_in=Hand("ana", "Front"),
        seq=left.seq,
    )
    assert left.seq == came.seq + 1
    assert till.counts() == (0, 1, 60.0)


def test_a_member_is_named_by_id_too(till: Till) -> None:
    id = stored(till.store, "1").id
    assert till.done(CheckIn(member_id=id)).member.id == id
    assert till.done(CheckOut(member_id=id)).status == "checked_out"


@pytest.mark.parametrize("by", ["check_in_id", "command_id", "member_id", "code"])
def test_a_check_out_names_the_visit_in_four_ways(till: Till, by: str) -> None:
    came = till.check_in(id="came")
    named = {"check_in_id": came.id, "command_id": "came", "member_id": came.member.id, "code": "1"}
    assert till.done(msgspec.convert({by: named[by]}, CheckOut)).id == came.id


def test_a_check_out_may_name_the_command_that_moved_the_visit_last(till: Till) -> None:
    came = till.check_in(id="in")
    till.check_out(id="out")
    till.undo("out", id="back")
    assert till.done(CheckOut(command_id="back")).id == came.id


def test_who_has_left_may_come_again(till: Till) -> None:
    first = till.check_in()
    till.check_out()
    second = till.check_in()
    assert first.id != second.id
    assert till.counts()[:2] == (1, 2)


def test_notes_stay_with_the_visit(till: Till, engine: Engine) -> None:
    till.done(CheckIn(code="1", notes="one"))
    till.done(CheckOut(code="1", notes="two"))
    till.check_in("2")
    till.done(CheckOut(code="2", notes="three"))
    with opening.listed(engine.database) as lists:
        notes = [visit.notes for code in "12" for visit in lists.visits_of(stored(till.store, code).id)]
    assert notes == ["one\ntwo", "three"]


def test_a_punch_card_goes_down_and_comes_back(till: Till) -> None:
    came = till.check_in("2", id="first")
    assert (came.visits_left, stored(till.store, "2").visits_left) == (1, 1)
    assert stored(till.store, "2").seq == came.seq == till.seq
    left = till.check_out("2", id="bye")
    assert (left.visits_left, stored(till.store, "2").visits_left) == (UNSET, 1)
    till.undo("bye")
    undone = till.undo("first")
    assert (undone.visits_left, stored(till.store, "2").visits_left) == (2, 2)


def test_an_empty_punch_card_refuses(till: Till) -> None:
    for _ in range(2):
        till.check_in("2")
        till.check_out("2")
    assert till.refused(CheckIn(code="2")).code == "no_visits_left"
    assert stored(till.store, "2").visits_left == 0


def test_an_empty_card_offline_stays_empty_and_gets_nothing_back(till: Till) -> None:
    add_members(till.store, [member_row("2", "Ben Card", visits_left=0)])
    came = till.offline(NINE - HOUR, "2", id="in")
    assert (came.flags, came.visits_left) == (("offline", "warned"), UNSET)
    assert till.undo("in").visits_left is UNSET
    assert stored(till.store, "2").visits_left == 0


def test_a_card_that_has_become_a_membership_gets_nothing_back(till: Till) -> None:
    till.check_in("2", id="in")
    card = stored(till.store, "2")

    def work(tx: Transaction) -> None:
        tx.put_member(replace(card, visits_left=None, seq=tx.next_seq))
        tx.append(replace(card, visits_left=None, seq=tx.next_seq), kind="import", user="")

    till.store.write([work])
    assert till.undo("in").visits_left is UNSET
    assert stored(till.store, "2").visits_left is None


def test_a_refusal_is_a_row_that_tells_everyone(till: Till) -> None:
    error = till.refused(CheckIn(code="3"), id="no")
    assert (error.code, error.retryable) == ("membership_expired", False)
    assert error.message == "Cem Late may not come in: membership expired 21 Nov."
    assert error.details == {"reason": "membership expired 21 Nov"}
    [row] = till.store.read(till.seq - 1, 10)
    refusal = msgspec.json.decode(row.payload, type=Refusal)
    assert row.type == "refusal"
    assert refusal == Refusal(
        id=refusal.id,
        member=stored(till.store, "3").ref,
        code="membership_expired",
        reason="membership expired 21 Nov",
        message=error.message,
        at="2026-11-22T09:00:00.000Z",
        by="ana",
        desk="Front",
        command_id="no",
        seq=till.seq,
    )
    assert till.counts() == (0, 0, None)


def test_a_warning_lets_in(till: Till) -> None:
    assert till.check_in("4").flags == ("warned",)


def test_a_second_check_in_tells_of_the_first(till: Till) -> None:
    first = till.check_in(desk="Back door")
    till.now += 5 * MINUTE
    error = till.refused(CheckIn(code="1"))
    assert error.code == "already_checked_in"
    assert error.message == "Zoë O'Neil is in already, since 09:00, Back door."
    assert error.details is not None
    assert msgspec.convert(json.loads(msgspec.json.encode(error.details["check_in"])), CheckInEvent) == first
    assert till.counts()[:2] == (1, 1)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (CheckIn(code="77"), "unknown_member"),
        (CheckIn(code="O'Neil"), "unknown_member"),
        (CheckIn(code="1 1"), "unknown_member"),
        (CheckIn(member_id="1"), "unknown_member"),
        (CheckOut(member_id="1"), "unknown_member"),
        (CheckOut(code="1"), "not_checked_in"),
        (CheckOut(check_in_id="v"), "unknown_visit"),
        (CheckOut(command_id="nothing"), "unknown_visit"),
        (Undo(command_id="nothing"), "unknown_visit"),
    ],
)
def test_what_is_not_there(till: Till, payload: Command, code: str) -> None:
    before = till.seq
    error = till.refused(payload, id="same")
    assert (error.code, till.seq) == (code, before + 1)
    assert till.refused(payload, id="same") == error
    assert till.seq == before + 1


@pytest.mark.parametrize(
    "payload",
    [
        CheckIn(),
        CheckIn(code="1", member_id="1"),
        CheckOut(),
        CheckOut(code="1", check_in_id="v"),
        CheckOut(command_id="c", member_id="m"),
    ],
)
def test_a_command_that_names_nobody_or_two_makes_no_row(till: Till, payload: Command) -> None:
    before = till.seq
    assert till.refused(payload, id="x").code == "invalid"
    assert till.seq == before
    assert till.check_in(id="x").command_id == "x"


def test_a_deleted_member_is_unknown(till: Till) -> None:
    gone = stored(till.store, "1")

    def work(tx: Transaction) -> None:
        deleted = replace(gone, deleted=True, seq=tx.next_seq)
        tx.put_member(deleted)
        tx.append(deleted, kind="delete", user="")

    till.store.write([work])
    assert till.refused(CheckIn(code="1")).code == "unknown_member"
    assert till.refused(CheckIn(member_id=gone.id)).code == "unknown_member"
    assert till.store.search_members("zoe", 10) == []


def test_a_visit_that_is_over_cannot_end_again(till: Till) -> None:
    came = till.check_in()
    till.check_out()
    for again in (CheckOut(check_in_id=came.id), CheckOut(command_id=came.command_id), CheckOut(code="1")):
        assert till.refused(again).code == "not_checked_in"
