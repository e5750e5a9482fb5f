"""What was: `list_check_ins`, its filters and its pages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import CheckIn, CheckInEvent, ListCheckIns
from server.gym.commands import perform
from server.gym.orders import Order
from server.store import NoPage, Transaction
from tests.engines import Engine
from tests.kit import Wire, member, serving, stored, token
from tests.till import DAY, HOUR, MINUTE, NINE, Till

MEMBERS = (
    member("1", "Zoë O'Neil", phone="+41 44 123"),
    member("2", "Ben Meier"),
    member("3", "Anna Meier"),
    member("100200", "Cem Kaya"),
)


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    till = Till(engine.database, *MEMBERS)
    yield till
    till.store.close()


def page(till: Till, **wanted: Any) -> tuple[list[CheckInEvent], str | None]:
    visits, cursor = till.store.list_check_ins(msgspec.convert(wanted, ListCheckIns))
    return [msgspec.json.decode(visit, type=CheckInEvent) for visit in visits], cursor


def ids(till: Till, **wanted: Any) -> list[str]:
    """The command ids of one page."""
    return [visit.command_id for visit in page(till, **wanted)[0]]


def pages(till: Till, **wanted: Any) -> list[list[str]]:
    """The visits' ids, page by page, until there is no cursor any more."""
    found: list[list[str]] = []
    cursor: str | None = None
    while True:
        visits, cursor = page(till, **wanted, **({} if cursor is None else {"cursor": cursor}))
        found.append([visit.id for visit in visits])
        if cursor is None:
            return found


def come(till: Till, code: str, times: list[int], **more: Any) -> None:
    """Check-ins that happened at these times and are told in one commit."""
    orders = [
        Order(
            id=f"{code} {len(list(till.store.all_visits()))} {number}",
            payload=CheckIn(code=code, occurred_at=clock.to_text(at), offline=True, **more),
            user="ana",
            role="staff",
            desk=None,
        )
        for number, at in enumerate(times)
    ]
    outcomes, _ = till.store.write([partial(perform, order=order) for order in orders])
    assert all(outcome.error is None for outcome in outcomes)


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


# --- filters -----------------------------------------------------------------------------------------------------


def test_without_a_filter_it_is_everything_newest_first(day: Till) -> None:
    visits, cursor = page(day)
    assert [visit.command_id for visit in visits] == ["d", "c", "b-out", "a-out"]
    assert visits == sorted(day.store.all_visits(), key=lambda visit: visit.check_in_time, reverse=True)
    assert cursor is None


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


def test_filters(day: Till) -> None:
    for wanted, found in FILTERS:
        assert ids(day, **wanted) == found, wanted


def test_one_member(day: Till) -> None:
    day.now += HOUR
    day.check_in("1", id="a2")
    assert ids(day, member_id=stored(day.store, "1").id) == ["a2", "a-out"]


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


# --- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 3, 7, 30, 500])
def test_pages_have_everything_once(till: Till, limit: int) -> None:
    come(till, "1", [NINE - number // 3 * MINUTE for number in range(30)])  # some at the very same time
    found = pages(till, limit=limit)
    assert [len(each) for each in found[:-1]] == [limit] * (len(found) - 1)
    newest_first = sorted(till.store.all_visits(), key=lambda visit: (visit.check_in_time, visit.id), reverse=True)
    assert [id for each in found for id in each] == [visit.id for visit in newest_first]


def test_pages_lose_nothing_and_double_nothing_while_more_come(till: Till) -> None:
    come(till, "1", [NINE - number * MINUTE for number in range(20)])
    before = [visit.id for visit in till.store.all_visits()]
    found: list[str] = []
    cursor: str | None = None
    while True:
        visits, cursor = page(till, limit=3, **({} if cursor is None else {"cursor": cursor}))
        found += [visit.id for visit in visits]
        if cursor is None:
            break
        till.now += MINUTE
        come(till, "2", [till.now, NINE - HOUR])  # one that is newer than all of them, one that is older
    assert [id for id in found if id in before] == before[::-1]
    assert len(found) == len(set(found))


def test_pages_of_a_filter(till: Till) -> None:
    for code in ("1", "2", "3"):
        come(till, code, [NINE - number * MINUTE for number in range(7)])
        come(till, code, [NINE - number * MINUTE for number in range(7)], location="Main door")
    found = pages(till, limit=4, text="meier", location="Main door")
    everything = [id for each in found for id in each]
    expected = {
        visit.id
        for visit in till.store.all_visits()
        if visit.member.full_name.endswith("Meier") and visit.location == "Main door"
    }
    assert len(everything) == len(expected) == 14
    assert set(everything) == expected
    assert [len(each) for each in found] == [4, 4, 4, 2]


def test_a_page_has_room_for_one_message(till: Till) -> None:
    come(till, "1", [NINE - number * MINUTE for number in range(100)], location="🏋" * 1000)
    found = pages(till, limit=500)
    assert len(found) > 1
    assert sum(len(each) for each in found) == len({id for each in found for id in each}) == 100


NONSENSE = ["", "x", "/", "7", "7/", "9" * 60, "9" * 60 + "/x", "1e9/x", "-1/x", "١٢/x", "\x00"]


@pytest.mark.parametrize("cursor", NONSENSE)
def test_a_cursor_that_no_page_ended_with_is_told(till: Till, cursor: str) -> None:
    with pytest.raises(NoPage):
        till.store.list_check_ins(ListCheckIns(cursor=cursor))
    with pytest.raises(NoPage):
        till.store.list_present(10, cursor)


# --- on the wire -------------------------------------------------------------------------------------------------


async def test_a_question_and_its_answer(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana")) as ana,
        Wire.open(server.url, token(gym, "otto")) as otto,
    ):
        came = [(await ana.ask("check_in", {"code": str(n)}, f"c{n}"))["result"] for n in range(5)]
        answer = (await otto.ask("list_check_ins", {"limit": 3}))["result"]
        rest = (await otto.ask("list_check_ins", {"limit": 3, "cursor": answer["cursor"]}, "2"))["result"]
        told = answer["check_ins"] + rest["check_ins"]
        assert told == came[::-1]  # also of two that came in the same millisecond
        assert rest["cursor"] is None
        assert sorted(rest) == ["check_ins", "cursor"]


BAD: list[dict[str, Any]] = [
    {"from": "yesterday"},
    {"from": 7},
    {"from": "2026-11-22"},
    {"from": "2026-02-30T00:00:00Z"},
    {"from": "2026-11-22T25:00:00Z"},
    {"to": "0000-01-01T00:00:00Z"},
    {"to": "2026-11-22T09:00:00"},
    {"to": "2026-11-22T09:00:00+99:00"},
    {"limit": 0},
    {"limit": 501},
    {"status": "gone"},
    {"cursor": ""},
    {"cursor": "nonsense"},
    {"text": "x" * 201},
]


async def test_questions_that_cannot_be(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as wire:
        for wanted in BAD:
            error = (await wire.ask("list_check_ins", wanted))["error"]
            assert (error["code"], error["retryable"]) == ("invalid", False), wanted
            assert error["message"].endswith(".")
        assert (await wire.ask("list_check_ins", {}))["result"] == {"check_ins": [], "cursor": None}


async def test_odd_words_find_nothing_and_break_nothing(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.send("check_in", {"code": "1", "location": "a\x00b"}, "in")
        await wire.until("reply", id="in")
        for wanted, number in (
            ({"text": " ".join("abcdefghijklmnopqrstuvwxyz" * 3)}, 0),
            ({"text": "\x00"}, 1),  # no word at all
            ({"text": "\U0010ffff"}, 1),
            ({"location": "\x00"}, 0),
            ({"location": "a"}, 0),
            ({"location": "a\x00b"}, 1),
            ({"member_id": "\x00"}, 0),
        ):
            answer = (await wire.ask("list_check_ins", wanted))["result"]
            assert len(answer["check_ins"]) == number, wanted
