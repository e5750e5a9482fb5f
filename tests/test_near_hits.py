"""Whom a text finds that is not quite the name, the number or the phone: as another spelling, or near."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random

import pytest

from gymtui.client import Replica
from gymtui.protocol import Member
from gymtui.sample.people import members
from tests.factories import member_row
from tests.finding_kit import filled, replica
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving

__all__ = ["replica"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("muller", ["Jürgen Müller"]),
        ("mueller", ["Eva Mueller", "Jürgen Müller"]),
        ("müller", ["Jürgen Müller", "Eva Mueller"]),
        ("muell juerg", ["Jürgen Müller"]),
        ("michael", ["Michael Manuel"]),
        ("manue", ["Michael Manuel"]),
        ("joe", ["Joe Ode"]),
        ("mc donald", ["Ronald McDonald"]),
        ("ronald mc don", ["Ronald McDonald"]),
        ("mcdonald", ["Ronald McDonald"]),
        ("o'neil", ["Zoë O'Neil", "Uma Oneil"]),
        ("zoe oneil", ["Zoë O'Neil"]),
        ("de la cruz", ["Inés de la Cruz"]),
        ("delacruz ines", ["Inés de la Cruz"]),
        ("dela cruz", ["Inés de la Cruz"]),
        ("lukasz dordevic", ["Łukasz Đorđević"]),
        ("soeren aastroem", ["Søren Åström"]),
        ("soren astrom", ["Søren Åström"]),
        ("thor aebel", ["Þór Æbeltoft"]),
        ("ISIL YILDIZ", ["Işıl Yıldız"]),
        ("σισυφος", ["Σίσυφος Γεωργίου"]),
        ("小明", ["王小明"]),
        ("明", ["王小明"]),
        ("민", ["김민수"]),
        ("+41 79 111 00 05", ["Ana Silva"]),
        ("0041 79 111 00 05", ["Ana Silva"]),
        ("+41 (0)79 111 00 05", ["Ana Silva"]),
        ("079 111 00 05", ["Ana Silva"]),
        ("0791110005", ["Ana Silva"]),
        ("0041 79 111", ["Ana Silva"]),
        ("+41 79 222 01 02", ["Bea Mohr"]),
        ("079 222 01 02", ["Bea Mohr"]),
        ("079 333 44 55", ["Kai Lind"]),
        ("+41 79 333 44 55", ["Kai Lind"]),
        ("110005", []),
        ("00", []),
        ("sivla", []),
    ],
)
def test_a_spelling_finds_whom_it_means(replica: Replica, text: str, found: list[str]) -> None:
    assert [m.full_name for m in replica.members.search(text, 9)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sivla", ["Ana Silva"]),
        ("silba", ["Ana Silva"]),
        ("sillva", ["Ana Silva"]),
        ("slva", ["Ana Silva"]),
        ("zilva", ["Ana Silva"]),
        ("silvas", ["Ana Silva"]),
        ("ana silba", ["Ana Silva"]),
        ("silba ana", ["Ana Silva"]),
        ("mulelr", ["Jürgen Müller"]),
        ("yildis", ["Işıl Yıldız"]),
        ("mraia luis", ["Maria Luisa Zuber"]),
        ("zubre maria", ["Maria Luisa Zuber"]),
        ("mcdnal", ["Ronald McDonald"]),
        ("иавнова", ["Мария Иванова"]),
        ("иваново", ["Мария Иванова"]),
        ("110005", ["Ana Silva"]),
        ("220102", ["Bea Mohr"]),
        ("334455", ["Kai Lind"]),
        ("10005", []),
        ("slv", []),
        ("sibla ana mohr", []),
        ("1001", []),
        ("qqzzxxqq", []),
        ("a" * 500, []),
        ("' %_\x00", []),
    ],
)
def test_one_error_is_near(replica: Replica, text: str, found: list[str]) -> None:
    assert [m.full_name for m in replica.members.near(text, 9)] == found


def test_the_nearest_of_a_number_are_those_one_digit_away(replica: Replica) -> None:
    near = [m.membership_number for m in replica.members.nearest(" 1010 ", 3)]
    assert near == ["1001", "1020", "1011"]
    assert [m.membership_number for m in replica.members.nearest("10111", 3)] == ["1011"]
    assert (
        replica.members.nearest("999", 3)
        == replica.members.nearest("name", 3)
        == replica.members.nearest("777777", 3)
        == []
    )


async def test_a_server_tells_near_ones_apart(tmp_path: Path) -> None:
    people = [member_row("1004711", "Ana Silva", phone="+41 79 111 00 05"), member_row("1004712", "Ana Sylva")]
    make_gym(gym := tmp_path / "gym.db", *people)
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:

        async def found(text: str, limit: int = 20) -> list[list[str]]:
            result = (await wire.ask("search_members", {"text": text, "limit": limit}))["result"]
            return [[member["full_name"] for member in result[field]] for field in ("members", "near")]

        assert await found("silva") == [["Ana Silva"], ["Ana Sylva"]]
        assert await found("silvr") == [[], ["Ana Silva"]]
        assert await found("ana sylva") == [["Ana Sylva"], ["Ana Silva"]]
        assert await found("ana sylva", 1) == [["Ana Sylva"], []]
        assert await found("1004771") == [[], ["Ana Silva"]]
        assert await found("110005") == [[], ["Ana Silva"]]
        history = await wire.ask("list_check_ins", {"text": "silvr"})
        assert json.dumps(history["result"]["check_ins"]) == "[]"


@pytest.mark.slow
def test_whom_nobody_is_or_only_nearly_costs_a_bound_however_many_members_there_are() -> None:
    """Counted in steps of SQLite's machine, a thousand at a time."""
    texts = (
        "maria zuberr",
        "oberhozler",
        "zubre maria",
        "mairn",
        "xxxxxxxx",
        "svlqwyic",
        "m" * 40,
        "110005",
        "mraia zubre",
        "oberhloezr",
    )
    steps: list[dict[str, int]] = []
    for count in (500, 5000):
        with closing(Replica(":memory:")) as empty:
            people = enumerate(members(count, Random(7), date(2026, 11, 18)), 1)
            replica = filled(empty, [Member(id=str(n), seq=n, **m) for n, m in people])  # type: ignore[arg-type]  # its own fields
            counted = dict.fromkeys(texts, 0)
            for text in texts:

                def count_steps(text: str = text, counted: dict[str, int] = counted) -> int:
                    counted[text] += 1
                    return 0

                replica._db.set_progress_handler(count_steps, 1000)
                replica.members.search(text, 9)
                replica.members.near(text, 9)
                replica.members.nearest(text, 3)
            steps.append(counted)
    few, many = steps
    assert max(many.values()) <= 40, many
    assert all(many[text] <= few[text] * 2 + 2 for text in texts), steps
