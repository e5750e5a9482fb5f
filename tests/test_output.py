"""What is printed is written, or the program ends with a sentence and 1."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gymtui.output import ask_hidden
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.small_disk import SmallDisk, disk
from tests.tail_kit import command, ended, environment, told
from tests.waiting import until

__all__ = ["disk"]

pytestmark = pytest.mark.slow

FULL = (
    1,
    "gymtui: The output cannot be written (No space left on device): please free some space, or send it elsewhere.\n",
)


def printed(home: Path, arguments: list[str], stdout: int) -> tuple[int, str]:
    """The exit code, and what it says on stderr."""
    process = subprocess.run(
        [sys.executable, "-m", "gymtui.cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home) | {"PYTHONUNBUFFERED": "1"},  # what fails does so where it is printed
        check=False,
        timeout=30,
    )
    return process.returncode, "".join(line for line in process.stderr.splitlines(True) if " INFO " not in line)


COMMANDS = [
    ["--help"],
    ["--version"],
    ["tail", "--help"],
    ["keys"],
    ["admin", "users", "list", "--database", "GYM"],
    ["admin", "conflicts", "--database", "GYM"],
    ["admin", "audit", "--database", "GYM"],
    ["admin", "verify", "--database", "GYM"],
    ["admin", "tokens", "issue", "--user", "ana", "--ttl", "60", "--database", "GYM"],
    ["admin", "members", "export", "FOLDER/out.csv", "--database", "GYM"],
    ["serve", "--port", "0", "--database", "GYM"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_disk_under_the_output_is_1_and_a_sentence(gym: Path, tmp_path: Path, arguments: list[str]) -> None:
    arguments = [word.replace("GYM", str(gym)).replace("FOLDER", str(tmp_path)) for word in arguments]
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        assert printed(tmp_path, arguments, full) == FULL
    finally:
        os.close(full)


@pytest.mark.parametrize("arguments", COMMANDS[:-1], ids=" ".join)
def test_a_pipe_that_nobody_reads_is_a_quiet_end(gym: Path, tmp_path: Path, arguments: list[str]) -> None:
    arguments = [word.replace("GYM", str(gym)).replace("FOLDER", str(tmp_path)) for word in arguments]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert printed(tmp_path, arguments, writing) == (0, "")
    finally:
        os.close(writing)


async def test_a_tail_into_a_full_disk_ends_with_1_and_with_whole_lines(
    gym: Path, tmp_path: Path, disk: SmallDisk
) -> None:
    access, file = token(gym, "ana"), disk.path / "events.jsonl"
    with file.open("ab") as out:
        async with (
            serving(gym) as server,
            command(tmp_path, "--url", server.url, "--json", stdout=out.fileno(), GYMTUI_TOKEN=access) as process,
            Wire.open(server.url, access) as wire,
        ):
            await told(process, b"connected as ana")
            await wire.ask("check_in", {"code": "1"}, "first")
            await until(lambda: file.stat().st_size > 0)
            disk.fill()
            for number in range(200):  # more than the rest of the page that has the first
                await wire.ask("check_in", {"code": str(number % 10)}, f"c{number}")
            code, _, err = await ended(process)
    assert (code, err) == FULL
    lines = file.read_bytes()
    assert lines.endswith(b"}\n")
    seqs = [json.loads(line)["payload"]["seq"] for line in lines.splitlines()]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


@pytest.mark.parametrize("unbuffered", ["", "1"])
async def test_a_narration_that_cannot_be_written_ends_a_tail_too(gym: Path, tmp_path: Path, unbuffered: str) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server:
        with Path("/dev/full").open("wb") as full:
            process = subprocess.Popen(
                [sys.executable, "-m", "gymtui.cli", "tail", "--url", server.url],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=full,
                env=environment(tmp_path, GYMTUI_TOKEN=access) | {"PYTHONUNBUFFERED": unbuffered},
            )
        assert await asyncio.to_thread(process.wait, 20) == 1


def test_where_no_line_may_wait_none_does() -> None:
    lines = "import os; from gymtui import output; output.guard(); print('there'); os._exit(0)"
    process = subprocess.run([sys.executable, "-u", "-c", lines], stdout=subprocess.PIPE, check=True, timeout=30)
    assert process.stdout == b"there\n"


def test_a_question_takes_the_place_of_what_was_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("getpass.getpass", asked.append)
    ask_hidden("Password for \x1b[2Jana: ")
    assert asked[0].startswith("\r\x1b[KPassword for ")
    assert "\x1b[2J" not in asked[0]
