"""A left queue in the real console: the server has moved, the desk is called otherwise, and nothing is lost."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import serving
from tests.terminal import Terminal

pytestmark = pytest.mark.slow


async def test_what_a_desk_left_is_sent_by_one_of_another_name_to_the_server_at_another_address(tmp_path: Path) -> None:
    gym = tmp_path / "gym.db"
    make_gym(gym, member_row("1", "Ana Silva"), member_row("2", "Ben Ode"))
    environment = {"GYMTUI_TOKEN": token(gym, "ana"), "XDG_DATA_HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    size: dict[str, Any] = {"columns": 100, "rows": 30, "environment": environment}
    async with serving(gym) as server:
        old = server.url
        running = Terminal.run("--url", old, "--desk", "Front", **size)
        front = await running.__aenter__()
        await front.until("● live")
        front.type("ana")
        await front.until("Ana Silva +1")  # the directory has come
        front.type("\x7f\x7f\x7f")
    try:
        await front.until("◐|○")
        for code, name in (("1", "Ana Silva"), ("2", "Ben Ode")):
            await front.scan(code)
            await front.until(f"… {name} queued, not sent yet")
    finally:
        await running.__aexit__(None, None, None)  # kill -9
    async with serving(gym) as server:
        assert server.url != old
        async with Terminal.run("--url", server.url, "--desk", "Reception", **size) as reception:
            await reception.until('2 commands of "Front" queued, not sent yet: left here since')
            await reception.until(r"Ben Ode[^…]*\n(.*\n)*.*Ana Silva")  # the feed has both
            reception.type("\x1b[20~")
            await reception.until('left here +2 of "Front" since ..:..: this desk sends them')
            await reception.until("nothing waits")
    with closing(open_store(gym)) as store:
        assert sorted(visit.member.full_name for visit in store.all_visits()) == ["Ana Silva", "Ben Ode"]
