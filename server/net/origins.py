"""Which pages may speak to the server: a browser says where its page is from; nobody else says anything of the kind.

A page of anywhere could open the WebSocket of a gym that its reader's machine can reach; and by DNS rebinding its own
name may be this server's address. So a page has to be of this machine, of a name that the server was told is its own,
of the very address that it asks, or on a list.

What such a page asks of the very name that it is from it asks without an Origin. So a request has to name this server:
by an address, which no name server can turn, by a name that nobody has outside this network, or by one of its own.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from websockets.http11 import Request

from gymtui.cleartext import is_loopback

INSIDE: Final = (".localhost", ".local", ".internal", ".home.arpa", ".lan")  # below these nobody can have a name
RESOLVER: Final = Path("/etc/resolv.conf")


class Origins:
    """`names` are the server's own beside the machine's; `allowed` are whole origins, `https://desk.example.org`."""

    def __init__(self, names: Iterable[str] = (), allowed: Iterable[str] = ()) -> None:
        self._names = {name.lower().rstrip(".") for name in (*names, *_of_this_machine())}
        self._allowed = {origin.lower().rstrip("/") for origin in allowed}

    def refusal(self, request: Request) -> str | None:
        """Why the page that asks may not; None where it may, and where no page asks."""
        said = request.headers.get_all("Origin")
        if not said or all(self._is_own(origin.lower(), request) for origin in said):
            return None
        return (
            "Pages from there may not speak to this server: `--allow-origin` or `--host-name` names those that may.\n"
        )

    def misdirected(self, request: Request) -> str | None:
        """Why a request is none for this server: it names another. None where it names this one, or none at all."""
        asked = [_host(f"//{name}") for name in request.headers.get_all("Host")]
        if all(host is not None and self._is_here(host) for host in asked):
            return None
        return "This server does not go by that name: `--host-name` on the server's side gives it one.\n"

    def _is_here(self, host: str) -> bool:
        return "." not in host or host.endswith(INSIDE) or _is_address(host) or host in self._names

    def _is_own(self, origin: str, request: Request) -> bool:
        if origin in self._allowed:
            return True
        host = _host(origin)
        if host is None:
            return False
        asked = [_host(f"//{name}") for name in request.headers.get_all("Host")]
        return is_loopback(host) or host in self._names or (_is_address(host) and asked == [host])


def _of_this_machine() -> Iterator[str]:
    """Its name, and that with each domain in which this network seeks names."""
    name = socket.gethostname()
    yield name
    try:
        lines = RESOLVER.read_text(errors="replace").splitlines()
    except OSError:  # it has none
        return
    for kind, *domains in (words for line in lines if (words := line.split())):
        if kind in ("domain", "search"):
            yield from (f"{name.partition('.')[0]}.{domain}" for domain in domains)


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
