"""A reader's profile: what it makes of a scan, how it is learned from a few cards, and that it names nobody else."""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymtui.cards import learning
from gymtui.cards.learning import Lesson, learn
from gymtui.cards.profile import ReaderProfile
from gymtui.cards.reading import describe, read
from tests.cards_kit import CardFile
from tests.reader_kinds import READERS

pytestmark = pytest.mark.slow


def profile(
    *steps: str, prefix: str = "", suffix: str = "", layout: str = "us", caps_lock: bool = False
) -> ReaderProfile:
    return ReaderProfile(prefix=prefix, suffix=suffix, layout=layout, caps_lock=caps_lock, steps=steps)


@pytest.mark.parametrize(
    ("reader", "arrived", "code"),
    [
        (profile(), " 100060\r", "100060"),
        (profile(), "]C1100060", "100060"),
        (profile(), "", None),
        (profile(prefix="M#"), "M#100060", "100060"),
        (profile(prefix="M#"), "M#]C1100060", "100060"),
        (profile(prefix="M#"), "100060", None),
        (profile(prefix="M#"), "M#", None),
        (profile(prefix="aba", suffix="ba"), "aba", None),
        (profile(suffix="."), "100060.", "100060"),
        (profile("until:="), "0040=2512", "0040"),
        (profile("until:="), "0040", None),
        (profile("without:mod43"), "1000607", "100060"),
        (profile("without:mod43"), "1000608", None),
        (profile("with:mod10"), "400638133393", "4006381333931"),
        (profile("with:mod10"), "ABC", None),
        (profile("inside"), "A1234567B", "1234567"),
        (profile("inside"), "1234567", None),
        (profile("less_zero"), "0012345", "012345"),
        (profile("less_zero"), "123456", "123456"),
        (profile("no_zeros"), "0012345", "12345"),
        (profile("no_zeros"), "000", None),
        (profile("zeros:8"), "12345", "00012345"),
        (profile("part:6:12:13"), "1234500045678"[:13], "0004567"),
        (profile("part:6:12:13"), "100060", None),
        (profile("chip:hex4:backwards:dec32/10"), "51e69621", "0563537489"),
        (profile("chip:hex4::dec32/10"), "100060", None),
        (profile("inside", "without:luhn"), "A79927398713B", "7992739871"),
        (profile(layout="fr"), "&ààà-à)q", "100060-a"),
        (profile(layout="de"), "+C1100060", "100060"),
        (profile(layout="de"), "\x1b", None),
        (profile(caps_lock=True), "gYM-1", "Gym-1"),
    ],
)
def test_what_a_reader_sends_is_read(reader: ReaderProfile, arrived: str, code: str | None) -> None:
    assert read(reader, arrived) == code


def test_a_profile_is_kept_as_plain_json() -> None:
    kept = profile("inside", "without:mod16", prefix="#", layout="de")
    text = msgspec.json.encode(kept)
    assert text == b'{"prefix":"#","layout":"de","steps":["inside","without:mod16"]}'
    assert msgspec.json.decode(text, type=ReaderProfile) == kept
    assert msgspec.convert({}, ReaderProfile) == ReaderProfile()


@pytest.mark.parametrize(
    "kept",
    [
        *[{"layout": "xx"}, {"steps": ["fold"]}, {"steps": ["without"]}, {"steps": ["without:crc"]}, {"beep": True}],
        *[{"steps": [step]} for step in ("zeros:x", "part:1:2", "chip:hex4:dec32", "chip:hex4::hex9", "inside:1", "")],
    ],
)
def test_a_profile_that_says_nothing_known_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(kept, ReaderProfile)


def test_a_clerk_is_told_what_was_understood() -> None:
    assert describe(profile()) == ["The number on file is what arrives."]
    said = describe(profile("chip:hex5:backwards:3,5", prefix="#", suffix=".", layout="fr", caps_lock=True))
    assert said == [
        "The reader types as on a US keyboard, the computer is set to fr.",
        "Caps Lock is on while it types.",
        "It puts '#' in front: a text without that is no card.",
        "It puts '.' behind: a text without that is no card.",
        "A chip's number, 5 bytes in hex, last byte first, is on file as 8 bits and 16 bits, as 111,22222.",
    ]
    every = ("without:luhn", "with:mod10", "inside", "less_zero", "no_zeros", "zeros:8", "part:6:12:13", "until:=")
    assert len(set(describe(profile(*every)))) == len(every)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=2)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_learned_reader_gives_back_the_codes_and_no_other(name: str, seed: int) -> None:
    listed, arrives = READERS[name]
    random = Random(seed)
    codes = list(dict.fromkeys(listed(random) for _ in range(40)))
    gym = CardFile(codes)
    for known in (2, 3, len(codes)):
        lesson = learn([(arrives(code), code) for code in codes[:known]], codes)
        assert lesson.profiles, lesson.says
        reader = lesson.profiles[0]
        for code in codes[known:] if lesson.learned else ():
            assert gym.find(read(reader, arrives(code)) or "") <= {code}, (known, code, reader)
        assert all(gym.find(read(reader, arrives(code)) or "") == {code} for code in codes[:known])
    assert lesson.learned, lesson


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        ([], learning.MORE),
        ([("1000607", "100060")], learning.MORE),
        ([("1000607", "100060"), (" 1000607", "100060")], learning.MORE),
        ([("100060", "100060"), ("*100061*", "100061")], learning.ITSELF),
        ([("012345", "12345"), ("054321", "54321")], learning.A_ZERO),
        ([("01026F6C3A", "111,27706"), ("0801161DD6", "222,27707")], learning.NO_WAY),
        ([("01026F6C3A", "111,27706"), ("0801E66C3A", "230,27706")], learning.ANY_OTHER),
        ([("07302202", "0040856634"), ("01449430", "0018226646")], learning.LESS),
        ([("04521", "012,04521"), ("04577", "012,04577")], learning.LESS),
        ([("04521", "012,04521"), ("04521", "013,04521")], learning.TWO_ALIKE),
        ([("555123", "100060"), ("555124", "100061")], learning.NO_WAY),
    ],
)
def test_what_is_left_is_said(samples: list[tuple[str, str]], says: str) -> None:
    lesson = learn(samples)
    assert lesson.says == says
    assert (lesson.learned is None) == (says != learning.ITSELF)


def test_the_list_says_what_need_not_be_asked() -> None:
    samples = [("012345", "12345"), ("054321", "54321")]
    assert learn(samples, ["12345", "54321", "66666"]).learned is not None
    assert learn(samples, ["12345", "54321", "06666"]).says == learning.A_ZERO


def test_a_list_that_has_more_bits_is_not_read_from_fewer() -> None:
    """Ten digits may be 24 bits or 32, and a reader that gives 24 does not say which."""
    samples = [("07302202", "0007302202"), ("01449430", "0001449430")]
    assert learn(samples).learned == profile("chip:dec24/8::dec24/10")
    assert learn(samples, ["0007302202", "0001449430", "0040856634"]) == Lesson(profiles=(), says=learning.LESS)


def test_another_facility_is_no_card() -> None:
    reader = learn([("012,04521", "04521"), ("012,04577", "04577")]).learned
    assert reader == profile(prefix="012,")
    assert read(reader, "013,04521") is None
