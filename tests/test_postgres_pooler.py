"""A gym behind a transaction pooler: nothing is left in a session, and hints come by a way of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from gymtui.protocol import ListCheckIns
from server.admin.verify import check
from server.net import following
from server.store import StoreUnavailable, TooLong
from server.store.opening import audit, open_store
from server.store.postgres.hints import POOLED
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving
from tests.pooler_kit import pooled
from tests.postgres_kit import held
from tests.till import NINE, Till

pytestmark = pytest.mark.slow

OFTEN = 7  # times: the library prepares by name what it has been asked five times


@pytest.fixture
def pooler(postgres_database: str) -> Iterator[str]:
    with pooled(postgres_database) as url:
        yield url


def test_a_store_goes_on_there_as_on_the_database_itself(pooler: str) -> None:
    till = Till(pooler, *(member_row(str(n), f"Member {n}") for n in range(OFTEN)))
    with closing(till.store) as store:
        for number in range(OFTEN):
            till.check_in(str(number))
            assert store.stats().currently_in == number + 1
            assert store.snapshot().seq == store.head().seq
        assert len(store.list_check_ins(ListCheckIns())[0]) == OFTEN
    with audit(pooler) as tables:
        assert check(tables).wrong == []


def test_servers_hear_of_each_other_there(pooler: str) -> None:
    with closing(open_store(pooler)) as here, closing(open_store(pooler)) as there:
        assert here.peers is not None
        assert there.peers is not None
        for number in range(OFTEN):
            here.peers.tell("here", number, b"[]")
            assert there.peers.others() == [("here", number, b"[]")]
            assert (there.peers.tried(number, attempts=1, pause=1000), here.peers.others()) == (0, [])
            assert here.peers.tried(number, attempts=1, pause=1000) > 0


def test_its_limits_hold_for_each_transaction(pooler: str, postgres_database: str) -> None:
    with closing(open_store(pooler, now=lambda: NINE, patience=0.5)) as store:
        with pytest.raises(TooLong), store.within(0.01):
            store._all("SELECT pg_sleep(60)")  # type: ignore[attr-defined]
        store._all("SELECT pg_sleep(0.02)")  # type: ignore[attr-defined]
        with pytest.raises(StoreUnavailable, match="it is a standby"):
            store._all("DELETE FROM visits RETURNING id")  # type: ignore[attr-defined]
        with held(postgres_database), pytest.raises(StoreUnavailable, match="another program keeps the gym to itself"):
            store.write([lambda tx: tx.touch()])
        asked = "SELECT current_setting('{}')"
        for name, value in (("synchronous_commit", "on"), ("idle_in_transaction_session_timeout", "500ms")):
            kept: list[str] = []
            store.write([lambda tx: kept.extend(tx._db.execute(asked.format(name)).fetchone())])  # type: ignore[attr-defined]  # noqa: B023
            assert kept == [value]


@pytest.mark.parametrize("listens", [True, False])
async def test_hints_come_by_their_own_url_or_each_looks_by_itself(
    listens: bool,
    pooler: str,
    postgres_database: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(following, "POLL", 3600.0 if listens else 0.01)
    make_gym(postgres_database, member_row("1", "Ana"), member_row("2", "Ben"))
    ana, ben = (token(postgres_database, name) for name in ("ana", "ben"))
    way = postgres_database if listens else None
    async with (
        serving(pooler, listen=way) as here,
        serving(pooler, listen=way) as there,
        Wire.open(here.url, ana) as desk,
        Wire.open(there.url, ben) as other,
    ):
        for code in ("1", "2"):
            visit = (await desk.ask("check_in", {"code": code}, id=code))["result"]
            await other.covers(visit["seq"])
    assert caplog.text.count(POOLED) == (0 if listens else 2)  # once a server
