"""The accesses are a chain: what is changed by hand is found, with its row, and what may change them breaks nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gymtui import clock
from server.admin import backup, trim, verify
from server.admin.erasing import members_erase
from server.admin.verify import VerifyError
from server.store import Access
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym
from tests.sqlite_kit import age
from tests.till import DAY, NINE
from tests.verify_kit import looked_at, path

__all__ = ["path"]

ROWS = 6
BEHIND = "of the accesses is not the one that was written behind"


def noted(path: Path, count: int, at: int = NINE) -> None:
    """So many accesses more, a day apart."""
    for n in range(count):
        now = at + n * DAY
        with closing(open_store(path, now=lambda now=now: now)) as store:  # type: ignore[misc]
            store.write(
                [lambda tx: tx.note_access(Access(what="login", who="ana", origin="10.0.0.1", outcome="denied"))]
            )


@pytest.fixture
def gym(path: Path) -> Path:
    make_gym(path, member_row("1", "Zoë Fine"))
    noted(path, ROWS)
    return path


def edited(path: Path, *statements: str) -> list[str]:
    """What `verify` says of a file after these."""
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)
    return looked_at(path).wrong


@pytest.mark.parametrize(
    "change",
    [
        "at = at + 1",
        "what = 'logout'",
        "who = 'eve'",
        "origin = '10.0.0.2'",
        "about = 'ben'",
        "outcome = ''",
        "count = 2",
        "link = randomblob(16)",
        "link = NULL",
    ],
)
def test_a_row_that_was_changed_is_found(gym: Path, change: str) -> None:
    assert looked_at(gym).wrong == []
    assert f"Row 3 {BEHIND} row 2." in edited(gym, f"UPDATE accesses SET {change} WHERE id = 3")


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (["DELETE FROM accesses WHERE id = 1"], f"Row 2 {BEHIND} what was trimmed."),
        (["DELETE FROM accesses WHERE id = 4"], f"Row 5 {BEHIND} row 3."),
        (
            ["DELETE FROM accesses WHERE id = 4", "UPDATE accesses SET id = id - 1 WHERE id > 4"],
            f"Row 4 {BEHIND} row 3.",
        ),
        (["DELETE FROM accesses WHERE id = 6"], "The accesses end with row 5, and that is not what was written last."),
        (["DELETE FROM accesses"], "The accesses end with what was trimmed, and that is not what was written last."),
        (
            ["INSERT INTO accesses SELECT 7, at, what, who, origin, about, outcome, count, link FROM accesses LIMIT 1"],
            f"Row 7 {BEHIND} row 6.",
        ),
        (["UPDATE accesses SET id = -id", "UPDATE accesses SET id = id + 7"], f"Row 1 {BEHIND} what was trimmed."),
    ],
)
def test_a_row_that_is_gone_or_added_or_elsewhere_is_found(gym: Path, statements: list[str], sentence: str) -> None:
    assert sentence in edited(gym, *statements)


def test_verify_says_so_and_ends_with_one(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(gym, "UPDATE accesses SET who = 'eve' WHERE id = 3")
    with pytest.raises(VerifyError, match="is not sound"):
        verify.verify(database=str(gym))
    assert capsys.readouterr().out == f"Row 3 {BEHIND} row 2.\n"


def test_what_was_trimmed_is_missed_by_nobody(gym: Path) -> None:
    for before, left in ((NINE, 6), (NINE + 2 * DAY, 4), (NINE + 2 * DAY, 4), (NINE + 9 * DAY, 0), (NINE + 9 * DAY, 0)):
        with closing(open_store(gym)) as store:
            trim.forget(store, before)
        assert looked_at(gym).wrong == []
        with closing(sqlite3.connect(gym)) as db:
            assert db.execute("SELECT count(*) FROM accesses").fetchone() == (left,)
    noted(gym, 2)
    assert looked_at(gym).wrong == []
    assert f"Row 2 {BEHIND} what was trimmed." in edited(gym, "DELETE FROM accesses WHERE id = 1")


def test_a_clock_that_was_set_back_tears_no_chain(gym: Path) -> None:
    noted(gym, 2, NINE - 9 * DAY)
    with closing(open_store(gym)) as store:
        trim.forget(store, NINE + 3 * DAY)
    assert looked_at(gym).wrong == []
    with closing(sqlite3.connect(gym)) as db:
        assert db.execute("SELECT id FROM accesses").fetchall() == [(4,), (5,), (6,), (7,), (8,)]


def test_an_erasure_a_backup_and_a_restore_leave_it_whole(gym: Path, tmp_path: Path) -> None:
    file = tmp_path / "gym.bak"
    members_erase(database=str(gym), member="1")
    backup.backup(database=str(gym), file=file)
    assert looked_at(file).wrong == []
    noted(gym, 1, clock.now())
    backup.restore(database=str(gym), file=file)
    assert looked_at(gym).wrong == []
    assert f"Row 7 {BEHIND} row 6." in edited(gym, "UPDATE accesses SET what = 'backup' WHERE what = 'restore'")


@pytest.mark.parametrize("rows", [0, ROWS])
def test_those_of_a_gym_from_before_become_a_chain(path: Path, rows: int) -> None:
    make_gym(path)
    noted(path, rows)
    with closing(open_store(path)) as store:
        age(store, 26)
    noted(path, 1)
    assert looked_at(path).wrong == []
    behind = f"row {rows}" if rows else "what was trimmed"
    assert f"Row {rows + 1} {BEHIND} {behind}." in edited(path, f"UPDATE accesses SET who = 'e' WHERE id = {rows + 1}")
