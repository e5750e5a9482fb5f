"""A visit keeps who let somebody in and out, and who put it right: in each row, in the filters, in both lists."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import UNSET

from gymtui import clock
from gymtui.client.desk.history import known
from gymtui.client.desk.history_words import Question
from gymtui.protocol import CheckInEvent, Correct, Hand
from gymtui.ui.history import ended_by
from gymtui.ui.history_file import as_csv
from gymtui.visit_hands import COLUMNS, corrected, let_in, let_out
from server.admin import lists
from server.admin.export_file import ExportError
from server.admin.exports import OLDER_CHECK_IN, refuse_to_replace
from server.admin.verify import check
from server.gym.assumed_exit import assumed_exit
from server.gym.commands import perform
from server.store import Outcome, Transaction, opening
from tests.engines import Engine
from tests.factories import TIME, member_row, visit
from tests.gym_kit import stored
from tests.history_kit import page
from tests.till import HOUR, MINUTE, NINE, Till

FRONT, BACK, OFFICE = Hand("ana", "Front"), Hand("ben", "Back"), Hand("mia", "Office")
NOBODY: Final = Hand("", None)


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    """After each test the counters are a recount's, and the journal has each visit as it stands."""
    till = Till(engine.database, *(member_row(str(n), f"Member {n}", visits_left=5) for n in range(1, 6)))
    yield till
    assert till.store.stats() == till.recount()
    till.store.close()
    with opening.audit(engine.database) as tables:
        assert check(tables).wrong == []


def hands(visit: CheckInEvent) -> tuple[Hand | None, Hand | None, Hand | None]:
    return let_in(visit), let_out(visit), corrected(visit)


def automatic(till: Till, visit: CheckInEvent) -> CheckInEvent:
    """What the gym takes for granted at closing."""

    def work(tx: Transaction) -> Outcome | None:
        stands = tx.visit(visit.id)
        return None if stands is None else perform(tx, assumed_exit(stands, till.now))

    till.store.write([work])
    return next(each for each in till.store.all_visits() if each.id == visit.id)


def back_door(till: Till, code: str) -> CheckInEvent:
    return till.check_out(code, user="ben", desk="Back")


def correct(till: Till, visit: CheckInEvent, **what: Any) -> CheckInEvent:
    return till.done(Correct(check_in_id=visit.id, reason="a namesake", **what), user="mia", desk="Office")


def earlier(minutes: int) -> str:
    return clock.to_text(NINE - minutes * MINUTE)


def test_a_row_says_who_did_so_in_the_rows_before_it(till: Till) -> None:
    came = till.check_in("1")
    assert (came.let_in, came.let_out, came.corrected, hands(came)) == (UNSET, UNSET, UNSET, (FRONT, None, None))
    left = back_door(till, "1")
    assert (left.by, left.desk, left.let_in, left.let_out) == ("ben", "Back", FRONT, UNSET)
    assert hands(left) == (FRONT, BACK, None)
    assert hands(till.undo(left.command_id, user="mia", desk="Office")) == (FRONT, None, None)
    assert hands(automatic(till, came)) == (FRONT, NOBODY, None)


def test_a_check_in_that_was_taken_back_keeps_who_let_in(till: Till) -> None:
    taken_back = till.undo(till.check_in("1").command_id, user="mia", desk="Office")
    assert hands(taken_back) == (FRONT, None, None)
    assert (taken_back.by, ended_by(taken_back)) == ("mia", "taken back by mia")


def test_a_correction_says_by_whom_and_keeps_both_ends(till: Till) -> None:
    till.check_in("1")
    other = correct(till, back_door(till, "1"), member_id=stored(till.store, "2").id)
    assert hands(other) == (FRONT, BACK, OFFICE)
    assert ended_by(other) == "Back, ben; corrected by mia"
    assert hands(correct(till, other, check_in_time=earlier(5))) == (FRONT, BACK, OFFICE)


def test_an_open_visit_that_was_put_right_is_let_out_later(till: Till) -> None:
    came = correct(till, till.check_in("1"), check_in_time=earlier(10))
    assert hands(came) == (FRONT, None, OFFICE)
    left = back_door(till, "1")
    assert (left.corrected, hands(left)) == (OFFICE, (FRONT, BACK, OFFICE))


def test_a_forgotten_exit_that_a_manager_tells_is_nobodys(till: Till) -> None:
    forgotten = till.check_in("1")
    till.now += HOUR
    assert hands(correct(till, forgotten, check_out_time=clock.to_text(till.now))) == (FRONT, None, OFFICE)
    assumed = automatic(till, till.check_in("2"))
    begun = correct(till, assumed, check_in_time=earlier(0))
    assert (begun.flags, hands(begun)) == (("corrected", "assumed_out"), (FRONT, NOBODY, OFFICE))
    assert hands(correct(till, begun, check_out_time=earlier(-5))) == (FRONT, None, OFFICE)
    till.check_in("3")
    assert hands(correct(till, back_door(till, "3"), void=True)) == (FRONT, None, OFFICE)


@pytest.fixture
def day(till: Till) -> Till:
    """Of the members 1 to 4, one is let out by the gym, one at Back, one was put right in the office, one is in."""
    for number in "1234":
        till.now += MINUTE
        came = till.check_in(number)
        if number == "1":
            automatic(till, came)
    back_door(till, "2")
    correct(till, till.check_out("3"), check_in_time=earlier(5))
    return till


FILTERS: Final[list[tuple[dict[str, Any], str]]] = [
    ({"desk": "front"}, "4213"),
    ({"by": "ana"}, "4213"),
    ({"desk": "back"}, "2"),
    ({"by": "ben"}, "2"),
    ({"desk": "office"}, "3"),
    ({"by": "mia"}, "3"),
    ({"desk": "fro"}, ""),
    ({"by": "ana", "desk": "back"}, "2"),
]


@pytest.mark.parametrize(("asked", "found"), FILTERS)
def test_either_end_is_found_by_the_server_and_by_a_desk_alone(day: Till, asked: dict[str, Any], found: str) -> None:
    alone = known(Question(**asked), day.store.all_visits())
    for rows in (page(day, **asked)[0], alone):
        assert "".join(row.member.membership_number or "" for row in rows if row.member) == found


def test_both_lists_say_where_and_by_whom(day: Till, engine: Engine, tmp_path: Path) -> None:
    should = [
        ["3", "mia", "Office", "ana", "Front", "ana", "Front", "mia"],
        ["1", "", "", "ana", "Front", "automatic", "", ""],
        ["2", "ben", "Back", "ana", "Front", "ben", "Back", ""],
        ["4", "ana", "Front", "ana", "Front", "", "", ""],
    ]
    lists.check_ins_export(database=str(engine.database), file=tmp_path / "out.csv")
    visits = sorted(day.store.all_visits(), key=lambda visit: visit.check_in_time)
    at_a_desk = as_csv(visits, UTC, refused=False)
    for text in ((tmp_path / "out.csv").read_text(), at_a_desk):
        rows = csv.DictReader(text.lstrip("\ufeff").splitlines())
        assert [[row[name] for name in ("membership_number", "by", "desk", *COLUMNS)] for row in rows] == should


def test_a_list_from_before_there_were_these_columns_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text(",".join(OLDER_CHECK_IN) + "\r\n")
    refuse_to_replace(tmp_path / "out.csv")
    (tmp_path / "out.csv").write_text("mine,and,nobody's\r\n")
    with pytest.raises(ExportError):
        refuse_to_replace(tmp_path / "out.csv")


def test_of_a_row_from_before_it_is_said_who_let_in_while_that_is_known() -> None:
    came = visit(1, "Ana Silva")
    assert hands(came) == (Hand("maria", "desk 2"), None, None)
    gone = visit(2, "Ana Silva", status="checked_out", check_out_time=TIME, by="", desk=None, flags=("assumed_out",))
    assert hands(gone) == (None, NOBODY, None)
    assert ended_by(gone) == "automatic"
