"""Who is connected, as a server counts it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from gymtui.client.login._connected import ask_connected
from tests.kit import Wire, make_gym, serving, token


async def test_the_servers_count_by_role(tmp_path: Path) -> None:
    gym = tmp_path / "gym.db"
    make_gym(gym)
    async with AsyncExitStack() as stack:
        url = (await stack.enter_async_context(serving(gym))).url
        for user in ("ana", "ben", "otto"):
            wire = await stack.enter_async_context(Wire.open(url, token(gym, user)))
            await wire.until("connection_status")
        assert await ask_connected(url) == {"staff": 2, "operator": 1}
    assert await ask_connected(url) == {}
