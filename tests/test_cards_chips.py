"""What is known of readers' writings: chips, check characters, keyboards, and the numbers that are nobody's."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymtui.cards.checks import CHECKS, unchecked
from gymtui.cards.keyboards import LAYOUTS, meant
from gymtui.cards.nobody import CHANGES, NO_FACILITY, NOTHING_READ, PHONE, SHARED, TWICE, are_uids, doubtful, nobodys
from gymtui.cards.rfid import WRITINGS, convert, turned

BACKWARDS: Final = True


@pytest.mark.parametrize(
    ("text", "reads", "backwards", "writes", "written"),
    [
        # one card in the writings of a reader's manual
        ("01026F6C3A", "hex5", False, "dec40/12", "004335823930"),
        ("01026F6C3A", "hex5", False, "dec32/10", "0040856634"),
        ("01026F6C3A", "hex5", False, "dec24/8", "07302202"),
        ("01026F6C3A", "hex5", False, "3,5", "111,27706"),
        ("01026F6C3A", "hex5", False, "5,5", "00623,27706"),
        ("0801161DD6", "hex5", False, "35", "02207638"),
        ("0801161DD6", "hex5", False, "dec32/10", "0018226646"),
        # smart cards, as one reader gives them and another
        ("529D06E3", "hex4", BACKWARDS, "hex4", "E3069D52"),
        ("529D06E3", "hex4", False, "dec32", "1386022627"),
        ("529D06E3", "hex4", BACKWARDS, "dec32/10", "3808861522"),
        ("4CDDA15F", "hex4", BACKWARDS, "hex4", "5FA1DD4C"),
        ("51e69621", "hex4", BACKWARDS, "dec32/10", "0563537489"),
        ("3A00127A", "hex4", False, "dec32/10", "0973083258"),
        # two writings printed on one card
        ("0007625328", "dec32/10", False, "3,5", "116,23152"),
        # 24 bits in ten digits
        ("0016777217", "dec32/10", False, "dec24/10", "0000000001"),
        # with a checksum
        ("61008EB2F9A4", "hex5 xor", False, "dec32/10", "0009351929"),
        ("112233445501", "hex5 sum", False, "hex5", "1122334455"),
        ("1A808001C0", "prox26", False, "n,n", "1,3"),
        ("1,3", "n,n", False, "prox26", "1A808001C0"),
        ("0019 / 04521", "4 / 5", False, "3,5", "019,04521"),
        ("51:E6:96:21", "hex4:", False, "hex4", "51E69621"),
        # none of it
        ("61008EB2F9A5", "hex5 xor", False, "dec32/10", None),
        ("112233445502", "hex5 sum", False, "hex5", None),
        ("1A808001C1", "prox26", False, "n,n", None),
        ("1A008001C0", "prox26", False, "n,n", None),
        ("4294967296", "dec32/10", False, "hex4", None),
        ("111,65536", "3,5", False, "hex3", None),
        ("256,00001", "3,5", False, "hex3", None),
        ("12345", "dec32/10", False, "hex4", None),
        # 24 bits are no 32, whatever they look like
        ("07302202", "dec24/8", False, "dec32/10", None),
        ("026F6C3A", "hex4", False, "dec40/12", None),
    ],
)
def test_a_chips_number(text: str, reads: str, backwards: bool, writes: str, written: str | None) -> None:
    assert convert(text, reads, writes, backwards=backwards) == written


@given(value=st.integers(0, 2**56 - 1), name=st.sampled_from(sorted(WRITINGS)))
def test_what_is_written_is_read_as_the_same(value: int, name: str) -> None:
    writing = WRITINGS[name]
    number = value % (1 << min(writing.bits, 39 if name == "dec40/12" else 56))
    assert writing.read(writing.write(number)) == number
    assert turned(turned(number, writing.bits), writing.bits) == number


@pytest.mark.parametrize(
    ("kind", "text", "check"),
    [
        ("mod43", "100060", "7"),
        ("mod43", "CODE39", "W"),
        ("mod10", "400638133393", "1"),
        ("mod10", "9638507", "4"),
        ("mod10", "1061414100041", "5"),
        ("luhn", "7992739871", "3"),
        ("luhn", "2999910000001", "7"),
        ("mod16", "A1234567B", "3"),
        ("mod43", "gym", None),
        ("mod10", "12a", None),
        ("luhn", "", None),
        ("mod16", "A12E", None),
    ],
)
def test_check_characters(kind: str, text: str, check: str | None) -> None:
    assert CHECKS[kind](text) == check


def test_a_check_character_is_dropped_where_it_is_right() -> None:
    assert unchecked("1000607", "mod43") == "100060"
    assert unchecked("1000608", "mod43") is None
    assert unchecked("A12345673B", "mod16") == "A1234567B"
    assert unchecked("A12345674B", "mod16") is None
    assert unchecked("0", "luhn") is None


def test_a_check_character_that_is_a_blank_is_dropped_where_it_is_gone() -> None:
    body = next(text for text in map(str, range(90000, 100000)) if CHECKS["mod43"](text) == " ")
    assert unchecked(f"{body} ", "mod43") == unchecked(body, "mod43") == body


@pytest.mark.parametrize(
    ("layout", "sent", "arrived"),
    [
        *[(layout, "]C1", "+C1") for layout in ("de", "it", "es")],
        *[("us", "]C1", "]C1"), ("fr", "]C1", "$C&"), ("be", "]C1", "$C&"), ("cz", "]C1", ")C+"), ("tr", "]C1", "üC1")],
        *[("fr", "1234567890", "&é\"'(-è_çà"), ("be", "1234567890", "&é\"'(§è!çà"), ("cz", "1234567890", "+ěščřžýáíé")],
        *[("de", "-/_:", "ß-?Ö"), ("ch", "-/_:", "'-?é"), ("it", "-/_:", "'-?ç"), ("es", "-/_:", "'-?Ñ")],
        *[("fr", "-/_:", ")!°M"), ("be", "-/_:", ")=°M"), ("tr", "-/_:", "*.?Ş")],
        *[(layout, "yz", "zy") for layout in ("de", "ch", "cz")],
        *[(layout, "yzqwam", "ywazq,") for layout in ("fr", "be")],
        *[("us", None, "ü1"), ("de", None, "Ş"), ("ch", None, "^")],
    ],
)
def test_what_a_reader_meant_on_another_keyboard(layout: str, sent: str | None, arrived: str) -> None:
    assert meant(layout, arrived) == sent


def test_caps_lock_turns_letters_around() -> None:
    assert meant("us", "gYM-7", caps_lock=True) == "Gym-7"
    assert meant("fr", "&É\"'(-È_ÇÀ", caps_lock=True) == "1234567890"
    assert meant("de", "ß", caps_lock=True) == meant("de", "ẞ", caps_lock=True) == "-"
    assert meant("tr", "Iİıi", caps_lock=True) == "i'I\""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_two_keys_type_the_same(layout: str) -> None:
    alphabet = [c for c in map(chr, range(33, 0x180)) if meant(layout, c) is not None]
    assert len({meant(layout, c) for c in alphabet}) == len(alphabet) > 80


@pytest.mark.parametrize(
    ("code", "uids", "why"),
    [
        ("08AB12CD", False, PHONE),
        ("08ab12cd", False, PHONE),
        ("08:12:34:56", False, PHONE),
        ("08 12 34 56", False, PHONE),
        ("08123456", True, PHONE),
        ("80AB12CD", False, CHANGES),
        ("80123456", True, CHANGES),
        ("01:02:03:04", False, SHARED),
        ("04-03-02-01", False, SHARED),
        ("01020304", True, SHARED),
        ("0000", False, NOTHING_READ),
        ("0000000000", False, NOTHING_READ),
        ("FFFFFFFF", False, NOTHING_READ),
        # a membership number may well be so, and a longer chip's number
        ("08123456", False, None),
        ("80123456", False, None),
        ("01020304", False, None),
        ("12345608", True, None),
        ("08AB12CDEF", True, None),
        ("0812345", True, None),
        ("000", False, None),
        ("04A2B3C4", True, None),
        ("08-12:34 56", False, None),
    ],
)
def test_whose_number_is_nobodys(code: str, uids: bool, why: str | None) -> None:
    assert nobodys(code, uids=uids) == why


@pytest.mark.parametrize(
    ("code", "uids", "hid", "why"),
    [
        ("4bc97b08", False, False, TWICE),
        ("6d8f9908", False, False, TWICE),
        ("CD12AB80", False, False, TWICE),
        ("12345608", True, False, TWICE),
        ("12345608", False, False, None),
        ("01020304", False, False, SHARED),
        ("0016909060", False, False, SHARED),
        ("0067305985", False, False, SHARED),
        ("04521", False, True, NO_FACILITY),
        ("65535", False, True, NO_FACILITY),
        ("65536", False, True, None),
        ("04521", False, False, None),
        ("012,04521", False, True, None),
    ],
)
def test_what_to_make_sure_of_first(code: str, uids: bool, hid: bool, why: str | None) -> None:
    assert doubtful(code, uids=uids, hid=hid) == why


def test_a_gym_of_chips_is_told_by_a_letter() -> None:
    assert are_uids(["04A2B3C4", "12345678", "100060"])
    assert not are_uids(["08123456", "12345608", "12345678"])
    assert not are_uids(["04A2B3C4", "100060", "100061"])
    assert not are_uids([])
