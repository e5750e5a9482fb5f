"""Who is connected and how the server does, as it is asked again and again."""

from __future__ import annotations

from typing import Final

from gymtui import codec
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.protocol import Connections, ListConnections, ServerFigures, ServerStats

ROUNDS: Final = 10  # looks at the connections between two at the server itself


class Lookout:
    """What the server has said last: `seen`, `server`; or why it says nothing, `note`."""

    def __init__(self, service: WebSocketService) -> None:
        self._service = service
        self._rounds = 0
        self.seen: Connections | None = None
        self.server: ServerFigures | None = None
        self.note = ""

    async def look(self) -> bool:
        """Asks; False where there is no connection just now."""
        try:
            self.seen = codec.convert(await self._service.request(ListConnections()), Connections)
            if self._rounds % ROUNDS == 0:
                self.server = codec.convert(await self._service.request(ServerStats()), ServerFigures)
            self._rounds += 1
        except RequestRefused as refused:
            self.note = str(refused)
        except Disconnected:
            return False
        return True
