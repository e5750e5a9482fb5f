"""A backup comes from outside: what no gym has in its file is neither restored nor sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.admin.verify import check
from server.store import BackupError, opening
from server.store.opening import back_up, put_back
from tests.backup_kit import _no_file_is_left_open, file, path, rows, till

__all__ = ["_no_file_is_left_open", "file", "path"]


@pytest.mark.parametrize(
    ("smuggled", "told"),
    [
        ("CREATE TRIGGER spy AFTER UPDATE ON gym BEGIN UPDATE users SET role = 'manager'; END", "trigger spy"),
        ("CREATE VIEW present AS SELECT 1", "view present"),
        ("CREATE TABLE luggage (a)", "the table luggage is none of a gym's"),
        ("ALTER TABLE users ADD COLUMN more TEXT", "the table users has other columns than a gym's"),
        ("DROP INDEX members_by_seq", "the index members_by_seq is missing"),
    ],
)
def test_a_backup_with_what_no_gym_has_is_not_restored_and_not_sound(
    path: Path, file: Path, smuggled: str, told: str
) -> None:
    with closing(till(path).store):
        back_up(path, file)
    with closing(sqlite3.connect(file)) as db, db:
        roles = db.execute("SELECT role FROM users").fetchall()
        db.execute(smuggled)
    before = rows(path)
    with pytest.raises(BackupError, match=f"not as gymtui makes a database .*{told}.*use another backup"):
        put_back(file, path)
    assert rows(path) == before
    with opening.audit(file) as tables:
        assert any(told in sentence for sentence in check(tables).wrong)
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT role FROM users").fetchall() == roles
