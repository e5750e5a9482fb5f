"""What operators ask about the server itself: who is connected, which desks are not, and how it goes; and a manager
closes a connection."""

from typing import Annotated, ClassVar, Final

from msgspec import Meta, Struct

from gymtui.protocol.requests import _Request
from gymtui.protocol.vocabulary import MANAGERS, Key, Role, Whole

OPERATORS: Final[frozenset[Role]] = frozenset({"operator", "manager"})


class ListConnections(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Who is connected, and which desks were and are not."""

    type: ClassVar[str] = "list_connections"
    roles: ClassVar[frozenset[Role]] = OPERATORS


class ServerStats(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """How the server does: what became of commands, its database, its disk, its backups."""

    type: ClassVar[str] = "server_stats"
    roles: ClassVar[frozenset[Role]] = OPERATORS


class CloseConnection(_Request, frozen=True, kw_only=True, omit_defaults=True):
    """Ends a connection of `list_connections`; whoever is there is told by whom, and the reason."""

    type: ClassVar[str] = "close_connection"
    roles: ClassVar[frozenset[Role]] = MANAGERS
    session_id: Key
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class ClosedConnection(Struct, frozen=True, kw_only=True):
    """To `close_connection`; not `closed` where it had ended already."""

    closed: bool


class ConnectedClient(Struct, frozen=True, kw_only=True):
    """A connection on which somebody has logged in: `since` when, when it was `heard` last and how long its last ping
    took (None: none came back yet), how many rows of the journal it is `behind`, how many bytes wait for it, how
    often it was cut off in the last 24 hours and came back, since this server began, and how many `messages` came from
    it in the last minute, with the `commands` among them (an older server counts none of these three). Where the gym
    has several servers, `server` is the one that it is connected to."""

    session_id: str
    user: str
    role: Role | None
    desk: str | None
    address: str
    client: str | None
    since: str
    heard: str
    round_trip_ms: Whole | None
    behind: Whole
    waiting: Whole
    reconnects: Whole = 0
    messages: Whole = 0
    commands: Whole = 0
    server: str | None = None


class AbsentDesk(Struct, frozen=True, kw_only=True):
    """A desk that was connected in the last seven days and is not: who was there last, until when, and whether it said
    goodbye."""

    desk: str
    user: str
    heard: str
    said_goodbye: bool


class Connections(Struct, frozen=True, kw_only=True):
    """To `list_connections`, by desk and then by user; the absent desks by when they were heard, the latest first."""

    connections: tuple[ConnectedClient, ...]
    absent: tuple[AbsentDesk, ...]
    as_of: str


class CommandCount(Struct, frozen=True, kw_only=True):
    """How many of a `command` have ended so since the server began; `code` is `ok`, or that of the error."""

    command: str
    outcome: str
    code: str
    count: Whole


class ServerFigures(Struct, frozen=True, kw_only=True):
    """To `server_stats`: since when it runs, its version, and counts since then; bytes of the database, of its log, and
    free on its disk (None: its own machine alone knows that); seconds since the newest backup (None: nobody has looked
    yet)."""

    version: str
    started: str
    as_of: str
    seq: Whole
    commands: tuple[CommandCount, ...]
    database_bytes: Whole
    log_bytes: Whole | None
    free_bytes: Whole | None
    backup_age_seconds: Annotated[int, Meta(ge=0)] | None
