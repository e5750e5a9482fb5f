"""A pooler for tests, as a transaction pooler is at its worst: whatever a session keeps is gone after each transaction.

It speaks PostgreSQL's protocol as far as it must: https://www.postgresql.org/docs/current/protocol-flow.html
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import BinaryIO, Final
from urllib.parse import parse_qs, urlsplit

FORGET: Final = b"Q" + struct.pack("!I", 16) + b"DISCARD ALL\0"
READY, KEY, IDLE = b"Z", b"K", b"I"


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """The URL by which the server at `url`, whose socket is a file, is reached through a pooler."""
    parts = urlsplit(url)
    to = Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432"
    with _ended(socket.create_server(("127.0.0.1", 0))) as entrance:
        Thread(target=_let_in, args=(entrance, str(to)), daemon=True).start()
        port = entrance.getsockname()[1]
        yield f"postgresql://postgres@127.0.0.1:{port}{parts.path}?sslmode=disable&gssencmode=disable"


@contextmanager
def _ended(end: socket.socket) -> Iterator[socket.socket]:
    """In the end whoever waits for it, in another thread, waits no longer."""
    with closing(end):
        try:
            yield end
        finally:
            end.shutdown(socket.SHUT_RDWR)


def _let_in(entrance: socket.socket, to: str) -> None:
    with suppress(OSError):
        while True:
            client, _ = entrance.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server = socket.socket(socket.AF_UNIX)
            server.connect(to)
            for way in (_there, _back):
                Thread(target=way, args=(client, server), daemon=True).start()


def _there(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError), _ended(server):
        while piece := client.recv(1 << 16):
            server.sendall(piece)


def _back(client: socket.socket, server: socket.socket) -> None:
    """Each message as it is, but for who has let the client in; a transaction's end is heard once all is forgotten."""
    with suppress(OSError, EOFError), _ended(client), server.makefile("rb") as messages:
        while True:
            kind, message = _next(messages)
            if kind == KEY:
                message = kind + message[1:5] + bytes(4) + message[9:]
            if kind == READY and message.endswith(IDLE):
                server.sendall(FORGET)
                while _next(messages)[0] != READY:
                    pass
            client.sendall(message)


def _next(messages: BinaryIO) -> tuple[bytes, bytes]:
    head = messages.read(5)
    if len(head) < 5:
        raise EOFError
    body = messages.read(struct.unpack("!I", head[1:])[0] - 4)
    return head[:1], head + body
