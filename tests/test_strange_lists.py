"""What a list does not say in words that are known is asked; where something is not read, that is said."""

from __future__ import annotations

import pytest

from gymtui.importing.looking import Look
from gymtui.importing.questions import Questions
from gymtui.importing.sources import _one_of, lines_of
from tests.member_lists_kit import comes_in, looked, people


def one_column(heading: str, *cells: str) -> Look:
    rows = "".join(f"Ana {n},{n},no,{cell}\n" for n, cell in enumerate(cells))
    return looked(f"Full Name,Barcode,Archived,{heading}\n{rows}".encode())


@pytest.mark.parametrize(
    ("heading", "cells", "offered"),
    [
        ("Went", ("2026-02-14", "", ""), "valid_until"),  # a day for a few, and long ago
        ("Kto", ("-25.00", "0", "10"), "balance"),
        ("Tickets remaining", ("3", "2", "14"), "visits_left"),
        ("Lock-out until", ("2025-01-01", "2025-02-01", "2025-03-01"), "frozen_until"),
        ("May enter", ("yes", "no", "yes"), "banned"),
    ],
)
def test_what_may_keep_somebody_out_is_asked(heading: str, cells: tuple[str, ...], offered: str) -> None:
    [question] = one_column(heading, *cells).questions
    assert question.is_open
    assert offered in question.choices


@pytest.mark.parametrize(
    ("heading", "cells"),
    [("Went", ("2026-02-14", "2026-02-15", "2026-02-16")), ("Household", ("3", "2", "14")), ("Kto", ("25", "0", "1"))],
)
def test_what_cannot_is_ignored_and_says_so(heading: str, cells: tuple[str, ...]) -> None:
    seen = one_column(heading, *cells)
    assert (seen.questions, seen.columns[3].field) == ([], "")
    assert seen.columns[3].why.startswith("nobody knows its heading")


def test_nothing_is_no_where_all_others_have_a_yes_and_that_is_said() -> None:
    seen = looked(b"Name,Barcode,Active,Paid,Ends\nAna,1,x,x,2027-01-31\nBen,2,,x,2027-01-31\nCem,3,x,,2027-01-31\n")
    found = people(seen)
    assert {name: (comes_in(member), member.payment_overdue) for name, member in found.items()} == {
        "Ana": (True, False),
        "Ben": (False, False),
        "Cem": (True, True),
    }
    assert seen.table.notes == [
        "“Active” has yes or nothing: nothing means no.",
        "“Paid” has yes or nothing: nothing means no.",
    ]


def test_who_is_neither_active_nor_not_is_asked_about() -> None:
    seen = looked(b"Name,Barcode,Active,Ends\nAna,1,yes,2027-01-31\nBen,2,,2027-01-31\nCem,3,no,2027-01-31\n")
    assert [question.key for question in seen.questions] == ["nothing said"]
    assert {name for name, member in people(seen).items() if comes_in(member)} == {"Ana"}


def test_a_block_with_a_last_day_is_over_on_the_next() -> None:
    seen = looked(
        b"Name,Barcode,Ends,Blocked until\nAna,1,2027-06-01,2026-11-27\nBen,2,2027-06-01,2026-11-26\n"
        b"Cem,3,2027-06-01,\nDea,4,2027-06-01,for ever\n"
    )
    found = people(seen)
    assert {name: (member.status, member.frozen_until) for name, member in found.items()} == {
        "Ana": ("frozen", "2026-11-28"),
        "Ben": ("active", None),
        "Cem": ("active", None),
    }
    assert [problem.line for problem in seen.left_out] == [5]


def test_rows_of_one_name_and_nothing_else_may_be_one_person() -> None:
    content = b"First Name,Last Name,Ends\nAna,Silva,2026-01-31\nAna,Silva,2027-01-31\nBen,Ode,2026-01-31\n"
    [question] = looked(content).questions
    assert question.text.startswith("“Ana Silva” has 2 rows with nothing that tells people apart (line 2).")
    assert question.is_open
    for answer, count in (("one person", 2), ("different people", 3)):
        assert len(looked(content, {"rows of one name": answer}).rows) == count


def test_a_heading_that_nobody_knows_is_found_by_any_delimiter() -> None:
    assert looked(b"Ich;Du\nAna Silva;a\nBen Ode;b\n").table.heading == ["Ich", "Du"]


def test_of_several_tables_those_that_are_not_read_are_named() -> None:
    known, other, empty = [(1, ["Name", "Barcode"]), (2, ["Ana", "1"])], [(1, ["x", "y"])], [(1, ["", ""])]
    one = _one_of({"Members": known, "Left": other, "Empty": empty}, Questions({}))  # type: ignore[dict-item]
    assert (one.lines, one.notes) == (known, ("Not read: Left (1 rows).",))
    alone = _one_of({"Empty": empty, "Left": other}, Questions({}))  # type: ignore[dict-item]
    assert (alone.lines, alone.notes) == (other, ())
    asking = Questions({})
    _one_of({"A": other, "B": other}, asking)  # type: ignore[dict-item]
    assert list(asking.asked) == ["table"]
    assert lines_of(b"<table><tr><td>x<td>y</table>", Questions({})).lines == other
