"""Metrics of a server that runs: what `GET /metrics` answers; docs/METRICS.md has all of them.

Labels are few and bounded: types of messages, roles, error codes, close codes, as many desks as `Vitals` gives; never a
person or an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, Literal, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

from gymtui.protocol import Close, Stats
from server.auth.hashing import HashingLane
from server.store import Outcome

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
BYTES: Final = (256, 1024, 4096, 16384, 65536, 262144)
CODES: Final = frozenset((*range(1000, 1016), *Close))
ABNORMAL: Final = 1006  # without a close frame
FAILURES: Final = ("storage_unavailable", "internal")  # error codes that say nothing of the command
REASONS: Final = {code.value: code.name.lower() for code in Close} | {
    1009: "too_big",
    1011: "failed",
    1013: "unavailable",
}
LIVES: Final = (1, 10, 60, 300, 1800, 3600, 14400, 43200)


Known = TypeVar("Known")


class Labelled(dict[tuple[str, ...], Known]):
    """Metrics by their labels, which are looked up once, and not with every message."""

    def __init__(self, find: Callable[..., Known]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, labels: tuple[str, ...]) -> Known:
        found = self[labels] = self._find(*labels)
        return found


class Metrics:
    """Every figure there is, in a registry of this server's own."""

    _on_their_way = 0  # commands

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"gymtui_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"gymtui_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"gymtui_{name}", text, labels, buckets=buckets, registry=registry)

        self.connections = gauge("connections", "Connections that have authenticated.", "role")
        self.attempts = counter("connection_attempts", "Connections by what became of their token.", "role", "result")
        self.ended = counter("connections_ended", "Connections that ended, by close code.", "code")
        self.ended_by_us = counter(
            "connections_ended_by_server", "Connections that the server ended, by why.", "reason"
        )
        self.lives = histogram("connection_seconds", "How long connections lasted.", LIVES, "role")
        self.reconnects = counter("reconnects", "Connections that came back to take up the journal.", "role", "resumed")
        self.messages = counter("messages", "Messages by type and direction.", "type", "direction")
        self.bytes = counter("message_bytes", "Bytes of messages by type and direction.", "type", "direction")
        self.errors = counter("errors", "Errors that clients were told, by code.", "code")
        self.lenient = counter(
            "lenient_messages", "Messages in the words of an older client, by what was put up with.", "what"
        )
        self.batch_events = histogram("batch_events", "Events in the batch of one window.", SIZES)
        self.batch_bytes = histogram("batch_bytes", "Bytes of the batch of one window.", BYTES)
        self.received = counter("commands_received", "Commands that came, by type.", "type")
        self.commands = counter(
            "commands", "Answered commands by type, outcome and error code.", "type", "outcome", "code"
        )
        self.command_seconds = histogram("command_seconds", "From a command's arrival to its answer.", SECONDS, "type")
        self._in_flight = gauge("commands_in_flight", "Commands that came and have no answer yet.")
        self.commit_seconds = histogram("commit_seconds", "How long the database took for one commit.", SECONDS)
        self._uncommitted = counter("commits_failed", "Commits that the database did not take.")
        self.fanout_seconds = histogram("fanout_seconds", "From a row's commit until all have been sent it.", SECONDS)
        self.journal_seq = gauge("journal_seq", "The newest row of the journal that was sent.")
        self.behind = gauge("slow_readers", "Connections that are behind the journal's head.")
        self.cut = counter("stalled_readers_cut", "Connections aborted because they took no byte for ten seconds.")
        self.logins = counter("logins", "Asked-for tokens by kind and result.", "kind", "result")
        self.people_in = gauge("people_in", "Members whose visit is open.")
        self.people_assumed = gauge("people_in_assumed", "Of these, those who came in more than three hours ago.")
        self.capacity = gauge("capacity", "How many may be in; 0 where any number may.")
        self.backup_age_seconds: float | None = None
        text = "How old the newest backup is; the gym itself, where it has none."
        self._backup_age = gauge("backup_age_seconds", text)
        self.loop_lag = histogram("event_loop_lag_seconds", "By how much a timer of the event loop came late.", SECONDS)
        self._came, self._settled = Labelled(self.received.labels), Labelled(self._find_settled)
        self._traffic = Labelled(self._find_traffic)

    def count(self, type: str, direction: str, size: int, readers: int = 1) -> None:
        """A message of `size` bytes, in or out, to so many `readers`."""
        messages, sizes = self._traffic[type, direction]
        messages.inc(readers)
        sizes.inc(size * readers)

    def came(self, type: str) -> None:
        """A command, which has no answer yet."""
        self._came[type,].inc()
        self._on_their_way += 1

    def settled(self, type: str, outcome: Outcome, seconds: float) -> None:
        """A received command has its answer, after so many `seconds`. What was received and is not on its way any more
        was applied, a duplicate, refused, or has failed: one of the four, and counted once."""
        answered, took = self._settled[type, _became(outcome), "ok" if outcome.error is None else outcome.error.code]
        answered.inc()
        took.observe(seconds)
        self._on_their_way -= 1

    def _find_traffic(self, *labels: str) -> tuple[Counter, Counter]:
        return self.messages.labels(*labels), self.bytes.labels(*labels)

    def _find_settled(self, type: str, became: str, code: str) -> tuple[Counter, Histogram]:
        return self.commands.labels(type, became, code), self.command_seconds.labels(type)

    def watch(self, *, behind: Callable[[], float], head: Callable[[], float], stats: Callable[[], Stats]) -> None:
        """Figures that are looked up when somebody asks."""
        self._in_flight.set_function(lambda: self._on_their_way)
        self.behind.set_function(behind)
        self.journal_seq.set_function(head)
        self.people_in.set_function(lambda: stats().currently_in)
        self.people_assumed.set_function(lambda: stats().assumed or 0)
        self.capacity.set_function(lambda: stats().capacity or 0)

    def watch_hashing(self, lanes: Mapping[str, HashingLane]) -> None:
        """The same, of what hashes passwords and PINs."""
        labels, registry = ("lane",), self.registry
        waiting = Gauge("gymtui_hashing_waiting", "Passwords, or PINs, that wait.", labels, registry=registry)
        hashed = Gauge("gymtui_hashed", "Passwords, or PINs, that were worked out.", labels, registry=registry)
        for name, lane in lanes.items():
            waiting.labels(name).set_function(partial(getattr, lane, "waiting"))
            hashed.labels(name).set_function(partial(getattr, lane, "done"))

    def committed(self, seconds: float, failed: bool) -> None:
        """The database took so long for one commit, or did not take it. From any thread."""
        if failed:
            self._uncommitted.inc()
        else:
            self.commit_seconds.observe(seconds)

    def backed_up(self, age: float) -> None:
        """The newest backup, or the gym where it has none, is so many seconds old."""
        self.backup_age_seconds = age
        self._backup_age.set(age)

    def outcomes(self) -> Iterator[tuple[tuple[str, str, str], int]]:
        """How many commands were answered, by type, outcome and error code."""
        for sample in (sample for metric in self.commands.collect() for sample in metric.samples):
            if sample.name.endswith("_total"):
                yield (sample.labels["type"], sample.labels["outcome"], sample.labels["code"]), int(sample.value)

    def closed(self, code: int | None, by_us: int | None = None) -> None:
        """One connection ended, with a code, or without a word; `by_us` is why, where the server did it. A client may
        choose from thousands of codes, and those we do not know are one."""
        known = code is None or code in CODES
        self.ended.labels(str(code or ABNORMAL) if known else "other").inc()
        if by_us is not None:
            self.ended_by_us.labels(reason(by_us)).inc()

    def text(self, accept: str = "") -> tuple[bytes, str]:
        """All of it, and in which format: OpenMetrics, or the older one of Prometheus, as an `Accept` asks for."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type


def reason(code: int) -> str:
    """The word for a code with which the server ends a connection: `silent`, `stalled`, `draining`."""
    return REASONS.get(code, "other")


def _became(outcome: Outcome) -> Literal["applied", "duplicate", "refused", "failed"]:
    if outcome.duplicate:
        return "duplicate"
    if outcome.error is None:
        return "applied"
    return "failed" if outcome.error.code in FAILURES else "refused"
