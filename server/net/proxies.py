"""Behind a proxy: who asks is whom the proxy says, where it is one that the server was told to believe."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from websockets.http11 import Request

HEADER = "X-Forwarded-For"


def client_of(peer: str, request: Request, trusted: Collection[str]) -> str:
    """The address of whoever asks: the last in the header that is no trusted proxy's, else that of the connection.
    Whatever stands before it anybody may have written."""
    if peer not in trusted:
        return peer
    said = [part.strip() for value in request.headers.get_all(HEADER) for part in value.split(",")]
    asker = next((address for address in reversed(said) if address not in trusted), peer)
    return asker if _is_address(asker) else peer


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
