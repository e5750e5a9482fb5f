"""The short form of `python -m tests.faults.nodes`: what it finds nothing wrong with, and that it would find it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import blows
from tests.faults.fleet import Nodes
from tests.postgres_kit import Database, ask, database, new_database
from tests.till import Till

pytestmark = pytest.mark.slow

said: list[str] = []


@pytest.fixture(scope="module")
def mortal() -> Iterator[Database]:
    """A PostgreSQL that nobody else has."""
    with database() as made:
        yield made


async def test_whatever_breaks_nothing_is_lost_doubled_or_out_of_order(mortal: Database) -> None:
    async def all_of_them(nodes: Nodes) -> None:
        for blow, times in ((blows.kill, 2), (blows.cut, 1), (blows.race, 3), (blows.pause(0.2), 1), (blows.outage, 1)):
            await blows.repeated(blow, times, work=blows.SOON, say=said.append)(nodes)

    nodes = Nodes(new_database(mortal.url), 2, seed=5, postgres=mortal)
    await nodes.run(all_of_them)
    assert nodes.failures == []
    assert nodes.told["storage_unavailable"] > 0
    assert [witness.seen for witness in nodes.witnesses] == [len(nodes.answers)] * 2
    assert nodes.page().endswith("every promise was kept")


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM journal WHERE command_id = 'a-1'", "a-1 was answered, and has no row in the journal"),
        ("DELETE FROM journal WHERE command_id = 'a-1'", "the journal has"),
        ("UPDATE journal SET command_id = 'other' WHERE command_id = 'a-1'", "a-1 has 2 rows in the journal"),
        ("UPDATE journal SET type = 'refusal' WHERE command_id = 'a-1'", "a-1 has 1 rows, and was told"),
    ],
)
def test_what_is_wrong_is_found(damage: str, found: str, postgres_nothing: str) -> None:
    nodes = Nodes(postgres_nothing, 1, seed=1)
    till = Till(postgres_nothing)
    nodes.answers["a-1"] = [{"ok": True}]
    till.check_in("1", id="a-1")
    nodes.compare()
    assert nodes.failures == []
    ask(postgres_nothing, f"SET search_path = gymtui; {damage}")
    if "other" in damage:
        till.check_out("1", id="a-1")
    till.check_in("2")
    till.store.close()
    nodes.compare()
    assert any(failure.startswith(found) for failure in nodes.failures), nodes.failures
    assert nodes.page().endswith("FAILED")
