"""What every session of one server has in common: its parts and its settings."""

from __future__ import annotations

from msgspec import Struct

from gymtui import clock
from server.auth.auth import Auth
from server.auth.pins import Pins
from server.net.change_limit import ChangeLimit
from server.net.hub import Hub
from server.net.logbook import Logbook
from server.net.lookout import Lookout
from server.net.metrics import Metrics
from server.net.refusal_limit import RefusalLimit
from server.net.roster import Roster
from server.store.group_commit import GroupCommit


class ServerContext(Struct, frozen=True, kw_only=True):
    """The parts of one server that its sessions use; it is made once, when the server starts."""

    auth: Auth
    pins: Pins
    database: GroupCommit
    hub: Hub
    metrics: Metrics
    roster: Roster
    refusals: RefusalLimit
    changes: ChangeLimit
    lookout: Lookout
    logbook: Logbook
    now: clock.Clock
    max_rate: int  # messages a second of one connection
    max_connections: int  # on which somebody has logged in
