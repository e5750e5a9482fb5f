"""Several people change members at once, some of them alone: nothing is overwritten that its giver has not seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import (
    Acknowledged,
    CheckIn,
    Configure,
    GymFields,
    Member,
    MemberFields,
    Refusal,
    Saved,
    SaveMember,
)
from gymtui.saving import edited
from server.gym.conflicts import report
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import stored
from tests.till import DAY, MINUTE, NINE, Till

NEW = "01a2027b-d680-7d6a-a45e-5c4e22f6043d"


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    till = Till(
        engine.database,
        member_row("1", "Ana Silva", phone="1", valid_until="2026-12-01", visits_left=3, alerts=("knee", "key")),
        member_row("2", "Ben Ode"),
    )
    yield till
    till.store.close()


def ana(till: Till) -> Member:
    return stored(till.store, "1")


def save(till: Till, request: SaveMember, user: str = "mia", **how: Any) -> Member:
    outcome = till.give(request, user=user, **how)
    assert outcome.error is None, outcome.error
    return msgspec.json.decode(outcome.result or b"", type=Saved).member


def guest(number: int = 0, **fields: Any) -> SaveMember:
    known: dict[str, Any] = {"full_name": f"Guest {number}", "guest": True}
    known |= {"valid_from": "2026-11-22", "valid_until": "2026-11-22"}
    return SaveMember(member=MemberFields(id=clock.new_id(NINE), **(known | fields)), seen=0)


# --- two at once -----------------------------------------------------------------------------------------------------


def test_the_second_is_told_what_has_changed_and_nothing_is_written(till: Till) -> None:
    seen = ana(till)
    save(till, edited(seen, phone="2", plan="Gold"), desk="Office")
    till.now += MINUTE
    error = till.refused(edited(seen, phone="3", notes="new"), user="mia")
    assert (error.code, error.message) == (
        "changed_meanwhile",
        "Ana Silva: phone changed meanwhile by mia at 09:00. Nothing was written: please look, and change it again.",
    )
    assert error.details is not None
    assert error.details["changed"] == [{"field": "phone", "value": "2", "by": "mia", "at": clock.to_text(NINE)}]
    assert (ana(till).phone, ana(till).notes) == ("2", None)


def test_what_the_journal_says_of_it_has_no_value(till: Till) -> None:
    seen = ana(till)
    save(till, edited(seen, phone="0791234567"))
    till.refused(edited(seen, phone="3"), user="mia")
    row = till.store.read(till.seq - 1, 1)[0]
    assert msgspec.json.decode(row.payload, type=Refusal).code == "changed_meanwhile"
    assert b"0791234567" not in row.payload


def test_what_nobody_else_has_touched_is_written(till: Till) -> None:
    seen = ana(till)
    save(till, edited(seen, phone="2"))
    till.check_in("1")  # which moves her punch card, and with it her `seq`
    after = save(till, edited(seen, valid_until="2027-01-01"))
    assert (after.phone, after.valid_until, after.visits_left) == ("2", "2027-01-01", 2)


def test_two_who_mean_the_same_are_one(till: Till) -> None:
    seen = ana(till)
    save(till, edited(seen, phone="2"))
    assert save(till, edited(seen, phone="2")).phone == "2"


def test_the_last_who_made_it_so_is_named(till: Till) -> None:
    seen = ana(till)
    for minute, phone, notes in ((0, "2", None), (1, "2", "a"), (2, "4", "a"), (3, "4", "b")):
        till.now = NINE + minute * MINUTE
        save(till, edited(ana(till), phone=phone, notes=notes))
    error = till.refused(edited(seen, phone="3", notes="x"), user="mia")
    assert error.details is not None
    times = [clock.to_ms(each["at"]) - NINE for each in error.details["changed"]]
    assert times == [2 * MINUTE, 3 * MINUTE]


def test_who_says_no_more_than_when_is_told_of_any_change(till: Till) -> None:
    seen = ana(till)
    late = replace(edited(seen, valid_until="2027-01-01"), before=None)
    save(till, edited(seen, phone="2"))
    assert till.refused(late, user="mia").code == "changed_meanwhile"
    assert save(till, replace(late, seen=ana(till).seq)).valid_until == "2027-01-01"


def test_who_was_taken_out_of_the_directory_is_not_changed(till: Till) -> None:
    seen = ana(till)
    save(till, edited(seen, deleted=True))
    assert till.refused(edited(seen, phone="3"), user="mia").code == "unknown_member"
    assert save(till, edited(ana(till), deleted=False)).deleted is False


def test_what_a_desk_has_changed_alone_and_came_too_late_is_among_the_conflicts(till: Till) -> None:
    seen, id = ana(till), clock.new_id(NINE)
    till.now += 90 * MINUTE
    save(till, edited(seen, phone="2"))
    till.refused(replace(edited(seen, phone="3"), offline=True), user="mia", id=id, desk="Side door")
    [line] = report(till.store, NINE - DAY)
    assert "Ana Silva (1), Side door (mia)" in line
    assert "phone changed meanwhile by mia at 10:30" in line


# --- what adds up ----------------------------------------------------------------------------------------------------


def test_visits_are_added_by_each(till: Till) -> None:
    seen = ana(till)
    for _ in range(2):
        after = save(till, edited(seen, visits=5))
    assert after.visits_left == 13
    assert save(till, edited(seen, visits=-1000)).visits_left == 0
    assert till.refused(edited(stored(till.store, "2"), visits=5), user="mia").code == "invalid"


def test_an_alert_is_dealt_with_by_the_first_who_says_so(till: Till) -> None:
    seen = ana(till)
    after = save(till, edited(seen, acknowledged=("knee", "no such alert")), user="ana")
    by_ana = Acknowledged(alert="knee", by="ana", at=clock.to_text(NINE))
    assert after.acknowledged == (by_ana,)
    till.now += MINUTE
    assert save(till, edited(seen, acknowledged=("knee",)), user="ben").acknowledged == (by_ana,)
    assert save(till, edited(ana(till), alerts=("key",))).acknowledged is UNSET


# --- who is new, and who may -----------------------------------------------------------------------------------------


def test_a_new_member_has_the_id_that_the_desk_gave_and_lands_once(till: Till) -> None:
    request = SaveMember(member=MemberFields(id=NEW, full_name="Cleo Ruiz"), seen=0, queued_by="mia")
    first = save(till, request, id="c")
    assert first.id == NEW
    again = till.give(replace(request, offline=True), user="ana", id="c")
    assert (again.duplicate, again.error) == (True, None)
    assert till.refused(request, user="mia").code == "invalid"


@pytest.mark.parametrize("id", ["7", "no uuid", NEW.upper(), "(erased)"])
def test_an_id_that_is_no_uuid_is_nobodys(till: Till, id: str) -> None:
    before = till.seq
    request = SaveMember(member=MemberFields(id=id, full_name="Cleo"), seen=0)
    assert till.refused(request, user="mia").code == "invalid"
    assert till.seq == before


def test_staff_give_a_guest_another_day_and_make_no_member_of_one(till: Till) -> None:
    first = save(till, guest(), user="ana")
    till.done(CheckIn(member_id=first.id))
    till.now += DAY
    assert till.refused(CheckIn(member_id=first.id)).details == {"reason": "day pass expired 22 Nov"}
    again = save(till, edited(first, valid_from="2026-11-23", valid_until="2026-11-23", waiver_signed=True), "ana")
    for request in (
        edited(again, guest=False),
        edited(again, full_name="Another"),
        edited(ana(till), valid_until="2030-01-01"),
        edited(ana(till), visits=5),
        edited(ana(till), acknowledged=("knee",), notes="x"),
    ):
        assert till.refused(request).code == "not_allowed"
    member = save(till, edited(again, guest=False, valid_until="2027-11-22", plan="Gold"))
    kept = till.store.get_member(member.id)
    assert kept is not None
    assert (member.guest, len(kept[1])) == (False, 1)


# --- a day's guests --------------------------------------------------------------------------------------------------


def test_staff_take_so_many_guests_a_day(till: Till) -> None:
    till.give(Configure(gym=GymFields(policy={"guests_a_day": 2})), user="mia")
    ahead = save(till, guest(9, valid_from="2026-11-23", valid_until="2026-11-23"), user="ana")
    first = save(till, guest(1), user="ana")
    save(till, guest(2), user="ana")
    before = till.seq
    error = till.refused(guest(3))
    assert (error.code, till.seq) == ("guest_limit", before)
    assert error.message == "2 guests have come today, and no more may: please ask a manager."
    save(till, edited(first, waiver_signed=True), user="ana")  # who is counted already
    save(till, replace(guest(4), offline=True), user="ana")  # who was let in while the desk was alone
    save(till, guest(5), user="mia")
    till.now += DAY
    save(till, guest(6, valid_from="2026-11-23", valid_until="2026-11-23"), user="ana")
    assert till.refused(edited(first, valid_until="2026-11-23")).code == "guest_limit", ahead


# --- freezes ---------------------------------------------------------------------------------------------------------


def test_a_freeze_ends_by_itself(till: Till) -> None:
    after = save(till, edited(ana(till), status="frozen", frozen_until="2026-11-24"))
    assert till.refused(CheckIn(code="1")).details == {"reason": "membership frozen until 24 Nov"}
    till.now += 2 * DAY
    assert till.check_in("1").flags == ()
    assert save(till, edited(after, status="active")).frozen_until is None
    error = till.refused(edited(ana(till), status="frozen", frozen_until="2026-02-30"), user="mia")
    assert error.code == "invalid"
