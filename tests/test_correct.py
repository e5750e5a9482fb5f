"""Corrections of visits, each a row of its own: another member, other times, or that the visit never was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from gymtui import clock
from gymtui.protocol import CheckIn, CheckInEvent, Correct, ErrorBody, Member
from server.admin.deeds import deeds
from server.admin.verify import check
from server.store import opening
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import stored
from tests.till import DAY, HOUR, MINUTE, NINE, Till

WHY: Final = "a namesake"


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    """Ana, two Bens with punch cards, and Zoë. After each test the counters are a recount's, and the file is sound."""
    till = Till(
        engine.database,
        member_row("1", "Ana Silva"),
        member_row("2", "Ben Ode", visits_left=5),
        member_row("3", "Ben Meier", visits_left=9),
        member_row("4", "Zoë O'Neil"),
    )
    yield till
    assert till.store.stats() == till.recount()
    till.store.close()
    with opening.audit(engine.database) as tables:
        assert check(tables).wrong == []


def correct(till: Till, visit: CheckInEvent, **what: Any) -> CheckInEvent:
    return till.done(Correct(check_in_id=visit.id, reason=WHY, **what), user="mia", desk="Office")


def refused(till: Till, visit: CheckInEvent, **what: Any) -> ErrorBody:
    return till.refused(Correct(check_in_id=visit.id, reason=WHY, **what), user="mia")


def at(minutes: int) -> str:
    """So many minutes after nine."""
    return clock.to_text(NINE + minutes * MINUTE)


def member(till: Till, code: str) -> Member:
    return stored(till.store, code)


def test_it_was_somebody_else_and_both_punch_cards_are_right(till: Till) -> None:
    came = till.check_in("2")
    assert came.visits_left == 4
    till.now += 10 * MINUTE
    seq = till.seq
    now = correct(till, came, member_id=member(till, "3").id)
    assert (now.id, now.member.full_name, now.status) == (came.id, "Ben Meier", "checked_in")
    assert (now.flags, now.by, now.desk, now.visits_left) == (("corrected",), "mia", "Office", 8)
    assert [member(till, code).visits_left for code in ("2", "3")] == [5, 8]
    assert [row.type for row in till.store.read(seq, 9)] == ["member_update", "check_in_update"]
    till.now += MINUTE
    assert till.refused(CheckIn(code="3")).code == "already_checked_in"
    assert till.check_in("2").visits_left == 4  # who was never in can come
    assert till.check_out("3").id == came.id


def test_somebody_without_a_card_has_none_afterwards(till: Till) -> None:
    came = till.check_in("2")
    assert correct(till, came, member_id=member(till, "1").id).member.full_name == "Ana Silva"
    assert member(till, "2").visits_left == 5
    till.undo(came.command_id)
    assert member(till, "1").visits_left is None


def test_it_was_at_other_times(till: Till) -> None:
    came = till.check_in("1")
    till.now += 3 * HOUR
    gone = till.check_out("1")
    till.now += DAY
    now = correct(till, gone, check_in_time=at(30), check_out_time=at(90))
    assert (now.check_in_time, now.check_out_time, now.id) == (at(30), at(90), came.id)
    [event] = till.store.all_visits()
    assert event == now


def test_a_forgotten_check_out_is_seen_after_all(till: Till) -> None:
    till.check_in("1")
    till.now += DAY
    later = till.check_in("1")
    forgotten = next(visit for visit in till.store.all_visits() if visit.id != later.id)
    assert forgotten.flags == ("assumed_out",)
    assert correct(till, forgotten, check_in_time=at(5)).flags == ("corrected", "assumed_out")
    assert correct(till, forgotten, check_out_time=at(65)).flags == ("corrected",)


def test_one_who_is_in_is_out_since_then(till: Till) -> None:
    came = till.check_in("1")
    till.now += 2 * HOUR
    assert correct(till, came, check_out_time=at(70)).status == "checked_out"
    assert till.counts()[:2] == (0, 1)


def test_it_never_was(till: Till) -> None:
    came = till.check_in("2")
    till.now += HOUR
    gone = till.check_out("2")
    now = correct(till, gone, void=True)
    assert (now.flags, now.check_out_time, now.visits_left) == (("corrected", "undone"), came.check_in_time, 5)
    assert till.counts() == (0, 0, None)
    assert refused(till, now, void=True).code == "unknown_visit"


def test_a_member_is_not_in_twice_and_it_says_by_which_visit(till: Till) -> None:
    first = till.check_in("1")
    till.now += HOUR
    till.check_out("1")
    till.now += HOUR
    second = till.check_in("4")
    told = refused(till, second, member_id=member(till, "1").id, check_in_time=at(30))
    assert told.code == "already_checked_in"
    assert told.message == "Ana Silva was in from 09:00 until 10:00 by another visit: correct that one first."
    assert told.details is not None
    assert told.details["check_in"].id == first.id
    assert correct(till, second, member_id=member(till, "1").id, check_in_time=at(60)).member.full_name == "Ana Silva"


def test_nobody_is_in_by_two_open_visits(till: Till) -> None:
    till.check_in("1")
    till.now += MINUTE
    other = till.check_in("4")
    assert refused(till, other, member_id=member(till, "1").id).code == "already_checked_in"


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"void": True, "check_in_time": at(1)},
        {"check_in_time": at(61)},
        {"check_out_time": at(61)},
        {"check_in_time": at(50), "check_out_time": at(40)},
        {"check_out_time": at(-1)},
        {"check_in_time": "2026-02-30T00:00:00Z"},
        {"check_in_time": "1969-12-31T00:00:00Z"},
    ],
    ids=str,
)
def test_what_cannot_have_been_is_no_row(till: Till, what: dict[str, Any]) -> None:
    came = till.check_in("1")
    till.now += HOUR
    seq = till.seq
    assert refused(till, came, **what).code == "invalid"
    assert till.seq == seq


def test_who_is_not_there_is_told(till: Till) -> None:
    came = till.check_in("1")
    assert refused(till, came, member_id="nobody").code == "unknown_member"
    assert till.refused(Correct(check_in_id="none", reason=WHY, void=True), user="mia").code == "unknown_visit"


def test_it_is_done_once_however_often_it_is_sent(till: Till) -> None:
    came = till.check_in("2")
    asked = Correct(check_in_id=came.id, reason=WHY, member_id=member(till, "3").id)
    first = till.give(asked, id="k1", user="mia")
    seq = till.seq
    assert till.give(asked, id="k1", user="mia").result == first.result
    assert (till.seq, member(till, "3").visits_left) == (seq, 8)


def test_the_reason_stays_with_the_visit(till: Till, engine: Engine) -> None:
    came = till.check_in("1")
    correct(till, came, void=True)
    with opening.listed(engine.database) as kept:
        assert [visit.notes for visit in kept.visits_of(member(till, "1").id)] == [WHY]


def test_an_audit_says_whose_it_was_before(till: Till, engine: Engine) -> None:
    came = till.check_in("1")
    correct(till, came, member_id=member(till, "4").id)
    with opening.listed(engine.database) as kept:
        last = list(deeds(kept.journal(till.now + DAY)))[-1]
    assert (last.user, last.desk, last.what) == ("mia", "Office", "correct")
    assert (last.before["member"], last.after["member"]) == ("Ana Silva", "Zoë O'Neil")
