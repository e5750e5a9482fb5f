"""What a rush has left to be written to a desk's copy is written once it is over."""

from __future__ import annotations

from gymtui.client.connection.service import WebSocketService
from gymtui.client.replica.replica import Replica
from gymtui.client.state import ConnectionState


def write_in_time(service: WebSocketService, replica: Replica) -> None:
    """From now on nothing waits for longer than two heartbeats once no more comes, nor while there is no server."""
    before = replica.position

    def beat(_: object) -> None:
        nonlocal before
        if replica.position == before:
            replica.write()
        before = replica.position

    def look(state: ConnectionState) -> None:
        if not state.is_live:
            replica.write()

    service.subscribe("time", beat)
    service.subscribe("connection", look)
