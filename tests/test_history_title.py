"""The title of the history counts as the gym's counters do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.client.desk.history import Answer, Past, after
from gymtui.client.desk.history_queue import QUEUED, UNTOLD
from gymtui.client.desk.history_words import Question
from gymtui.protocol import CheckInEvent
from gymtui.ui.history import History, visits_words
from tests.factories import refusal, visit
from tests.ui_front_desk_kit import ANA

CAME = visit(1, ANA, minutes=10)
UNDONE = replace(CAME, status="checked_out", flags=("undone",))
CLASH = replace(CAME, flags=("clash",))


@pytest.mark.parametrize(
    ("visits", "words"),
    [
        ((), "0 visits"),
        ((CAME,), "1 visit"),
        ((CAME, CAME, UNDONE, CLASH, CLASH), "2 visits, 1 undone, 2 clashes"),
        ((CAME, CLASH), "1 visit, 1 clash"),
        ((CAME, replace(CAME, flags=(QUEUED, UNTOLD))), "1 visit, 1 queued"),
        ((replace(CAME, status="checked_out", flags=(QUEUED,)),), "1 visit"),
    ],
)
def test_what_the_counters_leave_out_is_told_beside_it(visits: tuple[CheckInEvent, ...], words: str) -> None:
    assert visits_words(visits) == words


@pytest.mark.parametrize(
    ("history", "chosen"),
    [
        ({}, "v2"),  # the newest that counts
        ({"text": ""}, None),  # nobody was typed for
        ({"asked": Question(text="ben")}, None),  # what was typed for is not there yet
        ({"chosen": "v1"}, "v1"),
    ],
)
def test_the_newest_visit_that_was_typed_for_may_be_meant(history: dict[str, str], chosen: str | None) -> None:
    question = Question(text="ana")
    rows = (replace(visit(3, ANA), flags=("clash",)), visit(2, ANA, minutes=5), CAME)
    shown = History(text="ana", asked=question, answer=Answer(question=question, rows=rows))
    assert replace(shown, **history).with_newest().chosen == chosen


@pytest.mark.parametrize(
    ("question", "text", "cursor", "words"),
    [
        (Question(), "yesterday", "1/x", "the newest 2 of 157 visits"),
        (Question(), "", "1/x", "the newest 2 of 201 visits"),  # today has the gym's own counter
        (Question(at=1), "y1820", "1/x", "the newest 2 of 157 people"),
        (Question(refused=True), "refused", "1/x", "the newest 13 of 157 refused"),
        (Question(), "yesterday", None, "2 visits"),
        (Question(at=1), "y1820", None, "2 people"),
        (Question(refused=True), "refused", None, "13 refused"),
    ],
)
def test_of_how_many_these_are_the_newest_is_said_before_anybody_asks_for_the_rest(
    question: Question, text: str, cursor: str | None, words: str
) -> None:
    rows: tuple[Past, ...] = (CAME, replace(CAME, id="other"))
    if question.refused:
        rows = (refusal(7), replace(refusal(8), count=12))
    answer = Answer(question=question, rows=rows, cursor=cursor, in_all=157)
    assert History(text=text, answer=answer, counted=201).words == f"{question.when}: {words}"


def test_what_comes_meanwhile_is_one_more_of_all() -> None:
    answer = Answer(rows=(CAME,), cursor="1/x", in_all=157)
    assert after(answer, [replace(CAME, id="new", seq=2, check_in_time="2027-01-01T00:00:00.000Z")]).in_all == 158
    assert after(answer, [replace(CAME, seq=2)]).in_all == 157
