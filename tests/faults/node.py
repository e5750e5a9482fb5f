"""One of several servers of a gym, and a client's line to it."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, suppress
from typing import Any, Final

from websockets.exceptions import WebSocketException

from tests.kit import Wire
from tests.serve_kit import served

PATIENCE: Final = 10.0  # seconds after which a server that says nothing is left
GONE: Final = (OSError, WebSocketException, TimeoutError)

Asked = tuple[str, dict[str, str]]
"""A command: its type and its payload."""


class Node:
    """A server, and where it is just now. `ended` counts those that were not killed here."""

    def __init__(self, name: str, database: str) -> None:
        self.name = name
        self._database = database
        self.url: str | None = None
        self.ready = asyncio.Event()
        self.ended = 0
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Started again whenever it dies."""
        while True:
            # On a busy machine one is not there in time, or a pooler dies while it starts: it is started once more.
            with suppress(TimeoutError, AssertionError):
                async with served(self._database) as (self._process, self.url):
                    self.ready.set()
                    assert self._process.stderr is not None
                    while await self._process.stderr.read(1 << 16):
                        pass
                    self.ended += await self._process.wait() != -signal.SIGKILL
            self.ready.clear()

    def kill(self) -> None:
        """SIGKILL."""
        self._send(signal.SIGKILL)

    async def stop_for(self, seconds: float) -> None:
        """Paused, and woken."""
        self._send(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)


class Line:
    """A client's connection to a server, made when it is needed."""

    def __init__(self, node: Node, token: str) -> None:
        self._node = node
        self._token = token
        self._opened = AsyncExitStack()
        self._wire: Wire | None = None

    async def ask(self, what: Asked, id: str) -> dict[str, Any]:
        """The answer; whatever keeps it from coming ends the connection."""
        try:
            async with asyncio.timeout(PATIENCE):
                if self._wire is None:
                    if self._node.url is None or not self._node.ready.is_set():
                        raise ConnectionRefusedError
                    self._wire = await self._opened.enter_async_context(Wire.open(self._node.url, self._token))
                return await self._wire.ask(*what, id=id)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Ends the connection, and waits for nobody's goodbye."""
        if self._wire is not None:
            self._wire.socket.transport.abort()
        self._wire = None
        with suppress(*GONE):
            await self._opened.aclose()
