"""Group commit: the threads in front of a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from threading import Event

import pytest

from server.store import Committed, Transaction, Work
from server.store.group_commit import OF_ONE, GroupCommit
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym
from tests.sqlite_kit import hold
from tests.till import command
from tests.waiting import until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


def spoiled(_: Transaction) -> None:
    raise ZeroDivisionError


@asynccontextmanager
async def threads(path: Path, *, patience: float = 5) -> AsyncIterator[tuple[GroupCommit, list[Committed]]]:
    commits: list[Committed] = []
    database = GroupCommit(open_store(path, patience=patience), commits.append)
    try:
        yield database, commits
    finally:
        await database.close()


def gate() -> tuple[Work, Callable[[], None]]:
    """Work that keeps the writer busy until it is let go, so that what comes meanwhile is one group."""
    event = Event()

    def work(_: Transaction) -> None:
        event.wait()

    return work, event.set


async def test_what_comes_while_one_commit_runs_is_the_next(path: Path) -> None:
    make_gym(path, *(member_row(str(n), "Ana") for n in range(50)))
    async with threads(path) as (database, commits):
        busy, go = gate()
        first = asyncio.create_task(database.write(busy))
        await asyncio.sleep(0)
        rest = [asyncio.create_task(database.write(command(str(n), f"c{n}"))) for n in range(50)]
        await asyncio.sleep(0)
        go()
        outcomes = await asyncio.gather(first, *rest)
        assert all(outcome.error is None for outcome in outcomes)
    assert [len(commit.rows) for commit in commits] in ([0, 50], [50])


async def test_who_has_very_many_keeps_nobody_waiting(path: Path) -> None:
    make_gym(path, *(member_row(str(n), "Ana") for n in range(3 * OF_ONE)))
    async with threads(path) as (database, commits):
        told: list[str] = []
        began, go = Event(), Event()

        def busy(_: Transaction) -> None:
            began.set()
            go.wait()

        database.submit(busy, lambda _: None)
        await until(began.is_set)  # else the first who came are done with it
        for n in range(3 * OF_ONE - 1):
            database.submit(command(str(n), f"c{n}"), lambda _: told.append("ben"), user="ben")
        database.submit(command(str(3 * OF_ONE - 1), "ana"), lambda _: told.append("ana"), user="ana")
        go.set()
        await until(lambda: "ana" in told)
        assert told.index("ana") <= OF_ONE
    assert [commit for commit in commits if len(commit.rows) > OF_ONE + 1] == []
    assert told.count("ben") == 3 * OF_ONE - 1


async def test_one_bad_work_harms_no_neighbour(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make_gym(path, member_row("1", "Ana"), member_row("2", "Ben"))
    async with threads(path) as (database, commits):
        told: list[tuple[str, str | None]] = []
        busy, go = gate()
        database.submit(busy, lambda _: None)
        for name, work in (("a", command("1", "a")), ("bad", spoiled), ("b", command("2", "b"))):
            database.submit(work, lambda o, name=name: told.append((name, o.error and o.error.code)))  # type: ignore[misc]
        go()
        last = await database.write(command("1", "again"))
        assert last.error is not None
        assert told == [("a", None), ("bad", "internal"), ("b", None)]
        rows = [row.seq for commit in commits for row in commit.rows]
        assert rows == list(range(rows[0], rows[0] + 3))
    assert caplog.text.count("a command failed") == 1


async def test_all_of_a_group_hear_that_the_database_cannot_be_written(path: Path) -> None:
    make_gym(path, member_row("1", "Ana"), member_row("2", "Ben"))
    async with threads(path, patience=0) as (database, commits):
        with closing(hold(path)):
            outcomes = await asyncio.gather(*(database.write(command(code, f"c{code}")) for code in "12"))
        for outcome in outcomes:
            assert outcome.error is not None
            assert (outcome.error.code, outcome.error.retryable) == ("storage_unavailable", True)
        assert commits == []
        again = await asyncio.gather(*(database.write(command(code, f"c{code}")) for code in "12"))
        assert [outcome.error for outcome in again] == [None, None]


async def test_closing_commits_what_waits(path: Path) -> None:
    make_gym(path, *(member_row(str(n), "Ana") for n in range(20)))
    async with threads(path) as (database, _):
        for n in range(20):
            database.submit(command(str(n), f"c{n}"), lambda _: None)
    with closing(open_store(path)) as store:
        assert store.stats().currently_in == 20
