"""Pages of visits, their cursors, and the same on the wire."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gymtui import clock
from gymtui.protocol import CheckIn, ListCheckIns, ListRefusals
from server.gym.commands import perform
from server.gym.orders import Order
from server.store import NoPage
from server.store.sql import history
from tests.engines import on_sqlite
from tests.gym_kit import stored, token
from tests.history_kit import page, till
from tests.kit import Wire, serving
from tests.sqlite_kit import reader_of
from tests.till import HOUR, MINUTE, NINE, Till

__all__ = ["till"]


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


NONSENSE = ["", "x", "/", "7", "7/", "9" * 60, "9" * 60 + "/x", "1e9/x", "-1/x", "١٢/x", "\x00"]


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


def test_a_page_looks_through_so_many_visits_and_goes_on_from_there(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "LOOKED", 10)
    come(till, "2", [NINE - HOUR])
    come(till, "1", [NINE - number * MINUTE for number in range(25)])
    come(till, "2", [NINE + HOUR])
    till.now += HOUR
    come(till, "2", [till.now], location="Pool")
    assert [len(found) for found in pages(till, location="Pool")] == [1, 0, 0]
    assert [len(found) for found in pages(till, limit=7)] == [7, 7, 7, 7]  # what is not looked through is not slower
    assert pages(till, location="nowhere", member_id=stored(till.store, "2").id) == [[]]


WALKED: list[tuple[dict[str, Any], str]] = [
    ({}, "visits_by_time ((check_in_at,id)<(?,?))"),
    ({"to": "2026-11-22T09:00:00Z", "desk": "2"}, "visits_by_time ((check_in_at,id)<(?,?))"),
    ({"at": "2026-11-22T09:00:00Z"}, "visits_by_time (check_in_at>? AND (check_in_at,id)<(?,?))"),
    ({"status": "checked_in"}, "visits_present ((check_in_at,id)<(?,?))"),
    ({"text": "meier"}, "visits_by_member (member_id=? AND check_in_at<?)"),
    (
        {"member_id": "x", "from": "2026-11-22T09:00:00Z"},
        "visits_by_member (member_id=? AND check_in_at>? AND check_in_at<?)",
    ),
]


@on_sqlite
@pytest.mark.parametrize(("wanted", "index"), WALKED)
def test_no_page_walks_through_the_table(till: Till, wanted: dict[str, Any], index: str) -> None:
    asked = history.visits_wanted(msgspec.convert(wanted, ListCheckIns), reader_of(till.store))
    plans = [plan(till, asked.page(5)), plan(till, asked.end())]
    assert [index in steps for steps in plans] == [True, True], plans
    assert not any("SCAN visits" in steps for steps in plans), plans


def test_the_first_of_several_pages_says_how_many_visits_there_are(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        till.now += HOUR
        till.check_in("1", id=f"in{number}")
        till.check_out("1", id=f"out{number}")
    till.check_in("2", id="mistaken")
    till.undo("mistaken")  # was none
    till.check_in("3", id="twice")
    till.undo("out5")  # is open again, and one still
    come(till, "3", [till.now])  # a clash
    assert in_all(till, limit=2) == (2, 7)
    assert in_all(till, limit=2, text="zoe") == (2, 6)
    assert in_all(till, limit=2, status="checked_out", text="zoe") == (2, 5)
    assert in_all(till, limit=20) == (9, None)  # these are all
    assert in_all(till, limit=2, cursor=page(till, limit=2)[1]) == (2, None)
    monkeypatch.setattr(history, "LOOKED", 9)
    assert in_all(till, limit=2) == (2, None)
    monkeypatch.setattr(history, "LOOKED", 10)
    assert in_all(till, limit=2) == (2, 7)


def in_all(till: Till, **wanted: Any) -> tuple[int, int | None]:
    """How many rows a page has, and how many visits there are besides."""
    visits, _, number = till.store.list_check_ins(msgspec.convert(wanted, ListCheckIns))
    return len(visits), number


@on_sqlite
def test_neither_does_one_of_refusals(till: Till) -> None:
    asked = history.refusals_wanted(msgspec.convert({"from": "2026-11-22T09:00:00Z", "text": "meier"}, ListRefusals))
    for question in (asked.page(5), asked.end()):
        assert "SEARCH journal USING INDEX refusals_by_time (<expr>>? AND <expr><?)" in plan(till, question)


def plan(till: Till, question: tuple[Any, ...]) -> str:
    """How the engine goes about it."""
    sql, *values = question
    return "\n".join(row[3] for row in reader_of(till.store).execute(f"EXPLAIN QUERY PLAN {sql}", values))


def test_a_page_has_room_for_one_message(till: Till) -> None:
    come(till, "1", [NINE - number * MINUTE for number in range(100)], location="🏋" * 1000)
    found = pages(till, limit=500)
    assert len(found) > 1
    assert sum(len(each) for each in found) == len({id for each in found for id in each}) == 100


@pytest.mark.parametrize("cursor", NONSENSE)
def test_a_cursor_that_no_page_ended_with_is_told(till: Till, cursor: str) -> None:
    with pytest.raises(NoPage):
        till.store.list_check_ins(ListCheckIns(cursor=cursor))
    with pytest.raises(NoPage):
        till.store.list_present(10, cursor)


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
