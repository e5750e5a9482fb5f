"""What was promised against what is there: the diaries and outboxes of the desks, and the server's journal."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from server.store.sql.database import Database

REFUSED: Final = ("refused", "already_in")


class Said(Struct, frozen=True):
    """What a row of the journal says of itself, as far as anybody looks at it here."""

    seq: int
    id: str = ""
    command_id: str = ""
    flags: tuple[str, ...] = ()


read_row: Final = msgspec.json.Decoder(Said).decode


class _Desk:
    """The files of one desk: its diary, read on where the last look ended, and its outbox."""

    def __init__(self, folder: Path, name: str) -> None:
        self._diary = folder / f"{name}.diary"
        self._replica = folder / f"{name}.db"
        self._read = 0

    def news(self) -> list[tuple[str, str]]:
        """The verdicts that are new, each with its command's id."""
        if not self._diary.exists():
            return []
        with self._diary.open("rb") as diary:
            diary.seek(self._read)
            lines = diary.read()
        self._read += len(lines)
        return [(kind, id) for kind, _, id in (line.partition(" ") for line in lines.decode().splitlines())]

    def outbox(self) -> dict[str, str]:
        """The commands that have no answer, each with its state."""
        if not self._diary.exists():
            return {}
        with reading(self._replica) as db:
            return dict(db.execute("SELECT id, state FROM outbox WHERE state IN ('waiting', 'set_aside')"))


class Audit:
    """Looks as often as wanted, also while everything is at work; `lost`, `doubled` and `wrong` are sentences."""

    def __init__(self, database: Path, folder: Path, desks: Sequence[str]) -> None:
        self._database = database
        self._desks = [_Desk(folder, name) for name in desks]
        self._seq = 0
        self._rows: dict[str, tuple[int, bool]] = {}  # how many a command has, and whether the last is a refusal
        self._visits: dict[str, bytes] = {}  # the last word of the journal on each
        self._open: dict[str, str] = {}  # promises that are not kept yet: the verdict, by the command's id
        self.queued = self.acks = 0
        self.lost: list[str] = []
        self.doubled: list[str] = []
        self.wrong: list[str] = []

    @property
    def failures(self) -> list[str]:
        """All three in one list."""
        return [*self.lost, *self.doubled, *self.wrong]

    def look(self) -> None:
        """Every command that was called queued is in its outbox or has its one row; every answer has its one row.

        In this order, nothing can move unseen: a command leaves the outbox only once it is in the journal.
        """
        for desk in self._desks:
            self._hear(desk.news())
        waiting = {id: state for desk in self._desks for id, state in desk.outbox().items()}
        self._read_on()
        self.wrong += [f"{id} was set aside" for id, state in waiting.items() if state == "set_aside"]
        for id, kind in list(self._open.items()):
            if id in self._rows:
                self._compare(id, kind)
                del self._open[id]
            elif kind != "queued" or id not in waiting:
                self.lost.append(f"{id} was {kind}, and has no row in the journal")
                del self._open[id]

    def look_when_quiet(self) -> None:
        """The same; and that nothing waits, and that the server's tables are what the journal makes of them."""
        self.look()
        self.wrong += [f"{id} waits, and nobody sends it" for desk in self._desks for id in desk.outbox()]
        with reading(self._database) as db:
            self.wrong += broken_rules(db)
            visits = dict(db.execute("SELECT id, event FROM visits"))
        if visits != self._visits:
            self.wrong.append("the visits are not what the journal makes of them")

    def _hear(self, news: list[tuple[str, str]]) -> None:
        self.queued += sum(kind == "queued" for kind, _ in news)
        self.acks += sum(kind != "queued" for kind, _ in news)
        self._open |= {id: kind for kind, id in news}

    def _compare(self, id: str, kind: str) -> None:
        _, is_refusal = self._rows[id]
        if kind != "queued" and is_refusal != (kind in REFUSED):
            self.wrong.append(f"{id} was {kind}, and the journal says otherwise")

    def _read_on(self) -> None:
        with reading(self._database) as db:
            rows = db.execute("SELECT seq, type, payload FROM journal WHERE seq > ? ORDER BY seq", (self._seq,))
            for seq, type, payload in rows:
                if self._seq and seq != self._seq + 1:
                    self.wrong.append(f"the journal has no row between {self._seq} and {seq}")
                self._seq = seq
                self._take(type, payload)

    def _take(self, type: str, payload: bytes) -> None:
        # A row is counted by what it says, not by the column that the server keeps unique.
        said = read_row(payload)
        if type == "check_in_update":
            self._visits[said.id] = payload
        if said.command_id:
            count = self._rows.get(said.command_id, (0, False))[0] + 1
            self._rows[said.command_id] = count, type == "refusal"
            if count > 1:
                self.doubled.append(f"{said.command_id} has {count} rows in the journal")


def broken_rules(db: Database) -> Iterator[str]:
    """What is not as it has to be in the server's tables: one open visit a member, a journal without a gap, counters
    that equal a recount. The gym's time zone is UTC, so that an hour of its wall is one of the visits' own texts."""
    rows, first, last, last_seq = _one(
        db, "SELECT count(*), min(seq), max(seq), (SELECT last_seq FROM gym) FROM journal"
    )
    if not rows == last - first + 1 == last_seq - first + 1:
        yield f"the journal has {rows} rows from {first} to {last}, and the gym counts to {last_seq}"
    inside, people, counted = _one(
        db,
        "SELECT count(*), count(DISTINCT member_id), (SELECT currently_in FROM gym) FROM visits "
        "WHERE check_out_at IS NULL",
    )
    if not inside == people == counted:
        yield f"{inside} visits of {people} members are open, and {counted} are counted"
    hours = {row[0]: Counter(dict(zip(_COUNTED, row[1:], strict=True))) for row in db.execute("SELECT * FROM hours")}
    recounted: dict[str, Counter[str]] = {}
    for query in (_CAME, _LEFT):
        for hour, *counts in db.execute(query):
            recounted.setdefault(hour, Counter()).update(dict(zip(_COUNTED, counts, strict=True)))
    if {hour: +counts for hour, counts in hours.items() if +counts} != {h: +c for h, c in recounted.items() if +c}:
        yield "the counters of the hours are not what a recount gives"


_COUNTED: Final = ("check_ins", "stays", "stay")
_SAYS: Final = "instr(event, CAST('\"{}\"' AS BLOB))".format
_CAME: Final = f"""
SELECT substr(CAST(event AS TEXT) ->> '$.check_in_time', 1, 13), count(*), 0, 0 FROM visits
WHERE check_out_at IS NULL OR NOT ({_SAYS("undone")} OR {_SAYS("clash")}) GROUP BY 1
"""
_LEFT: Final = f"""
SELECT substr(CAST(event AS TEXT) ->> '$.check_out_time', 1, 13), 0, count(*), sum(check_out_at - check_in_at)
FROM visits WHERE check_out_at IS NOT NULL
AND NOT ({_SAYS("undone")} OR {_SAYS("clash")} OR {_SAYS("assumed_out")}) GROUP BY 1
"""


def _one(db: Database, sql: str) -> tuple[int, ...]:
    row: tuple[int, ...] = db.execute(sql).fetchone()
    return row


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A database that others write, as it is at one moment."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10, isolation_level=None)) as db:
        db.execute("BEGIN")
        yield db
