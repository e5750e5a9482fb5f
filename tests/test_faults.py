"""Fault points: named, all on the road of a check-in, and nothing at all unless a fault is planned."""

from __future__ import annotations

import ast
import asyncio
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from gymtui import faults
from gymtui.client import Desk, Login, Replica, WebSocketService
from gymtui.client.state import Verdict
from gymtui.faults import DESK_POINTS, POINTS, SERVER_POINTS, Fault, FaultError, fault, is_planned, planned
from server.app import Server
from server.store.opening import open_store
from tests.client_kit import running
from tests.faults.hashes import of_replica, of_store
from tests.faults.law import law
from tests.faults.program import ROOT, Gym, serving
from tests.gym_kit import token
from tests.kit import Wire, port_of
from tests.kit import serving as serving_here
from tests.waiting import WITHIN, until

pytestmark = pytest.mark.slow


def passed_in_the_source() -> Counter[str]:
    """The names that the program itself gives to `fault`, wherever it is called or handed on."""
    names: Counter[str] = Counter()
    for path in (*(ROOT / "gymtui").rglob("*.py"), *(ROOT / "server").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                parts = [node.func, *node.args]
                if any(isinstance(part, ast.Name) and part.id == "fault" for part in parts):
                    names.update(str(part.value) for part in parts if isinstance(part, ast.Constant))
    return names


@asynccontextmanager
async def a_desk(server: Server, folder: Path) -> AsyncIterator[tuple[Desk, Callable[[str], Awaitable[Verdict]]]]:
    """A desk that has everything, and a wait for the next of its verdicts of a kind."""
    replica = Replica(folder / "desk.db")
    login = Login(server.url, token=token(folder / "gym.db", "ana"))
    service = WebSocketService(server.url, login, replica, random=lambda: 0.0)
    desk = Desk(service, replica, sleep=lambda _: asyncio.sleep(0))
    verdicts: asyncio.Queue[Verdict] = asyncio.Queue()
    desk.subscribe("verdict", verdicts.put_nowait)

    async def told(kind: str) -> Verdict:
        async with asyncio.timeout(WITHIN):
            while (verdict := await verdicts.get()).kind != kind:
                pass
        return verdict

    grown = asyncio.Event()
    desk.subscribe("directory", lambda part: grown.set() if part == 1.0 else None)
    async with running(desk.run, service.close):
        async with asyncio.timeout(WITHIN):
            await grown.wait()
        yield desk, told
    replica.close()


# --- the registry ------------------------------------------------------------------------------------------------


def test_nothing_is_planned_by_default() -> None:
    assert not is_planned()
    code = "import os; os.environ.pop('GYMTUI_FAULT', None); from gymtui import faults; print(faults._plan)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("None\n", "")


def test_every_point_of_the_registry_is_passed_at_one_place() -> None:
    each_engine = {"before_commit": 2, "after_commit": 2}
    assert passed_in_the_source() == dict.fromkeys(POINTS, 1) | each_engine
    assert set(DESK_POINTS).isdisjoint(SERVER_POINTS)


async def test_a_check_in_passes_every_point_in_the_order_of_the_road(gym: Path, tmp_path: Path) -> None:
    async with serving_here(gym) as server, a_desk(server, tmp_path) as (desk, told):
        passed: list[str] = []
        seen = asyncio.Event()
        desk.service.subscribe("events", lambda _: seen.set())
        with planned(passed.append):
            member = desk.replica.members.by_code("7")
            assert member is not None
            assert desk.check_in(member).kind == "queued"
            await told("checked_in")
            await asyncio.wait_for(seen.wait(), WITHIN)
            await until(lambda: "after_fanout" in passed)
        assert set(passed) == set(POINTS)
        there = ("before_outbox_commit", "after_outbox_commit", "before_send", "after_send")
        done = ("after_request", "before_commit", "after_commit", "before_reply", "after_reply")
        back = ("after_receive", "before_settle", "after_settle")
        places = [passed.index(point) for point in (*there, *done)]
        assert places == sorted(places)
        places = [passed.index(point) for point in ("before_reply", *back)]
        assert places == sorted(places)
        for what in ("replica_commit", "fanout"):
            assert passed.index(f"before_{what}") < passed.index(f"after_{what}")


# --- what is planned ---------------------------------------------------------------------------------------------


def test_a_fault_comes_the_nth_time_and_never_again() -> None:
    with planned(Fault.parse("before_send:3:os_error")):
        fault("before_send")
        fault("after_send")
        fault("before_send")
        with pytest.raises(OSError, match="Input/output error"):
            fault("before_send")
        fault("before_send")
    with planned(Fault.parse("before_commit:1:sqlite_error")), pytest.raises(sqlite3.OperationalError):
        fault("before_commit")
    assert faults._plan is None


def test_a_stall_is_as_long_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(faults, "ACTIONS", {**faults.ACTIONS, "stall": slept.append})
    with planned(Fault.parse("after_send:1:stall:0.05")):
        assert is_planned()
        fault("after_send")
        fault("after_send")
    assert slept == [0.05]


def test_death_is_at_once_and_as_of_kill_9() -> None:
    code = (
        "import atexit; from gymtui.faults import fault\natexit.register(print, 'goodbye')\n"
        "try:\n  fault('after_commit')\n  print('first', flush=True)\n  fault('after_commit')\nfinally:\n  print('no')"
    )
    environment = os.environ | {"GYMTUI_FAULT": "after_commit:2:die"}
    died = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (died.returncode, died.stdout) == (137, "first\n")
    assert died.stderr == "A fault is planned: after_commit:2:die\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "after_commit",
        "after_commit:1",
        "after_lunch:1:die",
        "after_commit:0:die",
        "after_commit:x:die",
        "after_commit:1:explode",
        "after_commit:1:die:5",
        "after_commit:1:stall",
        "after_commit:1:stall:long",
        "after_commit:1:stall:1:2",
    ],
)
def test_what_is_no_fault_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(FaultError, match=r"is no fault: it is like after_commit:1:die, or before_send:2:stall:5\.$"):
        Fault.parse(text)


def test_a_program_does_not_start_with_what_is_no_fault(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gymtui.cli", "serve", "--database", str(tmp_path / "gym.db")]
    environment = os.environ | {"GYMTUI_FAULT": "nonsense"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 1
    assert ended.stderr.startswith("gymtui: GYMTUI_FAULT=nonsense is no fault")
    assert ended.stderr.count("\n") == 1


# --- what the road makes of them ---------------------------------------------------------------------------------


async def test_a_desk_whose_disk_fails_says_no_and_queues_nothing(gym: Path, tmp_path: Path) -> None:
    async with serving_here(gym) as server, a_desk(server, tmp_path) as (desk, _):
        member = desk.replica.members.by_code("7")
        assert member is not None
        with planned(Fault.parse("before_outbox_commit:1:sqlite_error")):
            verdict = desk.check_in(member)
        assert (verdict.kind, verdict.detail) == ("refused", "this desk cannot write to its disk")
        assert (desk.queued, desk.replica.outbox.rows(), desk.in_since(member.id)) == (0, [], None)


@pytest.mark.parametrize(
    ("point", "outcomes"),
    [
        ("before_commit", {"applied": 1, "duplicate": 0, "refused": 0, "failed": 1}),
        ("after_commit", {"applied": 0, "duplicate": 1, "refused": 0, "failed": 1}),
    ],
)
async def test_a_commit_that_failed_is_asked_for_again_and_is_done_once(
    gym: Path, tmp_path: Path, point: str, outcomes: dict[str, int]
) -> None:
    async with serving_here(gym) as server:
        async with a_desk(server, tmp_path) as (desk, told):
            member = desk.replica.members.by_code("7")
            assert member is not None
            with planned(Fault.parse(f"{point}:1:sqlite_error")):
                desk.check_in(member)
                await told("checked_in")
            received, counted = await asyncio.to_thread(law, port_of(server.url))
            assert (received, dict(counted)) == (2, outcomes)
            assert desk.queued == 0
        with closing(open_store(gym)) as store:
            assert [visit.member.membership_number for visit in store.all_visits()] == ["7"]


async def test_after_reply_is_after_the_client_has_it(tmp_path: Path) -> None:
    gym = Gym(tmp_path, 1)
    async with serving(gym, GYMTUI_FAULT="after_reply:1:die") as life:
        async with Wire.open(gym.url, gym.token) as wire:
            await wire.until("connection_status")
            assert await wire.closed() == 1006
        assert await life == faults.KILLED


# --- one hash for both -------------------------------------------------------------------------------------------


async def test_a_desk_in_step_has_the_servers_hash_and_one_that_is_not_has_another(gym: Path, tmp_path: Path) -> None:
    async with serving_here(gym) as server, a_desk(server, tmp_path) as (desk, told):
        with closing(open_store(gym)) as store:
            begin = of_replica(desk.replica)
            assert begin == of_store(store)
            member = desk.replica.members.by_code("7")
            assert member is not None
            desk.check_in(member)
            await told("checked_in")
            await until(lambda: desk.replica.position[1] == store.head().seq)
            assert begin != of_replica(desk.replica) == of_store(store)
            desk.replica._db.execute("DELETE FROM visits")
            assert of_replica(desk.replica) != of_store(store)
