"""The short forms of the long runs: what they find nothing wrong with, and that they would find it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gymtui.protocol import CheckIn
from tests.faults.audit import Audit
from tests.faults.drain import Drain
from tests.faults.one_member import OneMember
from tests.faults.order import Order
from tests.faults.soak import Soak
from tests.sqlite_kit import connection_of
from tests.till import Till

pytestmark = pytest.mark.slow

said: list[str] = []


async def test_nothing_is_lost_or_doubled_whoever_dies_when(tmp_path: Path) -> None:
    soak = Soak(tmp_path, seed=5)
    await soak.run(kills=6, seconds=60, say=said.append)
    assert soak.crew.failures == []
    assert soak.killed.total() == soak.places.total() >= 6
    assert soak.crew.audit.queued > 0
    assert soak.page().endswith("every promise was kept")


async def test_a_server_that_is_told_to_end_loses_nothing(tmp_path: Path) -> None:
    drain = Drain(tmp_path, seed=5)
    await drain.run(times=2, say=said.append)
    assert drain.crew.failures == []
    assert len(drain.took) == 2
    assert drain.crew.audit.acks > 0
    assert drain.page().endswith("every promise was kept")


async def test_of_many_who_check_in_one_member_one_does(tmp_path: Path) -> None:
    run = OneMember(tmp_path)
    await run.run(clients=20, rounds=5, say=said.append)
    assert run.failures == []
    assert run.outcomes == {"checked_in": 5, "already_checked_in": 95}


async def test_all_see_the_same_events_in_the_same_order(tmp_path: Path) -> None:
    order = Order(tmp_path, writers=2, readers=2)
    await order.run(events=2000, say=said.append)
    assert order.failures == []
    assert [witness.seen for witness in order.witnesses] == [2000] * 4
    assert all(cut.times for cut in order.cuts)
    assert order.page().endswith("one order for all, and each client's own")


# --- the audit finds what is wrong -------------------------------------------------------------------------------


class Books:
    """A gym with a journal, and a desk's diary and outbox, all written by hand."""

    def __init__(self, folder: Path) -> None:
        self.till = Till(folder / "gym.db", {"full_name": "Ana", "membership_number": "1"})
        self._diary = folder / "desk.diary"
        self._diary.touch()
        self._replica = folder / "desk.db"
        self.outbox("CREATE TABLE outbox (id TEXT, state TEXT)")
        self.audit = Audit(folder / "gym.db", folder, ["desk"])

    def outbox(self, sql: str) -> None:
        with closing(sqlite3.connect(self._replica, isolation_level=None)) as db:
            db.execute(sql)

    def say(self, line: str) -> None:
        with self._diary.open("a") as diary:
            diary.write(f"{line}\n")

    def damage(self, sql: str) -> None:
        connection_of(self.till.store).execute(sql)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path)


def test_promises_that_are_kept(books: Books) -> None:
    books.say("queued a")
    books.outbox("INSERT INTO outbox VALUES ('a', 'waiting')")
    books.audit.look()
    books.till.check_in(id="a")
    books.outbox("DELETE FROM outbox")
    books.say("checked_in a")
    books.till.refused(CheckIn(code="1"), id="b")
    books.say("already_in b")
    books.audit.look_when_quiet()
    assert books.audit.failures == []
    assert (books.audit.queued, books.audit.acks) == (1, 2)


@pytest.mark.parametrize("verdict", ["queued", "checked_in", "refused"])
def test_a_promise_without_a_row_is_lost(books: Books, verdict: str) -> None:
    books.till.check_in(id="another")
    books.say(f"{verdict} a")
    books.audit.look()
    assert books.audit.lost == [f"a was {verdict}, and has no row in the journal"]


def test_a_green_word_while_the_command_still_waits_is_lost(books: Books) -> None:
    books.outbox("INSERT INTO outbox VALUES ('a', 'waiting')")
    books.say("checked_in a")
    books.audit.look()
    assert len(books.audit.lost) == 1


def test_a_command_with_two_rows_is_doubled(books: Books) -> None:
    books.till.check_in(id="a")
    books.damage("UPDATE journal SET command_id = 'first' WHERE command_id = 'a'")
    books.till.check_out(id="a")
    books.say("checked_in a")
    books.audit.look()
    assert books.audit.doubled == ["a has 2 rows in the journal"]


@pytest.mark.parametrize(("id", "verdict"), [("a", "refused"), ("b", "checked_in")])
def test_a_desk_and_a_journal_that_say_different_things(books: Books, id: str, verdict: str) -> None:
    books.till.check_in(id="a")
    books.till.refused(CheckIn(code="1"), id="b")
    books.say(f"{verdict} {id}")
    books.audit.look()
    assert books.audit.wrong == [f"{id} was {verdict}, and the journal says otherwise"]


def test_what_waits_or_was_set_aside_when_all_is_quiet_is_wrong(books: Books) -> None:
    books.outbox("INSERT INTO outbox VALUES ('a', 'waiting'), ('b', 'set_aside')")
    books.audit.look_when_quiet()
    assert books.audit.wrong == ["b was set aside", "a waits, and nobody sends it", "b waits, and nobody sends it"]


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("DELETE FROM journal WHERE seq = 3", "the journal has"),
        ("UPDATE gym SET last_seq = last_seq + 1", "the journal has"),
        ("UPDATE gym SET currently_in = 7", "1 visits of 1 members are open, and 7 are counted"),
        ("UPDATE hours SET check_ins = check_ins + 1", "the counters of the hours"),
        ("UPDATE hours SET stays = stays - 1", "the counters of the hours"),
        (
            "UPDATE visits SET event = CAST(replace(CAST(event AS TEXT), 'Ana', 'Ann') AS BLOB)",
            "the visits are not what the journal makes of them",
        ),
    ],
)
def test_tables_that_are_not_what_they_have_to_be(books: Books, damage: str, what: str) -> None:
    for _ in range(2):
        books.till.check_in()
        books.till.check_out()
    books.till.check_in()
    books.damage(damage)
    books.audit.look_when_quiet()
    assert any(wrong.startswith(what) for wrong in books.audit.wrong), books.audit.wrong


def test_two_open_visits_of_one_member_are_wrong(books: Books) -> None:
    books.damage("DROP INDEX one_open_visit")
    books.till.check_in()
    books.damage("INSERT INTO visits SELECT 'twin', member_id, check_in_at, NULL, NULL, 0, NULL, event FROM visits")
    books.audit.look_when_quiet()
    assert "2 visits of 1 members are open, and 1 are counted" in books.audit.wrong
