"""A manager at the desk lets somebody in against the rules: PIN, names, and what is left of it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from server.admin import users
from server.app import Server
from server.auth import hashing
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import PASSWORD, make_gym, token
from tests.http_token_kit import Watch
from tests.kit import Wire, serving
from tests.sqlite_kit import connection_of
from tests.websocket_server_kit import change_user, on_disk

PIN = "904517"


@pytest.fixture
def gym(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`mia` and `max` are managers, `mia` has a PIN and so have `ana` and `otto`, who are none; some are refused."""
    path = tmp_path / "gym.db"
    make_gym(
        path,
        member_row("1", "Zoë Fine"),
        member_row("2", "Ben Banned", status="banned"),
        member_row("3", "Cem Late", valid_until="2020-01-31"),
        member_row("4", "Dea Debt", payment_overdue=True),
        member_row("5", "Eva Card", visits_left=0),
    )
    with closing(open_store(path)) as store:
        users.add_user(store, "max", "manager", PASSWORD)
    for name in ("mia", "ana", "otto"):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PIN}\n"))
        users.users_pin(database=str(path), name=name, pin_stdin=True)
    return path


@asynccontextmanager
async def desk(gym: Path, **options: Any) -> AsyncIterator[tuple[Server, Wire]]:
    async with serving(gym, **options) as server, Wire.open(server.url, token(gym, "ana"), desk="Front") as wire:
        await wire.until("connection_status")
        yield server, wire


def override(code: str = "3", *, manager: str = "mia", pin: str = PIN, **more: object) -> dict[str, object]:
    return {"code": code, "override": {"reason": "renews tomorrow", "manager": manager, "pin": pin}} | more


def notes(gym: Path) -> list[str | None]:
    with closing(open_store(gym)) as store:
        return [row[0] for row in connection_of(store).execute("SELECT notes FROM visits ORDER BY check_in_at, id")]


@pytest.mark.parametrize("code", ["2", "3", "5"])
async def test_a_manager_s_pin_lets_somebody_in(gym: Path, code: str) -> None:
    async with desk(gym) as (server, wire):
        head = server.hub.head
        assert (await wire.ask("check_in", {"code": code}, "refused"))["ok"] is False
        event = (await wire.ask("check_in", override(code), "let in"))["result"]
        assert (event["status"], event["flags"], event["by"]) == ("checked_in", ["override"], "ana + mia")
        assert "visits_left" not in event
        await wire.covers(head + 2)
        assert wire.events[-1] == event
        assert (await wire.ask("list_present"))["result"]["present"] == [event]
    assert notes(gym) == ["renews tomorrow"]


async def test_the_reason_and_the_notes_are_both_kept(gym: Path) -> None:
    async with desk(gym) as (_, wire):
        assert (await wire.ask("check_in", override(notes="forgot her card")))["ok"] is True
    assert notes(gym) == ["renews tomorrow\nforgot her card"]


@pytest.mark.parametrize(
    ("manager", "pin"),
    [
        ("mia", "904518"),
        ("mia", ""),
        ("mia", PASSWORD),
        ("max", PIN),
        ("max", ""),
        ("ana", PIN),
        ("otto", PIN),
        ("nobody", PIN),
        ("mi", PIN),
    ],
)
async def test_nobody_else_lets_anybody_in(gym: Path, manager: str, pin: str) -> None:
    async with desk(gym) as (server, wire):
        head = server.hub.head
        error = (await wire.ask("check_in", override(manager=manager, pin=pin)))["error"]
        assert error == {
            "code": "not_allowed",
            "message": "No manager has that name and PIN: nobody was let in.",
            "retryable": False,
        }
        assert server.hub.newest == head
        assert (await wire.ask("list_present"))["result"]["present"] == []


async def test_without_a_pin_in_it_an_override_is_none(gym: Path) -> None:
    async with desk(gym) as (_, wire):
        payload = {"code": "3", "override": {"reason": "r", "manager": "mia"}}
        assert (await wire.ask("check_in", payload))["error"]["code"] == "not_allowed"
        for bad in ({"reason": "", "manager": "mia"}, {"reason": "r"}, {"reason": "r" * 201, "manager": "mia"}, 7):
            error = (await wire.ask("check_in", {"code": "3", "override": bad}))["error"]
            assert error["code"] == "invalid"


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "staff"}])
async def test_a_manager_who_is_none_any_more(gym: Path, change: dict[str, object]) -> None:
    async with desk(gym) as (server, wire):
        change_user(gym, "mia", **change)
        await server.auth.reload()
        assert (await wire.ask("check_in", override()))["error"]["code"] == "not_allowed"


async def test_after_five_wrong_pins_the_next_has_to_wait(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "is_hash_of", lambda _, pin: pin == PIN)
    watch = Watch()
    async with serving(gym, now=watch) as server, Wire.open(server.url, token(gym, "ana", now=watch.now)) as wire:
        for number in range(5):
            error = (await wire.ask("check_in", override(pin=str(number)), f"c{number}"))["error"]
            assert error["code"] == "not_allowed"
        watch.now += 10_000
        for pin in (PIN, "0"):
            assert (await wire.ask("check_in", override(pin=pin), "later"))["error"] == {
                "code": "rate_limited",
                "message": "Too many wrong PINs: please wait 20 seconds.",
                "retryable": True,
                "retry_after_ms": 20_000,
            }
        assert (await wire.ask("check_in", override(manager="max", pin="0"), "max"))["error"]["code"] == ("not_allowed")
        watch.now += 20_000
        assert (await wire.ask("check_in", override(), "later"))["ok"] is True
        await wire.ask("check_out", {"code": "3"}, "out")
        for number in range(4):  # a right one has forgiven the wrong ones before it
            assert (await wire.ask("check_in", override(pin="0"), f"d{number}"))["error"]["code"] == "not_allowed"
        assert (await wire.ask("check_in", override(), "again"))["ok"] is True


async def test_wrong_pins_of_one_user_keep_no_other_from_the_manager(
    gym: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hashing, "is_hash_of", lambda _, pin: pin == PIN)
    async with desk(gym) as (server, ana), Wire.open(server.url, token(gym, "ben")) as ben:
        codes = [(await ana.ask("check_in", override(pin="713"), f"a{n}"))["error"]["code"] for n in range(6)]
        assert codes == ["not_allowed"] * 5 + ["rate_limited"]
        assert (await ben.ask("check_in", override(), "b"))["ok"] is True
        assert (await ana.ask("check_in", override("2"), "c"))["error"]["code"] == "rate_limited"
    told = [record.getMessage() for record in caplog.records if record.name == "server.auth.pins"]
    assert told == ["ana has given a wrong PIN for mia."] * 5


async def test_the_log_names_no_manager_that_there_is_not(gym: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with desk(gym) as (_, ana):
        error = (await ana.ask("check_in", override(manager="canary-pass-7f3a91"), "a"))["error"]
    assert error["code"] == "not_allowed"
    told = [record.getMessage() for record in caplog.records if record.name == "server.auth.pins"]
    assert told == ["ana has given a wrong PIN for nobody here."]


async def test_of_many_pins_at_once_five_are_heard(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def wrong(_: str, pin: str) -> bool:
        heard.append(pin)
        return False

    monkeypatch.setattr(hashing, "is_hash_of", wrong)
    async with serving(gym) as server:

        async def guess(number: int) -> str:
            async with Wire.open(server.url, token(gym, "ana")) as wire:
                reply = await wire.ask("check_in", override(pin=f"{number:06}"), f"c{number}")
                code: str = reply["error"]["code"]
                return code

        codes = await asyncio.gather(*(guess(number) for number in range(20)))
        assert sorted(codes) == ["not_allowed"] * 5 + ["rate_limited"] * 15
        assert len(heard) == 5


async def test_the_pin_goes_no_further(gym: Path) -> None:
    async with desk(gym) as (_, wire):
        await wire.ask("check_in", override(), "let-in")
        await wire.ask("check_in", override("1"), "fine")
        await wire.ask("check_in", override("1"), "again")
        rest = json.dumps(wire.received)
        assert PIN not in rest
    assert PIN.encode() not in b"".join(file.read_bytes() for file in gym.parent.glob("gym.db*"))
    assert len(on_disk(gym, "command_id")) == 3


async def test_the_digest_of_a_command_does_not_know_the_pin(gym: Path) -> None:
    """A PIN of six digits would be found in a digest by trying them all."""
    async with desk(gym) as (_, wire):
        first = await wire.ask("check_in", override(), "same")
        change_user(gym, "mia", pin_hash=hashing.hash_password("112233"))
        await wire.send("ping", {}, "p")
        await wire.until("pong", id="p")
    async with desk(gym) as (_, wire):
        assert await wire.ask("check_in", override(pin="112233"), "same") == first
        other = {"code": "3", "override": {"reason": "another", "manager": "mia", "pin": "112233"}}
        assert (await wire.ask("check_in", other, "same"))["error"]["code"] == "id_reused"
        assert (await wire.ask("check_in", {"code": "3"}, "same"))["error"]["code"] == "id_reused"


async def test_the_same_id_twice_is_one_visit_and_one_reply(gym: Path) -> None:
    async with desk(gym) as (server, wire):
        first = await wire.ask("check_in", override(), "same")
        head = server.hub.newest
        assert await wire.ask("check_in", override(), "same") == first
        assert server.hub.newest == head
        wrong = await wire.ask("check_in", override(pin="0000"), "same")
        assert wrong["error"]["code"] == "not_allowed"
        assert await wire.ask("check_in", override(), "same") == first


@pytest.mark.parametrize("pin", [PIN, "", "0000"])
async def test_an_override_cannot_have_happened_offline(gym: Path, pin: str) -> None:
    async with desk(gym) as (server, wire):
        head = server.hub.head
        for number in range(8):  # and no PIN is tried on the way
            payload = override(pin=pin, offline=True, occurred_at="2026-11-22T08:00:00Z")
            error = (await wire.ask("check_in", payload, f"c{number}"))["error"]
            assert error["code"] == "invalid"
            assert error["message"] == "An override needs the server: it cannot have happened offline."
        assert server.hub.newest == head
        assert (await wire.ask("check_in", override(), "online"))["ok"] is True
    assert PIN.encode() not in b"".join(file.read_bytes() for file in gym.parent.glob("gym.db*"))


@pytest.mark.parametrize(("code", "flags"), [("1", []), ("4", ["warned"])])
async def test_an_override_that_was_not_needed_is_a_check_in(gym: Path, code: str, flags: list[str]) -> None:
    async with desk(gym) as (_, wire):
        event = (await wire.ask("check_in", override(code, notes="hello")))["result"]
        assert (event["flags"], event["by"]) == (flags, "ana")
    assert notes(gym) == ["hello"]


async def test_an_override_does_not_let_in_who_is_in_or_unknown(gym: Path) -> None:
    async with desk(gym) as (_, wire):
        await wire.ask("check_in", override(), "in")
        assert (await wire.ask("check_in", override(), "twice"))["error"]["code"] == "already_checked_in"
        assert (await wire.ask("check_in", override("99"), "who"))["error"]["code"] == "unknown_member"


async def test_an_override_is_undone_and_leaves_like_any_visit(gym: Path) -> None:
    async with desk(gym) as (_, wire):
        await wire.ask("check_in", override("5"), "in")
        undone = (await wire.ask("undo", {"command_id": "in"}, "undo"))["result"]
        assert (undone["flags"], undone["by"], undone["status"]) == (["undone"], "ana", "checked_out")
        await wire.ask("check_in", override("5"), "in again")
        assert (await wire.ask("check_out", {"code": "5"}, "out"))["result"]["by"] == "ana"
        members = (await wire.ask("search_members", {"text": "eva"}))["result"]["members"]
        assert members[0]["visits_left"] == 0
