"""What the server says at /metrics."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import get_args

from prometheus_client import Counter
from prometheus_client.parser import text_string_to_metric_families

from gymtui import clock
from gymtui.protocol import ERROR_CODES, REQUESTS, SERVER_MESSAGES, Close, Role
from server.net.metrics import Labelled
from tests.counting import Counting
from tests.faults.law import law
from tests.gym_kit import token
from tests.http_token_kit import ask, basic, bearer, writes
from tests.kit import Wire, port_of, serving
from tests.waiting import until
from tests.watchdog_kit import stop_reading, the

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def scrape(url: str) -> Figures:
    answer = await ask(url, "/metrics", method="GET")
    assert answer.status == 200
    families = text_string_to_metric_families(answer.body)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value for each in families for sample in each.samples
    }


async def figure(url: str, name: str, **labels: str) -> float:
    """One figure; 0 where nothing was counted yet."""
    return (await scrape(url)).get((f"gymtui_{name}", frozenset(labels.items())), 0)


async def a_session(gym: Path, url: str, epoch: str) -> None:
    """Everything once: who may not come in, commands that are done and refused, nonsense, what was missed."""
    async with Counting.open(url, "nonsense") as wire:
        await wire.rest()
    async with Counting.open(url, token(gym, "ana", ttl=1, now=clock.now() - 5000)) as wire:
        await wire.rest()
    async with Counting.open(url) as wire:
        await wire.socket.send("no message at all")  # nothing is counted of whom nobody knows
        await wire.rest()
    async with (
        Counting.open(url) as ana,
        Counting.open(url, token(gym, "otto"), desk="canary") as otto,
        Counting.open(url, token(gym, "mia")) as mia,
    ):
        await ana.send("authenticate", {"token": token(gym, "ana")})
        for wire in (ana, otto, mia):
            status = await wire.until("connection_status")
        head = status["payload"]["seq"]
        await ana.ask("check_in", {"code": "1"}, "c1")
        await ana.ask("check_in", {"code": "1"}, "c2")
        await ana.ask("check_in", {"code": "1"}, "c1")
        await ana.ask("check_out", {"code": "1"}, "c3")
        await ana.ask("notify", {"level": "info", "title": "t", "message": "m"}, "c4")
        await mia.ask("notify", {"level": "info", "title": "Zoë", "message": "🏋"}, "c5")
        await otto.send("ping", {"sent_at": 1})
        await otto.until("pong")
        await otto.send("heartbeat")
        await otto.until("heartbeat_ack")
        await otto.ask("search_members", {"text": "name"}, "c7")
        await ana.say("unreadable", '{"type":"fly-canary","id":"c8"}')
        await ana.until("reply", id="c8")
        batch = {"type": "batch", "batches": {"check_in": [{"memberId": "none"}, {"code": "7"}], "fly": [1]}}
        await ana.say("batch", json.dumps(batch))
        await ana.until("error")
        await ana.say("check_out", '{"type":"check_out","data":{"code":"7"},"id":"c9"}')
        await ana.until("reply", id="c9")
        for wire in (ana, otto, mia):
            while not wire.events or wire.events[-1]["seq"] < head + 7:
                await wire.next()
        await otto.ask("resume", {"epoch": epoch, "seq": 0, "full": True}, "r1")
        await otto.covers(head + 7)
        await mia.ask("resume", {"epoch": "another", "seq": 0}, "r2")
        await mia.until("snapshot")
        await mia.send("ping")
        await mia.until("pong")
        mia.socket.transport.abort()
        await ana.socket.close(4999)


def bounded(figures: Figures) -> None:
    """No label holds anything that somebody else could choose."""
    words = {*REQUESTS, *SERVER_MESSAGES, *ERROR_CODES, *get_args(Role)}
    words |= {"unreadable", "in", "out", "ok", "denied", "too_many", "unavailable", "password", "refresh", "nobody"}
    words |= {"busy", "passwords", "pins"}
    words |= {"applied", "duplicate", "refused", "failed"}
    words |= {"accepted", "events", "snapshot", "data", "camelCase", "batch", "other", *(c.name.lower() for c in Close)}
    for name, labels in figures:
        if name == "gymtui_build_info":
            continue
        for label, value in labels:
            assert value in words or label == "le" or value.isdecimal(), (name, label, value)


async def test_the_figures_of_a_session_are_exact(gym: Path) -> None:
    Counting.counters()
    async with serving(gym) as server:
        head = server.hub.head
        refresh = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        await ask(server.url, "/auth/token", basic("ana", "wrong"))
        await ask(server.url, "/auth/token", bearer(refresh))
        await a_session(gym, server.url, server.hub.epoch)
        await until(lambda: not server._sessions)
        figures = await scrape(server.url)
        rows = server.hub.head - head

    def counted(name: str, **labels: str) -> float:
        return figures.get((f"gymtui_{name}", frozenset(labels.items())), 0)

    def by(name: str, *labels: str) -> dict[tuple[str, ...], float]:
        found = {key: value for key, value in figures.items() if key[0] == f"gymtui_{name}"}
        return {tuple(dict(key[1])[label] for label in labels): value for key, value in found.items()}

    assert rows == 7
    assert by("messages_total", "type", "direction") == {
        **{(type, "out"): count for type, count in Counting.got.items()},
        **{(type, "in"): count for type, count in Counting.sent.items()},
    }
    assert by("message_bytes_total", "type", "direction") == {
        **{(type, "out"): count for type, count in Counting.got_bytes.items()},
        **{(type, "in"): count for type, count in Counting.sent_bytes.items()},
    }
    assert by("commands_received_total", "type") == {("check_in",): 5, ("check_out",): 2, ("notify",): 2}
    assert by("commands_total", "type", "outcome", "code") == {
        ("check_in", "applied", "ok"): 2,
        ("check_in", "duplicate", "ok"): 1,
        ("check_in", "refused", "already_checked_in"): 1,
        ("check_in", "refused", "unknown_member"): 1,
        ("check_out", "applied", "ok"): 2,
        ("notify", "refused", "not_allowed"): 1,
        ("notify", "applied", "ok"): 1,
    }
    assert by("command_seconds_count", "type") == {("check_in",): 5, ("check_out",): 2, ("notify",): 2}
    assert by("errors_total", "code") == {
        ("already_checked_in",): 1,
        ("unknown_member",): 1,
        ("not_allowed",): 1,
        ("unknown_type",): 1,
    }
    assert by("lenient_messages_total", "what") == {("batch",): 2, ("data",): 1, ("camelCase",): 1}
    assert by("connections", "role") == {("staff",): 0, ("operator",): 0, ("manager",): 0}
    assert by("connection_attempts_total", "role", "result") == {
        ("nobody", "bad_token"): 1,
        ("nobody", "token_expired"): 1,
        ("nobody", "not_authenticated"): 1,
        ("staff", "accepted"): 1,
        ("operator", "accepted"): 1,
        ("manager", "accepted"): 1,
    }
    assert by("connections_ended_total", "code") == {
        ("4001",): 1,
        ("4101",): 1,
        ("4105",): 1,
        ("1000",): 1,
        ("1006",): 1,
        ("other",): 1,
    }
    assert by("connection_seconds_count", "role") == {("staff",): 1, ("operator",): 1, ("manager",): 1}
    assert by("reconnects_total", "role", "resumed") == {("operator", "events"): 1, ("manager", "snapshot"): 1}
    assert by("logins_total", "kind", "result") == {
        ("password", "ok"): 1,
        ("password", "denied"): 1,
        ("refresh", "ok"): 1,
    }
    assert counted("batch_events_sum") == rows
    assert 1 <= counted("batch_events_count") == counted("batch_bytes_count") == counted("fanout_seconds_count") <= rows
    assert counted("batch_bytes_sum") > 400 * 4
    assert counted("journal_seq") == head + rows
    assert (counted("slow_readers"), counted("stalled_readers_cut_total")) == (0, 0)
    assert ("gymtui_event_loop_lag_seconds_count", frozenset[tuple[str, str]]()) in figures
    bounded(figures)


async def test_every_command_is_applied_or_a_duplicate_or_refused_or_has_failed(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana")) as ana,
        Wire.open(server.url, token(gym, "otto")) as otto,
    ):

        async def outcomes() -> tuple[int, dict[str, int]]:
            received, counted = await asyncio.to_thread(law, port_of(server.url))
            return received, dict(counted)

        await ana.until("connection_status")
        await otto.until("connection_status")
        head = server.hub.head
        await ana.ask("check_in", {"code": "1"}, "c1")
        assert await outcomes() == (1, {"applied": 1, "duplicate": 0, "refused": 0, "failed": 0})
        await ana.ask("check_in", {"code": "1"}, "c1")
        assert await outcomes() == (2, {"applied": 1, "duplicate": 1, "refused": 0, "failed": 0})
        await ana.ask("check_in", {"code": "1"}, "c2")  # in already: it has a row, which says no
        await ana.ask("check_in", {"code": "2"}, "c1")  # another's id: no row
        await ana.ask("check_in", {}, "c3")  # nobody is meant: no row
        await otto.ask("check_in", {"code": "3"}, "c4")  # no right to: no row
        assert await outcomes() == (6, {"applied": 1, "duplicate": 1, "refused": 4, "failed": 0})
        await ana.ask("check_in", {"code": "1"}, "c2")  # a refusal answers for itself too
        assert await outcomes() == (7, {"applied": 1, "duplicate": 2, "refused": 4, "failed": 0})
        writes(server, False)
        await ana.ask("check_in", {"code": "4"}, "c5")
        assert await outcomes() == (8, {"applied": 1, "duplicate": 2, "refused": 4, "failed": 1})
        writes(server, True)
        await ana.send("check_out", {"code": "1"})  # one that wants no answer counts too
        await ana.covers(head + 3)
        assert await outcomes() == (9, {"applied": 2, "duplicate": 2, "refused": 4, "failed": 1})


async def test_connections_are_counted_while_they_last(gym: Path) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        for user in ("ana", "ben", "mia"):
            wire = await stack.enter_async_context(Wire.open(server.url, token(gym, user)))
            await wire.until("connection_status")
        assert await figure(server.url, "connections", role="staff") == 2
        assert await figure(server.url, "connections", role="manager") == 1
        the(server, "ben").transport.abort()
        await until(lambda: len(server._sessions) == 2)
        assert await figure(server.url, "connections", role="staff") == 1
        assert await figure(server.url, "connections_ended_total", code="1006") == 1


async def test_whoever_is_turned_away_is_counted(gym: Path) -> None:
    async with serving(gym, max_connections=0) as server:
        async with Wire.open(server.url, token(gym, "ana")) as wire:
            await wire.rest()
        assert await figure(server.url, "connection_attempts_total", role="nobody", result="overloaded") == 1
        assert await figure(server.url, "errors_total", code="rate_limited") == 1


async def test_a_slow_reader_shows(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana")) as wire,
        Wire.open(server.url, token(gym, "ben")) as other,
    ):
        await stop_reading(server, wire)
        head = server.hub.head
        await other.ask("check_in", {"code": "1"})
        await other.covers(head + 1)
        assert await figure(server.url, "slow_readers") == 1
        wire.socket.transport.resume_reading()
        await wire.covers(head + 1)
        await until(lambda: not server.hub._behind)
        assert await figure(server.url, "slow_readers") == 0
        assert await figure(server.url, "journal_seq") == head + 1


async def test_too_many_tries_are_counted(gym: Path) -> None:
    async with serving(gym) as server:
        for _ in range(6):
            await ask(server.url, "/auth/token", basic("canary", "wrong"))
        assert await figure(server.url, "logins_total", kind="password", result="denied") == 5
        assert await figure(server.url, "logins_total", kind="password", result="too_many") == 1
        writes(server, False)
        await ask(server.url, "/auth/token", basic("ana"))
        assert await figure(server.url, "logins_total", kind="password", result="unavailable") == 1
        writes(server, True)


async def test_the_text_is_what_prometheus_takes(gym: Path) -> None:
    async with serving(gym) as server:
        answer = await ask(server.url, "/metrics", method="GET")
        assert answer.headers["content-type"].startswith("text/plain; version=")
        families = list(text_string_to_metric_families(answer.body))
        assert all(family.name.startswith(("gymtui_", "process_")) for family in families)
        assert all(family.documentation.endswith(".") for family in families)
        assert len(families) > 15


def test_labels_are_looked_up_once() -> None:
    asked: list[tuple[str, ...]] = []

    def find(*labels: str) -> Counter:
        asked.append(labels)
        return Counter("x", "x", registry=None)

    labelled = Labelled(find)
    assert labelled["check_in", "ok"] is labelled["check_in", "ok"]
    assert labelled["check_out", "ok"] is not labelled["check_in", "ok"]
    assert asked == [("check_in", "ok"), ("check_out", "ok")]
