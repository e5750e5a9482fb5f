"""A connection to a PostgreSQL server, as the statements of `server.store.sql` know one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Self

import psycopg
from psycopg.types.numeric import Int8Dumper

from server.store.postgres.speech import sayable, spoken
from server.store.sql.database import Answer

NAME: Final = "gymtui"  # of our programs, among all that have the database open
SCHEMA: Final = "gymtui"  # where the tables of the gym are
STREAMED: Final = 1000  # rows


class Connection:
    """Each statement is its own transaction, until one says BEGIN. `patience` is how many seconds are waited for a
    server that does not answer, or for another program's lock. psycopg.Error."""

    def __init__(self, url: str, *, patience: float) -> None:
        self._db = psycopg.connect(
            url,
            autocommit=True,
            cursor_factory=psycopg.RawCursor,
            connect_timeout=max(2, round(patience)),
            application_name=NAME,
            options=f"-c search_path={SCHEMA},pg_catalog -c lock_timeout={round(patience * 1000)} "
            "-c synchronous_commit=on",
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
        )
        self._db.adapters.register_dumper(int, Int8Dumper)  # one size of number, one plan of a statement

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Answer:
        answer: Answer = self._db.execute(spoken(statement), [sayable(value) for value in values])
        return answer

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        """One after the other, without waiting for an answer in between."""
        if rows := [[sayable(value) for value in row] for row in rows]:
            with self._db.cursor() as cursor:
                cursor.executemany(spoken(statement), rows)

    def script(self, statements: str) -> None:
        """Several statements without values, in PostgreSQL's own spelling."""
        self._db.execute(statements, prepare=False)

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement, a thousand at a time in memory."""
        with self._db.cursor() as cursor:
            yield from cursor.stream(statement, size=STREAMED)

    def copy_in(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Rows, as a COPY takes them."""
        with self._db.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([sayable(value) for value in row])

    @property
    def fileno(self) -> int:
        """What can be read of when the server says something."""
        return int(self._db.fileno())

    def notes(self) -> list[str]:
        """What has been notified by now."""
        return [note.payload for note in self._db.notifies(timeout=0)]

    @property
    def in_transaction(self) -> bool:
        return bool(self._db.info.transaction_status != psycopg.pq.TransactionStatus.IDLE)

    @property
    def is_lost(self) -> bool:
        return bool(self._db.closed)  # also where it is broken

    def close(self) -> None:
        self._db.close()
