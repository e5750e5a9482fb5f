"""Bytes: what a terminal of 80x24 is sent, for a screen, for nothing that happens, and for a check-in."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures
from tests.bench.lines import ANSWERS, Line, hang_up, press
from tests.bench.subjects import Subject, gymtui, plain_gym
from tests.gym_kit import token
from tests.measured_programs import Tap

SETTLES: Final = 3.0  # seconds until a screen has come up
IDLE: Final = 12.0  # seconds of nothing, a ping among them
SHOWN: Final = 1.5  # seconds until a check-in is on the screen, and the counters with it
CHECK_INS: Final = 8
PROGRAMS: Final = {"desk": (), "monitor": ("monitor",)}


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """Once: a byte is a byte on any machine."""
    count = effort.of(CHECK_INS)
    database = plain_gym(folder, count)
    environment = {"GYMTUI_TOKEN": token(database, "mia"), "XDG_DATA_HOME": str(folder)}
    with gymtui(database) as subject:
        url = subject.publish.partition("?")[0]
        async with AsyncExitStack() as stack:
            taps = {
                name: await stack.enter_async_context(
                    Tap.run(*program, "--url", url, columns=80, rows=24, environment=environment)
                )
                for name, program in PROGRAMS.items()
            }
            found = await _shown(taps, subject, count, effort)
    return figures([found])


async def _shown(taps: dict[str, Tap], subject: Subject, check_ins: int, effort: Effort) -> Round:
    for tap in taps.values():
        await tap.seconds_until("● live")
    await asyncio.sleep(effort.seconds(SETTLES))
    first = {name: tap.bytes for name, tap in taps.items()}
    await asyncio.sleep(effort.seconds(IDLE))
    quiet = {name: tap.bytes for name, tap in taps.items()}
    line = await Line.at(subject.publish, ANSWERS)  # not before: it answers no ping
    for message in subject.messages(range(check_ins)):
        await press([message], line, at_once=1)
        await asyncio.sleep(effort.seconds(SHOWN))
    hang_up(line)
    found: dict[tuple[str, str], float] = {}
    for name, tap in taps.items():
        found |= {
            (f"a {name}'s first screen", "bytes"): first[name],
            (f"a {name} with nothing to show", "bytes a second"): (quiet[name] - first[name]) / effort.seconds(IDLE),
            (f"a check-in at a {name}", "bytes"): (tap.bytes - quiet[name]) / check_ins,
        }
    return found
