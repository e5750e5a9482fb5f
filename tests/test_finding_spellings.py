"""A name and a phone are found however they are spelled, on file and in the box, and with an error anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest

from gymtui.client import Replica
from gymtui.protocol import Member
from tests.finding_kit import filled

# A name, how else it is written: each finds the other, and what finds it as well.
NAMES: Final = (
    ("Søren Kjær", "soren kjaer|SØREN KJÆR|Kjær, Søren|soeren kjaer", "kjaer|sore kja"),
    ("Łukasz Wałęsa", "lukasz walesa|ŁUKASZ WAŁĘSA|walesa lukasz", "walesa"),
    ("Đorđe Đoković", "dorde dokovic|djordje djokovic|ĐORĐE ĐOKOVIĆ", "djok|dok"),
    ("Đỗ Văn Nghĩa", "do van nghia|ĐỖ VĂN NGHĨA", "nghia do"),
    ("Işık Yıldız", "isik yildiz|IŞIK YILDIZ|İŞİK YİLDİZ", "yildiz"),
    ("Sævar Zœller", "saevar zoeller|SÆVAR ZŒLLER", "zoell"),
    ("Þórður Guðmundsson", "thordur gudmundsson|ÞÓRÐUR GUÐMUNDSSON", "thord"),
    ("Kurt Weiß", "kurt weiss|KURT WEISS|KURT WEIẞ", "weis"),
    ("Åke Sjöström", "ake sjostrom|aake sjoestroem", "sjos|sjoes"),
    ("Kwabena Ɔpɔku", "kwabena opoku", "opoku"),
    ("Aɗamu Ɓello", "adamu bello", "bello"),
    ("Lalə Əliyeva", "lale eliyeva", "eliy"),
    ("Jürgen Müller", "jurgen muller|juergen mueller|JÜRGEN MÜLLER|Mu\u0308ller Ju\u0308rgen", "muller|mueller"),
    ("Ronald McDonald", "ronald mcdonald|Ronald Mc Donald", "mc donald|RONALD MC DON|mcdon"),
    ("Zoë O'Brien", "zoe obrien|zoe o’brien|O`Brien, Zoe|zoe o brien", "obrien|o'brien|brien"),
    ("Jean d’Artagnan", "jean dartagnan|jean d'artagnan", "d artagnan|artagnan|dart"),
    ("Ana-María Muñoz", "ana maria munoz|anamaria munoz|Ana‑María Muñoz", "maria munoz|anam"),
    ("María de la Cruz", "maria delacruz|maria dela cruz", "de la cruz|cruz maria"),
    ("Ludwig van der Graaf", "ludwig vandergraaf|van der graaf ludwig", "graaf|vanderg"),
    ("Ioan Țiriac", "ioan tiriac|Ioan Ţiriac", "tir"),
    ("山田 太郎", "山田太郎|太郎山田|太郎 山田", "郎|田太"),
    ("민수 김", "김민수|김 민수", "민|수"),
    ("کيان سرخوشیان", "کیان سرخوشيان|كيان سرخوشیان", "كيان"),
    ("Йосип Ґонта", "ЙОСИП ҐОНТА|ґонта йосип", "гонта"),
)


@pytest.mark.parametrize(("name", "other", "part"), NAMES)
def test_a_name_is_found_however_it_is_spelled(name: str, other: str, part: str) -> None:
    assert [text for text in [name, *other.split("|"), *part.split("|")] if not finds(name, text)] == []
    assert [on_file for on_file in other.split("|") if not finds(on_file, name)] == []


def finds(on_file: str, text: str) -> bool:
    """Does a text find somebody with that name?"""
    with closing(Replica(":memory:")) as empty:
        return bool(filled(empty, [Member(id="m1", seq=1, full_name=on_file)]).members.search(text, 9))


@pytest.mark.parametrize("text", ["小", "明", "小明", "王小", "王小明", "大", "大文"])
def test_a_character_inside_a_name_finds_it(text: str) -> None:
    with closing(Replica(":memory:")) as empty:
        names = ("王小明", "陳大文")
        replica = filled(empty, [Member(id=f"m{n}", seq=n, full_name=name) for n, name in enumerate(names, 1)])
        assert [m.full_name for m in replica.members.search(text, 9)] == [name for name in names if text in name]


ON_FILE: Final = ("+41 79 111 00 05", "0041 79 111 00 05", "+41 (0)79 111 00 05", "079 111 00 05", "+41791110005")
TYPED: Final = (
    *ON_FILE,
    "0041 (0)79 111 00 05",
    "079.111.00.05",
    "079-111-00-05",
    "079/111 00 05",
    "(079) 111 00 05",
    "+41/79/111/00/05",
    "+41.79.111.00.05",
    "+41-79-111-00-05",
    "0041791110005",
    "0791110005",
    "791110005",
)


@pytest.mark.parametrize("on_file", ON_FILE)
def test_a_phone_is_found_in_every_spelling_and_its_end_is_near(on_file: str) -> None:
    with closing(Replica(":memory:")) as empty:
        other = Member(id="m2", seq=2, full_name="Ben Ode", phone="+41 79 222 00 06")
        replica = filled(empty, [Member(id="m1", seq=1, full_name="Ana Silva", phone=on_file), other])
        assert [text for text in TYPED if [m.id for m in replica.members.search(text, 9)] != ["m1"]] == []
        for end in ("110005", "11 00 05", "11.00.05", "11-00-05", "11/00/05", "1110005"):
            assert [m.id for m in replica.members.near(end, 9)] == ["m1"], end
        assert replica.members.near("00 05", 9) == []


@pytest.mark.parametrize(
    "name", ["Eli Okafor", "Emil Ödegård", "Łucja Wąs", "Мария Иванова", "Νίκη Ρήγα", "ნინო ლომიძე"]
)
def test_one_error_is_near_from_four_letters_on_wherever_it_stands(name: str) -> None:
    with closing(Replica(":memory:")) as empty:
        replica = filled(empty, [Member(id="m1", seq=1, full_name=name), Member(id="m2", seq=2, full_name="Xu Xo")])
        for text in with_one_error(name.lower()):
            assert [m.id for m in replica.members.search(text, 9)] in ([], ["m1"]), text
            assert [m.id for m in replica.members.search(text, 9) or replica.members.near(text, 9)] == ["m1"], text


def with_one_error(name: str) -> Iterator[str]:
    """A letter too much, missing, another one, or changed with the next, at the beginning, in the middle and at the end
    of each word that has four letters after it."""
    alone = name.split()
    for turn, word in enumerate(alone):
        for at in (0, len(word) // 2, len(word) - 2, len(word) - 1):
            before, letter, rest = word[:at], word[at], word[at + 1 :]
            other = next(one for one in alone[turn - 1] if one not in {letter, *rest[:1], *before[-1:]})
            errors = [before + rest, before + other + rest, before + other + letter + rest]
            errors += [before + rest[0] + letter + rest[1:]] if rest else []
            for misspelt in errors:
                if len(misspelt) >= 4 and len(word) >= 4:
                    yield misspelt
                    yield " ".join([*alone[:turn], misspelt, *alone[turn + 1 :]])
