"""What of a person is taken out of the database, where each thing stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from gymtui.codec import encode
from gymtui.protocol import CheckInEvent
from gymtui.search.index import NOBODYS
from server.store import JournalRow
from server.store.sql.chain import COLUMNS, Told, committed, sealed
from server.store.sql.database import Database

ROWS: Final = 'SELECT seq, at, type, kind, "user", command_id, payload, error FROM journal'

_visit = msgspec.json.Decoder(CheckInEvent).decode


def rows_with(db: Database, texts: Sequence[str]) -> list[JournalRow]:
    """The rows of the journal in which one of these stands."""
    either = " OR ".join("instr(payload || coalesce(error, ?), ?)" for _ in texts)
    values = [value for text in texts for value in (b"", encode(text)[1:-1])]
    found = db.execute(f"{ROWS} WHERE {either} ORDER BY seq", values)
    return [JournalRow(*row) for row in found]


class SqlErasure:
    """The `Erasure` of a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def rows(self, seqs: Sequence[int], after: int) -> Iterator[JournalRow]:
        these = f"{ROWS} WHERE seq > ? OR seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) ORDER BY seq"
        found = self._db.execute(these, (after, encode(list(seqs)).decode())).fetchall()
        return (JournalRow(*row) for row in found)

    def redact(self, seq: int, payload: bytes, error: bytes | None) -> None:
        find = f"SELECT salt, commitment, link, {COLUMNS} FROM journal WHERE seq = ?"
        salt, commitment, link, *values = self._db.execute(find, (seq,)).fetchone()
        row = Told(*values)
        left = row._replace(payload=payload, digest=b"", error=error)
        self._db.execute(
            "UPDATE journal SET payload = ?, digest = ?, error = ?, salt = NULL, commitment = ?, seal = ? "
            "WHERE seq = ?",
            (payload, b"", error, commitment if salt is None else committed(row, salt), sealed(left, link), seq),
        )
        self._db.execute("DELETE FROM imported WHERE seq = ?", (seq,))

    def visits_of(self, member_id: str) -> Iterator[tuple[str, CheckInEvent]]:
        found = self._db.execute("SELECT id, event FROM visits WHERE member_id = ?", (member_id,)).fetchall()
        return ((id, _visit(event)) for id, event in found)

    def redact_visit(self, visit_id: str, event: bytes) -> None:
        self._db.execute("UPDATE visits SET event = ?, notes = NULL WHERE id = ?", (event, visit_id))

    def forget_words(self, words: Sequence[str]) -> None:
        self._db.executemany(NOBODYS, [(word,) for word in words])

    def merged_into(self, member_id: str) -> list[str]:
        others = "SELECT id FROM members WHERE CAST(member AS TEXT) ->> '$.merged_into' = ? ORDER BY id"
        return [id for (id,) in self._db.execute(others, (member_id,)).fetchall()]

    def note(self, member_id: str) -> None:
        self._db.execute("DELETE FROM merges WHERE ? IN (gone, keep)", (member_id,))
        self._db.execute("INSERT INTO erased VALUES (?) ON CONFLICT DO NOTHING", (member_id,))
