"""How a member is found."""

from __future__ import annotations

import pytest

from gymtui.protocol import Member
from gymtui.words import fold, index_words, words


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


def test_a_member_is_found_by_name_number_and_phone() -> None:
    member = Member(
        id="m", full_name="Zoë O'Neil", membership_number="G-0042", phone="+41 (44) 123 45 67", notes="Tall"
    )
    assert index_words(member) == {"zoe", "o", "neil", "g", "0042", "41441234567"}


def test_a_phone_without_digits_is_no_word() -> None:
    assert index_words(Member(id="m", full_name="Ana", phone="ask")) == {"ana"}
