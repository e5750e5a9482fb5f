"""`gymtui tail`: every event once and in order, on stdout and nothing else there; and how it ends."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from gymtui import clock
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem, StoppedProblem
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from gymtui.client.mock import MockWebSocket
from gymtui.client.unattended import needs_a_person
from gymtui.programs.tail import Tail, as_json, line
from gymtui.protocol import CheckInEvent, Member, MemberRef, Notification, Refusal, Resume
from server.admin.users import users_disable
from server.store.opening import open_store
from tests.client_kit import GYM, NOW, played, running, snapshot, visit
from tests.kit import PASSWORD, WITHIN, Wire, add_members, member, port_of, serving, token
from tests.terminal import Terminal
from tests.waiting import until

pytestmark = pytest.mark.slow

AT = "2026-11-22T09:00:00.000Z"
EVIL = "Eve\x1b[2J\x9b31m\u202e\u2028 Ödön 😀"
ANA = MemberRef("m1", "Ana Silva", "100042")
VISIT = CheckInEvent(
    id="v1",
    member=ANA,
    check_in_time=AT,
    check_out_time=None,
    status="checked_in",
    location="Main door",
    desk="desk 2",
    flags=("warned",),
)
REFUSAL = Refusal(
    id="r1",
    member=ANA,
    code="banned",
    reason="banned",
    message="No.",
    at=AT,
    by="ana",
    desk="desk 2",
    command_id="c1",
    seq=4,
)


# --- an event as a line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (VISIT, "in        Ana Silva  100042  Main door  desk 2  warned"),
        (
            msgspec.structs.replace(VISIT, status="checked_out", check_out_time=AT, flags=()),
            "out       Ana Silva  100042  desk 2",
        ),
        (
            REFUSAL,
            "refused   Ana Silva  100042  banned  desk 2",
        ),
        (
            msgspec.structs.replace(REFUSAL, member=None, message="Nobody here has the number 9.", desk=None),
            "refused   ?  Nobody here has the number 9.",
        ),
        (Notification(id="n", level="info", title="Pool", message="closed", at=AT, seq=1), "info      Pool  closed"),
        (Member(id="m1", full_name="Ana Silva", plan="Gold"), "member    Ana Silva  Gold"),
        (GYM, "gym       Riverside  Europe/Zurich"),
    ],
)
def test_an_event_as_words(event: Any, words: str) -> None:
    assert line(event, UTC, clock.to_ms(AT)) == f"09:00:00  {words}"


def test_times_are_those_on_the_wall_of_the_gym() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert line(VISIT, tokyo, 0).startswith("18:00:00  in ")
    left = msgspec.structs.replace(VISIT, status="checked_out", check_out_time="2026-11-22T20:00:00Z")
    assert line(left, tokyo, 0).startswith("05:00:00  out ")
    assert line(GYM, tokyo, clock.to_ms(AT) + 1_500).startswith("18:00:01  gym ")


def test_an_event_of_a_time_that_there_is_not_is_a_line_too() -> None:
    for odd in ("yesterday", "9999-12-31T23:59:59Z"):
        assert line(msgspec.structs.replace(VISIT, check_in_time=odd), ZoneInfo("Asia/Tokyo"), 0) == (
            "--:--:--  in        Ana Silva  100042  Main door  desk 2  warned"
        )


def test_nothing_from_outside_reaches_the_terminal_as_a_command() -> None:
    event = msgspec.structs.replace(VISIT, member=MemberRef("m1", EVIL, "1"))
    assert "Eve[2J31m  Ödön 😀  1" in line(event, UTC, 0)
    text = as_json(event)
    assert not any(c in text for c in "\x1b\x9b\u202e\u2028\n")
    assert json.loads(text)["payload"]["member"]["full_name"] == EVIL
    assert set(json.loads(text)) == {"type", "payload"}


# --- over a connection -----------------------------------------------------------------------------------------------


class Out(io.StringIO):
    """What was written, and flushed."""

    def __init__(self) -> None:
        super().__init__()
        self.flushed = ""
        self._grown = asyncio.Event()

    def flush(self) -> None:
        self.flushed = self.getvalue()
        self._grown.set()

    @property
    def lines(self) -> list[str]:
        return self.flushed.splitlines()

    async def until(self, count: int) -> list[str]:
        async with asyncio.timeout(WITHIN):
            while len(self.lines) < count:
                self._grown.clear()
                await self._grown.wait()
        return self.lines


async def soon(_: float) -> None:
    await asyncio.sleep(0.01)


@asynccontextmanager
async def tailing(url: str, access: str, *, as_json: bool) -> AsyncIterator[tuple[Out, Out]]:
    """A tail that is connected; what it prints and what it tells."""
    service = WebSocketService(url, Login(url, token=access), Bookmark(), full=True, sleep=soon)
    out, err = Out(), Out()
    Tail(service, json=as_json, out=out, err=err)
    async with running(service.run, service.close):
        await until(lambda: service.in_step)
        yield out, err


async def test_a_line_an_event_and_the_story_of_the_connection_elsewhere(gym: Path) -> None:
    async with serving(gym) as server:
        access = token(gym, "ana")
        async with tailing(server.url, access, as_json=False) as (out, err), Wire.open(server.url, access) as wire:
            await wire.ask("check_in", {"code": "1", "location": "Pool gate"})
            await wire.ask("check_in", {"code": "nobody"}, "2")
            await wire.ask("check_out", {"code": "1"}, "3")
            lines = await out.until(3)
        assert [text[10:] for text in lines] == [
            "in        Name 1  1  Pool gate",
            "refused   ?  Nobody here has the number nobody.",
            "out       Name 1  1",
        ]
        assert err.getvalue() == "gymtui: connected as ana\n"


async def test_a_restart_of_the_server_loses_nothing_and_repeats_nothing(gym: Path) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server:
        url, port = server.url, port_of(server.url)
        tail = tailing(url, access, as_json=True)
        out, err = await tail.__aenter__()
        async with Wire.open(url, access) as wire:
            for code in range(10):
                await wire.ask("check_in", {"code": str(code)}, f"first {code}")
        await out.until(10)
    with closing(open_store(gym)) as store:  # something happens while nobody serves
        add_members(store, [member(f"9{n}", f"New {n}") for n in range(20)])
    async with serving(gym, port=port), Wire.open(url, access) as wire:
        for code in range(10):
            await wire.ask("check_out", {"code": str(code)}, f"then {code}")
        lines = [json.loads(text) for text in await out.until(40)]
        await tail.__aexit__(None, None, None)
    assert [m["type"] for m in lines] == ["check_in_update"] * 10 + ["member_update"] * 20 + ["check_in_update"] * 10
    seqs = [m["payload"]["seq"] for m in lines]
    assert seqs == list(range(seqs[0], seqs[0] + 40))
    assert err.getvalue().count("connected as ana") == 2
    assert "The server is being restarted: go on, it comes back by itself." in err.getvalue()


async def test_the_wall_is_where_the_gym_is_and_goes_with_it() -> None:
    async with played(MockWebSocket(seq=7), full=True) as play:
        out = Out()
        Tail(play.service, json=False, out=out, err=Out(), now=lambda: NOW)
        connection = await play.server.accepted()
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(7))
        connection.events(visit(8), msgspec.structs.replace(GYM, timezone="Asia/Tokyo", seq=9), visit(10))
        assert await out.until(3) == [
            "17:24:00  in        Member 8  1008  desk 2",
            "01:24:00  gym       Riverside  Asia/Tokyo",
            "01:24:00  in        Member 10  1010  desk 2",
        ]


async def test_a_lasting_outage_is_told_once_with_its_time() -> None:
    async with played(MockWebSocket(seq=7), full=True) as play:
        err = Out()
        Tail(play.service, json=False, out=Out(), err=err, now=lambda: NOW)
        gone = ConnectionProblem("Nobody answers.", attempt=1, retry_in=1.0)
        for _ in range(3):
            play.service.report(gone)
        assert err.lines == ["gymtui: 16:24:00  Nobody answers."]
        connection = await play.server.accepted()
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(7))
        await err.until(2)
        play.service.report(gone)
        assert err.lines[-1] == "gymtui: 17:24:00  Nobody answers."
        assert len(err.lines) == 3


async def test_it_begins_where_the_server_stands_and_says_what_it_has_missed() -> None:
    async with played(MockWebSocket(seq=7), full=True) as play:
        out, err = Out(), Out()
        Tail(play.service, json=True, out=out, err=err)
        connection = await play.server.accepted()
        resume, id = await connection.received(Resume)
        assert (resume, err.lines) == (Resume(full=True), [])
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(7, visit(3)))
        connection.events(visit(8))
        await out.until(1)
        assert err.lines == ["gymtui: connected as sam"]
        play.server.epoch, play.server.seq = "epoch-2", 3
        connection.cut()
        await play.phase("waiting")
        play.service.retry_now()
        connection = await play.server.accepted()
        assert (await connection.received(Resume))[0] == Resume(epoch="epoch-1", seq=8, full=True)
        connection.send_message(snapshot(3, visit(2), epoch="epoch-2"))
        connection.events(visit(4), prev_seq=3)
        assert [json.loads(text)["payload"]["seq"] for text in await out.until(2)] == [8, 4]
        assert err.lines[-1] == (
            "gymtui: The server no longer has all that has happened meanwhile: some events are not here."
        )


@pytest.mark.parametrize(
    ("code", "kind"),
    [(4001, AuthenticationProblem), (4003, AuthenticationProblem), (4004, StoppedProblem), (1000, StoppedProblem)],
)
async def test_it_ends_where_only_a_person_could_go_on(code: int, kind: type[Exception]) -> None:
    async with played() as play:
        over = needs_a_person(play.service)
        connection = await play.server.accepted()
        connection.cut()
        await play.phase("waiting")
        play.service.retry_now()
        connection = await play.server.accepted()
        assert not over.done()
        connection.close_with(code)
        with pytest.raises(kind):
            await over


# --- the command -----------------------------------------------------------------------------------------------------


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of somebody who has nothing but this home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GYMTUI_", "XDG_"))}
    return kept | {"XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")} | more


@asynccontextmanager
async def command(home: Path, *arguments: str, stdout: int = subprocess.PIPE, **more: str) -> AsyncIterator[Process]:
    """`gymtui tail ARGUMENTS` as a process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "gymtui.cli", "tail", *arguments),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment(home, **more),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def told(process: Process, words: bytes) -> None:
    """Waits until that has been said on stderr, after whatever else."""
    assert process.stderr is not None
    async with asyncio.timeout(WITHIN):
        while words not in (said := await process.stderr.readline()):
            assert said, "it has ended"


async def ended(process: Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(WITHIN):
        out, err = await process.communicate()
    return process.returncode, (out or b"").decode(), err.decode()


@pytest.mark.parametrize(("signum", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_a_line_is_there_while_it_runs_and_asked_to_end_it_does(
    gym: Path, tmp_path: Path, signum: signal.Signals, exit_code: int
) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server, command(tmp_path, "--url", server.url, "--json", GYMTUI_TOKEN=access) as process:
        await told(process, b"connected as ana")
        async with Wire.open(server.url, access) as wire:
            await wire.ask("check_in", {"code": "1"})
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN):
            event = json.loads(await process.stdout.readline())
        assert (event["type"], event["payload"]["member"]["full_name"]) == ("check_in_update", "Name 1")
        process.send_signal(signum)
        assert await ended(process) == (exit_code, "", "")
    assert not any((tmp_path / "data").rglob("session-*"))  # a ready token is nobody's session


@pytest.mark.parametrize("arguments", [("--json",), ()])
async def test_nobody_who_reads_is_a_quiet_end(gym: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    access = token(gym, "ana")
    reading, writing = os.pipe()
    async with (
        serving(gym) as server,
        command(tmp_path, "--url", server.url, *arguments, stdout=writing, GYMTUI_TOKEN=access) as process,
        Wire.open(server.url, access) as wire,
    ):
        os.close(writing)
        await told(process, b"connected as ana")
        os.close(reading)
        await wire.ask("check_in", {"code": "1"})
        assert await ended(process) == (0, "", "")


@pytest.mark.parametrize("access", ["no.such.token", "expired"])
async def test_a_login_that_is_refused_is_1_and_a_sentence(gym: Path, tmp_path: Path, access: str) -> None:
    if access == "expired":
        access = token(gym, "ana", ttl=60, now=clock.now() - 3_600_000)
    async with serving(gym) as server, command(tmp_path, "--url", server.url, "--token", access) as process:
        code, out, err = await ended(process)
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].startswith("gymtui: ")
    assert "please log in" in err.splitlines()[-1]
    assert "Traceback" not in err


async def test_a_token_that_is_over_is_1_and_promises_nothing(gym: Path, tmp_path: Path) -> None:
    access = token(gym, "ana", ttl=60, now=clock.now() - 3_600_000)
    async with serving(gym) as server, command(tmp_path, "--url", server.url, "--token", access) as process:
        assert await ended(process) == (1, "", "gymtui: The given token is over: please log in, or give a new one.\n")


async def test_a_user_who_is_disabled_is_1_and_a_sentence(gym: Path, tmp_path: Path) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server, command(tmp_path, "--url", server.url, GYMTUI_TOKEN=access) as process:
        await told(process, b"connected as ana")
        await asyncio.to_thread(users_disable, database=str(gym), name="ana")
        code, _, err = await ended(process)
    assert (code, err) == (1, "gymtui: Your access has ended: please log in again, or ask a manager.\n")


async def test_a_server_that_is_away_is_waited_for(gym: Path, tmp_path: Path) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server:
        url, port = server.url, port_of(server.url)
    async with command(tmp_path, "--url", url, GYMTUI_TOKEN=access) as process:
        await told(process, b"Nobody answers at")
        async with serving(gym, port=port):
            await told(process, b"connected as ana")
            process.send_signal(signal.SIGINT)
            assert (await ended(process))[0] == 130


# --- who it is -------------------------------------------------------------------------------------------------------


async def test_the_login_of_the_console_serves_it_too(gym: Path, tmp_path: Path) -> None:
    async with serving(gym) as server:
        console = Login(server.url, token_file=TokenFile(tmp_path / "data" / "gymtui", server.url))
        await console.log_in("ana", PASSWORD)
        for arguments in (("--user", "ana"), ()):
            async with command(tmp_path, "--url", server.url, *arguments) as process:
                await told(process, b"connected as ana")
        async with command(tmp_path, "--url", server.url, "--user", "ben") as process:
            code, _, err = await ended(process)
        async with command(tmp_path / "new", "--url", server.url) as process:
            nobody = await ended(process)
    assert (code, err) == (
        1,
        "gymtui: ben is not logged in, and no terminal to type the password: please set GYMTUI_TOKEN.\n",
    )
    assert nobody == (
        1,
        "",
        "gymtui: Nobody is logged in: please set GYMTUI_TOKEN, or name a --user and type the password.\n",
    )


async def test_the_password_is_asked_for_once(gym: Path, tmp_path: Path) -> None:
    home = environment(tmp_path)
    async with serving(gym) as server:
        arguments = ("tail", "--url", server.url, "--user", "ana")
        async with Terminal.run(*arguments, columns=80, rows=24, environment=home) as terminal:
            await terminal.until(r"Password for ana:")
            terminal.type(f"{PASSWORD}\n")
            await terminal.until("connected as ana")
            assert PASSWORD not in terminal.text
            terminal.process.send_signal(signal.SIGINT)
            assert await terminal.ended() == 130
        async with Terminal.run(*arguments, columns=80, rows=24, environment=home) as terminal:
            await terminal.until("connected as ana")
            assert "Password" not in terminal.text


async def test_ctrl_c_instead_of_a_password_is_130(gym: Path, tmp_path: Path) -> None:
    async with serving(gym) as server:
        arguments = ("tail", "--url", server.url, "--user", "ana")
        async with Terminal.run(*arguments, columns=80, rows=24, environment=environment(tmp_path)) as terminal:
            await terminal.until(r"Password for ana:")
            terminal.process.send_signal(signal.SIGINT)
            assert await terminal.ended() == 130
            assert "Traceback" not in terminal.text
