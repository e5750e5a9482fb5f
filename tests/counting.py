"""A client of a server on a socket that counts what it sends and gets."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tests.kit import Wire


class Counting(Wire):
    """A client that counts what it sends and gets, by type: messages and bytes."""

    sent: Counter[str]
    got: Counter[str]
    sent_bytes: Counter[str]
    got_bytes: Counter[str]

    async def next(self) -> dict[str, Any]:
        data = await self.socket.recv(decode=False)
        message: dict[str, Any] = json.loads(data)
        self.received.append(message)
        self.got[message["type"]] += 1
        self.got_bytes[message["type"]] += len(data)
        return message

    async def say(self, type: str, text: str) -> None:
        """A message that counts as `type`."""
        await self.socket.send(text)
        self.sent[type] += 1
        self.sent_bytes[type] += len(text.encode())

    async def send(self, type: str, payload: object | None = None, id: str | None = None, **more: object) -> None:
        outside = {"type": type, "payload": payload, "id": id} | more
        await self.say(type, json.dumps({name: value for name, value in outside.items() if value is not None}))

    @classmethod
    def counters(cls) -> None:
        cls.sent, cls.got, cls.sent_bytes, cls.got_bytes = Counter(), Counter(), Counter(), Counter()
