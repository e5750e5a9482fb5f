"""`admin verify` sees what is wrong with a gym, and nothing where nothing is; the journal may have been trimmed."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.protocol import MAX_REPLAY, CheckIn, CheckOut, MemberFields, SaveMember, Undo
from server.admin import trim, verify
from server.admin.trim import KEPT, forget
from server.admin.verify import Report, VerifyError, check
from server.gym.commands import perform
from server.gym.orders import Order
from server.store import StoreError
from server.store.opening import open_store
from server.store.sqlite.audit import SqliteAudit
from server.store.sqlite.file import open_to_read
from tests.kit import Wire, make_gym, member, name_gym, serving, token
from tests.sqlite_kit import connection_of
from tests.till import DAY, MINUTE, NINE, Till


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


def looked_at(path: Path) -> Report:
    with closing(open_to_read(path)) as db:  # as it is, without the look that comes before
        return check(SqliteAudit(db))


def day(path: Path, seed: int) -> Till:
    """A gym in which everything that can happen has happened, many times and in no sensible order."""
    chance, given = random.Random(seed), ["c0"]
    gym = Till(path, *(member(str(n), f"Member {n}", visits_left=chance.choice((None, 3))) for n in range(12)))
    for number in range(250):
        gym.now += chance.randrange(9 * MINUTE)
        code, id = str(chance.randrange(12)), f"c{number}"
        alone: dict[str, Any] = {}
        if chance.random() < 0.3:
            alone = {"offline": True, "occurred_at": clock.to_text(gym.now - chance.choice((0, 20 * MINUTE, 9 * DAY)))}
        if number % 97 == 50:
            name_gym(path, name=None, timezone=chance.choice(("Europe/Zurich", "Asia/Tokyo")), capacity=None)
        match chance.randrange(8):
            case 0 | 1 | 2:
                gym.give(CheckIn(code=code, **alone), id=id)
            case 3 | 4:
                gym.give(CheckOut(code=code, **alone), id=id)
            case 5:
                gym.give(Undo(command_id=chance.choice(given[-6:])), id=id, user="mia")
            case 6:
                gym.give(SaveMember(member=MemberFields(full_name=f"Guest {number}", guest=True)), id=id)
            case _:
                assume_out(gym, code, id)
        given.append(id)
    return gym


def assume_out(gym: Till, code: str, id: str) -> None:
    """The gym ends the visit by itself, if there is one."""
    for visit_id, _ in gym.store.open_since(gym.now + 1):
        order = Order(id=id, payload=CheckOut(check_in_id=visit_id), user="", role="manager", desk=None, assumed=True)
        if any(v.id == visit_id and v.member.membership_number == code for v in gym.store.all_visits()):
            gym.store.write([partial(perform, order=order)])


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
    gym = Till(path, member("1", "Ana"))
    with closing(gym.store):
        gym.check_in()
        verify.verify(database=str(path))  # beside whoever has it open
    assert capsys.readouterr().out == (
        f"{path} is sound. Rows of the journal: 3; members: 1; visits: 1; people in: 1. "
        "File, journal, tables and counters agree.\n"
    )


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
        sql("INSERT INTO members SELECT 'x', NULL, seq, member FROM members WHERE membership_number = '2'"),
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


@pytest.mark.parametrize(("spoil", "sentence"), WRONGS.values(), ids=WRONGS)
def test_what_is_wrong_is_told(
    path: Path, spoil: Callable[[sqlite3.Connection], None], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gym = Till(path, member("1", "Ana", visits_left=10), member("2", "Ben"))
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
    Till(path, *(member(str(n), f"Member {n}", notes="x" * 900) for n in range(200))).store.close()
    data = path.read_bytes()
    half = len(data) // 2 // 4096 * 4096
    path.write_bytes(data[:half] + b"\xff" * 4096 + data[half + 4096 :])
    with pytest.raises(VerifyError, match="is not sound"):
        verify.verify(database=str(path))
    assert "The file is damaged: " in capsys.readouterr().out


def test_of_much_that_is_wrong_not_all_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Till(path, *(member(str(n), f"Member\x1b[31m {n}") for n in range(60))).store.close()
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


# --- a journal that was trimmed ------------------------------------------------------------------------------------


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
    gym = Till(path, *(member(str(n), f"Member {n}") for n in range(50)))
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
    Till(path, *(member(str(n), f"Member {n}") for n in range(9))).store.close()
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
    make_gym(path, *(member(str(n), f"Member {n}") for n in range(40)))
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
    gym = Till(path, member("1", "Ana"))
    with closing(gym.store) as store:
        gym.check_in()
        store.write([partial(trim._forget, seq=1)])
        connection_of(store).execute("UPDATE visits SET event = x'7b'")
        first, second = looked_at(path).wrong
    assert first.startswith("The visit ")
    assert second == "The counters of all hours cannot be compared: a visit cannot be read."
