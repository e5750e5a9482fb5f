"""Whom a desk refused while it was alone is a refusal of then in the journal, once, and no conflict; on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from gymtui import clock
from gymtui.protocol import CheckIn, ListRefusals, Refusal
from gymtui.refused_as import REFUSED_AS
from gymtui.unknown_card import unknown_card
from server.gym.conflicts import newest
from tests.engines import Engine
from tests.factories import member_row
from tests.till import HOUR, MINUTE, NINE, Till

THEN = NINE - HOUR


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    till = Till(engine.database, member_row("1", "Ana Silva"), member_row("2", "Ben Ode", valid_until="2026-11-03"))
    yield till
    till.store.close()


def told(at: int = THEN, **how: object) -> CheckIn:
    """As a desk tells it that was alone."""
    return msgspec.convert({"offline": True, "occurred_at": clock.to_text(at), **how}, CheckIn)


def listed(till: Till, **asked: object) -> list[Refusal]:
    rows, _, _ = till.store.list_refusals(msgspec.convert(asked, ListRefusals))
    return [msgspec.json.decode(row, type=Refusal) for row in rows]


def id_of(till: Till, number: str) -> str:
    [found] = [member for member in till.store.all_members() if member.membership_number == number]
    return found.id


def test_its_row_is_of_then_and_by_what_the_desk_s_rules_said(till: Till) -> None:
    id = clock.new_id(THEN)
    ben = told(passed_over=id_of(till, "2"), refused_as="membership_expired", queued_by="ben")
    error = till.refused(ben, id=id)
    assert error.message == "Ben Ode was not let in: membership expired 3 Nov."
    [row] = listed(till)
    assert (row.at, row.code, row.reason, row.offline) == (
        clock.to_text(THEN),
        "membership_expired",
        "membership expired 3 Nov",
        True,
    )
    assert (row.by, row.desk) == ("ben, sent by ana", "Front")
    before = till.seq
    again = msgspec.structs.replace(ben, occurred_at=clock.to_text(THEN + 1))
    assert till.refused(again, id=id) == error
    assert till.seq == before
    assert newest(till.store, 0, 10) == ([], False)
    assert till.counts()[0] == 0


@pytest.mark.parametrize(("code", "words"), REFUSED_AS.items())
def test_what_is_otherwise_by_now_was_so_at_that_desk(till: Till, code: str, words: str) -> None:
    till.refused(told(passed_over=id_of(till, "1"), refused_as=code), id=clock.new_id(THEN))
    [row] = listed(till)
    assert (row.code, row.reason) == (code, words)
    assert newest(till.store, 0, 10) == ([], False)


def test_a_card_that_nobody_has_and_those_who_were_only_counted_are_rows_of_then_too(till: Till) -> None:
    till.refused(told(unknown_card=msgspec.to_builtins(unknown_card("1234567890"))), id=clock.new_id(THEN))
    till.refused(told(THEN + MINUTE, refused_more=2500), id=clock.new_id(THEN))
    counted, nobodys = listed(till)
    assert (counted.count, counted.reason, counted.at) == (
        2500,
        "2,500 more while the desk was alone",
        clock.to_text(THEN + MINUTE),
    )
    assert (nobodys.code, nobodys.at, nobodys.member) == ("unknown_member", clock.to_text(THEN), None)
    assert newest(till.store, 0, 10) == ([], False)


def test_the_history_has_them_where_they_were(till: Till) -> None:
    ana, ben = id_of(till, "1"), id_of(till, "2")
    till.refused(CheckIn(code="2"), id="live")
    till.now += HOUR
    for minutes in (30, 10, 20):
        till.refused(told(THEN + minutes * MINUTE, passed_over=ana, refused_as="banned"), id=f"m{minutes}")
    till.refused(told(till.now, passed_over=ben, refused_as="membership_expired"), id="late")
    assert [row.command_id for row in listed(till)] == ["late", "live", "m30", "m20", "m10"]
    first, cursor, in_all = till.store.list_refusals(ListRefusals(limit=2))
    assert in_all == 5
    till.refused(told(THEN, refused_more=40), id="more")
    assert till.store.list_refusals(ListRefusals(limit=2))[2] == 45
    second, _, _ = till.store.list_refusals(ListRefusals(limit=2, cursor=cursor))
    assert [msgspec.json.decode(row)["command_id"] for row in (*first, *second)] == ["late", "live", "m30", "m20"]
    before_nine = listed(till, **{"from": clock.to_text(THEN + 15 * MINUTE), "to": clock.to_text(NINE)})
    assert [row.command_id for row in before_nine] == ["m30", "m20"]
    assert listed(till, cursor="999999999999999/7") == listed(till)


def test_what_no_desk_says_is_no_row(till: Till) -> None:
    ana, before = id_of(till, "1"), till.seq
    for asked in (
        told(passed_over=ana, refused_as="because"),
        told(passed_over=ana, refused_more=3),
        told(refused_more=3, code="1"),
        CheckIn(refused_more=3),
    ):
        assert till.refused(asked).code == "invalid"
    assert till.seq == before


def test_what_was_not_refused_there_and_is_here_is_a_conflict_still(till: Till) -> None:
    till.refused(told(code="987654321"), id=clock.new_id(THEN))
    assert len(newest(till.store, 0, 10)[0]) == 1
