"""The server's part of an import: the rows sent in parts, compared, taken or taken back in steps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import Final, Protocol, TypeVar

import msgspec
from msgspec import Raw

from gymtui import codec
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import (
    MAX_MESSAGE,
    ImportCompare,
    ImportCompared,
    ImportEnd,
    ImportProgress,
    ImportRow,
    ImportRows,
    ImportStaged,
    ImportTake,
    ImportUndo,
    ListedMember,
    Request,
)

T = TypeVar("T")
PART: Final = MAX_MESSAGE // 2  # bytes of rows in a message; one that has more is left out
NAMED: Final = MAX_MESSAGE // 4  # bytes beside them, of whom left out rows name


class Server(Protocol):
    """What a `WebSocketService` is to an import. RequestRefused, Disconnected."""

    async def request(self, request: Request) -> Raw: ...


def rows_to_send(rows: Sequence[Row]) -> tuple[list[ImportRow], list[Problem]]:
    """The rows as the wire has them, and those that it cannot have. Takes its time, with many."""
    good, bad = list[ImportRow](), list[Problem]()
    for line, fields in rows:
        try:
            row = ImportRow(line, msgspec.convert(msgspec.to_builtins(fields), ListedMember))
        except msgspec.ValidationError as error:
            bad.append(Problem(line, f"the server takes no such person: {str(error).replace('$.', '')}"))
        else:
            if len(codec.encode(row)) > PART:
                bad.append(Problem(line, "it is too long for one person"))
            else:
                good.append(row)
    return good, bad


async def send(server: Server, rows: Sequence[ImportRow], named: Sequence[str] = ()) -> AsyncIterator[int]:
    """Sends them, and what the rows name that nobody is made of; gives how many rows are there by now. What was under
    way on this connection is ended first."""
    await end(server)
    begins = True
    for part, texts in zip_longest(_parts(rows, PART), _parts(named, NAMED), fillvalue=()):
        request = ImportRows(rows=tuple(part), begins=begins, named=tuple(texts))
        staged = codec.convert(await server.request(request), ImportStaged)
        begins = False
        yield staged.rows


async def compare(server: Server, request: ImportCompare) -> ImportCompared:
    return codec.convert(await server.request(request), ImportCompared)


async def step(server: Server, request: ImportTake | ImportUndo) -> ImportProgress:
    """One of those that lead to the end."""
    return codec.convert(await server.request(request), ImportProgress)


async def end(server: Server) -> ImportProgress:
    """Ends what is under way, which then has its note."""
    return codec.convert(await server.request(ImportEnd()), ImportProgress)


async def leave(server: Server) -> None:
    """The same where nobody waits for an answer; a connection that has gone has ended it already."""
    with suppress(Disconnected, RequestRefused):
        await end(server)


def _parts(rows: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """As many in each as have room in so many bytes; one, without a row, of none."""
    part, size = list[T](), 0
    for row in rows:
        length = len(codec.encode(row)) + 1
        if part and size + length > most:
            yield part
            part, size = [], 0
        part.append(row)
        size += length
    yield part
