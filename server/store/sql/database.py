"""A connection, as far as the statements here need one: each engine has its own behind it.

They are in what the engines have in common, and else as SQLite spells it: `?` is the next value, `INDEXED BY` names an
index that its planner would not take, `CAST(event AS TEXT) ->> '$.id'` looks into what is kept encoded. An engine that
spells that otherwise translates it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol


class Answer(Protocol):
    """The rows of one statement, each a tuple; they are read once."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """What runs a statement, in the transaction that is open."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Answer: ...
    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object: ...
