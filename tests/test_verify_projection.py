"""`admin verify`: what it finds, and that it finds nothing in a sound gym."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gymtui.protocol import CheckIn
from server.admin import verify
from server.admin.gym import gym_show
from server.admin.verify import Report, VerifyError
from server.store import StoreError
from server.store.sqlite.schema import SCHEMA_VERSION
from tests.factories import member_row
from tests.sqlite_kit import age
from tests.till import MINUTE, Till
from tests.verify_kit import day, looked_at, path

__all__ = ["path"]


def sql(*statements: str) -> Callable[[sqlite3.Connection], None]:
    def spoil(db: sqlite3.Connection) -> None:
        for statement in statements:
            db.execute(statement)

    return spoil


WRONGS: dict[str, tuple[Callable[[sqlite3.Connection], None], str]] = {
    "a row is missing": (
        sql("DELETE FROM journal WHERE seq = 4"),
        r"The rows 4 to 4 of the journal are missing\.",
    ),
    "the end is missing": (
        sql("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)"),
        r"The journal ends with its row 6, and should with 7\.",
    ),
    "two rows have changed places": (
        sql(
            "UPDATE journal SET seq = -1 WHERE seq = 4",
            "UPDATE journal SET seq = 4 WHERE seq = 5",
            "UPDATE journal SET seq = 5 WHERE seq = -1",
        ),
        r"Row 4 of the journal cannot be right: says that it is row 5\.",
    ),
    "a row cannot be read": (
        sql("UPDATE journal SET payload = x'7b' WHERE seq = 5"),
        r"Row 5 of the journal cannot be right",
    ),
    "a row of no known type": (
        sql("UPDATE journal SET type = 'gossip' WHERE seq = 5"),
        r"Row 5 of the journal cannot be right: 'gossip'\.",
    ),
    "a visit is missing": (
        sql("DELETE FROM visits WHERE check_out_at IS NOT NULL"),
        r"The visit of row 6 of the journal is missing\.",
    ),
    "a visit that never was": (
        sql(
            "INSERT INTO visits SELECT 'x', member_id, check_in_at, check_out_at, check_out_command, punched, notes, "
            "CAST(json_set(CAST(event AS TEXT), '$.id', 'x') AS BLOB) FROM visits WHERE check_out_at IS NOT NULL"
        ),
        r"The visit of Ben that began 2026-11-22T09:\S+ has no row in the journal\.",
    ),
    "a visit was changed": (
        sql("UPDATE visits SET event = CAST(replace(CAST(event AS TEXT), 'Front', 'Back') AS BLOB)"),
        r"The visit of Ana that began \S+ is not as row 4 of the journal has it\.",
    ),
    "its columns were changed": (
        sql("UPDATE visits SET check_in_at = check_in_at - 1 WHERE check_out_at IS NULL"),
        r"The visit of Ana that began \S+ says something else than its columns do\.",
    ),
    "the punch card": (
        sql("UPDATE visits SET punched = 1 - punched"),
        r"The visit of Ana that began \S+ is wrong about the punch card\.",
    ),
    "nobody knows who was here": (
        sql("PRAGMA foreign_keys = OFF", "DELETE FROM members WHERE membership_number = '1'"),
        r"Row \d+ of the table visits belongs to a row of members that is not there\.",
    ),
    "a member was changed": (
        sql("UPDATE members SET member = CAST(replace(CAST(member AS TEXT), 'Ben', 'Bob') AS BLOB)"),
        r"Bob is not as row 3 of the journal has it\.",
    ),
    "a card has other visits left": (
        sql("UPDATE members SET member = CAST(replace(CAST(member AS TEXT), '_left\":9', '_left\":10') AS BLOB)"),
        r"Ana is not as row 4 of the journal has it\.",
    ),
    "a member's number was changed": (
        sql("UPDATE members SET membership_number = '9' WHERE membership_number = '2'"),
        r"Ben has other columns than entries\.",
    ),
    "a member who never was": (
        sql("INSERT INTO members SELECT 'x', NULL, seq, member, NULL FROM members WHERE membership_number = '2'"),
        r"Ben has other columns than entries\.",
    ),
    "a member is missing": (
        sql("PRAGMA foreign_keys = OFF", "DELETE FROM members WHERE membership_number = '2'"),
        r"The member \S+ is in the journal, and missing from the directory\.",
    ),
    "an entry cannot be read": (
        sql("UPDATE members SET member = x'7b' WHERE membership_number = '2'"),
        r"The member \S+ cannot be right: Input data was truncated\.",
    ),
    "a visit cannot be read": (
        sql("UPDATE visits SET event = x'7b' WHERE check_out_at IS NULL"),
        r"^The visit \S+ cannot be right: Input data was truncated\.\n$",
    ),
    "a time cannot be read": (
        sql(
            "UPDATE visits SET event = CAST(json_set(CAST(event AS TEXT), '$.check_in_time', 'noon') AS BLOB) "
            "WHERE check_out_at IS NULL"
        ),
        r"^The visit \S+ cannot be right: Invalid isoformat string: 'noon'\.\n$",
    ),
    "a time that is none in the journal": (
        sql(
            "UPDATE journal SET payload = CAST(json_set(CAST(payload AS TEXT), '$.check_in_time', "
            "'0001-01-01T00:00:00+14:00') AS BLOB) WHERE seq = 4"
        ),
        r"Row 4 of the journal cannot be right: ",
    ),
    "who is in": (
        sql("UPDATE gym SET currently_in = 5"),
        r"The counter says that 5 are in, and 1 are\.",
    ),
    "an hour": (
        sql("UPDATE hours SET check_ins = check_ins + 1, stay = stay + 60000"),
        r"The counters of 2026-11-22T09h are 3 check-ins and 1 stays of 31\.0 minutes, "
        r"and should be 2 check-ins and 1 stays of 30\.0 minutes\.",
    ),
    "an hour is missing": (sql("DELETE FROM hours"), r"The counters of 2026-11-22T09h are 0 check-ins"),
    "the gym": (
        sql("UPDATE gym SET gym = CAST(replace(CAST(gym AS TEXT), 'UTC', 'Asia/Tokyo') AS BLOB)"),
        r"The gym's name, time zone, capacity or rules are not as the journal has them\.",
    ),
    "in twice at once": (
        sql(
            "DROP INDEX one_open_visit",
            "INSERT INTO visits SELECT 'x', member_id, check_in_at, NULL, NULL, punched, notes, event FROM visits "
            "WHERE check_out_at IS NULL",
        ),
        r"The member \S+ is in 2 times at once\.",
    ),
}


@pytest.mark.parametrize("seed", range(3))
def test_a_gym_that_nobody_has_tampered_with_is_sound(path: Path, seed: int) -> None:
    gym = day(path, seed=seed)
    with closing(gym.store) as store:
        report = looked_at(path)
        journal = b"".join(row.payload for row in store.read(0, 10_000))
        assert all(flag in journal for flag in (b"clash", b"late", b"undone", b"assumed_out", b"visits_left"))
        assert report == Report(
            first=1,
            rows=gym.seq,
            members=len(list(store.all_members())),
            visits=len(list(store.all_visits())),
            present=store.stats().currently_in,
        )


def test_a_sound_gym_is_one_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gym = Till(path, member_row("1", "Ana"))
    with closing(gym.store):
        gym.check_in()
        verify.verify(database=str(path))  # beside whoever has it open
    assert capsys.readouterr().out == (
        f"{path} is sound. Rows of the journal: 3; members: 1; visits: 1; people in: 1. "
        "File, journal, tables and counters agree.\n"
    )


@pytest.mark.parametrize(("spoil", "sentence"), WRONGS.values(), ids=WRONGS)
def test_what_is_wrong_is_told(
    path: Path, spoil: Callable[[sqlite3.Connection], None], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gym = Till(path, member_row("1", "Ana", visits_left=10), member_row("2", "Ben"))
    with closing(gym.store):
        gym.check_in("1")
        gym.check_in("2")
        gym.now += 30 * MINUTE
        gym.check_out("2")
        gym.refused(CheckIn(code="7"))
    assert looked_at(path).wrong == []
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        spoil(db)
    with pytest.raises(VerifyError, match=r"gym\.db is not sound: please keep it, and restore a backup"):
        verify.verify(database=str(path))
    assert re.search(sentence, capsys.readouterr().out)


def test_a_page_that_is_damaged_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Till(path, *(member_row(str(n), f"Member {n}", notes="x" * 900) for n in range(200))).store.close()
    data = path.read_bytes()
    half = len(data) // 2 // 4096 * 4096
    path.write_bytes(data[:half] + b"\xff" * 4096 + data[half + 4096 :])
    with pytest.raises(VerifyError, match="is not sound"):
        verify.verify(database=str(path))
    assert "The file is damaged: " in capsys.readouterr().out


def test_of_much_that_is_wrong_not_all_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Till(path, *(member_row(str(n), f"Member\x1b[31m {n}") for n in range(60))).store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE members SET seq = seq + 1000")
    with pytest.raises(VerifyError):
        verify.verify(database=str(path))
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[-1]) == (21, "And 40 more.")
    assert all(line.isprintable() for line in lines)


def test_where_there_is_no_gym_nothing_is_made(path: Path) -> None:
    with pytest.raises(StoreError, match="There is no gym in"):
        verify.verify(database=str(path))
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("version", [12, 23, SCHEMA_VERSION - 1])
def test_an_older_gym_is_not_called_damaged(path: Path, version: int, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(day(path, seed=5).store) as store:
        age(store, version)
    with pytest.raises(StoreError, match="made by an older gymtui: `gymtui admin gym show"):
        verify.verify(database=str(path))
    gym_show(database=str(path))
    verify.verify(database=str(path))
    assert " is sound. " in capsys.readouterr().out
