"""A connection to a PostgreSQL server, as the statements of `server.store.sql` know one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, Self

import psycopg
from psycopg.types.numeric import Int8Dumper

from server.store.postgres.speech import sayable, spoken
from server.store.sql.database import Answer

STREAMED: Final = 1000  # rows
# After how long a machine that says nothing any more is given up: seconds, seconds, tries; and milliseconds.
NOTICED: Final = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "user_timeout": 10_000}


class Place(NamedTuple):
    """Where a gym is: the URL of a database, and the schema in it that has the gym's tables. Their name, of letters,
    digits and `_`, is also what whoever has the gym open is called by, and where its servers hint to each other."""

    url: str
    schema: str


class Connection:
    """To the database of a `place`, whose tables its statements name.

    Each statement is its own transaction, until one says BEGIN. `patience` is how many seconds are waited for a
    server that does not answer, or for another program's lock; with `is_brief`, the server ends a transaction in which
    it has heard nothing for so long: whoever is in it has been stopped, and keeps others waiting. With `is_prompt`, no
    answer is waited for any longer either: none takes long, and where a machine on the way still acknowledges what is
    sent, nobody else would ever say that nothing comes. psycopg.Error.

    A pooler may give each transaction to another of its own connections: behind one, nothing is left in a session, and
    each transaction is told the settings anew.
    """

    def __init__(self, place: Place, *, patience: float, is_brief: bool = False, is_prompt: bool = False) -> None:
        milliseconds = round(patience * 1000)
        self._settings: dict[str, object] = {
            "search_path": f"{place.schema},pg_catalog",
            "synchronous_commit": "on",
            "lock_timeout": milliseconds,
            "statement_timeout": 0,  # whatever the database's own is
            "idle_in_transaction_session_timeout": milliseconds if is_brief else 0,
            **{f"tcp_{name}": value for name, value in NOTICED.items()},  # by the server: of this machine
        }
        self._db = psycopg.connect(
            place.url,
            autocommit=True,
            cursor_factory=psycopg.RawCursor,
            connect_timeout=max(2, round(patience)),
            application_name=place.schema,
            tcp_user_timeout=NOTICED["user_timeout"],
            **{name: NOTICED[name] for name in NOTICED if name.startswith("keepalives")},
        )
        if is_prompt:
            self._db.wait = partial(self._db.wait, timeout=patience)
        self._db.adapters.register_dumper(int, Int8Dumper)  # one size of number, one plan of a statement
        [(answers,)] = self._db.execute("SELECT pg_backend_pid()")
        self.is_pooled = answers != self._db.info.backend_pid  # another one has let us in
        if self.is_pooled:
            self._db.prepare_threshold = None
        else:
            self.script(_told(self._settings, "false"))

    def set(self, **settings: object) -> None:
        """For every transaction from here on."""
        self._settings |= settings
        if not self.is_pooled:
            self.script(_told(settings, "false"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Answer:
        told, said = spoken(statement), [sayable(value) for value in values]
        if not self.is_pooled or self.in_transaction:
            answer: Answer = self._db.execute(told, said)
        elif told.startswith("BEGIN"):
            answer = self._db.execute(f"{told}; {_told(self._settings, 'true')}")
        else:
            with self._db.pipeline():  # what is sent at once is one transaction
                self.script(_told(self._settings, "true"))
                answer = self._db.execute(told, said)
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


def _told(settings: dict[str, object], for_this_transaction: str) -> str:
    """A statement that sets these. Of a transaction that has begun, what those are by default counts no more."""
    names = {name: name.removeprefix("default_") if for_this_transaction == "true" else name for name in settings}
    each = (f"set_config('{names[name]}', '{value}', {for_this_transaction})" for name, value in settings.items())
    return f"SELECT {', '.join(each)}"
