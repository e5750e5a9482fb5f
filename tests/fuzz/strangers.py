"""A whole server to which strangers come without a socket: their bytes go straight to a connection of its door."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

from server.app import Server
from server.net.connection import Connection
from tests.gym_kit import make_gym
from tests.till import NINE
from tests.watchdog_kit import Pipe

THEN: Final = b"\n----\n"  # what is behind it comes once what is before it was answered
MINUTE: Final = 60_000  # ms
EXPECTED: Final = "opening handshake failed"  # what the library says of a request that cannot be read


class Line(Pipe):
    """A socket that hears all, and hangs up when it is told to; `protocol` is who hears it."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self.protocol = protocol

    def set_protocol(self, protocol: asyncio.Protocol) -> None:
        self.protocol = protocol

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        self.abort()

    def get_extra_info(self, name: str) -> object:
        return ("192.0.2.1", 49152) if name == "peername" else None


def _is_heard(protocol: asyncio.Protocol) -> bool:
    """Is there more to come of what it has been sent?"""
    return isinstance(protocol, Connection) and bool(protocol.is_owed or protocol._rest)


class Strangers(logging.Handler):
    """`come` is one of them from its first byte to its last. AssertionError where one came in, or left a trace in the
    log; a minute goes by between two, so that nobody has to wait for the one before."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._folder = tempfile.TemporaryDirectory()
        self._runner = asyncio.Runner()
        self._now = NINE
        self._traces: list[str] = []

    def __enter__(self) -> Self:
        gym = Path(self._folder.name) / "gym.db"
        make_gym(gym)
        self.server = Server(gym, now=lambda: self._now)
        self._runner.run(self.server.__aenter__())
        logging.getLogger().addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger().removeHandler(self)
        self._runner.run(self.server.__aexit__(None, None, None))
        self._runner.close()
        self._folder.cleanup()

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.getMessage() != EXPECTED:
            self._traces.append(logging.Formatter().format(record))

    def come(self, data: bytes) -> None:
        self._now += MINUTE
        said = self._runner.run(self._visit(data.split(THEN)))
        assert not self._traces, self._traces
        assert b'"access_token"' not in said
        assert b'"success":true' not in said
        assert not said.startswith(b"HTTP/1.1 500"), said

    async def _visit(self, parts: list[bytes]) -> bytes:
        line, tasks = Line(self.server._door._accept()), self.server._door._listener.handler_tasks
        before = set(tasks)
        line.protocol.connection_made(cast("asyncio.Transport", line))
        for part in parts:
            if not line.is_closing():
                line.protocol.data_received(part)
            while _is_heard(line.protocol) and tasks - before:
                await asyncio.sleep(0)
        running = tasks - before
        line.protocol.eof_received()
        line.protocol.connection_lost(None)
        if running:
            await asyncio.wait(running)
        return b"".join(line.sent)
