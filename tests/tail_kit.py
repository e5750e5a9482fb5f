"""What the tests of `gymtui tail` share: the program, and what it says."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.waiting import WITHIN


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of somebody who has nothing but this home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GYMTUI_", "XDG_"))}
    return kept | {"XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")} | more


async def told(process: Process, words: bytes) -> None:
    """Waits until that has been said on stderr, after whatever else."""
    assert process.stderr is not None
    async with asyncio.timeout(WITHIN):
        while words not in (said := await process.stderr.readline()):
            assert said, "it has ended"


async def ended(process: Process) -> tuple[int | None, str, str]:
    """Waits for the end of the program: its exit code, and what it said and complained of."""
    async with asyncio.timeout(WITHIN):
        out, err = await process.communicate()
    return process.returncode, (out or b"").decode(), err.decode()


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
