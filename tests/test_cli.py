"""The command line, and the server as a process."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from gymtui.cli import main
from gymtui.command_table import ARGUMENTS, COMMANDS, HELP, SWITCHES
from gymtui.config import Config
from server.store.opening import open_store
from tests.gym_kit import name_gym, token
from tests.kit import Wire
from tests.sqlite_kit import connection_of
from tests.waiting import WITHIN

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GYMTUI_")}


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command sends all logs to stderr; a test that runs one puts them back."""
    root, wire = logging.getLogger(), logging.getLogger("websockets")
    handlers, level, wire_level = root.handlers[:], root.level, wire.level
    root.handlers = []
    yield
    root.handlers = handlers
    root.setLevel(level)
    wire.setLevel(wire_level)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def run(*arguments: str) -> int:
    """The exit code of a command run here."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


# --- what people type --------------------------------------------------------------------------------------------


def test_the_tables_name_settings_that_there_are() -> None:
    fields = set(Config.__struct_fields__)
    assert set(HELP) == fields
    assert {name for _, names, _, _ in COMMANDS for name in names} <= fields
    assert {name for name, kind in Config.__annotations__.items() if kind == "bool"} == SWITCHES
    assert set(ARGUMENTS) <= {name for name, _, _, _ in COMMANDS}


@pytest.mark.parametrize("command", [name for name, _, _, _ in COMMANDS])
def test_every_command_helps(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command.split(), "--help") == 0
    assert f"usage: gymtui {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["serve", "--prot", "80"],
        ["serve", "--port", "http"],
        ["serve", "--port", "65536"],
        ["serve", "--log-level", "loud"],
        ["serve", "--config", "none.toml"],
        ["serve", "--database", "postgresql://host/gym"],
        ["admin"],
        ["admin", "users"],
        ["admin", "users", "add", "zoe"],
        ["admin", "users", "add", "zoe", "--role", "king"],
        ["admin", "tokens", "issue", "--user", "ana"],
        ["admin", "tokens", "issue", "--user", "ana", "--ttl", "long"],
        ["admin", "tokens", "issue", "--user", "ana", "--ttl", "9" * 5000],
        ["admin", "tokens", "issue", "--user", "ana", "--ttl", "0"],
        ["admin", "users", "add", "a:b", "--role", "staff"],
        ["admin", "users", "role", "ana", "king"],
        ["admin", "users", "pin"],
        ["admin", "members", "import"],
        ["admin", "members", "export"],
        ["admin", "check-ins", "export", "a.csv", "b.csv"],
        ["admin", "keys", "rotate", "now"],
        ["serve", "--timezone", "Nowhere"],
        ["serve", "--policy", "none.toml"],
    ],
)
def test_wrong_usage_is_2_and_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("gymtui: ")
    assert said.err.count("\n") == 1


def test_what_fails_is_1_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.db").write_text("no database")
    for arguments in (
        ["admin", "users", "list", "--database", "text.db"],
        ["admin", "tokens", "issue", "--user", "nobody", "--ttl", "60", "--database", "g.db"],
        ["admin", "members", "import", "none.csv", "--database", "g.db"],
        ["admin", "members", "export", ".", "--database", "g.db"],
        ["admin", "check-ins", "export", "no/folder.csv", "--database", "g.db"],
        ["admin", "users", "disable", "nobody", "--database", "g.db"],
        ["serve", "--database", "text.db"],
        ["serve", "--database", "g.db", "--host", "no.such.host.invalid"],
    ):
        assert run(*arguments) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("gymtui: ")
        assert said.err.count("\n") == 1
        assert "Traceback" not in said.err


@pytest.mark.parametrize("arguments", [["fly\x1b[2J"], ["serve", "--timezone", "No\x1b[2J\u202ewhere"]])
def test_no_error_reaches_the_terminal_as_a_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    assert not any(c in said for c in "\x1b\u202e")
    assert said.count("\n") == 1


def test_a_command_does_and_is_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gymtui.toml").write_text('database = "file.db"')
    (tmp_path / "m.csv").write_text("name,number\nAna,1\n")
    assert run("admin", "members", "import", "m.csv", "--strict") == 0
    assert run("admin", "members", "export", "out.csv", "--log-level", "debug") == 0
    assert capsys.readouterr().out == "1 member imported, 0 rows not.\n1 member exported.\n"
    assert (tmp_path / "file.db").exists()


def test_interrupted_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("server.admin.users.users_list", interrupted)
    assert run("admin", "users", "list") == 130


# --- the process -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def served(gym: Path, *command: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A server in a process of its own, and its URL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *(command or ("-m", "gymtui.cli", "serve")),
        *("--port", "0", "--database", str(gym)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("listening on ws://127.0.0.1:")
        assert line.endswith("/ws/checkins/\n")
        yield process, line.split()[-1]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def finished(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(WITHIN):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


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
    assert "draining 1 sessions" in err
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


@pytest.mark.slow
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
