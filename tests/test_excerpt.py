"""A stretch of the past, read from a real server's journal."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.excerpt import excerpt, inside_at
from gymtui.client.login.login import Login
from server.store.opening import open_store
from tests.client_kit import running
from tests.gym_kit import token
from tests.kit import serving
from tests.till import HOUR, NINE, Till
from tests.waiting import until


async def read(gym: Path, since: int, until_: int) -> tuple[list[int], int]:
    """The rows of the stretch, and how many were in as it began."""
    async with serving(gym) as server:
        journal = Bookmark()
        service = WebSocketService(server.url, Login(server.url, token=token(gym, "ana")), journal, full=True)
        async with running(service.run, service.close):
            await until(lambda: service.in_step)
            inside = await inside_at(service, since)
            return [event.seq for event in await excerpt(service, journal, since, until_)], len(inside)


def played(gym: Path) -> list[int]:
    """1 comes at nine, and goes and comes each half hour; the rows of that."""
    till, rows = Till(gym), list[int]()
    for hour in range(4):
        rows.append(till.check_in("1", id=f"in {hour}").seq)
        till.now += HOUR // 2
        rows.append(till.check_out("1", id=f"out {hour}").seq)
        till.now += HOUR // 2
    till.store.close()
    return rows


async def test_the_rows_of_a_stretch_and_who_was_in_as_it_began(gym: Path) -> None:
    rows = played(gym)
    assert await read(gym, NINE + HOUR, NINE + 2 * HOUR) == (rows[2:4], 1)
    assert await read(gym, NINE + HOUR + HOUR // 4, NINE + 2 * HOUR + 1) == (rows[3:5], 1)
    assert await read(gym, NINE + 5 * HOUR, NINE + 6 * HOUR) == ([], 0)


async def test_of_what_was_trimmed_there_is_nothing(gym: Path) -> None:
    rows = played(gym)
    with closing(open_store(gym)) as store:
        store.write([lambda tx: tx.forget(rows[5])])
    assert (await read(gym, NINE, NINE + HOUR))[0] == []
