"""People of an import are found by name once all of them are there; whatever happens before that, their words are
right in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui.search.text import index_words
from server.admin.importing.members import compared, import_members
from server.app import Server
from server.gym.importing.indexing import index_members
from server.gym.importing.taking import Import, put
from server.gym.importing.writing import write_all
from server.store import Store
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import stored
from tests.sqlite_kit import connection_of

NAMES = ("Ana Silva", "Bea Berg", "Cem Kaya")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(open_store(path)) as store:
        yield store


def killed(store: Store) -> None:
    """An import that came to no end."""
    rows = [(n, member_row(f"{n}", name)) for n, name in enumerate(NAMES, 1)]
    write_all(store, compared(store, rows).changes, Import(found_later=True).take_all, lambda _: True)


def found(store: Store, *texts: str) -> list[int]:
    return [len(store.search_members(text, 5)) for text in texts]


def index(store: Store) -> set[tuple[str, str]]:
    return set(connection_of(store).execute("SELECT word, member_id FROM words"))


def wanted(store: Store) -> set[tuple[str, str]]:
    return {(word, member.id) for member in store.all_members() for word in index_words(member)}


def test_at_the_end_of_an_import_its_people_are_found_by_name(store: Store) -> None:
    import_members(store, [(1, member_row("1", "Ana Silva"))])
    assert found(store, "silva") == [1]
    assert store.unindexed()[0] == []


def test_until_then_by_card_alone_and_an_import_that_was_killed_is_made_good_by_the_next(store: Store) -> None:
    killed(store)
    assert (found(store, "1", "silva"), index(store)) == ([1, 0], set())
    import_members(store, [(1, member_row("4", "Dea Do"))])
    assert found(store, "silva", "berg", "do") == [1, 1, 1]
    assert index(store) == wanted(store)


async def test_a_server_makes_it_good_before_it_serves(path: Path, store: Store) -> None:
    killed(store)
    async with Server(path):
        assert found(store, "kaya") == [1]
    assert index(store) == wanted(store)


def test_who_is_changed_meanwhile_is_found_as_he_is_now(store: Store) -> None:
    killed(store)
    members, seq = store.unindexed()
    words = [(word, member.id) for member in members for word in index_words(member)]
    half = len(words) // 2
    store.write([lambda tx: tx.index(words[:half], seq)])
    for member in (replace(stored(store, "1"), full_name="Zoe Zen"), replace(stored(store, "2"), deleted=True)):
        store.write([partial(put, member=member, by="", kind="save_member")])
    store.write([lambda tx: tx.index(words, seq), lambda tx: tx.indexed(seq)])
    assert (found(store, "silva", "zen", "berg", "kaya"), index(store)) == ([0, 1, 0, 1], wanted(store))


def test_an_index_that_is_behind_grows_from_end_to_end(store: Store) -> None:
    killed(store)
    said: list[str] = []
    connection_of(store).set_trace_callback(said.append)
    index_members(store)
    entered = [statement.split("'")[1] for statement in said if "INTO words" in statement]
    assert entered == sorted(entered) != []
