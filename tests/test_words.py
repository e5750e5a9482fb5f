"""How a member is found."""

from __future__ import annotations

import pytest

from gymtui.protocol import Member
from gymtui.search.text import Reading, beginnings, fold, index_words, readings, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Zoë", "zoe"), ("ZOE", "zoe"), ("Straße", "strasse"), ("Łukasz", "łukasz"), ("ﬁt", "fit"), ("İlker", "ilker")],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("O'Neil, Ana", ["o", "neil", "ana"]),
        ("Anna-Lena_Groß", ["anna", "lena", "gross"]),
        (" \x00\x1b[31m%_ ", ["31m"]),
        ("王小明 ２３", ["王小明", "23"]),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_the_index_has_each_word_of_a_member_in_front_once() -> None:
    member = Member(id="m", full_name="Zoë O'Neil", membership_number="G-42", phone="+41 (44) 123 45 67", notes="Tall")
    assert index_words(member) == {
        "zoe o neil #g#42#41441234567",
        ",o neil zoe #g#42#41441234567",
        ",neil zoe o #g#42#41441234567",
        "#g zoe o neil #42#41441234567",
        "#42 zoe o neil #g#41441234567",
        "#41441234567 zoe o neil #g#42",
        "~1441234567 zoe o neil ",
        "~441234567 zoe o neil ",
        "~41234567 zoe o neil ",
    }


def test_a_phone_without_digits_is_no_word_and_who_is_deleted_has_none() -> None:
    assert index_words(Member(id="m", full_name="Ana", phone="ask")) == {"ana "}
    assert index_words(Member(id="m", full_name="Ana", deleted=True)) == set()


def test_the_readings_of_a_text_the_likeliest_first() -> None:
    whole = [Reading("ans "), Reading(",ans "), Reading("#ans ")]
    begun = [Reading("ans", (), True), Reading(",ans", (), True), Reading("#ans", (), True)]
    run_together = [Reading("a", ("ns",)), Reading("an", ("s",)), Reading(",a", ("ns",)), Reading(",an", ("s",))]
    assert list(readings("Ans")) == [*whole, *begun, *run_together]
    assert [reading.first for reading in readings("an s")] == ["an", ",an", "#an"]
    assert [reading.first for reading in readings("+41 79")] == ["4179 ", ",4179 ", "#4179 ", "4179", ",4179", "#4179"]
    assert list(readings(" %")) == []


def test_what_is_longer_than_two_beginnings_is_read_as_it_stands() -> None:
    assert len(list(readings("a" * 24))) == 6 + 2 * 23
    assert len(list(readings("a" * 25))) == 6


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("ansi", {0: 2, 2: 2}),
        ("sian", {2: 2, 0: 2}),
        ("masi", {1: 2, 2: 2}),
        ("ma", {1: 2}),
        ("si a", {2: 2, 0: 1}),
        ("aa", {}),
        ("ams", {}),
    ],
)
def test_what_a_text_begins(text: str, begun: dict[int, int]) -> None:
    assert beginnings(text, ["ana", "maria", "silva"]) == begun
