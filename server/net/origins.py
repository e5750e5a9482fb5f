"""Which pages may speak to the server: a browser says where its page is from; nobody else says anything of the kind.

A page of anywhere could open the WebSocket of a gym that its reader's machine can reach; and by DNS rebinding its own
name may be this server's address. So a page has to be of this machine, of a name that the server was told is its own,
of the very address that it asks, or on a list.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from websockets.http11 import Request

from gymtui.cleartext import is_loopback


class Origins:
    """`names` are the server's own beside the machine's; `allowed` are whole origins, `https://desk.example.org`."""

    def __init__(self, names: Iterable[str] = (), allowed: Iterable[str] = ()) -> None:
        self._names = {name.lower().rstrip(".") for name in (*names, socket.gethostname())}
        self._allowed = {origin.lower().rstrip("/") for origin in allowed}

    def refusal(self, request: Request) -> str | None:
        """Why the page that asks may not; None where it may, and where no page asks."""
        said = request.headers.get_all("Origin")
        if not said or all(self._is_own(origin.lower(), request) for origin in said):
            return None
        return (
            "Pages from there may not speak to this server: `--allow-origin` or `--host-name` names those that may.\n"
        )

    def _is_own(self, origin: str, request: Request) -> bool:
        if origin in self._allowed:
            return True
        host = _host(origin)
        if host is None:
            return False
        asked = [_host(f"//{name}") for name in request.headers.get_all("Host")]
        return is_loopback(host) or host in self._names or (_is_address(host) and asked == [host])


def _host(url: str) -> str | None:
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return None if name is None else name.lower().rstrip(".")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
