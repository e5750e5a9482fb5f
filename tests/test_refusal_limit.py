"""Made-up codes: a rush is never kept waiting, a flood is a row a window, and nobody else is in it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gymtui.protocol import Refusal
from server.net import in_flight, quota, refusal_limit
from server.net.refusal_limit import AT_A_DESK, BURST, OF_A_USER, RefusalLimit
from server.store.group_commit import GroupCommit
from server.store.opening import open_store, opened
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving

FLOOD = 3000


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    path = tmp_path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Member {n}") for n in range(50)))
    return path


async def test_so_many_at_once_and_so_many_a_second(gym: Path) -> None:
    time = Clock()
    database = GroupCommit(open_store(gym), lambda _: None)
    limit = RefusalLimit(database, timer=time)
    for _ in range(BURST):
        assert limit.too_many("ana", "Front") is None
        limit.refused("ana", "Front")
    limit.refused("ana", "Front")
    error = limit.too_many("ana", "Front")
    assert error is not None
    assert (error.code, error.retryable, error.retry_after_ms) == ("rate_limited", True, 10_000)
    assert limit.too_many("ana", "Side") is not None  # whatever desk she says it is
    assert limit.too_many("ben", "Front") is None
    time.now += 10
    for _ in range(600):  # ten minutes of a second each
        time.now += 1
        for _ in range(int(AT_A_DESK)):
            limit.refused("ana", "Front")
        assert limit.too_many("ana", "Front") is None
    for desk in range(int(10 * OF_A_USER) + BURST):
        limit.refused("ben", f"desk {desk}")
    assert limit.too_many("ben", "another") is not None
    time.now += 10_000
    await limit.tell()
    assert limit._quota._even_at == {}
    await database.close()


async def ask_all(wire: Wire, number: int) -> list[dict[str, Any]]:
    """What comes of so many made-up codes, in whatever order it is said."""
    for n in range(number):
        await wire.send("check_in", {"code": f"made up {n}"}, f"{n}")
    return [(await wire.until("reply"))["payload"]["error"] for _ in range(number)]


async def test_a_flood_is_one_row_and_hinders_nobody_else(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_flight, "PAUSE", 0.0)
    for module in (quota, refusal_limit):
        monkeypatch.setattr(module, "WINDOW", 3600.0)  # it is over when the test says so
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana"), desk="Front") as ana,
        Wire.open(server.url, token(gym, "ben"), desk="Side") as ben,
    ):
        await ben.until("connection_status")
        before = server.hub.head
        asking = asyncio.create_task(ask_all(ana, FLOOD))
        for n in range(40):
            assert (await ben.ask("check_in", {"code": str(n)}, f"ben {n}"))["ok"] is True
        errors = await asking
        codes = [error["code"] for error in errors]
        told = codes.count("unknown_member")
        assert told + codes.count("rate_limited") == FLOOD
        assert BURST < told < BURST + 2 * FLOOD / 10
        assert all(error["retry_after_ms"] >= 1000 for error in errors if error["code"] == "rate_limited")
        await server._context.refusals.tell()
        with opened(gym) as store:
            rows = store.read(before, 10_000)
        refusals = [json.loads(row.payload) for row in rows if row.type == Refusal.type]
        assert len(refusals) == told + 1
        assert (refusals[-1]["code"], refusals[-1]["count"]) == ("rate_limited", FLOOD - told)
        assert (refusals[-1]["by"], refusals[-1]["desk"]) == ("ana", "Front")
        await ben.covers(refusals[-1]["seq"])
        told_ben = [event for event in ben.events if event.get("code") == "rate_limited"]
        assert [event["count"] for event in told_ben] == [FLOOD - told]


async def test_what_may_be_done_is_done_once_it_is_over(gym: Path) -> None:
    time = Clock()
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana"), desk="Front") as ana:
        limit = server._context.refusals
        limit._quota._timer = time
        for _ in range(BURST + 1):
            limit.refused("ana", "Front")
        assert (await ana.ask("check_in", {"code": "1"}, "one"))["error"]["code"] == "rate_limited"
        time.now += 10
        assert (await ana.ask("check_in", {"code": "1"}, "one"))["ok"] is True  # no row of it was made


async def test_wrong_pins_are_refusals_too(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal_limit, "BURST", 20)
    monkeypatch.setattr(in_flight, "PAUSE", 0.0)
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana"), desk="Front") as ana:
        server._context.refusals._quota._timer = Clock()
        override = {"reason": "her father waits", "manager": "mia", "pin": "000000"}
        errors = [
            (await ana.ask("check_in", {"code": "1", "override": override}, f"{n}"))["error"]["message"]
            for n in range(30)
        ]
    said = [message.partition(":")[0] for message in errors]
    assert said == (
        ["No manager has that name and PIN"] * 5
        + ["Too many wrong PINs"] * 16
        + ["Too much was refused to ana here"] * 9
    )
