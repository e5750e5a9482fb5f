"""What becomes of a desk's copy of the gym once nobody is logged in there: the gym says so."""

from __future__ import annotations

from collections.abc import Callable

from gymtui.client.connection.service import WebSocketService
from gymtui.client.replica.keeping import wipe
from gymtui.client.replica.replica import Replica
from gymtui.client.state import ConnectionState


def wipe_once_left(service: WebSocketService, replica: Replica, wiped: Callable[[], None]) -> None:
    """From now on the copy is wiped where the gym wants that, and `wiped` is called: when whoever was there has logged
    out, or, where the program was left in between, at its next start. A login that is only over wipes nothing."""

    def look(state: ConnectionState) -> None:
        gym, is_left = replica.gym, state.phase == "logged_out" and state.user is None
        if is_left and gym is not None and gym.policy.after_log_out == "wipe":
            wipe(replica)
            wiped()

    service.subscribe("connection", look)
