"""A scan finds the right member, or asks, and never finds somebody else. What arrives was seen from real readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gymtui.cards.checks import mod10
from gymtui.cards.gtin import gtin14, gtins
from gymtui.cards.keyboards import meant_digits
from gymtui.cards.keys import collisions, keys_of, levels
from tests.cards_kit import CardFile

# One gym with cards of every kind.
ON_FILE: Final = (
    *("100060", "5000", "15000", "12345ABC-", "5678GYMA", "5678GYMB", "12/B99", "GYM$J1", "A-7", "MÜLLER-7"),
    *("036000291452", "4006381333931", "96385074", "01234565", "A1234567B", "00123", "12345", "AB12217", "abc-1234"),
    *("0040856634", "0563537489", "02207638", "012,04521", "51e69621", "01026F6C3A", "04:02:63:EA", "*FOB 7*"),
)
FOUND: Final = {
    # around it
    " 100060\t": "100060",
    "\x02100060\x03": "100060",
    "\ufeff\xa0100060\r\n": "100060",
    "MU\u0308LLER-7": "MÜLLER-7",
    # one number system, whatever a decoder makes of it
    "0036000291452": "036000291452",
    "00036000291452": "036000291452",
    "]E00036000291452": "036000291452",
    "012345000065": "01234565",
    "0012345000065": "01234565",
    "]E00012345000065": "01234565",
    "0000096385074": "96385074",
    "]E496385074": "96385074",
    # its symbology in front
    "]C15000": "5000",
    "]Q15000": "5000",
    "]A05000": "5000",
    "]d25000": "5000",
    "]C1100060": "100060",
    "]C1 5000 ": "5000",
    "]A0abc-1234": "abc-1234",
    # a symbology that says what may be left out
    "]I0012345": "12345",
    "]F0A1234567B": "A1234567B",
    "]F01234567": "A1234567B",
    "]F0a1234567b": "A1234567B",
    # letters of another case, zeros in front of a long number
    "ABC-1234": "abc-1234",
    "01026f6c3a": "01026F6C3A",
    "51E69621": "51e69621",
    "40856634": "0040856634",
    "00000000000040856634": "0040856634",
    # what stands around and inside
    "*100060*": "100060",
    ";100060?": "100060",
    "%100060?": "100060",
    ";0040856634=25121010000?": "0040856634",
    ";40856634=?": "0040856634",
    "FOB 7": "*FOB 7*",
    "(10)0060": "100060",
    "AB<GS>12217": "AB12217",
    "AB\x1d12217": "AB12217",
    # digits pressed without Shift: fr, be, cz, and with a Caps Lock
    "&ààà-à": "100060",
    "àà'à_(--\"'": "0040856634",
    "ÀÀ'À_(--\"'": "0040856634",
    "àà'à!(§§\"'": "0040856634",
    "ééčéářžžšč": "0040856634",
}
NOBODY: Final = {
    "empty": ["", " ", "\x1d", "<GS>", "**", ";?", "%?", "]C1", "*<GS>*"],
    "a beginning, an end, the middle": [
        "10006",
        "00060",
        "0006",
        "5678GYM",
        "5678",
        "GYMA",
        "ABC",
        "12345ABC",
        "1234567",
    ],
    "more than the code": ["1000600", "0100060", "5000 5000", "96385074 2", "9963850745"],
    "an identifier that is none": ["]Z95000", "]C55000", "]c15000", "C15000", "]5000", "15000]C1"],
    "a number and its check character": ["100060L", "1000607", "1000608", "03600029145", "3600029145", "400638133393"],
    "a wrong check digit": ["0036000291453", "00012345000066", "0000096385075"],
    "Codabar's letters without a symbology": ["1234567", "]C01234567", "]F0B1234567A", "]F0A1234567"],
    "ITF's zero without a symbology": ["012345", "]C0012345", "]I000012345", "]I012345ABC"],
    "zeros in front of a short number": ["123", "0123", "000123", "2207638", "0012345"],
    "a facility and a card, one alone": ["04521", "4521", "012", "01204521", "012 04521", "01204521", "0019 / 04521"],
    "24 and 32 bits": ["07302202", "0007302202", "7302202", "63537489"],
    "another base": ["026F6C3A", "4335823930", "004335823930", "1374066209", "0563537488"],
    "bytes the other way round": ["2196e651", "3A6C6F0201", "EA:63:02:04"],
    "separators": ["040263EA", "04-02-63-EA", "04 02 63 EA", "0221 07638", "02207,638"],
    "letters of another keyboard": ["MöLLER-7", "qbc-1234", "5678GZMA", "12345ABCß", "56/8GYMA"],
    "full ASCII for plain Code 39": ['12"99', "GYM\n1", "+A+B+C-1234"],
    "a track's number that is short": [";5000=2512?", ";012=04521?"],
    "signs that are no one keyboard's digits": ['&é"è', "éééé", "&ààà-§", "(à", "(---"],
    "dots": ["1000.60", "100060.0", "1.0006E5"],
}


@pytest.mark.parametrize(("scan", "code"), [*FOUND.items(), *[(code, code) for code in ON_FILE]])
def test_who_it_is(scan: str, code: str) -> None:
    assert CardFile(ON_FILE).find(scan) == {code}


@pytest.mark.parametrize("kind", NOBODY)
def test_nobody(kind: str) -> None:
    gym = CardFile(ON_FILE)
    assert {scan: found for scan in NOBODY[kind] if (found := gym.find(scan))} == {}


@pytest.mark.parametrize(
    ("codes", "scan", "asked"),
    [
        (("abc1", "ABC1"), "Abc1", {"abc1", "ABC1"}),
        (("12345678", "0012345678"), "012345678", {"12345678", "0012345678"}),
        (("036000291452", "36000291452"), "0036000291452", {"036000291452", "36000291452"}),
        (("012345000065", "01234565"), "00012345000065", {"012345000065", "01234565"}),
        (("00000001234565", "0012345000065"), "01234565", {"00000001234565", "0012345000065"}),
        (("12345", "012345"), "]I0012345", {"12345", "012345"}),
        (("1234567", "A1234567B"), "]F01234567", {"1234567", "A1234567B"}),
        (("A1234567B", "C1234567D"), "]F01234567", {"A1234567B", "C1234567D"}),
        (("1234567", "A1234567B"), "]F0A1234567B", {"1234567", "A1234567B"}),
    ],
)
def test_what_is_not_told_apart_is_a_question(codes: tuple[str, ...], scan: str, asked: set[str]) -> None:
    assert CardFile(codes).find(scan) == asked


@pytest.mark.parametrize(
    ("codes", "scan", "code"),
    [
        (("abc1", "ABC1"), "abc1", "abc1"),
        (("abc1", "ABC1"), "]C1abc1", "abc1"),
        (("12345678", "0012345678"), "0012345678", "0012345678"),
        (("]C15000", "5000"), "]C15000", "]C15000"),
        (("*5000*", "5000"), "*5000*", "*5000*"),
        (("&ààà-à", "100060"), "&ààà-à", "&ààà-à"),
        (("00000001234565", "0012345000065"), "]E401234565", "00000001234565"),
    ],
)
def test_the_strongest_level_decides(codes: tuple[str, ...], scan: str, code: str) -> None:
    assert CardFile(codes).find(scan) == {code}


def test_codes_that_collide_are_told_with_their_owners() -> None:
    codes = [("abc", "ana"), ("ABC", "ben"), ("*abc*", "ana"), ("12345678", "cy"), ("012345678", "cy"), ("7", "dov")]
    assert collisions(codes) == ((("~abc"), (("abc", "ana"), ("ABC", "ben"), ("*abc*", "ana"))),)
    assert [found.key for found in collisions([*codes, ("0012345678", "eva")])] == ["~abc", "#00000012345678"]
    assert [found.key for found in collisions([("7", "dov"), ("7", "eva")])] == ["=7"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("10614141000415", "10614141000415"),
        ("04252614", "00042100005264"),  # UPC-E of 042100005264
        ("036000291453", None),
        ("03600029145", None),
        ("0360 0029 1452", None),
        ("٣٦٠٠٠٢٩١", None),
    ],
)
def test_a_number_of_the_one_system(text: str, number: str | None) -> None:
    assert gtin14(text) == number


@pytest.mark.parametrize(
    ("upc_e", "upc_a"),
    [
        ("01278907", "012000007897"),
        ("01278916", "012100007896"),
        ("01278925", "012200007895"),
        ("01238935", "012300000895"),
        ("01248934", "012480000094"[:0] or "012400000894"),
        ("01291944", "012910000094"),
        ("01291155", "012911000055"),
        ("01291162", "012911000062"),
        ("01291179", "012911000079"),
        ("01291186", "012911000086"),
    ],
)
def test_a_upc_e_is_its_upc_a(upc_e: str, upc_a: str) -> None:
    assert "00" + upc_a in gtins(upc_e)


DIGITS: Final = st.text("0123456789", min_size=1, max_size=14)
CHECKED: Final = st.sampled_from((7, 11, 12, 13)).flatmap(
    lambda size: st.text("01369", min_size=size, max_size=size).map(lambda body: f"{body}{mod10(body)}")
)
NUMBERS: Final = DIGITS | CHECKED
CODES: Final = NUMBERS | st.text("aAbBDüß019-/]*; \x1d", min_size=1, max_size=9)

AZERTY: Final = str.maketrans("1234567890", "&é\"'(-è_çà")

Form = Callable[[str], str]
OF_ALL: Final[dict[str, Form]] = {
    "itself": lambda code: code,
    "blanks": lambda code: f"\x02 {code}\xa0\r\n",
    "identifier": lambda code: f"]C1{code}",
    "stars": lambda code: f"*{code}*",
    "track": lambda code: f";{code}?",
    "capitals": str.upper,
    "small": str.lower,
    "GS inside": lambda code: f"{code[:2]}\x1d{code[2:]}",
}
OF_NUMBERS: Final[dict[str, Form]] = {
    "zeros": lambda code: f"00{code}" if len(code.lstrip("0")) >= 8 else code,
    "AZERTY": lambda code: code.translate(AZERTY) if meant_digits(code.translate(AZERTY)) else code,
    "GTIN": lambda code: gtins(code)[-1] if gtins(code) else code,
}


@given(codes=st.lists(CODES, max_size=30, unique=True), scan=CODES, form=st.sampled_from(sorted(OF_ALL)))
def test_whoever_is_found_shares_a_key(codes: list[str], scan: str, form: str) -> None:
    asked = {key for level in levels(OF_ALL[form](scan)) for key in level}
    assert all(asked & set(keys_of(code)) for code in CardFile(codes).find(OF_ALL[form](scan)))


@given(codes=st.lists(CODES, max_size=30, unique=True), form=st.sampled_from(sorted(OF_ALL)))
def test_a_card_in_any_form_is_nobody_elses(codes: list[str], form: str) -> None:
    assume(not collisions((code, code) for code in codes))
    gym = CardFile(codes)
    for code in codes:
        if form in ("capitals", "small") and "]" in code:
            continue  # in another case it may say what kind of bar code was read: `]A00` is a Code 39 with a 0
        found = gym.find(OF_ALL[form](code))
        assert found <= {code}
        if form in ("itself", "blanks", "capitals", "small"):
            assert found == ({code} if keys_of(code) else set())


@given(codes=st.lists(NUMBERS, max_size=30, unique=True), form=st.sampled_from(sorted(OF_ALL | OF_NUMBERS)))
def test_a_number_in_any_form_is_its_owners(codes: list[str], form: str) -> None:
    assume(not collisions((code, code) for code in codes))
    gym = CardFile(codes)
    assert {code: found for code in codes if (found := gym.find((OF_ALL | OF_NUMBERS)[form](code))) != {code}} == {}
