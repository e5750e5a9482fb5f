"""`gymtui admin copy`: a gym moves from one database into another, there and back, and loses nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.errors import GymError
from gymtui.protocol import CheckIn, Notification, Undo
from server.admin.copy import copy
from server.admin.tokens import tokens_issue
from server.admin.verify import verify
from server.store import Settled, StoreError, Transaction, opening
from server.store.sql.copying import TABLES
from tests.engines import Engine
from tests.factories import member_row
from tests.till import HOUR, Till


def lived_in(database: str | Path) -> None:
    """A gym in which some of everything has happened."""
    till = Till(database, *(member_row(str(n), f"Zoë {n}", visits_left=3) for n in range(9)))
    with closing(till.store):
        till.check_in("1")
        till.check_in("2")
        till.give(CheckIn(code="2"), id="refused")
        till.give(CheckIn(code="nobody"))
        till.give(CheckIn(code="3", location="a\0b"), id="undone")
        till.give(Undo(command_id="undone"))
        till.now += HOUR
        till.check_out("1")
    tokens_issue(database=str(database), name="ana", ttl=60)


def told(database: str | Path) -> list[object]:
    """What there is of it, whatever its engine."""
    with opening.opened(database) as store:
        rows = store.read(0, 10_000)
        lists = [list(store.all_visits()), list(store.all_members()), store.users(), store.signing_keys()]
        return [store.epoch(), store.gym_id(), store.head(), store.snapshot().present, rows, *lists]


@pytest.fixture
def gym(tmp_path: Path) -> str:
    database = f"sqlite://{tmp_path / 'before.db'}"
    lived_in(database)
    return database


def test_all_of_it_is_there_and_back_again(gym: str, engine: Engine, tmp_path: Path) -> None:
    before = told(gym)
    copy(source=gym, target=str(engine.database))
    assert told(engine.database) == before
    back = tmp_path / "back.db"
    copy(source=str(engine.database), target=str(back))
    assert told(back) == before
    for database in (str(engine.database), str(back)):
        verify(database=database)
    with closing(sqlite3.connect(back)) as after, closing(sqlite3.connect(tmp_path / "before.db")) as first:
        for table in TABLES:
            rows = [sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for db in (after, first)]
            assert rows[0] == rows[1], table


def test_a_command_that_was_done_before_is_not_done_again(gym: str, engine: Engine) -> None:
    copy(source=gym, target=str(engine.database))
    with opening.opened(engine.database) as store:
        settled: list[Settled | None] = []
        store.write([lambda tx: settled.append(tx.settled("refused"))])
    assert [told and told.kind for told in settled] == ["check_in"]


def test_it_can_be_run_again_until_the_copy_has_rows_of_its_own(gym: str, engine: Engine) -> None:
    copy(source=gym, target=str(engine.database))
    with opening.opened(gym) as store:
        store.write([partial(_tell, title="of the source")])
    copy(source=gym, target=str(engine.database))
    assert told(engine.database) == told(gym)
    with opening.opened(engine.database) as store:
        store.write([partial(_tell, title="of the copy")])
    after = told(engine.database)
    with pytest.raises(StoreError, match="has a gym that this one does not go on from"):
        copy(source=gym, target=str(engine.database))
    with opening.opened(gym) as store:
        store.write([partial(_tell, title="of the source")])
    with pytest.raises(StoreError, match="has a gym that this one does not go on from"):
        copy(source=gym, target=str(engine.database))
    assert told(engine.database) == after


def test_nothing_is_written_over_and_what_is_served_is_not_moved(gym: str, engine: Engine, tmp_path: Path) -> None:
    other = Till(engine.database, member_row("1", "Ana"))
    with closing(other.store), pytest.raises(StoreError, match="in use: please stop the server"):
        copy(source=gym, target=str(engine.database))
    with pytest.raises(StoreError, match="has a gym that this one does not go on from"):
        copy(source=gym, target=str(engine.database))
    with opening.opened(gym), pytest.raises(StoreError, match="in use: please stop the server"):
        copy(source=gym, target=str(tmp_path / "new.db"))
    with pytest.raises(GymError, match="please name two"):
        copy(source=gym, target=gym)
    with pytest.raises(StoreError, match="There is no gym"):
        copy(source=str(tmp_path / "none.db"), target=str(tmp_path / "new.db"))


def test_one_that_is_broken_off_has_changed_nothing(gym: str, engine: Engine) -> None:
    before = told(engine.database)
    with pytest.raises(KeyboardInterrupt):
        opening.copy(gym, engine.database, lambda done, _: done < 20)
    assert told(engine.database) == before
    copy(source=gym, target=str(engine.database))
    assert told(engine.database) == told(gym)


def _tell(tx: Transaction, title: str) -> None:
    at = clock.to_text(tx.at)
    notice = Notification(id=title, level="info", title=title, message="", at=at, seq=tx.next_seq)
    tx.append(notice, kind="house", user="")
