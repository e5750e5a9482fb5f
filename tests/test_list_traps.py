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


TWICE = b"""Name,Member No.,Key tag,Status,Expiration Date,Email
Ana Silva,1,K7,Lapsed,2020-12-31,ana@example.org
Ben Ode,2,,Active,2099-12-31,ben@example.org
ANA SILVA,3,K7,Active,2099-12-31,ana@example.org
"""


def test_one_person_with_two_numbers_and_one_tag_can_be_said_to_be_one() -> None:
    (question,) = looked(TWICE).questions
    assert question.text == (
        "The number K7 is that of Ana Silva (line 2) and ANA SILVA (line 4). Whose is it, or are they one person?"
    )
    assert list(question.choices) == ["one person", "line 2", "line 4", "nobody's", "left out"]
    assert question.choices["line 2"] == (
        "it is that of Ana Silva (inactive, until 2020-12-31), the others get new cards"
    )
    assert [member.full_name for member in people(looked(TWICE)).values()] == ["Ben Ode"]
    seen = looked(TWICE, {"number K7": "one person"})
    ana = people(seen)["ANA SILVA"]
    assert (len(seen.rows), ana.membership_number, ana.status, ana.valid_until) == (2, "3", "active", "2099-12-31")
    assert {card.code for card in ana.cards} == {"1", "3", "K7"}
    assert [remark.line for remark in seen.remarks] == [4]


@pytest.mark.parametrize("other", [b"ana@example.com", b""])
def test_two_with_one_name_and_another_address_are_not_offered_to_be_one(other: bytes) -> None:
    (question,) = looked(TWICE[:-16] + other + b"\n").questions
    assert "one person" not in question.choices


def test_many_who_are_there_twice_are_one_question_and_apart_from_the_others() -> None:
    rows = "".join(f"Ana {n},A{n},K{n},Active,a{n}@b.ch\nAna {n},B{n},K{n},Active,a{n}@b.ch\n" for n in range(4))
    content = f"Name,Member No.,Key tag,Status,Email\n{rows}Zoe,Z,X,Active,\nZen,Y,X,Lapsed,\n".encode()
    one, other = sorted(looked(content).questions, key=lambda question: question.key == "number X")
    assert (one.key, list(one.choices)) == ("numbers of one name", ["one person", "nobody's", "left out", "one by one"])
    assert "one person" not in other.choices
    seen = looked(content, {one.key: "one person", other.key: "nobody's"})
    assert {name: len(member.cards) for name, member in people(seen).items()} == {
        **{f"Ana {n}": 3 for n in range(4)},
        "Zoe": 0,
        "Zen": 0,
    }


def test_who_has_no_card_any_more_is_said() -> None:
    seen = looked(b"Name,Barcode,Status\nAna Silva,7,Active\nBen Ode,7,Active\n", {"number 7": "line 2"})
    assert seen.remarks == [(3, "has no card any more, and gets a new one")]
