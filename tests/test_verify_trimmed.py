"""`admin verify` of a journal that was trimmed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.protocol import MAX_REPLAY
from server.admin import trim, verify
from server.admin.trim import KEPT, forget
from server.store import StoreError
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving
from tests.sqlite_kit import connection_of
from tests.till import DAY, NINE, Till
from tests.verify_kit import day, looked_at, path

__all__ = ["path"]


def trimmed(path: Path, rows: int) -> None:
    """The first rows of the journal are gone."""
    with closing(open_store(path)) as store:
        store.write([partial(trim._forget, seq=rows)])


@pytest.mark.parametrize("seed", range(2))
def test_a_trimmed_journal_is_compared_as_far_as_it_goes(path: Path, seed: int) -> None:
    gym = day(path, seed)
    gym.store.close()
    trimmed(path, 150)
    report = looked_at(path)
    assert (report.wrong, report.first) == ([], 151)
    assert report.older > 0
    assert f"The journal begins with its row 151: {report.older} members and visits" in str(report)
    for wrong, sentence in (
        ("UPDATE hours SET check_ins = check_ins + 1 WHERE hour = '2026-11-22T09'", "The counters of all hours are"),
        ("UPDATE visits SET event = CAST(replace(CAST(event AS TEXT), 'Front', 'F') AS BLOB)", "is not as row"),
        ("UPDATE members SET member = CAST(replace(CAST(member AS TEXT), 'Guest', 'G') AS BLOB)", "is not as row"),
        ("DELETE FROM journal WHERE seq = 220", "The rows 220 to 220 of the journal are missing"),
    ):
        copy = path.with_name("copy.db")
        copy.write_bytes(path.read_bytes())
        with closing(sqlite3.connect(copy, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = DELETE")
            db.execute(wrong)
        assert sentence in "\n".join(looked_at(copy).wrong)


def test_only_what_is_old_and_not_needed_goes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trim, "KEPT", 30)
    monkeypatch.setattr(trim, "CHUNK", 7)
    gym = Till(path, *(member_row(str(n), f"Member {n}") for n in range(50)))
    with closing(gym.store) as store:
        before = gym.now + DAY
        gym.now = before
        gym.check_in("1", id="late")
        assert forget(store, before - DAY) == 0
        assert forget(store, before) == 22  # of 52 rows the newest 30 stay, though 21 of those are old
        assert (store.oldest(), store.head().seq) == (23, 52)
        assert forget(store, before) == 0
        for n in range(2, 40):
            gym.check_in(str(n))
        assert forget(store, before) == 29  # all that is old, and nothing that is not
        assert store.oldest() == 52
        assert gym.check_in("1", id="late").seq == 52  # its row still answers for it
        assert looked_at(path).wrong == []


def test_trimming_keeps_what_desks_come_back_for() -> None:
    assert KEPT >= MAX_REPLAY
    assert trim.LEAST > 1  # desks send again what was settled within a day of a restore
    page = " ".join((Path(__file__).parent.parent / "docs" / "PROTOCOL.md").read_text().split())
    assert f"{trim.LEAST} days after it was written at the earliest" in page
    assert f"never while it is among the newest {KEPT:,}" in page


def test_the_command_line_trims(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trim, "KEPT", 2)
    Till(path, *(member_row(str(n), f"Member {n}") for n in range(9))).store.close()
    monkeypatch.setattr(clock, "now", lambda: NINE + 60 * DAY)
    with pytest.raises(WrongUsage, match="for 30 days at the least"):
        trim.trim(database=str(path), days=29)
    trim.trim(database=str(path), days=90)
    trim.trim(database=str(path), days=30)
    assert capsys.readouterr().out.splitlines() == [
        "0 rows of the journal are gone; it begins with its row 1 now.",
        "8 rows of the journal are gone; it begins with its row 9 now.",
    ]


async def test_a_journal_that_is_trimmed_while_somebody_reads_it_is_a_snapshot(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_gym(path, *(member_row(str(n), f"Member {n}") for n in range(40)))
    async with serving(path) as server, Wire.open(server.url, token(path, "ana")) as wire:
        await wire.until("connection_status")
        was, calls = server.hub._store.oldest, list[int]()

        def oldest() -> int:
            """The journal is trimmed between the question how far it goes back and its first page."""
            if not calls:
                calls.append(was())
                trimmed(path, 10)
            return calls[0]

        monkeypatch.setattr(server.hub._store, "oldest", oldest)
        asked = {"epoch": server.hub.epoch, "seq": 3, "full": True}
        assert (await wire.ask("resume", asked))["result"] == {"resumed": "events"}
        assert (await wire.until("snapshot"))["payload"]["seq"] == server.hub.head
        again = {"epoch": server.hub.epoch, "seq": 3, "full": True}
        monkeypatch.undo()
        assert (await wire.ask("resume", again, "2"))["result"] == {"resumed": "snapshot"}


def test_without_the_row_of_the_gym_there_is_nothing_to_compare(path: Path) -> None:
    open_store(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM gym")
    assert looked_at(path).wrong == ["The row of the gym is missing."]
    with pytest.raises(StoreError, match="it is damaged, please restore a backup"):
        verify.verify(database=str(path))


def test_hours_in_sum_are_not_compared_where_a_visit_cannot_be_read(path: Path) -> None:
    gym = Till(path, member_row("1", "Ana"))
    with closing(gym.store) as store:
        gym.check_in()
        store.write([partial(trim._forget, seq=1)])
        connection_of(store).execute("UPDATE visits SET event = x'7b'")
        first, second = looked_at(path).wrong
    assert first.startswith("The visit ")
    assert second == "The counters of all hours cannot be compared: a visit cannot be read."
