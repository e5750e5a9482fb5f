"""Whom an unknown name offers: the nearest three, however many errors are in it, and the same ones on every side."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymtui.client import Replica
from gymtui.client.replica.schema import VERSIONS
from gymtui.protocol import Member, MembersPage
from gymtui.sample.people import members
from gymtui.search.misspelt import errors_between
from server.store.opening import open_store
from server.store.sqlite.schema import MIGRATIONS
from tests.bench.search import with_error
from tests.desk_kit import Gym
from tests.factories import member_row
from tests.finding_kit import NAMES, filled, replica
from tests.gym_kit import add_members, make_gym, token
from tests.kit import Wire, serving
from tests.sqlite_kit import age, age_copy, connection_of

__all__ = ["replica"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mluelr", ["Jürgen Müller"]),  # two that have changed places, twice
        ("γεοργιυο", ["Σίσυφος Γεωργίου"]),
        ("aebeltft", ["Þór Æbeltoft"]),  # letters that are missing
        ("aebltft", ["Þór Æbeltoft"]),
        ("dordveci", ["Łukasz Đorđević"]),
        ("jurgne mulelr", ["Jürgen Müller"]),  # one error in each, in either order
        ("mulelr jurgne", ["Jürgen Müller"]),
        ("muelelr jeurgen", ["Jürgen Müller"]),
        ("MÜLELR JÜRGNE", ["Jürgen Müller"]),
        ("mulelr jurgnee", ["Jürgen Müller"]),
        ("zubre mraia", ["Maria Luisa Zuber"]),
        ("mraia zubre", ["Maria Luisa Zuber"]),
        ("lusia mraia zubre", ["Maria Luisa Zuber"]),  # in any order
        ("zubre lusia mraia", ["Maria Luisa Zuber"]),
        ("mcdnoal ronlad", ["Ronald McDonald"]),
        ("mc donlad rnoald", ["Ronald McDonald"]),
        ("micheal mnauel", ["Michael Manuel"]),
        ("mnaule mich", ["Michael Manuel"]),  # a word of it, of which the end is not typed yet
        ("иавнов марая", ["Мария Иванова"]),
        ("sliav bob", []),  # the other word is nobody's
        ("slibs", []),  # five letters may have one
        ("muxxer bx", []),
        ("zzuubbeerr", []),
        ("qqzzxxqq wwyyvvkk", []),
        ("a" * 500, []),
        ("' %_\x00", []),
        ("", []),
    ],
)
def test_an_unknown_name_offers_whom_it_may_mean(replica: Replica, text: str, found: list[str]) -> None:
    assert replica.members.search(text, 9) == []
    assert [m.full_name for m in replica.members.nearest(text, 3)] == found


def test_three_are_offered_and_those_with_fewer_errors_first() -> None:
    names = ("Eva Hernandes", "Ida Hernandel", "Uma Hernander", "Bea Hernandos")
    gym = Gym(":memory:", known=False)
    with closing(gym.replica):
        filled(gym.replica, [Member(id=f"m{n}", seq=n, full_name=name) for n, name in enumerate(names, 1)])
        assert gym.desk.find("hrenandse", 9) == []
        hits = gym.desk.nearest("hrenandse")
        assert [hit.member.full_name for hit in hits] == ["Eva Hernandes"]
        hits = gym.desk.nearest("hernadnez")
        assert len(hits) == 3
        assert all(hit.near for hit in hits)


def test_whom_nobody_is_any_more_is_not_offered() -> None:
    with closing(Replica(":memory:")) as empty:
        one = filled(empty, [Member(id="m1", seq=1, full_name="Maria Hernandez")])
        gone = Member(id="m1", seq=2, full_name="Maria Hernandez", deleted=True)
        assert len(one.members.nearest("hrenandze", 3)) == 1
        one.fold_members(MembersPage(members=(gone,), next_after_seq=2, more=False, as_of_seq=2))
        assert one.members.nearest("hrenandze", 3) == []


async def test_a_server_offers_them_where_nobody_else_is_found(tmp_path: Path) -> None:
    people = [member_row("1", "Maria Hernandez"), member_row("2", "Maria Hernandes"), member_row("3", "Ana Silva")]
    make_gym(gym := tmp_path / "gym.db", *people)
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:

        async def found(text: str, limit: int = 20) -> list[list[str]]:
            result = (await wire.ask("search_members", {"text": text, "limit": limit}))["result"]
            return [[member["full_name"] for member in result[field]] for field in ("members", "near")]

        assert await found("hrenandze") == [[], ["Maria Hernandez"]]
        assert await found("mraia hernadnez") == [[], ["Maria Hernandez", "Maria Hernandes"]]
        assert await found("mraia hernadnez", 1) == [[], ["Maria Hernandez"]]
        assert await found("hernandez") == [["Maria Hernandez"], ["Maria Hernandes"]]


def test_a_desk_and_the_server_offer_the_same(tmp_path: Path) -> None:
    random = Random(11)
    people = list(members(400, Random(7), date(2026, 11, 18)))
    with closing(open_store(tmp_path / "gym.db")) as store, closing(Replica(":memory:")) as empty:
        add_members(store, people)
        known = list(store.all_members())
        replica, offered = filled(empty, known), 0
        for person in random.sample(known, 60):
            text = with_error(random, with_error(random, person.full_name.lower()))
            if not replica.members.search(text, 9) and not replica.members.near(text, 9):
                here = [m.id for m in replica.members.nearest(text, 3)]
                assert here == [json.loads(found)["id"] for found in store.near_members(text, 9)]
                offered += bool(here)
        assert offered > 10


LETTERS = st.text("abc", max_size=6)


@given(one=LETTERS, other=LETTERS)
def test_errors_are_counted_as_by_the_table(one: str, other: str) -> None:
    errors = aligned(one, other)
    assert errors_between(one, other, 2) == errors if errors <= 2 else errors_between(one, other, 2) > 2


def aligned(one: str, other: str) -> int:
    """Optimal string alignment, by the table of all beginnings."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b))
            if i > 1 and j > 1 and one[i - 2 : i] == b + other[j - 2]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(one), len(other)]


def test_older_files_have_the_same_on_file_of_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    people = [member_row(str(n), name) for n, name in enumerate(NAMES)]
    caplog.set_level("INFO")
    store = open_store(gym := tmp_path / "gym.db")
    add_members(store, people)
    filled(copy := Replica(tmp_path / "desk.db"), list(store.all_members()))
    known = [rows(connection_of(store)), rows(copy._db)]
    assert known[0] == known[1] != []
    age(store, next(version for version, script in enumerate(MIGRATIONS) if "leftovers" in script))
    store.close()
    copy.close()
    age_copy(tmp_path / "desk.db", next(version for version, script in enumerate(VERSIONS) if "leftovers" in script))
    with closing(open_store(gym)) as store, closing(Replica(tmp_path / "desk.db")) as copy:
        assert [rows(connection_of(store)), rows(copy._db)] == known
    assert [record.message for record in caplog.records] == [
        f"{gym} is brought up to date: that of a million members takes a minute."
    ]


def rows(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """What is on file of what may be left of words."""
    return db.execute("SELECT rest, word FROM leftovers ORDER BY 1, 2").fetchall()
