"""A desk and the server find the same people, in the same order, and those that the words say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gymtui.client import Replica
from gymtui.protocol import MAX_PART, Member, MembersPage
from gymtui.search.folding import spellings, words
from gymtui.search.phones import dialled
from server.store import Store
from server.store.opening import open_store
from server.store.sqlite.schema import MIGRATIONS
from tests.factories import member_row
from tests.gym_kit import add_members, make_gym, token
from tests.kit import Wire, serving
from tests.sqlite_kit import age, connection_of

NAMES: Final = "Ana An Amaru Bea Ben Sa Silva Simon O'Neil Zoë Anna-Lena Straße Ödön 陳大文".split()
BEGINNINGS: Final = st.tuples(st.sampled_from(NAMES), st.integers(1, 5)).map(lambda drawn: drawn[0][: drawn[1]])
RUN_TOGETHER: Final = st.tuples(BEGINNINGS, st.sampled_from(("", " ")), BEGINNINGS).map("".join)
TEXTS: Final = RUN_TOGETHER | st.text("aenbsözAG 017+-'陳", max_size=8)


class Gym:
    def __init__(self, store: Store, replica: Replica) -> None:
        self.store = store
        self.replica = replica
        self.members = list(store.all_members())
        page = MembersPage(members=tuple(self.members), next_after_seq=1, more=False, as_of_seq=1)
        replica.fold_members(page)

    def on_desk(self, text: str, limit: int) -> list[str]:
        return [m.id for m in self.replica.members.search(text, limit)]

    def near_on_desk(self, text: str) -> list[str]:
        found, near = self.on_desk(text, 9), [m.id for m in self.replica.members.near(text, 9)]
        near = near if found or near else [m.id for m in self.replica.members.nearest(text, 3)]
        return [id for id in near if id not in found][: 9 - len(found)]

    def on_server(self, text: str, limit: int) -> list[str]:
        return [json.loads(found)["id"] for found in self.store.search_members(text, limit)]


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gym]:
    """Names of one to three words, many of them alike; numbers with letters, phones, some deleted."""
    random = Random(5)
    people = [
        member_row(
            random.choice(("G-{}", "A{}", "{}")).format(number),
            " ".join(random.choices(NAMES, k=random.choice((1, 2, 2, 3)))),
            phone=random.choice((None, "+41 79 110 10 10", "017 1")),
            deleted=random.random() < 0.1,
        )
        for number in range(300)
    ]
    store = open_store(tmp_path_factory.mktemp("gym") / "gym.db")
    add_members(store, people)
    with closing(store), closing(Replica(":memory:")) as replica:
        yield Gym(store, replica)


@pytest.mark.slow
@given(text=TEXTS, limit=st.sampled_from((1, 5, 1000)))
def test_a_desk_and_the_server_find_the_same_in_the_same_order(gym: Gym, text: str, limit: int) -> None:
    assert gym.on_desk(text, limit) == gym.on_server(text, limit)
    assert gym.near_on_desk(text) == [json.loads(found)["id"] for found in gym.store.near_members(text, 9)]


@pytest.mark.slow
@example(text="A1-A")
@example(text="000")
@example(text="001")
@given(text=TEXTS)
def test_they_find_whom_the_words_say(gym: Gym, text: str) -> None:
    assert set(gym.on_desk(text, 1000)) == {m.id for m in gym.members if not m.deleted and is_meant(m, text)}


@pytest.mark.slow
@given(text=TEXTS, limit=st.integers(1, 9))
def test_fewer_rows_are_the_first_of_more(gym: Gym, text: str, limit: int) -> None:
    assert gym.on_desk(text, limit) == gym.on_desk(text, 1000)[:limit]


def is_meant(member: Member, text: str) -> bool:
    """What is said of a search in PROTOCOL.md, tried out word by word."""
    if member.membership_number == text.strip():
        return True
    numbers = words(member.membership_number or "")
    numbers += ["".join(c for c in member.phone if c.isdigit())] if member.phone else []
    typed = list(spellings(text))
    if all(word.isdecimal() for word in typed[0]):
        typed = [[number] for number in dict.fromkeys(("".join(typed[0]), dialled(text))) if number]
    return any(
        fits(name, numbers, list(dict.fromkeys(read)), read is typed[0])
        for name in spelled(member.full_name)
        for read in typed
    )


@cache
def spelled(name: str) -> list[list[str]]:
    return list(spellings(name))


def fits(name: list[str], numbers: list[str], typed: list[str], is_own: bool) -> bool:
    known = name + numbers
    if not typed:
        return False
    first, *others = typed
    for at, word in enumerate(known):
        further = [w for i, w in enumerate(known) if i != at]
        if begins(word, first) and all(
            any(begins(w, other) for w in further) or (other in word and is_unspaced(other)) for other in others
        ):
            return True
    if others or not is_own or any(c.isdecimal() or is_unspaced(c) for c in first):
        return False
    return any(
        one.startswith(first[:cut]) and other.startswith(first[cut:])
        for cut in range(1, len(first))
        for i, one in enumerate(name)
        for j, other in enumerate(name)
        if i != j
    )


def begins(word: str, typed: str) -> bool:
    return word.startswith(typed) or (is_unspaced(typed) and typed in word)


def is_unspaced(text: str) -> bool:
    return text[:1] in "陳大文"


def test_whom_an_older_database_knew_is_found_by_beginnings_run_together(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "gym.db")) as store:
        add_members(store, [member_row("1", "Ana Silva"), member_row("2", "Ana Sa", deleted=True)])
        connection_of(store).execute("UPDATE words SET word = 'old ' || word")
        age(store, next(version for version, script in enumerate(MIGRATIONS) if "index_words" in script))
    store = open_store(tmp_path / "gym.db")
    found = [[json.loads(m)["membership_number"] for m in store.search_members(text, 9)] for text in ("ansi", "old")]
    store.close()
    assert found == [["1"], []]


async def test_an_answer_of_many_long_members_is_no_longer_than_a_part(tmp_path: Path) -> None:
    make_gym(
        gym := tmp_path / "gym.db", *(member_row(str(n), f"Ana {n}", alerts=["!" * 1000] * 20) for n in range(100))
    )
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        reply = await wire.ask("search_members", {"text": "ana", "limit": 100})
        found = reply["result"]["members"]
        assert 0 < len(json.dumps(found)) <= MAX_PART * 1.1
        assert len(found) == 12
