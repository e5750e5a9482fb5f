"""Changes that everybody is told: a flood of them is a bounded number of rows, in nobody's way, and in its order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gymtui.protocol import CheckIn, MemberFields, Notification, Notify, RollCall, SaveMember
from server.app import Server
from server.net import change_limit, in_flight
from server.net.change_limit import AT_A_DESK, BURST, OF_A_USER, ChangeLimit
from server.net.quota import WINDOW, come_again
from server.net.turned_away import PATIENCE, TurnedAway
from server.store.opening import opened
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving

FLOOD = 300
NOTE = Notify(level="info", title="A note", message="of somebody")
SAVED = SaveMember(member=MemberFields(full_name="A Guest", guest=True))
MARK = RollCall(roll_call_id="r", step="safe", name="Somebody")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    path = tmp_path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Member {n}") for n in range(50)))
    return path


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Callable[[Server], Clock]:
    """No more than a hundred at once, until the test says that it is later."""
    monkeypatch.setattr(change_limit, "BURST", 100)
    monkeypatch.setattr(in_flight, "PAUSE", 0.0)

    def stopped(server: Server) -> Clock:
        clock, limit = Clock(), server._context.changes
        limit._changes._timer = limit._marks._timer = clock
        return clock

    return stopped


def note(n: int) -> dict[str, Any]:
    return {"note": f"Note {n}"}


def guest(n: int) -> dict[str, Any]:
    return {"member": {"full_name": f"Guest {n}", "guest": True}}


async def ask_all(wire: Wire, type: str, payload: Callable[[int], object], ids: str) -> list[dict[str, Any]]:
    """What comes of so many, in whatever order it is said."""
    for n in range(FLOOD):
        await wire.send(type, payload(n), f"{ids} {n}")
    return [(await wire.until("reply"))["payload"] for _ in range(FLOOD)]


def test_so_many_at_once_and_so_many_a_second() -> None:
    time = Clock()
    limit = ChangeLimit(timer=time)
    for _ in range(BURST // 2):
        assert limit.too_many("ana", "Front", NOTE) is limit.too_many("ana", "Front", SAVED) is None
    assert limit.too_many("ana", "Front", NOTE) is None
    error = limit.too_many("ana", "Front", SAVED)
    assert error is not None
    assert (error.code, error.retryable, error.retry_after_ms) == ("rate_limited", True, 1000 * WINDOW)
    assert error.message == "ana changes too much at once here: please wait 10 s, and try again."
    assert limit.too_many("ana", "Side", NOTE) is not None  # whatever desk she says it is
    assert limit.too_many("ben", "Front", NOTE) is None
    assert limit.too_many("ana", "Front", MARK) is None  # a roll-call waits for nothing else,
    assert limit.too_many("ana", "Front", CheckIn(code="1")) is None  # nor does who comes in
    time.now += BURST
    for _ in range(600):  # ten minutes of a second each
        time.now += 1
        assert not any(limit.too_many("ana", "Front", NOTE) for _ in range(int(AT_A_DESK)))
    told = sum(limit.too_many("ben", f"desk {n}", NOTE) is None for n in range(10 * BURST))
    assert told == BURST + 1
    time.now += WINDOW
    more = sum(limit.too_many("ben", f"desk {n}", NOTE) is None for n in range(BURST))
    assert more == pytest.approx(WINDOW * OF_A_USER, abs=1)


def test_what_has_made_no_row_does_not_count() -> None:
    limit = ChangeLimit(timer=Clock())
    for _ in range(3 * BURST):
        assert limit.too_many("ana", "Front", SAVED) is None
        limit.unmade("ana", "Front", SAVED)


async def test_two_floods_are_so_many_rows_and_another_desk_goes_on(gym: Path, few: Callable[[Server], Clock]) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana"), desk="Front") as ana,
        Wire.open(server.url, token(gym, "ben"), desk="Side") as ben,
        Wire.open(server.url, token(gym, "mia"), desk="Door") as mia,
    ):
        few(server)
        await mia.until("connection_status")
        before = server.hub.head
        floods = asyncio.gather(
            ask_all(ana, "hand_over", note, "a"),
            ask_all(ben, "save_member", guest, "b"),
        )
        for n in range(40):
            assert (await mia.ask("check_in", {"code": str(n)}, f"mia {n}"))["ok"] is True
        for replies in await floods:
            refused = [reply["error"] for reply in replies if not reply["ok"]]
            assert len(refused) == FLOOD - 101
            assert {(error["code"], error["retryable"]) for error in refused} == {("rate_limited", True)}
            assert all(1000 <= error["retry_after_ms"] <= 10_000 for error in refused)
        with opened(gym) as store:
            rows = store.read(before, 10_000)
        assert len(rows) == 2 * 101 + 40
        await mia.covers(rows[-1].seq)
        assert sum(str(event.get("message")).startswith("Note") for event in mia.events) == 101


async def test_an_import_and_who_comes_in_are_not_hindered(gym: Path, few: Callable[[Server], Clock]) -> None:
    rows = [{"line": n, "member": {"full_name": f"New {n}", "membership_number": f"N{n}"}} for n in range(150)]
    async with serving(gym) as server, Wire.open(server.url, token(gym, "mia"), desk="Front") as mia:
        few(server)
        await ask_all(mia, "hand_over", note, "a")
        async with Wire.open(server.url, token(gym, "mia"), desk="Front") as other:
            assert (await other.ask("hand_over", note(999), "held"))["error"]["code"] == "rate_limited"
            await other.ask("import_rows", {"rows": rows, "begins": True})
            assert (await other.ask("import_compare", {"source": "clients"}))["result"]["new"] == len(rows)
            step = {"behind": 0, "of": 1}
            while step["behind"] < step["of"]:
                step = (await other.ask("import_take", {}))["result"]
            assert (await other.ask("import_end", {}))["ok"] is True
        async with Wire.open(server.url, token(gym, "mia"), desk="Front") as other:
            assert (await other.ask("check_in", {"code": "N7"}, "comes in"))["ok"] is True
            assert (await other.ask("roll_call", {"roll_call_id": "r", "step": "start"}, "roll"))["ok"] is True


async def test_what_was_sent_behind_one_that_has_to_come_again_waits_for_it(
    gym: Path, few: Callable[[Server], Clock]
) -> None:
    guest_id = "0192a4e0-0000-7000-8000-000000000001"
    held = {"member": {"full_name": "Gus", "guest": True, "id": guest_id}, "seen": 0}
    comes = {"member_id": guest_id}
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana"), desk="Front") as ana:
        clock = few(server)
        await ask_all(ana, "hand_over", note, "a")
        await ana.ask("hand_over", note(101), "a 101")  # the first that was told to come again
        assert (await ana.ask("save_member", held, "guest"))["error"]["code"] == "rate_limited"
        clock.now += WINDOW
        assert (await ana.ask("check_in", comes, "comes in"))["error"]["code"] == "rate_limited"
        assert (await ana.ask("hand_over", note(101), "a 101"))["ok"] is True
        assert (await ana.ask("save_member", held, "guest"))["ok"] is True
        assert (await ana.ask("check_in", comes, "comes in"))["ok"] is True


def test_a_client_that_sends_nothing_again_waits_no_longer_for_that() -> None:
    time = Clock()
    turned_away = TurnedAway(time)
    assert turned_away.before("one") is None
    turned_away.note(None, come_again("That", 10))  # it cannot come again
    assert turned_away.before("one") is None
    turned_away.note("one", come_again("That", 10))
    turned_away.note("two", come_again("That", 30))
    time.now += 9.5
    error = turned_away.before("two")
    assert error is not None
    assert error.retry_after_ms == 1000
    time.now += 0.5 + PATIENCE
    assert turned_away.before("two") is not None
    time.now += 0.1
    assert turned_away.before("two") is None
    assert turned_away.before("one") is None


async def test_a_journal_of_a_flood_has_only_what_was_answered_well(gym: Path, few: Callable[[Server], Clock]) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana"), desk="Front") as ana:
        few(server)
        before = server.hub.head
        replies = await ask_all(ana, "hand_over", note, "a")
        good = {reply["result"]["notification"]["message"] for reply in replies if reply["ok"]}
    with opened(gym) as store:
        rows = [json.loads(row.payload) for row in store.read(before, 999) if row.type == Notification.type]
    assert [row["message"] for row in rows] == [f"Note {n}" for n in range(101)]
    assert good == {row["message"] for row in rows}
