"""Whose right has ended is out at once, also while everybody's queries wait; and what they have asked is not done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from msgspec.structs import replace

from gymtui.protocol import Close
from server.admin import users
from server.app import Server
from server.auth.pins import Pins
from server.store import Transaction, Work
from server.store.sqlite.store import SqliteStore
from tests.gym_kit import PASSWORD, token
from tests.http_token_kit import ask, basic, bearer
from tests.kit import Wire, serving
from tests.waiting import WITHIN, until

NEW = "New-Password: " + "YW5vdGhlciBsb25nIHBhc3N3b3Jk"
Take = Callable[[Server, Path, dict[str, Any]], object]


def changed(change: Callable[..., None], **more: Any) -> Take:
    """Another program's change of ana, beside the server."""
    return lambda server, path, login: asyncio.to_thread(partial(change, database=str(path), name="ana", **more))


def asked(path: str, *headers: Callable[[dict[str, Any]], str]) -> Take:
    return lambda server, _, login: ask(server.url, path, *(header(login) for header in headers))


WAYS: dict[str, Take] = {
    "disabled": changed(users.users_disable),
    "another role": changed(users.users_role, role="operator"),
    "another password": asked("/auth/password", lambda _: basic("ana", PASSWORD), lambda _: NEW),
    "logged out": asked("/auth/logout", lambda login: bearer(login["refresh_token"])),
}


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Every list of visits takes as long as it is not set."""
    go, whole = Event(), SqliteStore.list_check_ins
    monkeypatch.setattr(SqliteStore, "list_check_ins", lambda *asked: go.wait() and whole(*asked))
    return go


@pytest.mark.usefixtures("quick_watchdog")
@pytest.mark.parametrize("way", WAYS)
async def test_whose_right_has_ended_is_out_while_all_queries_wait(way: str, gym: Path, busy: Event) -> None:
    async with serving(gym) as server:
        login = (await ask(server.url, "/auth/token", basic("ana"))).json
        async with (
            Wire.open(server.url, login["access_token"]) as ana,
            Wire.open(server.url, token(gym, "otto")) as otto,
        ):
            await ana.until("connection_status")
            await otto.send("list_check_ins", {}, "slow")
            try:
                async with asyncio.timeout(WITHIN):
                    await WAYS[way](server, gym, login)  # type: ignore[misc]  # whatever it gives is awaited
                await ana.rest()
                assert await ana.closed() == Close.ACCESS_ENDED
            finally:
                busy.set()


async def late(server: Server, change: Work, wire: Wire, type: str, payload: object) -> dict[str, Any]:
    """The answer to a request that waits for the same commit as its user's change, of which nobody has heard."""
    begun, gate = Event(), Event()

    def hold(_: Transaction) -> None:
        begun.set()
        gate.wait()

    database = server._database
    database.submit(hold, lambda _: None)
    await asyncio.to_thread(begun.wait)
    database.submit(change, lambda _: None)
    await wire.send(type, payload, "late")
    try:
        await until(lambda: len(database._waiting) == 2)
    finally:
        gate.set()
    reply: dict[str, Any] = (await wire.until("reply", id="late"))["payload"]
    return reply


def with_user(name: str, **fields: Any) -> Work:
    def work(tx: Transaction) -> None:
        user = tx.user(name)
        assert user is not None
        tx.put_user(replace(user, **fields))

    return work


CHECK_IN = ("check_in", {"code": "7"})
NOTE = ("notify", {"level": "info", "title": "t", "message": "m"})


@pytest.mark.parametrize(
    ("name", "change", "asked_for", "words"),
    [
        ("ana", with_user("ana", disabled=True), CHECK_IN, "has ended"),
        ("ana", with_user("ana", role="operator"), CHECK_IN, "look on"),
        ("mia", with_user("mia", role="staff"), NOTE, "Only a manager"),
    ],
)
async def test_the_role_is_asked_in_the_transaction(
    name: str, change: Work, asked_for: tuple[str, object], words: str, gym: Path
) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, name)) as wire:
        await wire.until("connection_status")
        head = server.hub.newest
        error = (await late(server, change, wire, *asked_for))["error"]
        assert (error["code"], words in error["message"]) == ("not_allowed", True)
        assert server._database.store.head().seq == head


async def test_a_login_that_has_ended_does_nothing_more(gym: Path) -> None:
    async with serving(gym) as server:
        login = (await ask(server.url, "/auth/token", basic("ana"))).json
        async with Wire.open(server.url, login["access_token"]) as wire:
            await wire.until("connection_status")
            reply = await late(server, lambda tx: tx.end_logins("ana"), wire, *CHECK_IN)
            assert reply["error"]["code"] == "not_allowed"


async def test_a_manager_who_is_none_any_more_lets_nobody_in(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def is_right(*_: object) -> str:
        return "mia"

    monkeypatch.setattr(Pins, "check", is_right)
    override = {"reason": "paid", "manager": "mia", "pin": "904517"}
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.until("connection_status")
        demoted = with_user("mia", role="staff")
        error = (await late(server, demoted, wire, "check_in", {"code": "7", "override": override}))["error"]
        assert (error["code"], error["message"]) == ("not_allowed", "mia is no manager any more: nobody was let in.")
        assert server._database.store.stats().currently_in == 0


async def test_an_import_ends_with_the_right_to_it(gym: Path) -> None:
    rows = [{"line": 2, "member": {"full_name": "New", "membership_number": "N1"}}]
    async with serving(gym) as server, Wire.open(server.url, token(gym, "mia")) as wire:
        await wire.until("connection_status")
        await wire.ask("import_rows", {"rows": rows, "begins": True})
        assert (await wire.ask("import_compare", {"source": "clients"}))["result"]["new"] == 1
        error = (await late(server, with_user("mia", role="staff"), wire, "import_take", {}))["error"]
        assert error["code"] == "not_allowed"
        assert "New" not in {member.full_name for member in server._database.store.all_members()}
