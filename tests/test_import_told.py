"""What a look says of a list: each ignored column with why, a status as it stands in the file, who would come in."""

from __future__ import annotations

from random import Random

from gymtui.importing.door import at_the_door, in_words
from gymtui.importing.telling import told
from gymtui.protocol import Member, Policy
from tests.member_lists_kit import NOON, looked

LIST = b"""Name,Barcode,Status,Mobile,Home Phone,Gender,Shoe,Fax,Waiver
Ana Silva,1,On  Safari,079,044,F,41.5,,soon
Ben Ode,2,on safari,078,043,M,44.5,,later
Cem Abt,3,ON SAFARI,077,,M,43.5,,never ever
"""


def test_each_column_that_is_ignored_says_why() -> None:
    seen = looked(LIST)
    assert {column.heading: column.why for column in seen.columns if not column.field} == {
        "Home Phone": "“Mobile” is the phone",
        "Gender": "no door has to do with it",
        "Shoe": "nobody knows its heading, and it has nothing that looks as if it mattered at the door",
        "Fax": "it is empty",
        "Waiver": "what it has is not what its heading says",
    }
    said = list(told(seen, Random(7)))
    at = said.index("Ignored, for “Mobile” is the phone:")
    assert said[at + 1].split() == ["Home", "Phone", "044,", "043"]
    assert looked(LIST, fields={"Mobile": ""}).columns[3].why == "the plan says so"


def test_a_second_phone_is_no_card() -> None:
    seen = looked(LIST.replace(b"Barcode", b"Shelf"))
    [question] = [question for question in seen.questions if question.key == "which is membership_number"]
    assert "Home Phone" not in question.choices


def test_a_status_is_shown_as_it_stands_in_the_file() -> None:
    [question] = looked(LIST).questions
    assert (question.key, question.text) == ("Status: on safari", "What is “On  Safari” in “Status” (3 rows)?")


def test_who_starts_later_is_not_counted_as_not_active() -> None:
    later = "2027-01-01"
    members = [
        Member(id="a", full_name="Ana", valid_from=later),
        Member(id="b", full_name="Ben", valid_from=later, status="inactive"),
        Member(id="c", full_name="Cem", status="inactive"),
        Member(id="d", full_name="Dea"),
    ]
    door = at_the_door(members, Policy(), NOON)
    assert in_words(door) == "1 would come in, 3 be refused (2 not active, 1 starting later)"
