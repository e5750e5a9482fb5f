"""What a list may hold by accident: a line of totals, dates typed by hand among real ones, a text that is no list."""

from __future__ import annotations

import pytest

from gymtui.importing.rows import MembersFileError
from tests.member_lists_kit import looked, people


@pytest.mark.parametrize(
    "total",
    [
        "Total,5060 members,,=SUM(D2:D9)",
        ",Summe:,2 Mitglieder,120.50",
        "2 members,,,",
        "Total,2,,3 open",
    ],
)
def test_a_line_of_totals_is_nobody(total: str) -> None:
    seen = looked(f"Surname,First Name,Status,Barcode\nSum,Ana,Active,1\nTotal,Ben,Active,2\n{total}\n".encode())
    assert [(problem.line, problem.sentence) for problem in seen.left_out] == [(4, "is a total, and nobody")]
    assert {"Ana Sum", "Ben Total"} <= set(people(seen))


def test_a_question_about_rows_shows_some_of_them() -> None:
    seen = looked(b"Name,Barcode,Status\nAna,1,Active\nBen Ode,22,\nCem,3,\nDea,4,\n")
    (question,) = [question for question in seen.questions if question.key == "nothing said"]
    assert question.text.startswith("3 rows have nothing in what says who may come in (status), such as line 3: ")
    assert "Ben Ode, 22; line 4: Cem, 3." in question.text


def test_a_date_that_is_certain_needs_no_question_and_asks_none_of_the_others() -> None:
    seen = looked(
        b"Name,Barcode,Ends\nAna,1,2024-12-31\nBen,2,21.11.2026\nCem,3,2027-01-31 00:00:00\nDea,4,01.02.2027\n"
    )
    assert (seen.questions, seen.left_out) == ([], [])
    assert [member.valid_until for member in people(seen).values()] == [
        "2024-12-31",
        "2026-11-21",
        "2027-01-31",
        "2027-02-01",
    ]


def test_of_the_others_one_that_is_uncertain_is_asked() -> None:
    list = b"Name,Barcode,Ends\nAna,1,2024-12-31\nBen,2,01/02/2027\nCem,3,2027-01-31\nDea,4,03/02/2027\n"
    (question,) = looked(list).questions
    assert question.text == "Which day is “01/02/2027” in “Ends”?"
    assert question.choices == {"30/11/2026": "1 February 2027", "11/30/2026": "2 January 2027"}
    found = people(looked(list, {question.key: "11/30/2026"}))
    assert [member.valid_until for member in found.values()] == ["2024-12-31", "2027-01-02", "2027-01-31", "2027-03-02"]


LETTER = """Dear members,

as of January, the gym, its sauna, and the pool close at ten,
the doors, as ever, an hour later.
Whoever has a card from before the summer, please bring it to the desk,
where it is exchanged.
"""


def test_a_text_is_no_list() -> None:
    with pytest.raises(MembersFileError, match="reads as a text, and not as a list"):
        looked(LETTER.encode())


@pytest.mark.parametrize(
    "text",
    [
        "Name\nAna Maria del Carmen Silva\nBen Ode\nCem Abt\n",
        "Who,Said\nAna Silva,came in the winter and has never been seen again since then\nBen,would like a towel\n",
        "Who,Said,\nAna Silva\nBen\nCem Abt\n",
    ],
)
def test_a_list_of_one_column_or_with_long_notes_is_one(text: str) -> None:
    assert looked(text.encode()).table.rows
