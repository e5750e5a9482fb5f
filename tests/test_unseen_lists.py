"""A list that nobody has seen: more is asked, nothing is guessed, and nobody comes in before it is answered."""

from __future__ import annotations

import pytest

from gymtui.importing.rows import MembersFileError
from tests.member_lists_kit import comes_in, looked, people

ODD = """Chalk Talk export,,,,,,
Who,Plate,Runs to,Standing,Settled,Colour,Born
Ana Silva,A-17,03/04/2027,good egg,yes,red 1,14/03/1990
Ben Ode,A-18,05/06/2026,good egg,yes,blue 2,25/12/1988
Cem Abt,A-19,07/08/2027,bad egg,no,green 3,30/07/2001
Dea Ott,A-20,09/10/2027,bad egg,no,grey 4,31/07/2001
"""
ANSWERS = {
    "which is full_name": "Who",
    "which is membership_number": "Plate",
    "column Runs to": "valid_until",
    "column Standing": "status",
    "column Settled": "ignore",
    "dates of Runs to": "30/11/2026",
    "Standing: good egg": "active",
}


def test_everything_is_asked_and_nothing_is_guessed() -> None:
    answers: dict[str, str] = {}
    for _ in range(4):  # an answer may lead to another question
        seen = looked(ODD.encode(), answers)
        answers |= {question.key: ANSWERS.get(question.key, "") for question in seen.questions}
        answers = {key: answer for key, answer in answers.items() if answer}
    assert set(answers) == set(ANSWERS)
    assert {question.key for question in seen.questions if not question.answer} == {"Standing: bad egg"}
    found = people(seen)
    assert {name: comes_in(member) for name, member in found.items()} == {
        "Ana Silva": True,
        "Ben Ode": False,
        "Cem Abt": False,
        "Dea Ott": False,
    }
    assert found["Ana Silva"].valid_until == "2027-04-03"
    assert found["Ana Silva"].membership_number == "A-17"


@pytest.mark.parametrize("open", [key for key in ANSWERS if not key.startswith("Standing")])
def test_while_one_is_open_nothing_can_be_imported(open: str) -> None:
    seen = looked(ODD.encode(), {key: answer for key, answer in ANSWERS.items() if key != open})
    assert [question.key for question in seen.open] == [open]


def test_a_column_that_nobody_knows_is_in_the_plan_with_its_values() -> None:
    columns = {column.heading: column for column in looked(ODD.encode(), ANSWERS).columns}
    assert columns["Colour"].field == ""
    assert columns["Colour"].shown == ["red 1", "blue 2", "green 3"]


@pytest.mark.parametrize(
    ("heading", "cells", "question"),
    [
        ("Paid to", ("01/02/2027", "03/04/2027"), "column Paid to"),
        ("Last visit", ("31/12/2026", "30/12/2026"), "column Last visit"),
        ("Allowed", ("yes", "no"), "column Allowed"),
        ("Level of love", ("much", "much"), "column Level of love"),
        ("Ends", ("01/02/2027", "03/04/2027"), "dates of Ends"),
        ("Ends", ("13/02/2027", "02/13/2027"), "dates of Ends"),
        ("Punches", ("3/10", "4/10"), "visits of Punches"),
        ("Balance", ("-25.00", "0"), "sign of Balance"),
        ("Status", ("Active", "Odd"), "Status: odd"),
        ("Status", ("Active", ""), "nothing said"),
        ("Member Name", ("Ana A", "Ben B"), "which is full_name"),
        ("Expires,Renewal date", ("2027-01-31,2027-02-28", "2027-01-31,2027-02-28"), "which is valid_until"),
        ("Frozen", ("2026-10-01", "soon"), "column Frozen"),
        ("Past due", ("since October 1", "letter sent"), "column Past due"),
        ("Access hours", ("24/7", "off-peak"), "column Access hours"),
        ("Valid until", ("46022", "46023"), "column Valid until"),
        ("Status", tuple(f"word {n}" for n in range(20)), "column Status"),
        ("First Name", ("Ana", "Ben"), None),
        ("Access hours", ("06:00-14:00", ""), None),
        ("Visits", ("57", "3"), None),
        ("Gender", ("F", "M"), None),
        ("Membership", ("Gold", "no_membership"), None),
    ],
)
def test_what_has_two_meanings_is_asked(heading: str, cells: tuple[str, ...], question: str | None) -> None:
    rows = "".join(f"Ana {number},{number},no,{cell}\n" for number, cell in enumerate(cells))
    content = f"Full Name,Barcode,Archived,{heading}\n{rows}"
    assert [one.key for one in looked(content.encode()).questions] == ([question] if question else [])


def test_visits_that_were_made_are_none_that_are_left() -> None:
    seen = looked(b"Name,Barcode,Status,Visits,Total Visits\nAna,1,Active,57,90\nBen,2,Lapsed,0,0\n")
    assert [column.field for column in seen.columns[3:]] == ["", ""]
    assert people(seen)["Ana"].visits_left is None


TWO = b"Name,Barcode,Status\nAna Silva,7,Active\nBen Ode,7,Active\nana  silva,7,Lapsed\nCem Abt,8,Active\n"


def test_whose_a_number_of_two_people_is_is_asked_and_until_then_neither_comes_in() -> None:
    seen = looked(TWO)
    [asked] = seen.questions
    assert asked.text == "The number 7 is that of Ana Silva (line 2) and Ben Ode (line 3). Whose is it?"
    assert list(asked.choices) == ["line 2", "line 3", "nobody's", "left out"]
    assert (asked.answer, asked.is_open) == ("", False)
    assert set(people(seen)) == {"Cem Abt"}
    assert [(problem.line, problem.sentence) for problem in seen.left_out] == [
        (2, "the number 7 is that of Ana Silva (line 2) and Ben Ode (line 3)"),
        (3, "the number 7 is that of Ana Silva (line 2) and Ben Ode (line 3)"),
    ]


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("line 2", {"Ana Silva": "7", "Ben Ode": None, "Cem Abt": "8"}),
        ("line 3", {"Ana Silva": None, "Ben Ode": "7", "Cem Abt": "8"}),
        ("nobody's", {"Ana Silva": None, "Ben Ode": None, "Cem Abt": "8"}),
        ("left out", {"Cem Abt": "8"}),
    ],
)
def test_a_number_is_whose_somebody_says_it_is(answer: str, numbers: dict[str, str | None]) -> None:
    seen = looked(TWO, {"number 7": answer})
    assert {name: member.membership_number for name, member in people(seen).items()} == numbers


def test_a_number_that_a_crowd_has_is_nobodys() -> None:
    rows = "".join(f"Ana {n},0,Active\n" for n in range(20))
    content = f"Name,Barcode,Status\n{rows}Ben,1,Lapsed\n".encode()
    [asked] = looked(content).questions
    assert asked.text == (
        "The number 0 is that of Ana 0 (line 2), Ana 1 (line 3), Ana 2 (line 4) and 17 more. Whose is it?"
    )
    assert list(asked.choices) == ["nobody's", "left out"]
    assert len(people(looked(content, {"number 0": "nobody's"}))) == 21


def test_many_such_numbers_are_one_question() -> None:
    rows = "".join(f"Ana {n},{n},Active\nBen {n},{n},Lapsed\n" for n in range(5))
    content = f"Name,Barcode,Status\n{rows}".encode()
    key = "numbers of several people"
    [asked] = looked(content).questions
    assert (asked.key, list(asked.choices)) == (key, ["nobody's", "left out", "one by one"])
    assert asked.text.startswith("5 numbers are those of several people: 0 of Ana 0 (line 2) and Ben 0 (line 3); 1 of")
    assert len(people(looked(content, {key: "nobody's"}))) == 10
    assert len(people(looked(content, {key: "left out"}))) == 0
    seen = looked(content, {key: "one by one", "number 3": "line 8"})
    assert [one.key for one in seen.questions] == [key, *(f"number {n}" for n in range(5))]
    assert set(people(seen)) == {"Ana 3", "Ben 3"}


def test_several_columns_of_cards_are_several_cards() -> None:
    content = b"Name,Member No.,Key tag,Status\nAna,7,K7,Active\nBen,8,,Lapsed\nCem,9,K7,Active\n"
    seen = looked(content)
    found = people(seen)
    assert (found["Ben"].membership_number, found["Ben"].cards) == ("8", ())
    assert [problem.line for problem in seen.left_out] == [2, 4]
    found = people(looked(content, {"number K7": "line 2"}))
    assert [card.code for card in found["Ana"].cards] == ["7", "K7"]
    assert (found["Cem"].membership_number, found["Cem"].cards) == ("9", ())


def test_a_ban_or_a_debt_in_one_of_several_contracts_counts() -> None:
    seen = looked(
        b"Member ID,Name,Barcode,Status,Overdue,Ends\n"
        b"1,Ana,7,Active,no,2027-01-31\n1,Ana,7,Banned,no,2026-01-31\n"
        b"2,Ben,8,Active,no,2027-01-31\n2,Ben,8,Expired,yes,2026-01-31\n"
    )
    assert people(seen)["Ana"].status == "banned"
    assert people(seen)["Ben"].payment_overdue
    assert len(seen.remarks) == 2


def test_a_birth_date_that_cannot_be_keeps_nobody_out() -> None:
    seen = looked(
        b"Name,Barcode,Status,DOB\nAna,1,Active,31/02/1990\nBen,2,Active,13/03/2090\nCem,3,Lapsed,13/03/1990\n"
    )
    assert {name: member.birth_date for name, member in people(seen).items()} == {
        "Ana": None,
        "Ben": None,
        "Cem": "1990-03-13",
    }
    assert [remark.line for remark in seen.remarks] == [2, 3]


def test_an_end_that_cannot_be_read_lets_nobody_in() -> None:
    seen = looked(
        b"Name,Barcode,Ends\nAna,1,31/02/2027\nBen,2,13/03/2027\nCem,3,soon\nDea,4,13/04/2027\nEva,5,14/04/2027\n"
    )
    assert set(people(seen)) == {"Ben", "Dea", "Eva"}
    assert [problem.line for problem in seen.left_out] == [2, 4]


def test_a_quote_that_does_not_end_costs_its_own_row() -> None:
    seen = looked(b'Name,Barcode,Status\nAna,1,Active\n"Ben,2,Active\nCem,3,Lapsed\n')
    assert set(people(seen)) == {"Ana", "Cem"}
    assert [(problem.line, problem.sentence) for problem in seen.left_out] == [
        (3, "has a quote that does not end where its cell does")
    ]


def test_a_membership_has_a_name_too() -> None:
    rows = "".join(f"{('Gold', 'Silver')[n % 2]},K{n},Active\n" for n in range(40))
    with pytest.raises(MembersFileError, match="no column of it has names"):
        looked(f"Name,Barcode,Status\n{rows}".encode())


def test_a_secret_is_in_no_plan() -> None:
    seen = looked(b"Name,Barcode,Status,PIN code,user_pass\nAna,1,Active,4711,hunter2\n")
    assert [column.shown for column in seen.columns[3:]] == [["not shown"], ["not shown"]]


def test_people_may_be_called_null_or_april() -> None:
    assert set(people(looked(b"Initials,Last Name,First Name,Barcode,Status\nx,Null,April,1,Active\n"))) == {
        "April Null"
    }


@pytest.mark.parametrize("text", ["Colour,Size\n1,2\n", "a@b.ch,c@d.ch\n", "Born\n2001-01-01\n"])
def test_without_names_it_is_no_list(text: str) -> None:
    with pytest.raises(MembersFileError):
        looked(text.encode())


def test_of_several_columns_that_keep_somebody_out_each_counts() -> None:
    rows = "Ana,1,no,no,no,yes\nBen,2,yes,no,no,yes\nCem,3,no,yes,no,yes\nDea,4,no,no,yes,yes\nEva,5,no,no,no,no\n"
    seen = looked(f"Name,Barcode,Archived,Deceased,On hold,Active\n{rows}".encode())
    assert seen.questions == []
    assert {name for name, member in people(seen).items() if comes_in(member)} == {"Ana"}


def test_a_date_of_zeros_says_nothing() -> None:
    seen = looked(b"Name,Barcode,Expires\nAna,1,2027-01-31\nBen,2,0000-00-00\nCem,3,never\n")
    assert [question.key for question in seen.questions] == ["nothing said"]
    assert {name: comes_in(member) for name, member in people(seen).items()} == {"Ana": True, "Ben": False, "Cem": True}
