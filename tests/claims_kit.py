"""What tests of offline claims share: a desk with a token of its own, whoever is at it, and what it tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gymtui import clock
from server.app import Server
from tests.factories import member_row
from tests.gym_kit import make_gym
from tests.http_token_kit import Watch, ask, basic, bearer
from tests.kit import Wire
from tests.till import HOUR
from tests.waiting import until

EXPIRED = clock.to_ms("2026-11-22T00:00:00Z")  # the first moment after Cem's last day


class Place:
    """A machine with its device token, which the first login there gets; None: an older client, which asks for none."""

    def __init__(self, device: str | None = "none") -> None:
        self._device = device
        self._refresh = ""

    async def log_in(self, server: Server, user: str = "ana") -> str:
        """The access token of somebody who types the password there."""
        headers = [] if self._device is None else [f"Device-Token: {self._device}"]
        answer = (await ask(server.url, "/auth/token", basic(user), *headers)).json
        self._device = answer.get("device_token", self._device)
        return self._kept(answer)

    async def renewed(self, server: Server) -> str:
        """The same login's next access token."""
        return self._kept((await ask(server.url, "/auth/token", bearer(self._refresh))).json)

    def _kept(self, answer: dict[str, str]) -> str:
        self._refresh = answer["refresh_token"]
        return answer["access_token"]


@pytest.fixture
def time() -> Watch:
    """The time of everybody: an hour before Cem expires."""
    watch = Watch()
    watch.now = EXPIRED - HOUR
    return watch


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    """1 may come in, 2 is banned, 3 is past his last day by nine."""
    path = tmp_path / "gym.db"
    make_gym(
        path,
        member_row("1", "Ana Silva"),
        member_row("2", "Ban Ned", status="banned"),
        member_row("3", "Cem Late", valid_until="2026-11-21"),
    )
    return path


async def visit(server: Server, place: Place, desk: str, user: str = "ana") -> None:
    """Somebody is connected there for a moment, and is gone when it returns."""
    async with Wire.open(server.url, await place.log_in(server, user), desk=desk) as wire:
        await wire.until("connection_status")
    await gone(server, desk)


async def claim(wire: Wire, code: str, at: int, id: str, **more: object) -> dict[str, Any]:
    """What comes of a check-in that is said to have happened while the desk was alone."""
    reply = await wire.ask("check_in", {"code": code, "offline": True, "occurred_at": clock.to_text(at)} | more, id)
    assert reply["ok"] is True, reply
    result: dict[str, Any] = reply["result"]
    return result


def is_believed(event: dict[str, Any]) -> bool:
    """Is somebody in by it? Else it is for a manager to look at."""
    is_for_a_manager = {"warned", "unproven", "clash"} <= set(event["flags"])
    assert is_for_a_manager == (event["status"] == "checked_out"), event
    return not is_for_a_manager


def since(server: Server, desk: str) -> int | None:
    """Since when any desk of that name has been connected."""
    here = server._context.roster._here.get(desk, ())
    return min((presence.since for presence in here), default=None)


async def here(server: Server, desk: str) -> None:
    """Until it is on disk that the desk is connected."""
    await until(lambda: since(server, desk) is not None and not server._context.roster._unwritten)


async def gone(server: Server, desk: str) -> None:
    """Until the server knows that the desk is not; what is asked from then on is behind that on disk."""
    await until(lambda: since(server, desk) is None)
