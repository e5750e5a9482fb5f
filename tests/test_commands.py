"""What each command means, straight on the store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec import UNSET
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import CheckIn, CheckInEvent, CheckOut, Command, Notified, Notify, Refusal, Undo
from server.store import Outcome, Transaction
from tests.engines import Engine
from tests.kit import add_members, member, stored
from tests.sqlite_kit import connection_of
from tests.till import DAY, HOUR, MINUTE, NINE, Till


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    till = Till(
        engine.database,
        member("1", "Zoë O'Neil"),
        member("2", "Ben Card", visits_left=2),
        member("3", "Cem Late", valid_until="2026-11-21"),
        member("4", "Dea Debt", payment_overdue=True),
    )
    yield till
    till.store.close()


# --- in and out --------------------------------------------------------------------------------------------------


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


def test_notes_stay_with_the_visit(till: Till) -> None:
    till.done(CheckIn(code="1", notes="one"))
    till.done(CheckOut(code="1", notes="two"))
    till.check_in("2")
    till.done(CheckOut(code="2", notes="three"))
    notes = connection_of(till.store).execute("SELECT notes FROM visits ORDER BY notes").fetchall()
    assert notes == [("one\ntwo",), ("three",)]


# --- a punch card ------------------------------------------------------------------------------------------------


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
    add_members(till.store, [member("2", "Ben Card", visits_left=0)])
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


# --- refusals ----------------------------------------------------------------------------------------------------


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
        (CheckIn(code="1 "), "unknown_member"),
        (CheckIn(code="1\x00"), "unknown_member"),
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


# --- once --------------------------------------------------------------------------------------------------------


def test_the_same_command_has_the_same_reply(till: Till) -> None:
    first = till.give(CheckIn(code="1", location="x"), id="same")
    till.now += DAY
    till.check_out()
    before = till.seq
    assert till.give(CheckIn(code="1", location="x"), id="same") == replace(first, duplicate=True)
    assert till.seq == before


def test_a_refusal_is_kept(till: Till) -> None:
    first = till.refused(CheckIn(code="3"), id="same")
    add_members(till.store, [member("3", "Cem Late", valid_until="2030-01-01")])
    assert till.refused(CheckIn(code="3"), id="same") == first
    assert till.check_in("3").status == "checked_in"


def test_an_already_checked_in_is_kept_with_its_details(till: Till) -> None:
    till.check_in()
    first = till.refused(CheckIn(code="1"), id="same")
    till.check_out()
    again = till.refused(CheckIn(code="1"), id="same")
    assert msgspec.json.encode(again) == msgspec.json.encode(first)


def test_whoever_queued_a_command_and_whoever_sent_it_stand_beside_it(till: Till) -> None:
    queued = CheckIn(code="1", queued_by="ana")
    assert till.done(queued, id="mine", user="ben").by == "ana + ben"
    assert till.done(queued, id="mine", user="ana").by == "ana + ben"  # the answer to ben's was lost: the same command
    assert till.done(queued, id="mine", user="mia").command_id == "mine"
    assert till.done(CheckOut(code="1", queued_by="ana"), user="ana").by == "ana"
    refused = till.refused(CheckIn(code="3", queued_by="ana"), id="no", user="ben")
    assert till.refused(CheckIn(code="3", queued_by="ana"), id="no", user="mia") == refused


def test_nobody_queues_in_the_name_of_nobody(till: Till) -> None:
    assert till.refused(CheckIn(code="1", queued_by="nobody at all")).code == "invalid"


def test_a_name_in_queued_by_undoes_nothing_of_that_user(till: Till) -> None:
    till.check_in(id="hers", user="ana")
    assert till.refused(Undo(command_id="hers", queued_by="ana"), user="ben").code == "not_allowed"


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


# --- undo --------------------------------------------------------------------------------------------------------


def test_undo_of_a_check_in(till: Till) -> None:
    came = till.check_in(id="in")
    till.now += MINUTE
    undone = till.undo("in", id="u")
    assert undone == replace(
        came, check_out_time=came.check_in_time, status="checked_out", flags=("undone",), command_id="u", seq=undone.seq
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


# --- alone, and later told ---------------------------------------------------------------------------------------


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


# --- whatever happens --------------------------------------------------------------------------------------------


class Gym(RuleBasedStateMachine):
    """Any commands in any order; after each the tables are the fold of the journal and the counters a recount."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        members = [member("1", "One"), member("2", "Two", visits_left=2), member("3", "Three", visits_left=0)]
        self.till = Till(Path(self.folder.name) / "gym.db", *members, member("4", "Four", status="banned"))
        self.cards = 2
        self.given: list[tuple[str, Command, str, Outcome]] = []

    def teardown(self) -> None:
        self.till.store.close()
        self.folder.cleanup()

    def give(self, payload: Command, user: str) -> None:
        id = f"c{len(self.given)}"
        self.given.append((id, payload, user, self.till.give(payload, id=id, user=user)))

    users = st.sampled_from(["ana", "ana", "ben", "mia"])
    codes = st.sampled_from(["1", "2", "3", "4", "5"])
    agos = st.none() | st.integers(0, 3 * DAY)

    @rule(code=codes, user=users, ago=agos, offline=st.booleans())
    def check_in(self, code: str, user: str, ago: int | None, offline: bool) -> None:
        at = None if ago is None else clock.to_text(self.till.now - ago)
        self.give(CheckIn(code=code, occurred_at=at, offline=offline), user)

    @rule(code=codes, user=users, ago=agos, offline=st.booleans())
    def check_out(self, code: str, user: str, ago: int | None, offline: bool) -> None:
        at = None if ago is None else clock.to_text(self.till.now - ago)
        self.give(CheckOut(code=code, occurred_at=at, offline=offline), user)

    @rule(back=st.integers(1, 8), user=users)
    def undo(self, back: int, user: str) -> None:
        self.give(Undo(command_id=f"c{len(self.given) - back}"), user)

    @rule(back=st.integers(1, 8))
    def repeat(self, back: int) -> None:
        if back <= len(self.given):
            id, payload, user, outcome = self.given[-back]
            before = self.till.seq
            again = self.till.give(payload, id=id, user=user)
            assert msgspec.json.encode(replace(again, duplicate=False)) == msgspec.json.encode(outcome)
            assert self.till.seq == before

    @rule(ms=st.integers(1, 2 * DAY))
    def wait(self, ms: int) -> None:
        self.till.now += ms

    @invariant()
    def the_counters_are_a_recount(self) -> None:
        assert self.till.store.stats() == self.till.recount()

    @invariant()
    def the_visits_are_the_fold_of_the_journal(self) -> None:
        rows = self.till.store.read(0, 10_000)
        assert [row.seq for row in rows] == list(range(1, self.till.seq + 1))
        folded: dict[str, CheckInEvent] = {}
        for row in rows:
            if row.type == CheckInEvent.type:
                event = msgspec.json.decode(row.payload, type=CheckInEvent)
                assert event.seq == row.seq
                folded[event.id] = event
        assert {visit.id: visit for visit in self.till.store.all_visits()} == folded
        present = [visit.member.id for visit in folded.values() if visit.status == "checked_in"]
        assert len(present) == len(set(present))
        listed = [msgspec.json.decode(visit, type=CheckInEvent) for visit in self.till.store.snapshot().present]
        assert sorted(visit.member.id for visit in listed) == sorted(present)

    @invariant()
    def a_card_has_lost_what_its_visits_took(self) -> None:
        rows = connection_of(self.till.store).execute("SELECT event FROM visits WHERE punched = 1").fetchall()
        taken = [msgspec.json.decode(row[0], type=CheckInEvent) for row in rows]
        kept = [v for v in taken if not (v.status == "checked_out" and "undone" in v.flags)]
        assert stored(self.till.store, "2").visits_left == self.cards - len(kept)


Gym.TestCase.settings = settings(
    max_examples=40, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestWhateverHappens = Gym.TestCase
