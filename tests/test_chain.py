"""The journal is a chain: whatever is changed by hand is found, with its row, and what may change it breaks nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.admin.erasing import erase_all
from server.store.opening import back_up, open_store, put_back
from tests.gym_kit import stored
from tests.sqlite_kit import age
from tests.till import Till
from tests.verify_kit import day, looked_at

pytestmark = pytest.mark.slow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


@pytest.fixture
def gym(path: Path) -> Iterator[Till]:
    """A gym in which a lot has happened, and somebody was erased."""
    till = day(path, seed=3)
    erase_all(till.store, [stored(till.store, "5").id])
    till.check_in("7", id="last") if till.store.list_present(99, None)[0] == [] else None
    with closing(till.store):
        yield till


def edited(path: Path, *statements: str) -> list[str]:
    """What `verify` says of a file after these."""
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)
    return looked_at(path).wrong


def test_a_journal_that_nobody_has_touched_is_whole(gym: Till, path: Path) -> None:
    assert looked_at(path).wrong == []
    with closing(sqlite3.connect(path)) as db:
        kept, erased = db.execute("SELECT count(salt), count(commitment) FROM journal").fetchone()
    assert kept + erased == gym.seq
    assert erased > 3


@pytest.mark.parametrize(
    "change",
    [
        "at = at + 1",
        "kind = 'undo'",
        "user = 'eve'",
        "command_id = 'other'",
        "type = 'refusal'",
        "digest = x'00'",
        "payload = replace(CAST(payload AS TEXT), 'Front', 'Other')",
        'payload = CAST(replace(CAST(payload AS TEXT), \'"desk":"Front"\', \'"desk":"Other"\') AS BLOB)',
        "error = x'7b7d'",
        "salt = randomblob(16)",
        "salt = NULL",
        "link = randomblob(16)",
    ],
)
def test_a_row_that_was_changed_is_found(gym: Till, path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        rows = "SELECT seq FROM journal WHERE salt IS NOT NULL AND instr(payload, 'Front') AND error IS NULL"
        seq: int = db.execute(f"{rows} ORDER BY seq LIMIT 1 OFFSET 9").fetchone()[0]
        strict = "type" not in change and "replace(CAST(payload AS TEXT), 'Front'" not in change
    if not strict and change.startswith("payload"):
        change = "payload = CAST(replace(CAST(payload AS TEXT), 'Front', 'Backs') AS BLOB)"
    wrong = edited(path, f"UPDATE journal SET {change} WHERE seq = {seq}")
    assert any(sentence.startswith(f"Row {seq:,} of the journal is not") for sentence in wrong)
    assert gym.seq


def test_what_an_erasure_has_left_cannot_be_changed_either(gym: Till, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        seq: int = db.execute("SELECT min(seq) FROM journal WHERE salt IS NULL").fetchone()[0]
    for change in ("payload = CAST(replace(CAST(payload AS TEXT), '(erased)', 'Eve') AS BLOB)", "seal = NULL"):
        wrong = edited(path, f"UPDATE journal SET {change} WHERE seq = {seq}")
        assert f"Row {seq:,} of the journal is not what an erasure has left of it." in wrong
    assert gym.seq


@pytest.mark.parametrize(
    ("statements", "row"),
    [
        (("DELETE FROM journal WHERE seq = 30",), 31),
        (("DELETE FROM journal WHERE seq = 1",), 2),
        (("UPDATE journal SET seq = -1 WHERE seq = 30", "UPDATE journal SET seq = 30 WHERE seq = 31"), 30),
        (
            (
                "UPDATE journal SET seq = -1 WHERE seq = 30",
                "UPDATE journal SET seq = 30 WHERE seq = 31",
                "UPDATE journal SET seq = 31 WHERE seq = -1",
            ),
            31,
        ),
    ],
)
def test_a_row_that_is_gone_or_elsewhere_is_found(gym: Till, path: Path, statements: tuple[str, ...], row: int) -> None:
    wrong = edited(path, *statements)
    assert any(sentence.startswith(f"Row {row} of the journal is not the one") for sentence in wrong)
    assert gym.seq


def test_a_row_that_was_added_or_taken_at_the_end_is_found(gym: Till, path: Path) -> None:
    columns = "type, payload, at, kind, user, digest, salt, link"
    last = gym.seq
    more = f"INSERT INTO journal (seq, {columns}) SELECT seq + 1, {columns} FROM journal ORDER BY seq DESC LIMIT 1"
    wrong = edited(path, more, "UPDATE gym SET last_seq = last_seq + 1")
    assert f"Row {last + 1:,} of the journal is not the one that was written behind row {last:,}." in wrong
    wrong = edited(path, f"DELETE FROM journal WHERE seq >= {last}", f"UPDATE gym SET last_seq = {last - 1}")
    assert f"The journal ends with its row {last - 1:,}, and that is not the row that was written last." in wrong


def test_a_journal_that_was_trimmed_or_restored_is_whole(gym: Till, path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "gym.bak")
    gym.store.write([lambda tx: tx.forget(40)])
    gym.store.write([lambda tx: tx.forget(40)])  # and again: there is nothing to trim
    assert looked_at(path).wrong == []
    wrong = edited(path, "DELETE FROM journal WHERE seq = 41")
    assert "Row 42 of the journal is not the one that was written behind what was trimmed." in wrong
    gym.store.close()
    put_back(tmp_path / "gym.bak", path)
    assert looked_at(path).wrong == []


def test_an_older_journal_becomes_a_chain(tmp_path: Path) -> None:
    path = tmp_path / "gym.db"
    with closing(day(path, seed=4).store) as store:
        age(store, 12)
    with closing(open_store(path)) as store:
        assert looked_at(path).wrong == []
        assert store.head().seq > 100
    assert any("Row 9 of" in sentence for sentence in edited(path, "UPDATE journal SET user = 'eve' WHERE seq = 9"))
