"""The server as a process: what it says, how it ends, and what is on disk when it is killed."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from server.store.opening import open_store
from tests.gym_kit import name_gym, token
from tests.kit import Wire
from tests.serve_kit import ENVIRONMENT, ROOT, finished, served
from tests.sqlite_kit import connection_of
from tests.waiting import WITHIN

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_server_says_where_and_ends_with_0(gym: Path, signum: signal.Signals) -> None:
    access = token(gym, "ana")
    async with served(gym, "-m", "server") as (process, url), Wire.open(url, access, desk="Front") as wire:
        assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True
        process.send_signal(signum)
        assert (await wire.rest())[-1]["payload"]["status"] == "draining"
        assert await wire.closed() == 4200
        code, out, err = await finished(process)
    assert (code, out) == (0, "")
    assert "draining, sessions: 1" in err
    assert "Traceback" not in err
    assert access not in err


async def test_a_server_without_users_says_what_to_do(tmp_path: Path) -> None:
    async with served(tmp_path / "new" / "gym.db", "-m", "server", "--log-json") as (process, _):
        process.send_signal(signal.SIGINT)
        code, _, err = await finished(process)
    lines = [json.loads(line) for line in err.splitlines()]
    assert code == 0
    assert "gymtui admin users add NAME --role manager" in lines[0]["message"]
    assert {line["level"] for line in lines} == {"warning", "info"}


@pytest.mark.parametrize(
    ("given", "here", "told"),
    [
        (
            None,
            "Asia/Tokyo",
            "The gym's clock is on UTC, as no time zone was given: `gymtui admin gym set timezone=Asia/",
        ),
        (None, "UTC", "The gym's clock is on the time of UTC."),
        ("Europe/Zurich", "Asia/Tokyo", "The gym's clock is on the time of Europe/Zurich."),
    ],
)
async def test_which_time_zone_it_takes_is_said_where_none_is_given(
    tmp_path: Path, given: str | None, here: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENVIRONMENT, "TZ", here)
    path = tmp_path / "gym.db"
    name_gym(path, timezone=given)
    async with served(path, "-m", "server", "--log-json") as (process, _):
        process.send_signal(signal.SIGINT)
        _, _, err = await finished(process)
    assert any(json.loads(line)["message"].startswith(told) for line in err.splitlines()), err


def test_a_port_that_is_taken_is_told(gym: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "gymtui.cli", "serve", "--port", str(port), "--database", str(gym)],
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            cwd=ROOT,
            timeout=WITHIN,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"gymtui: Somebody listens on 127.0.0.1:{port} already, perhaps another server: please choose another --port.\n"
    )


async def test_after_kill_9_all_that_was_acknowledged_is_on_disk(gym: Path) -> None:
    acknowledged: list[str] = []
    sent = 0

    async def send_on() -> None:
        nonlocal sent
        while True:
            type = "check_out" if sent // 100 % 2 else "check_in"
            await wire.send(type, {"code": str(sent % 100)}, f"c{sent}")
            sent += 1

    async with served(gym) as (process, url), Wire.open(url, token(gym, "ana")) as wire:
        sending = asyncio.create_task(send_on())
        while len(acknowledged) < 1500:
            reply = await wire.until("reply")
            assert reply["payload"]["ok"] is True
            acknowledged.append(reply["id"])
        process.kill()
        acknowledged += [m["id"] for m in await wire.rest() if m["type"] == "reply"]
        await asyncio.wait([sending])
        assert isinstance(sending.exception(), ConnectionClosed)
        assert await process.wait() == -signal.SIGKILL
    with closing(open_store(gym)) as store:
        rows = (
            connection_of(store)
            .execute("SELECT command_id, seq FROM journal WHERE command_id IS NOT NULL ORDER BY seq")
            .fetchall()
        )
        first, head, stats = rows[0][1], store.head().seq, store.stats()
        present = sum(visit.check_out_time is None for visit in store.all_visits())
    kept = [row[0] for row in rows]
    assert kept[: len(acknowledged)] == acknowledged
    assert kept == [f"c{n}" for n in range(len(kept))]
    assert (head, stats.currently_in) == (first + len(kept) - 1, present)
    async with served(gym) as (_, url), Wire.open(url, token(gym, "ana")) as wire:
        again = await wire.ask("check_in", {"code": "0"}, "c0")
        assert again["ok"] is True
        assert (await wire.ask("list_present"))["result"]["as_of_seq"] == head
