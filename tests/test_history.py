"""The question list_check_ins asks, and its filters."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from gymtui.protocol import CheckIn
from server.store import Transaction
from tests.gym_kit import stored
from tests.history_kit import ids, page, till
from tests.till import DAY, HOUR, MINUTE, NINE, Till

__all__ = ["till"]


@pytest.fixture
def day(till: Till) -> Till:
    """Four visits, an hour apart: `a` and `b` have left, `c` and `d` are in; at 09:00, 10:00, 11:00 and 12:00."""
    for number, (id, code, location) in enumerate(
        [("a", "1", "Main door"), ("b", "2", None), ("c", "3", "Main door"), ("d", "100200", "Pool 100 %")]
    ):
        till.now = NINE + number * HOUR
        till.done(CheckIn(code=code, location=location), id=id)
    till.now += MINUTE
    till.check_out("1", id="a-out")
    till.check_out("2", id="b-out")
    return till


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"status": "checked_in"}, ["d", "c"]),
    ({"status": "checked_out"}, ["b-out", "a-out"]),
    ({"location": "Main door"}, ["c", "a-out"]),
    ({"location": "Pool 100 %"}, ["d"]),
    ({"location": "main door"}, []),
    ({"location": ""}, []),
    ({"location": '"'}, []),
    ({"location": "%"}, []),
    ({"location": "' OR 1=1 --"}, []),
    ({"text": "meier"}, ["c", "b-out"]),
    ({"text": "MEI an"}, ["c"]),
    ({"text": "zoe"}, ["a-out"]),
    ({"text": "4144"}, ["a-out"]),
    ({"text": "1002"}, ["d"]),
    ({"text": "nobody"}, []),
    ({"text": "meier zoe"}, []),
    ({"text": ""}, ["d", "c", "b-out", "a-out"]),
    ({"text": "?!"}, ["d", "c", "b-out", "a-out"]),
    ({"text": "meier", "status": "checked_in"}, ["c"]),
    ({"text": "meier", "location": "Main door", "from": "2026-11-22T12:00:00Z"}, []),
    ({"member_id": "nobody"}, []),
    ({"limit": 2}, ["d", "c"]),
]


BOUNDS: list[tuple[str | None, str | None, list[str]]] = [
    ("2026-11-22T10:00:00Z", None, ["d", "c", "b-out"]),
    ("2026-11-22T10:00:00.001Z", None, ["d", "c"]),
    (None, "2026-11-22T10:00:00Z", ["a-out"]),
    (None, "2026-11-22T10:00:00.001Z", ["b-out", "a-out"]),
    ("2026-11-22T10:00:00Z", "2026-11-22T12:00:00Z", ["c", "b-out"]),
    ("2026-11-22T11:00:00+01:00", "2026-11-22T13:00:00+02:00", ["b-out"]),
    ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z", []),
    ("2026-11-22T12:00:00Z", "2026-11-22T10:00:00Z", []),
    ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", ["d", "c", "b-out", "a-out"]),
]


def test_without_a_filter_it_is_everything_newest_first(day: Till) -> None:
    visits, cursor = page(day)
    assert [visit.command_id for visit in visits] == ["d", "c", "b-out", "a-out"]
    assert visits == sorted(day.store.all_visits(), key=lambda visit: visit.check_in_time, reverse=True)
    assert cursor is None


def test_filters(day: Till) -> None:
    for wanted, found in FILTERS:
        assert ids(day, **wanted) == found, wanted


def test_one_member(day: Till) -> None:
    day.now += HOUR
    day.check_in("1", id="a2")
    assert ids(day, member_id=stored(day.store, "1").id) == ["a2", "a-out"]


AT: list[tuple[str, list[str]]] = [
    ("2026-11-22T08:59:59.999Z", []),
    ("2026-11-22T09:00:00Z", ["a-out"]),
    ("2026-11-22T12:00:00+01:00", ["c", "b-out", "a-out"]),
    ("2026-11-22T12:00:59.999Z", ["d", "c", "b-out", "a-out"]),
    ("2026-11-22T12:01:00Z", ["d", "c"]),
    ("2026-11-23T11:30:00Z", ["d"]),  # who is in for a day has left unseen
]


def test_who_was_in_at_a_time(day: Till) -> None:
    for at, found in AT:
        assert ids(day, at=at) == found, at
    assert ids(day, at="2026-11-22T12:00:30Z", text="meier", to="2026-11-22T11:00:00Z") == ["b-out"]


def test_who_was_checked_in_by_mistake_was_never_in(day: Till) -> None:
    day.undo("d")
    assert ids(day, at="2026-11-22T12:00:00Z") == ["c", "b-out", "a-out"]


def test_at_which_desk_and_by_whom(day: Till) -> None:
    day.now += MINUTE
    day.done(CheckIn(code="1"), id="e", user="ben", desk="Desk 2")
    for wanted, found in (
        ({"desk": "2"}, ["e"]),
        ({"desk": "DESK 2"}, ["e"]),
        ({"desk": "esk"}, []),
        ({"desk": "front"}, ["d", "c", "b-out", "a-out"]),
        ({"by": "Ben"}, ["e"]),
        ({"by": "be"}, []),
        ({"by": "ana", "status": "checked_in"}, ["d", "c"]),
        ({"by": "%"}, []),
    ):
        assert ids(day, **wanted) == found, wanted


def test_from_is_in_it_and_to_is_not(day: Till) -> None:
    for start, end, found in BOUNDS:
        wanted = {name: time for name, time in (("from", start), ("to", end)) if time is not None}
        assert ids(day, **wanted) == found, wanted


def test_a_visit_is_where_it_began_whenever_it_was_told(day: Till) -> None:
    day.now += DAY
    day.offline(NINE + 90 * MINUTE, "1", id="late told")
    assert ids(day, **{"from": "2026-11-22T10:00:00Z", "to": "2026-11-22T12:00:00Z"}) == ["c", "late told", "b-out"]


def test_what_was_undone_is_still_what_was(day: Till) -> None:
    day.undo("d", id="d-undone")
    assert ids(day)[0] == "d-undone"
    assert ids(day, status="checked_in") == ["c"]


def test_who_is_deleted_is_not_found_by_name_but_was_here(day: Till) -> None:
    gone = stored(day.store, "1")

    def work(tx: Transaction) -> None:
        deleted = replace(gone, deleted=True, seq=tx.next_seq)
        tx.put_member(deleted)
        tx.append(deleted, kind="delete", user="")

    day.store.write([work])
    assert ids(day, text="zoe") == []
    assert ids(day, member_id=gone.id) == ["a-out"]
