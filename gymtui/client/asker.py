"""Commands that are asked once and not kept: the person has been told already, or nobody here knows the code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec import Raw

from gymtui.client.errors import Disconnected, Refused
from gymtui.client.service import WebSocketService
from gymtui.client.verdicts import Matter
from gymtui.protocol import CheckIn, CheckOut, ErrorBody


class Asker:
    """Asks beside the queue; `tell` hears the result, the refusal, or that nobody knows (None)."""

    def __init__(self, service: WebSocketService, tell: Callable[[Matter, Raw | ErrorBody | None], None]) -> None:
        self._service = service
        self._tell = tell
        self._asking: set[asyncio.Task[None]] = set()

    def ask(self, matter: Matter, request: CheckIn | CheckOut, *, told: bool = False) -> None:
        """Asks now. Where the person has been `told` no already, only a yes is news."""
        task = asyncio.get_running_loop().create_task(self._ask(matter, request, told=told))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def stop(self) -> None:
        """Whoever waits for an answer will not get one."""
        tasks = list(self._asking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, matter: Matter, request: CheckIn | CheckOut, *, told: bool) -> None:
        outcome: Raw | ErrorBody | None
        try:
            outcome = await self._service.request(request, id=matter.command_id)
        except Refused as refused:
            outcome = refused.body
        except Disconnected:
            outcome = None
        if isinstance(outcome, Raw) or not told:
            self._tell(matter, outcome)
