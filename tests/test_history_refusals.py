"""What the rules have refused, as a list; and the visits of one member in figures."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gymtui.protocol import CheckIn, ListRefusals, MemberTotals, Refusal
from server.store import NoPage
from tests.gym_kit import stored
from tests.history_kit import till
from tests.till import DAY, HOUR, MINUTE, NINE, Till

__all__ = ["till"]


def refusals(till: Till, **wanted: Any) -> list[str]:
    """The command ids of all pages."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        asked = wanted if cursor is None else wanted | {"cursor": cursor}
        page, cursor, _ = till.store.list_refusals(msgspec.convert(asked, ListRefusals))
        found += [msgspec.json.decode(refusal, type=Refusal).command_id for refusal in page]
        if cursor is None:
            return found


def test_refusals_by_time_member_desk_and_hand(till: Till) -> None:
    for number, (id, code, desk, user) in enumerate(
        [
            ("a", "1", "desk 1", "ana"),
            ("b", "2", "desk 2", "ben"),
            ("c", "nobody 7", "desk 2", "ana"),
            ("d", "1", None, "ana"),
        ]
    ):
        till.now = NINE + number * HOUR
        if stored_code := code in ("1", "2"):
            till.give(CheckIn(code=code), id=f"{id}-in")
        assert till.give(CheckIn(code=code), id=id, desk=desk, user=user).error is not None, stored_code
    for wanted, found in (
        ({}, ["d", "d-in", "c", "b", "a"]),
        ({"limit": 2}, ["d", "d-in", "c", "b", "a"]),
        ({"from": "2026-11-22T10:00:00Z", "to": "2026-11-22T11:00:00Z"}, ["b"]),
        ({"text": "zoe"}, ["d", "d-in", "a"]),
        ({"member_id": stored(till.store, "2").id}, ["b"]),
        ({"desk": "2"}, ["c", "b"]),
        ({"by": "ben"}, ["b"]),
        ({"text": "nobody"}, []),
    ):
        assert refusals(till, **wanted) == found, wanted


@pytest.mark.parametrize("cursor", ["x", "7/", "7/x", "1e9/1", "9/-1"])
def test_a_cursor_that_no_page_of_refusals_ended_with_is_told(till: Till, cursor: str) -> None:
    with pytest.raises(NoPage):
        till.store.list_refusals(ListRefusals(cursor=cursor))


def totals(till: Till, code: str = "1") -> MemberTotals:
    found = till.store.get_member(stored(till.store, code).id)
    assert found is not None
    return found[2]


def test_a_member_who_never_came_has_no_figures(till: Till) -> None:
    assert totals(till) == MemberTotals(visits=0, last_30_days=0, first=None, last=None, average_stay_minutes=None)


def test_all_visits_of_a_member_in_figures(till: Till) -> None:
    till.check_in()
    till.now += 40 * MINUTE
    till.check_out()
    till.now += 40 * DAY
    till.check_in(id="forgotten")
    till.now += DAY
    till.check_in(id="mistake")
    till.undo("mistake")
    till.now += MINUTE
    till.check_in()
    till.now += 20 * MINUTE
    till.check_out()
    assert totals(till) == MemberTotals(
        visits=3,
        last_30_days=2,
        first="2026-11-22T09:00:00.000Z",
        last="2027-01-02T09:41:00.000Z",
        average_stay_minutes=30.0,  # nobody saw the end of the second one, and the third one never was
    )
    assert totals(till, "2").visits == 0
