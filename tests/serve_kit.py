"""A server in a process of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.waiting import WITHIN

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GYMTUI_")}


@asynccontextmanager
async def served(gym: Path | str, *command: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
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
