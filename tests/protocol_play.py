"""A conversation of docs/PROTOCOL.md, played with a real server."""

from __future__ import annotations

import json
import re
from contextlib import AsyncExitStack
from typing import Any, Final

from websockets.asyncio.client import connect

from tests.kit import Wire

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Play:
    """One conversation of the page with a real server. Ids that the server makes are another each time, and so they are
    `bound`: what is the same in the example has to be the same in the play. Everything else is as it stands there."""

    def __init__(self, url: str, tokens: dict[str, str], bound: dict[str, str]) -> None:
        self._url = url
        self._tokens = tokens
        self._bound = bound
        self._waiting: list[dict[str, Any]] = []
        self._wire: Wire | None = None

    async def connect(self, stack: AsyncExitStack, path: str) -> None:
        url = self._url.removesuffix("/ws/checkins/") + self._filled(path)
        self._wire = Wire(await stack.enter_async_context(connect(url, compression=None, proxy=None)))

    async def send(self, text: str) -> None:
        assert self._wire
        await self._wire.socket.send(self._filled(text))

    async def receive(self, text: str) -> None:
        """The next message of that type is as it stands on the page."""
        assert self._wire
        if text.startswith("close "):
            assert await self._wire.closed() == int(text.removeprefix("close "))
            return
        expected = json.loads(text)
        while True:
            for message in self._waiting:
                if (message["type"], message.get("id")) == (expected["type"], expected.get("id")):
                    self._waiting.remove(message)
                    self._compare(expected, message, text[:60])
                    return
            self._waiting.append(await self._wire.next())

    def nothing_is_left(self) -> None:
        assert self._waiting == []

    def _filled(self, text: str) -> str:
        for name, value in self._tokens.items():
            text = text.replace(name, value)
        return UUID.sub(lambda found: self._bound.get(found[0], found[0]), text)

    def _compare(self, expected: Any, seen: Any, where: str) -> None:
        if isinstance(expected, dict):
            assert isinstance(seen, dict), where
            assert list(seen) == list(expected), where
            for name, value in expected.items():
                self._compare(value, seen[name], f"{where} {name}")
        elif isinstance(expected, list):
            assert len(seen) == len(expected), where
            for one, other in zip(expected, seen, strict=True):
                self._compare(one, other, where)
        elif isinstance(expected, str) and UUID.fullmatch(expected):
            assert UUID.fullmatch(seen), where
            assert self._bound.setdefault(expected, seen) == seen, where
        else:
            assert seen == expected, where
