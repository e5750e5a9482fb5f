"""Dialing: opens each connection at the URL that was given, or at the front desk's path where that URL lacks it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from gymtui.client.connection.reconnect import Ended
from gymtui.client.connection.transport import Connect, NoFrontDesk, Transport, dial
from gymtui.protocol import PATH

logger = logging.getLogger(__name__)

NOT_FOUND: Final = 404


class Dialer:
    """Opens connections. Where HTTP answers that nothing is at the URL, or it has no path, the front desk's path is
    tried once; what worked is kept for the next connection, and `found` is told."""

    def __init__(self, connect: Connect, url: str, *, send_within: float, found: Callable[[str], None]) -> None:
        self._connect = connect
        self._url = url
        self._send_within = send_within
        self._found = found
        self.note: str | None = None  # what is said of the address, where it is not the one that was given

    async def dial(self, token: str, desk: str | None) -> Transport:
        """A new connection; raises as `transport.dial` does."""
        try:
            return await self._dial(self._url, token, desk)
        except NoFrontDesk as wrong:
            right = with_path(self._url)
            if right == self._url or not (wrong.status == NOT_FOUND or _lacks_path(self._url)):
                raise
            transport = await self._try(right, token, desk, wrong)
        self.note = f"Nothing is at {_shown(self._url)}: {_shown(right)} is used instead, please give that as --url."
        self._url = right
        logger.warning("%s", self.note)
        self._found(self.note)
        return transport

    async def _try(self, url: str, token: str, desk: str | None, wrong: NoFrontDesk) -> Transport:
        try:
            return await self._dial(url, token, desk)
        except NoFrontDesk:
            raise Ended(f"{wrong} Nor is one at {PATH}.") from wrong

    async def _dial(self, url: str, token: str, desk: str | None) -> Transport:
        return await dial(self._connect, url, token, desk, send_within=self._send_within)


def with_path(url: str) -> str:
    """The same server, at the front desk's path."""
    return urlunsplit(urlsplit(url)._replace(path=PATH))


def _shown(url: str) -> str:
    """The URL without what may be a secret: who logs in, and its query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _lacks_path(url: str) -> bool:
    return urlsplit(url).path in ("", "/")
