"""Who is connected on an evening at the played gym, and how its server does."""

from __future__ import annotations

from gymtui import clock
from gymtui.protocol import (
    AbsentDesk,
    CommandCount,
    ConnectedClient,
    Connections,
    ListConnections,
    Role,
    ServerFigures,
    ServerStats,
)
from tests.factories import NOW

MINUTE = 60_000


def client(
    desk: str | None,
    user: str,
    role: Role,
    trip: int | None,
    *,
    heard: int = 4000,
    reconnects: int = 0,
    commands: int = 0,
    asked: int = 6,
) -> ConnectedClient:
    """Connected since the evening began; heard so many milliseconds ago; in the last minute it has sent so many
    commands, and asked so much beside them."""
    return ConnectedClient(
        session_id=f"s-{desk}-{user}",
        user=user,
        role=role,
        desk=desk,
        address="192.168.1.20",
        client="gymtui/0.1.0",
        since=clock.to_text(NOW - 83 * MINUTE),
        heard=clock.to_text(NOW - heard),
        round_trip_ms=trip,
        behind=0,
        waiting=0,
        reconnects=reconnects,
        messages=commands + asked,
        commands=commands,
    )


def connected() -> Connections:
    """One desk stands still, one is cut off, one has gone home."""
    return Connections(
        connections=(
            client(None, "otto", "operator", 12, asked=39),
            client("desk 1", "maria", "staff", 11, commands=212),
            client("desk 2", "jonas", "staff", 14, heard=19_000),
            client("office", "mia", "manager", 1340),
            client("pool", "lea", "staff", 13, reconnects=7, commands=18),
        ),
        absent=(
            AbsentDesk(desk="side door", user="ben", heard=clock.to_text(NOW - 22 * MINUTE), said_goodbye=False),
            AbsentDesk(desk="kiosk", user="kim", heard=clock.to_text(NOW - 95 * MINUTE), said_goodbye=True),
        ),
        as_of=clock.to_text(NOW),
    )


SERVER = ServerFigures(
    version="0.1.0",
    started=clock.to_text(NOW - 12 * 60 * MINUTE),
    as_of=clock.to_text(NOW),
    seq=4,
    commands=(
        CommandCount(command="check_in", outcome="applied", code="ok", count=812),
        CommandCount(command="check_out", outcome="applied", code="ok", count=640),
        CommandCount(command="check_in", outcome="duplicate", code="ok", count=6),
        CommandCount(command="check_in", outcome="refused", code="membership_expired", count=31),
    ),
    database_bytes=12_400_000,
    log_bytes=600_000,
    free_bytes=41_000_000_000,
    backup_age_seconds=9 * 3600,
)


def seen(request: ListConnections | ServerStats) -> Connections | ServerFigures:
    """What the server answers."""
    return connected() if isinstance(request, ListConnections) else SERVER
