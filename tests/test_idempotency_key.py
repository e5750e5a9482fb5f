"""Once and for good: the idempotency key, undo, what is told later."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import CheckIn, CheckOut, Hand, Notified, Notify, Undo
from tests.commands_kit import till
from tests.factories import member_row
from tests.gym_kit import add_members, stored
from tests.till import DAY, HOUR, MINUTE, NINE, Till

__all__ = ["till"]


def test_the_same_command_has_the_same_reply(till: Till) -> None:
    first = till.give(CheckIn(code="1", location="x"), id="same")
    till.now += DAY
    till.check_out()
    before = till.seq
    assert till.give(CheckIn(code="1", location="x"), id="same") == replace(first, duplicate=True)
    assert till.seq == before


def test_a_refusal_is_kept(till: Till) -> None:
    first = till.refused(CheckIn(code="3"), id="same")
    add_members(till.store, [member_row("3", "Cem Late", valid_until="2030-01-01")])
    assert till.refused(CheckIn(code="3"), id="same") == first
    assert till.check_in("3").status == "checked_in"


def test_an_already_checked_in_is_kept_with_its_details(till: Till) -> None:
    till.check_in()
    first = till.refused(CheckIn(code="1"), id="same")
    till.check_out()
    again = till.refused(CheckIn(code="1"), id="same")
    assert msgspec.json.encode(again) == msgspec.json.encode(first)


def test_what_was_asked_live_and_is_told_again_as_something_that_happened_is_the_same(till: Till) -> None:
    first = till.done(CheckIn(code="1", occurred_at=clock.to_text(NINE)), id="c")
    assert till.done(CheckIn(code="1", occurred_at=clock.to_text(NINE), offline=True), id="c") == first


def test_an_id_belongs_to_one_command_of_one_user(till: Till) -> None:
    till.check_in(id="mine")
    for payload, user in (
        (CheckIn(code="2"), "ana"),
        (CheckOut(code="1"), "ana"),
        (CheckIn(code="1", notes="x"), "ana"),
        (CheckIn(code="1"), "ben"),
        (CheckIn(code="1"), "mia"),
    ):
        before = till.seq
        assert till.refused(payload, id="mine", user=user).code == "id_reused"
        assert till.seq == before
    assert till.check_in(id="mine").command_id == "mine"


def test_not_allowed_is_not_kept(till: Till) -> None:
    till.check_in(id="in", user="ben")
    assert till.refused(Undo(command_id="in"), id="u").code == "not_allowed"
    assert till.undo("in", id="u", user="mia").flags == ("undone",)


def test_a_notification(till: Till) -> None:
    outcome = till.give(Notify(level="warning", title="Sauna", message="closed\x00", member_id="m"), id="n", user="mia")
    assert outcome.result is not None
    notification = msgspec.json.decode(outcome.result, type=Notified).notification
    assert (notification.title, notification.message, notification.seq) == ("Sauna", "closed\x00", till.seq)
    assert notification.at == "2026-11-22T09:00:00.000Z"
    assert till.give(
        Notify(level="warning", title="Sauna", message="closed\x00", member_id="m"), id="n", user="mia"
    ) == replace(outcome, duplicate=True)
    assert till.refused(Undo(command_id="n")).code == "unknown_visit"
    assert till.refused(CheckOut(command_id="n")).code == "unknown_visit"


def test_undo_of_a_check_in(till: Till) -> None:
    came = till.check_in(id="in")
    till.now += MINUTE
    undone = till.undo("in", id="u")
    assert undone == replace(
        came,
        check_out_time=came.check_in_time,
        status="checked_out",
        flags=("undone",),
        command_id="u",
        let_in=Hand("ana", "Front"),
        seq=undone.seq,
    )
    assert till.counts() == (0, 0, None)
    assert till.check_in().status == "checked_in"


def test_undo_of_a_check_out(till: Till) -> None:
    came = till.check_in()
    till.now += HOUR
    till.check_out(id="out")
    back = till.undo("out", id="u")
    assert (back.id, back.check_in_time, back.check_out_time) == (came.id, came.check_in_time, None)
    assert (back.status, back.flags, back.command_id) == ("checked_in", ("undone",), "u")
    assert till.counts() == (1, 1, None)
    till.now += HOUR
    assert till.check_out().flags == ()
    assert till.counts() == (0, 1, 120.0)


def test_undo_of_a_check_out_after_the_member_came_again(till: Till) -> None:
    till.check_in()
    till.check_out(id="out")
    again = till.check_in()
    error = till.refused(Undo(command_id="out"))
    assert error.code == "already_checked_in"
    assert error.details == {"reason": "has come in again", "check_in": again}


def test_undo_of_an_undo_and_of_a_refusal(till: Till) -> None:
    till.check_in(id="in")
    till.undo("in", id="u")
    till.refused(CheckIn(code="3"), id="no")
    for command in ("u", "no"):
        assert till.refused(Undo(command_id=command)).code == "unknown_visit"


def test_a_second_undo_of_the_same(till: Till) -> None:
    till.check_in(id="in")
    till.check_out(id="out")
    till.undo("out")
    error = till.refused(Undo(command_id="out"))
    assert (error.code, error.message) == ("unknown_visit", "The check-out of Zoë O'Neil has been undone already.")
    till.undo("in")
    error = till.refused(Undo(command_id="in"))
    assert (error.code, error.message) == ("unknown_visit", "The check-in of Zoë O'Neil has been undone already.")


def test_undo_of_a_check_in_that_has_ended(till: Till) -> None:
    till.check_in(id="in")
    till.check_out()
    error = till.refused(Undo(command_id="in"))
    assert (error.code, error.message) == ("not_checked_in", "Zoë O'Neil has left already: undo the check-out first.")


def test_staff_undo_their_own_and_managers_all(till: Till) -> None:
    till.check_in(id="in", user="ben")
    error = till.refused(Undo(command_id="in"), user="ana")
    assert (error.code, error.message) == ("not_allowed", "ben did that: only ben or a manager can undo it.")
    assert till.counts()[0] == 1
    assert till.undo("in", user="mia").by == "mia"
    till.check_in("2", id="in2", user="mia")
    assert till.refused(Undo(command_id="in2"), user="ana").code == "not_allowed"
    assert till.undo("in2", user="mia").flags == ("undone",)


def test_undo_counts_on_the_day_it_concerns(till: Till) -> None:
    till.check_in(id="in")
    till.now += DAY
    assert till.counts() == (1, 0, None)
    till.undo("in")
    assert till.counts() == (0, 0, None)
    till.now -= DAY
    assert till.counts() == (0, 0, None)


def test_offline_is_recorded_as_it_happened(till: Till) -> None:
    came = till.offline(NINE - HOUR)
    assert (came.check_in_time, came.flags) == ("2026-11-22T08:00:00.000Z", ("offline",))
    left = till.done(CheckOut(code="1", occurred_at=clock.to_text(NINE - HOUR // 2), offline=True))
    assert (left.check_out_time, left.flags) == ("2026-11-22T08:30:00.000Z", ("offline",))
    assert till.counts() == (0, 1, 30.0)


def test_offline_is_flagged_where_the_rules_would_have_refused(till: Till) -> None:
    assert till.offline(NINE - HOUR, "3").flags == ("offline", "warned")
    assert till.offline(NINE - DAY - 2 * HOUR, "3", id="x").flags == ("offline", "clash")


def test_offline_the_rules_of_that_time_count(till: Till) -> None:
    assert till.offline(NINE - DAY, "3").flags == ("offline",)


def test_a_clash_closes_at_its_start_and_leaves_the_open_one(till: Till) -> None:
    open = till.check_in("2", id="open")
    clash = till.offline(NINE - HOUR, "2", id="clash")
    assert (clash.status, clash.flags) == ("checked_out", ("offline", "clash"))
    assert clash.check_out_time == clash.check_in_time == "2026-11-22T08:00:00.000Z"
    assert clash.visits_left is UNSET
    assert stored(till.store, "2").visits_left == 1
    assert till.counts() == (1, 1, None)  # one person, seen to come in by two desks
    assert till.store.stats() == till.recount()
    error = till.refused(Undo(command_id="clash"))
    assert (error.code, error.details) == ("not_checked_in", {"reason": "in by an earlier check-in"})
    assert till.check_out("2").id == open.id


@pytest.mark.parametrize(("ago", "flags"), [(7 * DAY, ("offline",)), (7 * DAY + 1, ("offline", "late"))])
def test_after_a_week_it_is_late(till: Till, ago: int, flags: tuple[str, ...]) -> None:
    assert till.offline(NINE - ago).flags == flags


@pytest.mark.parametrize("time", ["2026-11-22T09:00:00.001Z", "2030-01-01T00:00:00Z", "9999-12-31T23:59:59.999-23:59"])
def test_what_has_not_happened_yet_is_now(till: Till, time: str) -> None:
    came = till.done(CheckIn(code="1", occurred_at=time, offline=True))
    assert came.check_in_time == "2026-11-22T09:00:00.000Z"


def test_nobody_leaves_before_they_came(till: Till) -> None:
    till.check_in()
    left = till.done(CheckOut(code="1", occurred_at="2026-11-22T07:00:00Z", offline=True))
    assert left.check_out_time == left.check_in_time
    assert till.counts() == (0, 1, 0.0)


@pytest.mark.parametrize(
    "time",
    [
        "2026-02-30T00:00:00Z",
        "2026-11-22T24:00:01Z",
        "2026-11-22T09:00:00+99:00",
        "2026-11-22T09:00:00Z\n",
        "٢٠٢٦-11-22T09:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "1969-12-31T23:59:59.999Z",
    ],
)
@pytest.mark.parametrize("kind", [CheckIn, CheckOut])
def test_a_time_that_cannot_be_makes_no_row(till: Till, kind: type[CheckIn | CheckOut], time: str) -> None:
    if kind is CheckOut:
        till.check_in()
    before = till.seq
    assert till.refused(kind(code="1", occurred_at=time, offline=True)).code == "invalid"
    assert till.seq == before


def test_the_first_moment_there_is(till: Till) -> None:
    assert till.offline(0).check_in_time == "1970-01-01T00:00:00.000Z"
