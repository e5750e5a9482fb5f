"""Everything a client of the front desk's server needs, without a terminal.

    Login ──> WebSocketService ──> Replica        who this is; the connection; the desk's own copy
                     └──────> Desk <──┘           check_in, check_out, undo, find

A `Bookmark` takes the place of the replica in a program that only shows what passes. A `TokenFile` lets several
programs of a person share one login. `MockWebSocket` stands in for the server where a program is tested.
"""

from __future__ import annotations

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
