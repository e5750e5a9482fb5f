"""What `/metrics` looks up when somebody asks: what runs, disk, desks, opening hours, the certificate, commits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import gymtui
from gymtui import clock
from gymtui.protocol import Policy
from server.app import Server
from server.net import vitals
from server.net.certificate import Certificate
from server.net.entrance import entrance
from server.net.metrics import Metrics
from server.net.roster import Roster
from server.net.vitals import Vitals
from server.store import Room, StoreUnavailable
from server.store.desks import LastHeard
from tests.gym_kit import name_gym, token
from tests.http_token_kit import ask, writes
from tests.kit import Wire, serving
from tests.tls_kit import Authority, authority
from tests.waiting import until

__all__ = ["authority"]  # a fixture

HEARD = "gymtui_desk_last_heard_timestamp_seconds"
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def figure(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


async def look(server: Server) -> Metrics:
    """As somebody who asks."""
    assert (await ask(server.url, "/metrics", method="GET")).status == 200
    return server.metrics


async def test_it_says_what_runs_and_how_large_it_is(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(gym) as server:
        monkeypatch.setattr(server._database.store, "room", lambda: Room(11, 22, 33))  # else it grows meanwhile
        metrics = await look(server)
        [build] = [family for family in metrics.registry.collect() if family.name == "gymtui_build"]
        assert build.samples[0].labels["version"] == gymtui.__version__
        sizes = ("database_bytes", "database_log_bytes", "disk_free_bytes")
        assert [figure(metrics, f"gymtui_{name}") for name in sizes] == [11, 22, 33]
        assert (figure(metrics, "process_resident_memory_bytes") or 0) > 1_000_000
        assert figure(metrics, "process_cpu_seconds_total") is not None


async def test_of_a_disk_that_nobody_here_knows_nothing_is_said(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as otto:
        monkeypatch.setattr(server._database.store, "room", lambda: Room(11, None, None))
        metrics = await look(server)
        assert figure(metrics, "gymtui_database_bytes") == 11
        assert isnan(figure(metrics, "gymtui_disk_free_bytes") or 0)  # no alert is above or below it
        told = (await otto.ask("server_stats"))["result"]
        assert (told["database_bytes"], told["log_bytes"], told["free_bytes"]) == (11, None, None)


async def test_commits_are_timed_and_those_that_failed_are_counted(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as ana:
        await ana.until("connection_status")
        before = figure(server.metrics, "gymtui_commit_seconds_count") or 0
        await ana.ask("check_in", {"code": "1"})
        assert (figure(server.metrics, "gymtui_commit_seconds_count") or 0) > before
        assert figure(server.metrics, "gymtui_commits_failed_total") == 0
        writes(server, False)
        await ana.ask("check_in", {"code": "2"}, "c2")
        writes(server, True)
        assert (figure(server.metrics, "gymtui_commits_failed_total") or 0) >= 1


async def test_what_is_on_its_way_is_in_flight(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as ana:
        await ana.until("connection_status")
        held: list[tuple[Any, Any]] = []  # what the server itself writes meanwhile is among them
        with monkeypatch.context() as patched:
            patched.setattr(server._database, "submit", lambda work, done, **_: held.append((work, done)))
            await ana.send("check_in", {"code": "1"}, "c1")
            await until(lambda: figure(server.metrics, "gymtui_commands_in_flight") == 1)
        for work, done in held:
            server._database.submit(work, done)
        await ana.until("reply", id="c1")
        assert figure(server.metrics, "gymtui_commands_in_flight") == 0


async def test_a_desk_is_heard_until_it_says_goodbye(gym: Path) -> None:
    began = clock.now() / 1000
    async with serving(gym) as server:
        async with (
            Wire.open(server.url, token(gym, "ana"), desk="left") as left,
            Wire.open(server.url, token(gym, "ben"), desk="cut") as cut,
            Wire.open(server.url, token(gym, "otto"), desk="operator's") as otto,
        ):
            for wire in (left, cut, otto):
                await wire.until("connection_status")
            metrics = await look(server)
            for desk in ("left", "cut"):
                assert began - 1 <= (figure(metrics, HEARD, desk=desk) or 0) <= clock.now() / 1000
            assert figure(metrics, HEARD, desk="operator's") is None
            cut.socket.transport.abort()
            await left.socket.close()
            await until(lambda: not server._context.roster.desks)
            await server._database.write(lambda _: None)  # behind what the roster has written
        metrics = await look(server)
        assert figure(metrics, HEARD, desk="left") is None
        assert figure(metrics, HEARD, desk="cut") is not None


class Known:
    """A database that has heard of so many desks; with an `error`, one that does not answer."""

    def __init__(self, count: int, error: Exception | None = None) -> None:
        self.error = error
        gym = SimpleNamespace(timezone="UTC", policy=Policy())
        heard = [LastHeard(f"desk {n}", "ana", n) for n in range(1, count + 1)]
        self.store = SimpleNamespace(room=lambda: Room(1, 2, 3), gym=lambda: gym, last_heard=lambda _: heard)

    async def query(self, look: Any, *args: Any) -> Any:
        if self.error is not None:
            raise self.error
        return look(*args)


async def test_no_more_desks_have_a_label_than_may_and_they_stay_where_nothing_answers() -> None:
    metrics, known = Metrics(), Known(vitals.DESKS + 20)
    roster = cast("Roster", SimpleNamespace(heard=dict))
    vital = Vitals(cast("Any", known), roster, None, metrics.registry, now=lambda: 0)
    await vital.look()
    assert sum(sample.name == HEARD for family in metrics.registry.collect() for sample in family.samples) == 50
    assert figure(metrics, HEARD, desk="desk 70") == 0.07
    assert figure(metrics, HEARD, desk="desk 20") is None
    for known.error in (StoreUnavailable("not now"), TimeoutError()):
        await vital.look()
        assert figure(metrics, HEARD, desk="desk 70") == 0.07


@pytest.mark.parametrize(("hour", "is_open"), [(7, 0), (9, 1)])
async def test_whether_the_gym_is_open_is_said(hour: int, is_open: int, gym: Path) -> None:
    hours = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "08:00-22:00")
    name_gym(gym, timezone="UTC", policy=Policy(opening_hours=hours))  # type: ignore[arg-type]
    at = round((MIDNIGHT + timedelta(hours=hour)).timestamp() * 1000)
    async with serving(gym, now=lambda: at) as server:
        assert figure(await look(server), "gymtui_open") == is_open


@pytest.mark.parametrize("end", [datetime(2027, 3, 1, 12, tzinfo=UTC), datetime(2061, 3, 1, 12, tzinfo=UTC)])
def test_the_end_of_the_certificate_is_read_from_it(end: datetime, authority: Authority) -> None:
    certificate = Certificate(*(files := authority.issue(not_after=end)))
    assert certificate.ends == end.timestamp()
    text = Path(files[0]).read_bytes()
    Path(files[0]).write_bytes(b"a word \xff before it\n" + text)
    authority.issue(not_after=end + timedelta(days=1))
    certificate.reload()
    assert certificate.ends == (end + timedelta(days=1)).timestamp()


async def test_there_is_an_end_where_there_is_a_certificate(gym: Path, authority: Authority) -> None:
    name = "gymtui_certificate_end_timestamp_seconds"
    async with serving(gym) as server:
        assert figure(server.metrics, name) is None
    chain, key = authority.issue(not_after=(end := datetime(2027, 3, 1, tzinfo=UTC)))
    async with serving(gym, entrance=entrance(tls_cert=chain, tls_key=key)) as server:
        assert figure(server.metrics, name) == end.timestamp()


async def test_openmetrics_is_for_whoever_accepts_it(gym: Path) -> None:
    async with serving(gym) as server:
        accept = "Accept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2"
        answer = await ask(server.url, "/metrics", accept, method="GET")
        assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
        assert answer.body.endswith("# EOF\n")
        assert len(list(text_string_to_metric_families(answer.body))) > 30  # type: ignore[no-untyped-call]
        for accepts in ((), ("Accept: text/html", "Accept: */*")):
            answer = await ask(server.url, "/metrics", *accepts, method="GET")
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            assert "# EOF" not in answer.body


async def test_whoever_comes_in_is_logged_with_desk_and_address(gym: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana"), desk="desk-2") as wire:
        await wire.until("connection_status")
    assert any(record.getMessage().endswith(": ana at desk-2 from 127.0.0.1") for record in caplog.records)
