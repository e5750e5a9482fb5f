"""Everything a client of the front desk's server needs, without a terminal.

    Login ──> WebSocketService ──> Replica        who this is; the connection; the desk's own copy
                     └──────> Desk <──┘           check_in, check_out, undo, find

A `SessionFile` lets several programs of a person share one login. `MockWebSocket` stands in for the server where a
program is tested against these.
"""

from __future__ import annotations

from gymtui.client.auth import Login
from gymtui.client.desk import Desk
from gymtui.client.follow import Bookmark, Journal
from gymtui.client.mock import MockWebSocket
from gymtui.client.replica import Replica, ReplicaError
from gymtui.client.service import WebSocketService
from gymtui.client.session_file import SessionFile

__all__ = [
    "Bookmark",
    "Desk",
    "Journal",
    "Login",
    "MockWebSocket",
    "Replica",
    "ReplicaError",
    "SessionFile",
    "WebSocketService",
]
