"""`gymtui tail` as a command, and who it is."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from server.admin.users import users_disable
from tests.gym_kit import PASSWORD, token
from tests.kit import Wire, port_of, serving
from tests.tail_kit import command, ended, environment, told
from tests.terminal import Terminal

pytestmark = pytest.mark.slow


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
    async with serving(gym) as server, command(tmp_path, "--url", server.url, GYMTUI_TOKEN=access) as process:
        code, out, err = await ended(process)
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].startswith("gymtui: ")
    assert "please log in" in err.splitlines()[-1]
    assert "Traceback" not in err


async def test_a_token_that_is_over_is_1_and_promises_nothing(gym: Path, tmp_path: Path) -> None:
    access = token(gym, "ana", ttl=60, now=clock.now() - 3_600_000)
    async with serving(gym) as server, command(tmp_path, "--url", server.url, GYMTUI_TOKEN=access) as process:
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


async def test_a_word_that_picks_nothing_is_wrong_usage(tmp_path: Path) -> None:
    async with command(tmp_path, "desks:2", GYMTUI_TOKEN="x") as process:
        assert await ended(process) == (
            2,
            "",
            "gymtui: What to print: there is no “desks:”; did you mean desk:?\n",
        )
