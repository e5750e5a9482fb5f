"""How a member is found."""

from __future__ import annotations

import pytest

from gymtui.protocol import Member
from gymtui.search.folding import fold, spellings, words
from gymtui.search.text import Reading, beginnings, index_words, readings


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Zoë", "zoe"),
        ("ZOE", "zoe"),
        ("Straße", "strasse"),
        ("ﬁt", "fit"),
        ("İlker IŞIK ışık", "ilker isik isik"),
        ("Łukasz Đorđe Bjørk", "lukasz dorde bjork"),
        ("Æsa Œuvre Þór Guðrún", "aesa oeuvre thor gudrun"),
        ("Σίσυφος ΣΊΣΥΦΟΣ", "σισυφοσ σισυφοσ"),
        ("מֹשֶׁה", "משה"),
        ("مُحَمَّـد", "محمد"),
        ("สมชาย กิตติ", "สมชาย กตต"),
        ("कुमार", "कमर"),
        ("علی\u200cرضا", "علیرضا"),
    ],
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
        "~76543214414 zoe o neil ",
        "zoe oneil #g#42#41441234567",
        ",oneil zoe #g#42#41441234567",
        "#g zoe oneil #42#41441234567",
        "#42 zoe oneil #g#41441234567",
        "#41441234567 zoe oneil #g#42",
        "~76543214414 zoe oneil ",
    }


def test_a_name_without_blanks_is_in_the_index_from_each_syllable_on() -> None:
    assert index_words(Member(id="m", full_name="王小明")) == {"王小明 ", ",小明 ", ",明 "}
    assert index_words(Member(id="m", full_name="Kim 민수")) == {"kim 민수 ".replace("민수", fold("민수"))} | {
        f",{fold(word)} kim " for word in ("민수", "수")
    }


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Müller", ["muller", "mueller"]),
        ("Mueller", ["mueller"]),
        ("Sørensen", ["sorensen", "soerensen"]),
        ("Mc Donald", ["mc donald", "mcdonald"]),
        ("O’Neil", ["o neil", "oneil"]),
        ("de la Cruz", ["de la cruz", "delacruz"]),
        ("Anna-Lena Groß", ["anna lena gross", "annalena gross"]),
        ("Ana de", ["ana de"]),
    ],
)
def test_the_spellings_of_a_name_its_own_first(text: str, spelled: list[str]) -> None:
    assert [" ".join(each) for each in spellings(text)] == spelled


def test_a_phone_without_digits_is_no_word_and_who_is_deleted_has_none() -> None:
    assert index_words(Member(id="m", full_name="Ana", phone="ask")) == {"ana "}
    assert index_words(Member(id="m", full_name="Ana", deleted=True)) == set()


def test_the_readings_of_a_text_the_likeliest_first() -> None:
    whole = [Reading("ans "), Reading(",ans "), Reading("#ans ")]
    begun = [Reading("ans", (), True), Reading(",ans", (), True), Reading("#ans", (), True)]
    run_together = [Reading("a", ("ns",)), Reading("an", ("s",)), Reading(",a", ("ns",)), Reading(",an", ("s",))]
    assert list(readings("ansi"))[6:9] == [Reading(",nsi", ("a",)), Reading("an", ("si",)), Reading("ans", ("i",))]
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
