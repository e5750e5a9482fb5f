"""Members are added, changed and taken away at a desk; everyone hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import asdict

from gymtui.protocol import CheckIn, CheckOut, Member, MemberFields, Saved, SaveMember, Undo
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import stored
from tests.till import Till


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    till = Till(engine.database, member_row("1", "Zoë O'Neil", phone="+41 44 123", plan="Gold"), member_row("2", "Ben"))
    yield till
    till.store.close()


def wanted(**fields: Any) -> SaveMember:
    return SaveMember(member=MemberFields(**fields))


def save(till: Till, *, command: str | None = None, user: str = "mia", **fields: Any) -> Member:
    """The member after a `save_member` that must not fail."""
    outcome = till.give(wanted(**fields), id=command, user=user)
    assert outcome.error is None, outcome.error
    assert outcome.result is not None
    return msgspec.json.decode(outcome.result, type=Saved).member


def change(till: Till, number: str, **fields: Any) -> Member:
    return save(till, id=stored(till.store, number).id, **fields)


def found(till: Till, text: str) -> list[str]:
    members = till.store.search_members(text, 10)
    return [msgspec.json.decode(each, type=Member).full_name for each in members]


def test_a_new_member(till: Till) -> None:
    new = save(till, full_name="Cleo Ruiz", membership_number="77", plan="Silver", visits_left=10, alerts=("knee",))
    expected = Member(
        id=new.id,
        membership_number="77",
        full_name="Cleo Ruiz",
        plan="Silver",
        visits_left=10,
        alerts=("knee",),
        seq=till.seq,
    )
    assert new == expected == stored(till.store, "77")
    assert found(till, "ruiz cleo") == found(till, "77") == ["Cleo Ruiz"]
    assert till.check_in("77").visits_left == 9


def test_what_is_absent_stays_and_what_is_null_is_gone(till: Till) -> None:
    before = stored(till.store, "1")
    after = change(till, "1", phone=None, payment_overdue=True)
    assert asdict(after) == asdict(before) | {
        "phone": None,
        "payment_overdue": True,
        "payment_overdue_since": "2026-11-22",
        "seq": till.seq,
    }
    assert after == stored(till.store, "1")
    assert found(till, "4144123") == []
    again = change(till, "1", phone="99", plan=None)
    assert (again.phone, again.plan, again.payment_overdue) == ("99", None, True)
    assert found(till, "99") == ["Zoë O'Neil"]


def test_a_new_name_is_found_and_the_old_one_is_not(till: Till) -> None:
    change(till, "1", full_name="Zoë Meier")
    assert (found(till, "meier"), found(till, "neil")) == (["Zoë Meier"], [])


def test_staff_add_guests_and_nothing_more(till: Till) -> None:
    guest = save(till, user="ana", full_name="A Guest", guest=True)
    assert (guest.guest, guest.membership_number) == (True, None)
    before = till.seq
    for fields in (
        {"full_name": "No Guest"},
        {"full_name": "No Guest", "guest": False},
        {"id": guest.id, "full_name": "Another", "guest": True},
        {"id": "nobody", "guest": True},
    ):
        assert till.refused(wanted(**fields)).code == "not_allowed"
    assert till.seq == before
    assert till.done(CheckIn(member_id=guest.id)).member.full_name == "A Guest"


@pytest.mark.parametrize("whose", ["1", "2"])
def test_a_number_belongs_to_one(till: Till, whose: str) -> None:
    before = till.seq
    error = till.refused(wanted(full_name="New", membership_number=whose), user="mia")
    name = stored(till.store, whose).full_name
    assert (error.code, error.message) == (
        "invalid",
        f"The number {whose} belongs to {name}: please choose another.",
    )
    other = stored(till.store, "2" if whose == "1" else "1")
    assert till.refused(wanted(id=other.id, membership_number=whose), user="mia").code == "invalid"
    assert till.seq == before
    assert change(till, whose, membership_number=whose).membership_number == whose


def test_a_number_that_was_given_back_is_free(till: Till) -> None:
    change(till, "1", membership_number=None)
    assert save(till, full_name="New", membership_number="1").full_name == "New"
    assert till.check_in("1").member.full_name == "New"


def test_nobody_by_that_id(till: Till) -> None:
    before = till.seq
    error = till.refused(wanted(id="nobody", plan="Gold"), user="mia", id="same")
    assert (error.code, till.seq) == ("unknown_member", before + 1)
    assert till.refused(wanted(id="nobody", plan="Gold"), user="mia", id="same") == error
    assert till.seq == before + 1


IMPOSSIBLE: list[dict[str, Any]] = [
    {},
    {"plan": "Gold"},
    {"full_name": "  "},
    {"full_name": "New", "valid_until": "2026-02-30"},
    {"full_name": "New", "valid_from": "0000-01-01"},
    {"full_name": "New", "birth_date": "1999-13-01"},
    {"full_name": "New", "hours": "06:00-25:00"},
    {"full_name": "New", "hours": "99:99-00:00"},
]


def test_what_no_member_can_be_makes_no_row(till: Till) -> None:
    before = till.seq
    for fields in IMPOSSIBLE:
        error = till.refused(wanted(**fields), user="mia", id="x")
        assert (error.code, error.message[-1]) == ("invalid", "."), fields
    assert till.seq == before
    assert save(till, command="x", full_name="Good").full_name == "Good"


def test_the_rules_go_by_what_was_saved(till: Till) -> None:
    change(till, "1", valid_until="2026-11-21")
    assert till.refused(CheckIn(code="1")).code == "membership_expired"
    change(till, "1", valid_until=None, hours="10:00-12:00", status="frozen")
    assert till.refused(CheckIn(code="1")).code == "membership_frozen"
    change(till, "1", status="active")
    assert till.check_in("1").flags == ()  # hours warn nobody without a policy


@pytest.mark.parametrize("hours", ["00:00-00:00", "06:00-24:00", "00:00-24:00"])
def test_hours_round_the_clock_and_until_midnight_can_be_saved(till: Till, hours: str) -> None:
    assert change(till, "1", hours=hours).hours == hours
    assert till.check_in("1").flags == ()


def test_a_card_is_filled_while_its_member_is_in(till: Till) -> None:
    change(till, "2", visits_left=1)
    came = till.check_in("2", id="in")
    assert came.visits_left == 0
    assert change(till, "2", visits_left=10).visits_left == 10
    assert till.undo("in").visits_left == 11
    change(till, "2", visits_left=None)
    assert msgspec.UNSET is till.check_in("2").visits_left


def test_a_deleted_member_is_gone_and_not_forgotten(till: Till) -> None:
    came = till.check_in("1")
    gone = change(till, "1", deleted=True)
    assert (gone.deleted, found(till, "zoe"), found(till, "1")) == (True, [], [])
    for payload in (CheckIn(code="1"), CheckIn(member_id=gone.id)):
        assert till.refused(payload).code == "unknown_member"
    assert till.done(CheckOut(check_in_id=came.id)).status == "checked_out"
    members, _, _, _ = till.store.sync_members(0, 100)
    assert [msgspec.json.decode(each, type=Member).deleted for each in members] == [False, True]
    change(till, "2", plan="x")
    back = change(till, "1", deleted=False)
    assert (back.full_name, found(till, "zoe")) == ("Zoë O'Neil", ["Zoë O'Neil"])


def test_the_same_id_is_one_member(till: Till) -> None:
    first = save(till, command="same", full_name="Cleo")
    before = till.seq
    till.now += 1000
    assert save(till, command="same", full_name="Cleo") == first
    assert till.seq == before
    assert found(till, "cleo") == ["Cleo"]
    assert till.refused(wanted(full_name="Clea"), id="same", user="mia").code == "id_reused"
    assert till.refused(wanted(full_name="Cleo", guest=True), id="same").code == "id_reused"
    assert till.refused(Undo(command_id="same"), user="mia").code == "unknown_visit"


def test_null_and_absent_are_two_commands(till: Till) -> None:
    id = stored(till.store, "1").id
    assert till.give(wanted(id=id, plan=None), id="c", user="mia").error is None
    assert till.refused(wanted(id=id), id="c", user="mia").code == "id_reused"


def test_who_is_deleted_while_in_can_be_checked_out_and_comes_in_no_more(till: Till) -> None:
    ben = stored(till.store, "2").id
    for payload in (CheckOut(code="1"), CheckOut(member_id=stored(till.store, "1").id)):
        till.check_in("1")
        change(till, "1", deleted=True)
        assert till.done(payload).status == "checked_out"
        assert till.refused(payload).code == "unknown_member"
        assert till.refused(CheckIn(code="1")).code == "unknown_member"
        change(till, "1", deleted=False)
    change(till, "2", deleted=True)
    assert till.refused(CheckOut(member_id=ben)).code == "unknown_member"
    assert till.store.stats() == till.recount()


def test_an_exit_and_an_undo_call_a_member_by_the_name_of_today(till: Till) -> None:
    came = till.check_in("1", id="came")
    change(till, "1", full_name="Zoë Quist", membership_number="88")
    left = till.done(CheckOut(check_in_id=came.id), id="left")
    assert (left.member.full_name, left.member.membership_number) == ("Zoë Quist", "88")
    change(till, "88", full_name="Zoë Brandt")
    assert till.undo("left").member.full_name == "Zoë Brandt"
    change(till, "88", full_name="Zoë Ode")
    assert till.undo("came").member.full_name == "Zoë Ode"
    assert "Zoë Ode" in till.refused(CheckOut(code="88")).message


def test_a_member_has_twenty_alerts_at_the_most() -> None:
    assert len(msgspec.convert({"alerts": ["knee"] * 20}, MemberFields).alerts or ()) == 20
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"alerts": ["knee"] * 21}, MemberFields)
