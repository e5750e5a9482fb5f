"""The road from end to end, as a person walks it: real terminals, real processes, a real server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import serving
from tests.terminal import Terminal

pytestmark = pytest.mark.slow

ROW = r"^ *\d\d:\d\d:\d\d "


def processes_of(session: int) -> list[int]:
    """Every process that still lives in a terminal's session."""
    listed = subprocess.run(["ps", "-s", str(session), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
async def test_the_demo_checks_a_member_in_and_leaves_nothing(columns: int, rows: int, tmp_path: Path) -> None:
    """What a shell says of another terminal's size counts for nothing."""
    environment = {"TMPDIR": str(tmp_path), "COLUMNS": "200", "LINES": "60"}
    async with Terminal.run("demo", "--rate", "5", columns=columns, rows=rows, environment=environment) as terminal:
        await terminal.until("Riverside")
        await terminal.until("● live")
        await terminal.until(ROW)
        terminal.type("100042\r")
        verdict = await terminal.until(r"(✓|!|✗|↩) (\w+ \w+).*(checked in|refused|already in)")
        assert verdict.group(2) in terminal.text
        assert len(processes_of(terminal.process.pid)) >= 3  # desk, server, simulator
        await terminal.rest()
        terminal.type("\x11")
        assert await terminal.ended() == 0
        assert processes_of(terminal.process.pid) == []
    assert list(tmp_path.iterdir()) == []


async def test_a_server_that_is_killed_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    async with Terminal.run("demo", columns=80, rows=24, environment={"TMPDIR": str(tmp_path)}) as terminal:
        await terminal.until("● live")
        terminal.type("100042")
        await terminal.until(r"1 \w.+ 100042")  # the directory has come
        await terminal.until("0 done, 0 lost, 0 doubled")
        await terminal.rest()
        terminal.type("\x1b[24~")  # F12
        await terminal.until("kill -9")
        await terminal.until("◐")
        await terminal.rest()
        terminal.type("\r")
        await terminal.until("queued, not sent yet|✓|!")  # a busy machine may see both in one gulp
        await terminal.until("● live")
        await terminal.until("✓|!")
        await terminal.until("1 done, 0 lost, 0 doubled")


async def test_the_demo_ends_with_its_terminal(tmp_path: Path) -> None:
    async with Terminal.run("demo", columns=80, rows=24, environment={"TMPDIR": str(tmp_path)}) as terminal:
        await terminal.until("● live")
        session = terminal.process.pid
        terminal.process.kill()
        await terminal.ended()
        gone = f"while ps -s {session} -o pid= | grep -q .; do :; done"
        assert subprocess.run(["timeout", "10", "sh", "-c", gone], check=False).returncode == 0


@asynccontextmanager
async def desk(gym: Path, url: str, folder: Path, name: str = "desk 1") -> AsyncIterator[Terminal]:
    environment = {"GYMTUI_TOKEN": token(gym, "ana"), "XDG_DATA_HOME": str(folder), "PATH": os.environ["PATH"]}
    async with Terminal.run("--url", url, "--desk", name, columns=100, rows=30, environment=environment) as terminal:
        await terminal.until("● live")
        yield terminal


async def test_sixty_scans_in_a_row_are_sixty_check_ins_in_order(tmp_path: Path) -> None:
    gym = tmp_path / "gym.db"
    codes = [f"{n:013d}" for n in range(7_000_000, 7_000_060)]
    make_gym(gym, *(member_row(code, f"Member {code}") for code in codes))
    async with serving(gym) as server, desk(gym, server.url, tmp_path) as terminal:
        await terminal.until("0 visits|TODAY")
        for code in codes:  # two of them in one read would be nobody's
            await terminal.scan(code)
            await terminal.until(rf"✓ Member {code} checked in")
        await terminal.until(r"\b60\b")
    store = open_store(gym)
    came = [visit.member.membership_number for visit in sorted(store.all_visits(), key=lambda visit: visit.seq)]
    store.close()
    assert came == codes


async def test_what_a_desk_says_while_the_server_is_away_is_settled_once_when_it_is_back(tmp_path: Path) -> None:
    gym = tmp_path / "gym.db"
    make_gym(gym, member_row("1", "Ana Silva"), member_row("2", "Ben Ode", valid_until="2020-01-01"))
    async with serving(gym) as server:
        url = server.url
        port = int(url.split(":")[2].split("/")[0])
        terminals = desk(gym, url, tmp_path)
        terminal = await terminals.__aenter__()
        await terminal.until("TODAY")
        terminal.type("ana")
        await terminal.until("Ana Silva +1")  # the directory has come
        terminal.type("\x7f\x7f\x7f")
    try:
        await terminal.until("◐|○")
        await terminal.scan("1")
        await terminal.until("… Ana Silva queued, not sent yet")
        await terminal.scan("2")
        await terminal.until("✗ Ben Ode refused: membership expired")
        async with serving(gym, port=port), desk(gym, url, tmp_path / "other", "desk 2") as other:
            await terminal.until("● live")
            await other.until("Ana Silva +in")
        store = open_store(gym)
        assert [visit.member.full_name for visit in store.all_visits()] == ["Ana Silva"]
        store.close()
    finally:
        await terminals.__aexit__(None, None, None)


async def test_keys_that_come_in_one_write_choose_the_one_they_name(tmp_path: Path) -> None:
    gym = tmp_path / "gym.db"
    make_gym(gym, member_row("1", "Ana Silva"), member_row("2", "Anabel Silva"))
    async with serving(gym) as server, desk(gym, server.url, tmp_path) as terminal:
        terminal.type("ana")
        await terminal.until("Anabel Silva +2")
        await terminal.rest()
        terminal.type("\r")
        await terminal.until("2 match")
        await terminal.rest()
        terminal.type("\x1b[B\r")
        await terminal.until("✓ Anabel Silva checked in")


async def test_commands_and_scans_keep_their_place(tmp_path: Path) -> None:
    gym = tmp_path / "gym.db"
    make_gym(gym, *(member_row(f"{n}", f"Member {n}") for n in (5311, 5312, 5313, 900)))
    async with serving(gym) as server, desk(gym, server.url, tmp_path) as terminal:
        terminal.type("900")
        await terminal.until("Member 900 +900")  # the directory has come
        terminal.type("\x7f\x7f\x7f")
        await terminal.rest()
        terminal.type("\x1bOS")  # F4, and somebody who is not in
        await terminal.scan("5311")
        await terminal.until("✗ Member 5311 refused: not checked in")
        await terminal.scan("5311")
        await terminal.until("✓ Member 5311 checked in")
        await terminal.rest()
        terminal.type("\x1a")  # Ctrl+Z, and the next scan
        await terminal.scan("5312")
        await terminal.until("✓ Member 5312 checked in")
        await terminal.until("Member 5311 +undone")
        await terminal.scan("\x1b5313")  # Esc, and a scanner that begins at once
        await terminal.until("✓ Member 5313 checked in")
        await terminal.scan("\x1bfritz")
        await terminal.until("✗ Unknown card refused: it has no digit")
        await terminal.scan("\x1bOS5311")  # F4, as a reader sends it: no command
        await terminal.until("✓ Member 5311 checked in")
        await terminal.scan(":quit9")  # nor is a word
        await terminal.until("✗ Unknown card refused: nobody")
        await terminal.rest()
        terminal.type("\x1b[200~5311\r\n900\r\n\x1b[201~")  # pasted: asks first
        await terminal.until("Enter takes 2 of 2 lines")
        await terminal.rest()
        terminal.type("\r")
        await terminal.until("✓ Member 900 checked in")
        await terminal.until("Member 5311 +in")


async def test_the_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    make_gym(tmp_path / "gym.db")
    assert (tmp_path / "gym.db").stat().st_mode & 0o077 == 0
