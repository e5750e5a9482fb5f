"""Everything a client of the front desk's server needs, without a terminal.

    Login ──> WebSocketService ──> Replica        who this is; the connection; the desk's own copy
                     └──────> Desk <──┘           check_in, check_out, undo, find

A `Bookmark` takes the place of the replica in a program that only shows what passes. A `TokenFile` lets several
programs of a person share one login. `MockWebSocket` stands in for the server where a program is tested.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gymtui.client.connection.follower import Bookmark, Journal
    from gymtui.client.connection.service import WebSocketService
    from gymtui.client.desk.desk import Desk
    from gymtui.client.login.login import Login
    from gymtui.client.login.token_file import TokenFile
    from gymtui.client.mock import MockWebSocket
    from gymtui.client.replica.replica import Replica, ReplicaError

__all__ = [
    "Bookmark",
    "Desk",
    "Journal",
    "Login",
    "MockWebSocket",
    "Replica",
    "ReplicaError",
    "TokenFile",
    "WebSocketService",
]

_HOMES: Final = {
    "Bookmark": "connection.follower",
    "Desk": "desk.desk",
    "Journal": "connection.follower",
    "Login": "login.login",
    "MockWebSocket": "mock",
    "Replica": "replica.replica",
    "ReplicaError": "replica.replica",
    "TokenFile": "login.token_file",
    "WebSocketService": "connection.service",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """One of these, imported when it is asked for: a third of them is enough for a program without a desk."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
