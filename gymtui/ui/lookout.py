"""What an operator looks for: how each connection stands, the worst first, and what rings until somebody has seen it.
Pure: times of day come with what the server says, and are its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Final, Literal

from msgspec import Struct

from gymtui import clock, gym_day
from gymtui.client.state import ConnectionState
from gymtui.printable import printable
from gymtui.protocol import AbsentDesk, ConnectedClient, Connections, Gym, ServerFigures, Stats
from gymtui.ui.traffic import Figures
from gymtui.ui.wall import hours_minutes_seconds, since, wall

SILENT: Final = 15_000  # milliseconds: a connection that lives answers a ping every ten seconds
SLOW: Final = 1000  # milliseconds of a round trip
WAITING: Final = 64 * 1024  # bytes that wait for one reader: it gets nothing more
MISSED: Final = clock.DAY  # milliseconds that a desk which is gone is missed
REFUSED: Final = 10  # refusals in a minute
LATE: Final = 1.0  # seconds, the 95th percentile of the last five minutes
QUIET: Final = 30 * 60_000  # milliseconds without an event
FREE: Final = 1 << 30  # bytes of disk
OLD: Final = 7 * 24 * 3600  # seconds: a backup

Look = Literal["error", "warning", "good", "quiet"]
LOOKS: Final[tuple[Look, ...]] = ("error", "warning", "good", "quiet")  # the worst first


class Standing(Struct, frozen=True, kw_only=True):
    """A connection, or a desk that has none, and how it stands, in words."""

    look: Look
    desk: str
    user: str
    words: str
    role: str = ""
    since: str = ""
    server: str = ""
    address: str = ""
    client: str = ""
    session_id: str = ""
    more: tuple[tuple[str, str], ...] = ()  # a name and a text each

    @property
    def key(self) -> str:
        """By what it is known again in the next answer."""
        return self.session_id or f"no session at {self.desk}"

    @property
    def fields(self) -> list[tuple[str, str]]:
        """All that there is to say."""
        who = f"{self.user}, {self.role}" if self.role else self.user
        told = [("desk", self.desk), ("user", who), ("how it stands", self.words), ("since", self.since)]
        told += [("server", self.server), ("address", self.address), ("program", self.client)]
        told += [*self.more, ("session", self.session_id)]
        return [(name, text) for name, text in told if text]


class Alarm(Struct, frozen=True):
    """Something that is not as it should be: what it is about, once at a time, and a sentence."""

    about: str
    sentence: str


def standings(seen: Connections, gym: Gym | None, zone: tzinfo) -> list[Standing]:
    """Of everyone, the worst first, by desk."""
    now = clock.to_ms(seen.as_of)
    is_open = gym is None or gym_day.is_open(gym.policy, wall(now, zone))
    found = [_connected(client, now, zone) for client in seen.connections]
    found += [_absent(desk, now, zone, is_open=is_open) for desk in seen.absent]
    return sorted(found, key=lambda one: (LOOKS.index(one.look), one.desk or "~", one.user))


def _connected(client: ConnectedClient, now: int, zone: tzinfo) -> Standing:
    look: Look
    silent, trip = now - clock.to_ms(client.heard), client.round_trip_ms
    if silent > SILENT:
        look, words = "error", f"not heard for {silent // 1000} s"
    elif client.waiting >= WAITING and client.behind:  # or it has just been sent that much
        look, words = "error", f"takes nothing: {client.behind:,} rows behind"
    elif trip is not None and trip > SLOW:
        look, words = "warning", f"slow line, {trip:,} ms"
    else:
        look, words = "good", "live" if trip is None else f"live {trip:,} ms"
        words += f", {client.reconnects:,} reconnects" if client.reconnects > 1 else ""
    waits = f"{sized(client.waiting)} wait" if client.waiting else "nothing waits"
    return Standing(
        look=look,
        desk=client.desk or client.role or "",
        user=client.user,
        words=words,
        role=client.role or "no role any more",
        since=since(clock.to_ms(client.since), zone, now),
        server=client.server or "",
        address=client.address,
        client=client.client or "",
        session_id=client.session_id,
        more=(
            ("last heard", hours_minutes_seconds(client.heard, zone)),
            ("round trip", "not measured yet" if trip is None else f"{trip:,} ms"),
            ("behind", f"{client.behind:,} rows of the journal, {waits}"),
            ("reconnects", f"{client.reconnects:,} in the last 24 hours"),
            ("sent", f"{_sent(client)} in the last minute"),
        ),
    )


def _absent(desk: AbsentDesk, now: int, zone: tzinfo, *, is_open: bool) -> Standing:
    heard = clock.to_ms(desk.heard)
    is_missed = is_open and not desk.said_goodbye and now - heard < MISSED
    how = "missing since" if is_missed else "left" if desk.said_goodbye else "away since"
    words = f"{how} {since(heard, zone, now)}"
    return Standing(look="error" if is_missed else "quiet", desk=desk.desk, user=desk.user, words=words)


def alarms(
    standing: Iterable[Standing],
    figures: Figures,
    stats: Stats | None,
    server: ServerFigures | None,
    *,
    quiet_for: int | None = None,
    away_since: str | None = None,
) -> Iterator[Alarm]:
    """What is wrong just now. `quiet_for` is for how many milliseconds nothing has happened; None: the gym is shut.
    `away_since` is when the server went, in words; None: it is there."""
    if away_since is not None:
        yield Alarm("server", f"no connection to the server since {away_since}")
    for one in standing:
        if one.look == "error":
            yield Alarm(f"{one.desk} {one.user}", f"{one.desk} ({one.user}) {one.words}")
    if figures.refused_lately >= REFUSED:
        yield Alarm("refusals", f"{figures.refused_lately} refusals in the last minute")
    if figures.late is not None and figures.late > LATE:
        yield Alarm("delay", f"events come late: p95 {figures.late:.1f} s")
    if stats is not None and stats.capacity and stats.currently_in >= stats.capacity:
        yield Alarm("full", f"the gym is full: {stats.currently_in:,} of {stats.capacity:,}")
    if quiet_for is not None and quiet_for >= QUIET:
        yield Alarm("quiet", f"nothing has happened for {quiet_for // 60_000} min, and the gym is open")
    if server is not None and server.free_bytes is not None and server.free_bytes < FREE:
        yield Alarm("disk", f"the server's disk has {sized(server.free_bytes)} left")
    if server is not None and (server.backup_age_seconds or 0) >= OLD:
        yield Alarm("backup", f"the newest backup is {(server.backup_age_seconds or 0) // 86_400} days old")


def away_since(state: ConnectionState, now: int, zone: tzinfo) -> str | None:
    """When the server went; None: it is there, or was a moment ago, or waits for a login."""
    if state.phase in ("live", "logged_out") or now - state.since <= SILENT:
        return None
    return f"{wall(state.since, zone):%H:%M:%S}"


def senders(seen: Connections) -> list[tuple[str, str]]:
    """Who has sent most in the last minute, and how much: commands and messages, as the first says in words."""
    found = sorted((one for one in seen.connections if one.messages), key=lambda one: -one.messages)
    told = [_sent(one) if number == 0 else f"{one.commands:,}, {one.messages:,}" for number, one in enumerate(found)]
    return [
        (printable(f"{one.desk or one.role or ''} ({one.user})"), said) for one, said in zip(found, told, strict=True)
    ]


def _sent(client: ConnectedClient) -> str:
    return f"{client.commands:,} commands, {client.messages:,} messages"


class Bell:
    """What has rung stays until somebody has seen it, also when it is over; what was seen rings again only once it was
    over meanwhile."""

    def __init__(self) -> None:
        self._ringing: dict[str, str] = {}
        self._active: dict[str, str] = {}
        self._seen: set[str] = set()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What nobody has seen yet, the newest first."""
        over = ((about, sentence if about in self._active else f"{sentence}; over") for about, sentence in self._all())
        return tuple(sentence for _, sentence in over)

    def _all(self) -> Sequence[tuple[str, str]]:
        return list(reversed(self._ringing.items()))

    def hear(self, found: Iterable[Alarm]) -> bool:
        """What is wrong just now; True where something of it rings for the first time."""
        self._active = {alarm.about: alarm.sentence for alarm in found}
        self._seen &= self._active.keys()
        new = self._active.keys() - self._ringing.keys() - self._seen
        self._ringing |= {about: said for about, said in self._active.items() if about not in self._seen}
        return bool(new)

    def seen(self) -> None:
        """Somebody has read them."""
        self._seen |= self._ringing.keys() & self._active.keys()
        self._ringing = {}


def sized(bytes: int) -> str:
    """`640 kB`, `1.2 GB`: powers of a thousand, as disks are sold."""
    size = bytes / 1000
    for unit in ("kB", "MB", "GB"):
        if size < 1000:
            return f"{size:,.1f} {unit}" if size < 10 else f"{size:,.0f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"
