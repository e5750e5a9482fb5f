"""The title of the history counts as the gym's counters do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.client.desk.history import Answer
from gymtui.client.desk.history_queue import QUEUED, UNTOLD
from gymtui.client.desk.history_words import Question
from gymtui.protocol import CheckInEvent
from gymtui.ui.history import History, visits_words
from tests.factories import visit
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
