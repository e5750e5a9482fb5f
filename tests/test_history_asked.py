"""The history as a desk asks for it: the server, page by page, and its own copy where there is nobody to ask."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from msgspec import Raw
from msgspec.structs import replace

from gymtui import codec
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.history import PAGE, Answer, HistoryReader, after, known, refusals_of, visits_of
from gymtui.client.desk.history_words import Question
from gymtui.client.errors import Disconnected
from gymtui.client.replica.replica import Replica
from gymtui.protocol import CheckIn, CheckInEvent, CheckIns, ListCheckIns, ListRefusals, Refusal, Refusals, Request
from tests.history_kit import page, till
from tests.till import HOUR, MINUTE, NINE, Till

__all__ = ["till"]

ASKED = [
    Question(),
    Question(since=NINE + HOUR),
    Question(until=NINE + HOUR),
    Question(at=NINE + HOUR),
    Question(at=NINE + 30 * MINUTE),
    Question(at=NINE + 25 * HOUR),
    Question(status="checked_in"),
    Question(status="checked_out"),
    Question(text="mei an"),
    Question(text="100"),
    Question(text="nobody"),
    Question(desk="2"),
    Question(desk="front"),
    Question(by="mia"),
    Question(refused=True),
    Question(refused=True, text="zoe", desk="front"),
    Question(refused=True, until=NINE + HOUR),
]


@pytest.fixture
def day(till: Till) -> Till:
    """Some visits, an hour apart, and refusals between them."""
    till.check_in("1")
    till.give(CheckIn(code="1"))
    till.now += 40 * MINUTE
    till.check_out("1")
    till.now += 20 * MINUTE
    till.check_in("2", user="mia", desk="Desk 2")
    till.give(CheckIn(code="2"), user="mia", desk="Desk 2")
    till.now += HOUR
    till.check_in("3")
    till.check_in("100200", id="mistake")
    till.undo("mistake")
    return till


@pytest.mark.parametrize("question", ASKED, ids=str)
def test_a_desk_alone_answers_as_the_server_would(day: Till, question: Question) -> None:
    events = journal(day)
    if question.refused:
        found = day.store.list_refusals(refusals_of(question))[0]
        assert list(known(question, events)) == [msgspec.json.decode(row, type=Refusal) for row in found]
    else:
        asked = msgspec.json.decode(codec.encode(visits_of(question)))
        assert list(known(question, events)) == page(day, **asked)[0]


def journal(till: Till) -> list[CheckInEvent | Refusal]:
    kinds: dict[str, Any] = {CheckInEvent.type: CheckInEvent, Refusal.type: Refusal}
    return [
        msgspec.json.decode(row.payload, type=kinds[row.type]) for row in till.store.read(0, 100) if row.type in kinds
    ]


class Asked:
    """A service that gives these answers, and then none."""

    def __init__(self, *answers: CheckIns | Refusals) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []

    async def request(self, request: Request) -> Raw:
        self.requests.append(request)
        if not self.answers:
            raise Disconnected("There is no connection to the server.")
        return Raw(codec.encode(self.answers.pop(0)))


def reader(service: Asked, events: Sequence[CheckInEvent | Refusal] = ()) -> HistoryReader:
    visits = SimpleNamespace(recent=lambda limit: list(events[-limit:]), present=list)
    replica = SimpleNamespace(visits=visits)
    return HistoryReader(cast(WebSocketService, service), cast(Replica, replica), clock=lambda: NINE)


async def test_pages_on_which_nothing_is_are_passed_over(day: Till) -> None:
    visits = tuple(page(day)[0])
    service = Asked(CheckIns((), "1/a"), CheckIns(visits[:1], "2/b"), CheckIns((), "3/c"), CheckIns(visits[1:], None))
    history = reader(service)
    first = await history.ask(Question(desk="2"))
    assert (first.rows, first.cursor, first.problem) == (visits[:1], "2/b", None)
    both = await history.more(first)
    assert (both.rows, both.cursor) == (visits, None)
    assert await history.more(both) == both
    assert [request.cursor for request in service.requests if isinstance(request, ListCheckIns)] == [
        None, "1/a", "2/b", "3/c",
    ]  # fmt: skip


async def test_without_a_server_it_is_what_the_desk_knows_and_says_so(day: Till) -> None:
    events = journal(day)
    answer = await reader(Asked(), events).ask(Question(status="checked_in"))
    assert [visit.member.full_name for visit in answer.rows if visit.member] == ["Anna Meier", "Ben Meier"]
    assert (answer.problem, answer.cursor, answer.as_of) == ("not connected", None, NINE)


async def test_a_page_that_does_not_come_leaves_what_there_is(day: Till) -> None:
    answer = Answer(rows=tuple(page(day)[0]), cursor="1/a")
    assert await reader(Asked()).more(answer) == answer


async def test_refusals_are_asked_for_by_themselves() -> None:
    service = Asked(Refusals((), None))
    await reader(service).ask(Question(refused=True, since=NINE, by="mia"))
    assert service.requests == [ListRefusals(from_="2026-11-22T09:00:00.000Z", by="mia", limit=PAGE)]


def test_what_has_happened_since_is_among_it_where_it_fits(day: Till) -> None:
    first, *rest = page(day)[0]
    answer = Answer(question=Question(status="checked_in"), rows=tuple(rest[:1]), cursor="1/a")
    now = replace(rest[0], check_out_time=first.check_in_time, status="checked_out", seq=99)
    assert after(answer, [replace(first, status="checked_in", check_out_time=None), now]).rows[0].id == first.id
    assert [row.id for row in after(answer, [now]).rows] == []
    assert after(answer, [rest[-1]]).rows == answer.rows  # further down than it goes
    assert after(replace(answer, cursor=None), [replace(rest[-1], status="checked_in")]).rows[-1].id == rest[-1].id
