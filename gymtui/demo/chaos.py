"""Fault injection for the demo: a server that is killed, a network that is cut or slow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import Final, Literal, Protocol

DEAD: Final = 3.0  # seconds
CUT: Final = 5.0  # seconds
SLOW: Final = 10.0  # seconds
DELAY: Final = 0.3  # seconds, each way

Kind = Literal["kill", "cut", "slow"]
WORDS: Final[dict[Kind, str]] = {
    "kill": f"kill -9: no server for {DEAD:.0f} s — go on checking in",
    "cut": f"the network is cut for {CUT:.0f} s — go on checking in",
    "slow": f"{DELAY * 1000:.0f} ms each way for {SLOW:.0f} s — go on checking in",
}


class Server(Protocol):
    """What can be killed and started: a `Child`."""

    def kill(self) -> None: ...

    def start(self) -> None: ...

    def first_line(self) -> str: ...


class Network(Protocol):
    """What can be cut and slowed down: a `Relay`."""

    delay: float

    def cut(self) -> None: ...

    def mend(self) -> None: ...


class Chaos:
    """Breaks one thing after the other, each for a while; `doing` is what is broken now."""

    def __init__(
        self,
        server: Server,
        network: Network,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._server = server
        self._network = network
        self._sleep = sleep
        self._kinds = cycle(WORDS)
        self.doing: Kind | None = None

    async def break_something(self) -> None:
        """Until it is whole again; where something is broken already, that is enough."""
        if self.doing is not None:
            return
        self.doing = kind = next(self._kinds)
        try:
            await self._break(kind)
        finally:
            self.doing = None

    async def _break(self, kind: Kind) -> None:
        match kind:
            case "kill":
                self._server.kill()
                await self._sleep(DEAD)
                self._server.start()
                await asyncio.to_thread(self._server.first_line)
            case "cut":
                self._network.cut()
                try:
                    await self._sleep(CUT)
                finally:
                    self._network.mend()
            case "slow":
                self._network.delay = DELAY
                try:
                    await self._sleep(SLOW)
                finally:
                    self._network.delay = 0.0
