"""A real program in a pseudo-terminal whose line is narrow, or stands still."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.firehose import Firehose
from tests.narrow_terminal import NarrowTerminal
from tests.terminal import NEVER_HEARD_OF_IT
from tests.waiting import until

pytestmark = pytest.mark.slow

FRAME = 3000  # bytes that one has at the most, at 80x24
NEWEST = re.compile(r"Member (\d+)")


@asynccontextmanager
async def rush(folder: Path) -> AsyncIterator[tuple[NarrowTerminal, Firehose]]:
    """Thirty come and go each second."""
    async with Firehose(events=3, every=0.1) as server:
        environment = {"GYMTUI_TOKEN": "a.b.c", "XDG_DATA_HOME": str(folder)}
        size = {"columns": 80, "rows": 24}
        async with NarrowTerminal.run("--url", server.url, environment=environment, **size) as terminal:  # type: ignore[arg-type]
            terminal.rate = 100_000
            yield terminal, server


def newest(terminal: NarrowTerminal) -> int:
    """Who has come last, of all that stand there."""
    return max(map(int, NEWEST.findall(terminal.text)), default=0)


def more_than(number: int, terminal: NarrowTerminal) -> bool:
    return newest(terminal) > number


async def test_a_terminal_that_stands_still_is_sent_one_frame_and_then_what_is_true(tmp_path: Path) -> None:
    async with rush(tmp_path) as (terminal, server):
        await until(lambda: newest(terminal))
        terminal.rate = 0
        sent = server.sent
        await until(lambda: server.sent >= sent + 120)
        assert terminal.late < FRAME
        before, terminal.rate = terminal.bytes, 100_000
        await until(lambda: newest(terminal) >= sent + 120)
        assert terminal.bytes - before < 3 * FRAME


@pytest.mark.parametrize("answer", [b"", NEVER_HEARD_OF_IT])
async def test_one_that_does_not_know_the_question_is_drawn_on_as_fast_as_before(tmp_path: Path, answer: bytes) -> None:
    async with rush(tmp_path) as (terminal, _):
        terminal.answer = answer
        await until(lambda: newest(terminal))
        for _ in range(3):
            await until(partial(more_than, newest(terminal), terminal))
