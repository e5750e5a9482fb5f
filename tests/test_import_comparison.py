"""A list beside the gym: who is who, who is new, who is missing, and what is only asked. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from gymtui.protocol import Card, Member
from server.gym.importing.comparison import Comparison, compare
from server.gym.importing.directory import Directory
from tests.factories import NOW

ANA = Member(id="a", full_name="Ana Silva", membership_number="1", external_id="x1", birth_date="1990-01-02")
BEN = Member(id="b", full_name="Ben Ode", membership_number="2", external_id="x2")
CEM = Member(id="c", full_name="Cem Ak", membership_number="3", birth_date="1980-03-04")
GYM = (ANA, BEN, CEM)


def record(name: str, number: str | None = None, external_id: str | None = None, **fields: Any) -> dict[str, object]:
    told = {"full_name": name, "membership_number": number, "external_id": external_id}
    return {field: value for field, value in told.items() if value is not None} | fields


def beside(
    *records: dict[str, object], gym: tuple[Member, ...] = GYM, decisions: dict[int, bool] | None = None
) -> Comparison:
    return compare(gym, enumerate(records, 1), at=NOW, decisions=decisions)


def asked(found: Comparison) -> list[tuple[int, str, str]]:
    return [(question.line, question.doubt, question.member.id) for question in found.questions]


@pytest.mark.parametrize(
    "told",
    [
        record("Ana Abt", "1", "x1"),
        record("Ana Abt", "77", "x1"),
        record("Ana Abt", external_id="x1"),
        record("SILVA, Ána", "1", plan="Gold"),
        record("Ana Silva", "1", birth_date="1990-01-02", plan="Gold"),
    ],
)
def test_a_record_changes_whom_an_id_tells_or_a_number_with_the_name(told: dict[str, object]) -> None:
    found = beside(told)
    [change] = found.changes
    assert (change.after.id, change.before, change.line) == ("a", ANA, 1)
    assert change.after.full_name == told["full_name"]
    assert [member.id for member in found.missing] == ["b", "c"]
    assert (found.questions, found.problems) == ([], [])


@pytest.mark.parametrize(
    "told",
    [
        record("Zoe Zen", "3"),
        record("Cem Ak", "3", birth_date="2010-03-04"),
        record("Zoe Zen", "3", "x9"),
    ],
)
def test_one_number_with_two_people_is_a_question(told: dict[str, object]) -> None:
    found = beside(told)
    assert (found.changes, asked(found)) == ([], [(1, "same number", "c")])
    assert [member.id for member in found.missing] == ["a", "b"]
    [one] = beside(told, decisions={1: True}).changes
    assert (one.after.id, one.after.full_name, one.frees) == ("c", told["full_name"], ())
    two = beside(told, decisions={1: False})
    [new] = two.changes
    assert (new.before, new.after.membership_number, new.frees) == (None, "3", (("c", "3"),))
    assert "c" in [member.id for member in two.missing]


def test_another_id_of_the_program_before_is_another_person_until_somebody_says_otherwise() -> None:
    assert asked(beside(record("Ana Silva", "1", "x7"))) == [(1, "same number", "a")]


def test_a_name_with_its_birth_date_is_a_question_and_never_the_name_alone() -> None:
    found = beside(record("Ak, Cem", "30", birth_date="1980-03-04"))
    assert asked(found) == [(1, "same name", "c")]
    assert found.questions[0].sentence == (
        "Cem Ak is in the gym with another number than Ak, Cem in the list: are they one person?"
    )
    [one] = beside(record("Cem Ak", "30", birth_date="1980-03-04"), decisions={1: True}).changes
    assert (one.after.id, one.after.membership_number) == ("c", "30")
    [two] = beside(record("Cem Ak", "30", birth_date="1980-03-04"), decisions={1: False}).changes
    assert (two.before, two.frees) == (None, ())
    [other] = beside(record("Cem Ak", "30")).changes
    assert other.before is None


def test_a_list_that_knows_names_alone_is_asked_about_unless_nothing_changes() -> None:
    same = beside(record("Cem Ak", birth_date="1980-03-04"), record("Ben Ode"))
    assert (same.unchanged, same.changes, same.questions) == (2, [], [])
    assert asked(beside(record("Cem Ak", plan="Gold"))) == [(1, "same name", "c")]
    [new] = beside(record("Cem Ak", birth_date="2000-01-01")).changes
    assert new.before is None


def test_a_number_moves_where_the_list_itself_says_so() -> None:
    swapped = beside(record("Ana Silva", "2", "x1"), record("Ben Ode", "1", "x2"))
    assert (swapped.questions, swapped.problems) == ([], [])
    assert [swapped.after.by_id[id].membership_number for id in "ab"] == ["2", "1"]
    left = beside(record("Zoe Zen", "1", "x9"), record("Ana Silva", "10", "x1"))
    assert (left.questions, left.problems) == ([], [])
    assert {change.after.full_name: change.after.membership_number for change in left.changes} == {
        "Zoe Zen": "1",
        "Ana Silva": "10",
    }


def test_a_number_that_would_leave_somebody_whom_the_list_does_not_name_is_asked_about() -> None:
    told = record("Ana Silva", "2", "x1")
    found = beside(told)
    assert (asked(found), found.changes) == ([(1, "moved", "b")], [])
    [change] = beside(told, decisions={1: True}).changes
    assert change.frees == (("b", "2"),)
    assert beside(told, decisions={1: False}).problems == [(1, "the number 2 belongs to Ben Ode")]


def test_what_is_deleted_holds_no_number_back_and_comes_back_under_its_own_name() -> None:
    gone = Member(id="g", full_name="Gil Go", membership_number="9", deleted=True)
    [new] = beside(record("Zoe Zen", "9"), gym=(gone,)).changes
    assert (new.before, new.frees) == (None, (("g", "9"),))
    [back] = beside(record("Gil Go", "9"), gym=(gone,)).changes
    assert (back.after.id, back.after.deleted) == ("g", False)


@pytest.mark.parametrize(
    "told",
    [record("Ana Silva", "1"), record("Ana Silva", external_id="x1"), record("Zoe Zen", "1")],
)
def test_two_records_are_never_one_member(told: dict[str, object]) -> None:
    found = beside(record("Ana Silva", "1", "x1"), told)
    assert found.unchanged == 1
    assert [problem.line for problem in found.problems] == [2]


def test_an_empty_value_clears() -> None:
    refused = Member(id="r", full_name="Rita Ro", membership_number="5", payment_overdue=True, visits_left=0)
    [change] = beside(record("Rita Ro", "5", payment_overdue=False, visits_left=None), gym=(refused,)).changes
    assert (change.after.payment_overdue, change.after.visits_left) == (False, None)


def test_neither_guests_nor_the_deleted_are_missing() -> None:
    gym = (ANA, Member(id="g", full_name="Guest", guest=True), Member(id="d", full_name="Gone", deleted=True))
    assert [member.id for member in beside(gym=gym).missing] == ["a"]


@pytest.mark.parametrize(
    ("told", "decisions"),
    [
        (record("Ana Silva", "2", "x1"), None),  # a card of Ben's, of which nobody has said that it moves
        (record("Ana Silva", "2", "x1"), {1: False}),
        (record("Ben Ode", "1"), None),  # a number of Ana's
    ],
)
def test_who_is_in_a_row_that_is_left_out_is_not_missing(
    told: dict[str, object], decisions: dict[int, bool] | None
) -> None:
    found = beside(told, decisions=decisions)
    assert (found.changes, [member.id for member in found.missing]) == ([], ["c"])


@pytest.mark.parametrize("text", ["a", "x1", "1", "SILVA, Ána"])
def test_who_is_named_by_a_row_that_cannot_be_read_is_not_missing(text: str) -> None:
    assert [member.id for member in compare(GYM, [], at=NOW, named=["?", text]).missing] == ["b", "c"]


def test_who_is_there_then_is_without_those_who_are_missing() -> None:
    found = beside(record("Ana Silva", "1", "x1"))
    assert {m.id: m.status for m in found.there_with("keep")} == dict.fromkeys("abc", "active")
    assert {m.id: m.status for m in found.there_with("inactive")} == {"a": "active", "b": "inactive", "c": "inactive"}


def test_two_cards_leave_one_holder_together() -> None:
    two = Member(id="t", full_name="Two", membership_number="7", cards=(Card(code="7"), Card(code="B")), deleted=True)
    found = beside(record("Zoe Zen", "7", cards=(Card(code="B"),)), gym=(two,))
    assert found.changes[0].frees == (("t", "7"), ("t", "B"))
    assert found.after.by_id["t"].membership_number is None


@pytest.mark.parametrize("number", ["new", None])
def test_of_many_namesakes_few_are_looked_at_for_each_row(monkeypatch: pytest.MonkeyPatch, number: str | None) -> None:
    looked_at, named = list[Member](), Directory.named

    def noted(directory: Directory, *asked: Any) -> Iterator[Member]:
        for member in named(directory, *asked):
            looked_at.append(member)
            yield member

    monkeypatch.setattr(Directory, "named", noted)
    births = [str(date(1950, 1, 1) + timedelta(days=n)) for n in range(300)]
    gym = tuple(Member(id=birth, full_name="Ana Silva", birth_date=birth) for birth in births)
    records = [record("Silva, Ana", number and f"{number}{birth}", birth_date=birth) for birth in births]
    assert len(beside(*records, gym=gym).questions) == 300
    assert len(looked_at) == 300


def test_of_many_whom_nothing_tells_apart_each_is_found_once_and_soon() -> None:
    gym = tuple(Member(id=str(n), full_name="Ana Silva") for n in range(300))
    found = beside(*[record("Ana Silva")] * 300, gym=gym)
    assert (found.unchanged, found.missing, found.questions) == (300, [], [])
