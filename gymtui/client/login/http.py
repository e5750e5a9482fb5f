"""The one HTTP client, on the port of the WebSocket: tokens, whether a server is ready, who is connected to it."""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from gymtui.client.tasks import in_background
from gymtui.protocol import PATH

TOKEN_WITHIN: Final = 10.0  # seconds for an answer about a login: the server hashes a password first
LOOK_WITHIN: Final = 3.0  # seconds for an answer that a screen waits for
MAX_BODY: Final = 1024 * 1024  # bytes of an answer that are read

NO_ANSWER: Final = (OSError, http.client.HTTPException, ValueError, OverflowError)
"""What there is instead of an answer: the network, bytes that are no HTTP, an address that cannot be."""


class Answer(Struct, frozen=True):
    """What a server says over HTTP; `retry_after` and `date` are its headers of these names."""

    status: int
    body: bytes
    retry_after: str | None = None
    date: str | None = None


Headers = Mapping[str, str]
Fetch = Callable[[str, Headers], Answer]
"""POSTs without a body: URL and headers in, the answer out; one of `NO_ANSWER` where there is none."""

Readiness = Literal["ready", "unready", "stranger", "away"]
"""It takes commands; it is there, and takes none just now; something else answers; nothing does."""

Probe = Callable[[str], Awaitable[Readiness]]


def address(url: str, path: str) -> str:
    """The HTTP URL of that path at the server of the WebSocket at `url`."""
    parts = urlsplit(url)
    below, found, _ = parts.path.rpartition(PATH.rstrip("/"))  # a proxy may have it all below a path of its own
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}{below if found else ''}{path}"


def fetch(url: str, headers: Headers) -> Answer:
    """A `Fetch` over the network; blocks for `TOKEN_WITHIN` seconds at most."""
    return _exchange("POST", url, TOKEN_WITHIN, headers)


def look_up(url: str) -> Answer:
    """GETs it; blocks for `LOOK_WITHIN` seconds at most. One of `NO_ANSWER`."""
    return _exchange("GET", url, LOOK_WITHIN)


async def ask_readiness(url: str) -> Readiness:
    """What the server of the WebSocket at `url` says at `/readyz`."""
    try:
        answer = await in_background(lambda: look_up(address(url, "/readyz")))
    except http.client.RemoteDisconnected:  # it is a BadStatusLine too, and says nothing about who hung up
        return "away"
    except http.client.BadStatusLine:
        return "stranger"
    except NO_ANSWER:
        return "away"
    return "ready" if answer.status == 200 else "unready" if answer.status == 503 else "stranger"


def _exchange(method: str, url: str, within: float, headers: Headers | None = None) -> Answer:
    """Neither proxies nor redirects: a password goes where it was meant to, and nowhere else."""
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.HTTPSHandler())
    request = urllib.request.Request(url, method=method, headers=dict(headers or {}))  # noqa: S310
    with opener.open(request, timeout=within) as response:
        said = response.headers
        return Answer(response.status, response.read(MAX_BODY), said.get("Retry-After"), said.get("Date"))
