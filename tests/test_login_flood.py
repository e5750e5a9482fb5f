"""Strangers who try passwords: they are counted, told of, and in nobody's way."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import msgspec
import pytest
from argon2 import PasswordHasher

from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from gymtui.protocol import Notification
from server.admin import users
from server.app import Server
from server.auth import hashing
from server.auth.attempt_limit import ATTEMPTS, pin_wait
from server.auth.hashing import EACH
from server.net.login_watch import MANY
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import PASSWORD, make_gym, token
from tests.http_token_kit import Answer, Watch, ask, basic, bearer
from tests.kit import Wire, serving
from tests.waiting import until
from tests.websocket_server_kit import change_user

PIN = "904517"
NEW_DESK = "Device-Token: none"


@pytest.fixture
def gym(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "gym.db"
    make_gym(path, member_row("1", "Zoë Fine"), member_row("2", "Ben Banned", status="banned"))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PIN}\n"))
    users.users_pin(database=str(path), name="mia", pin_stdin=True)
    return path


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Each hash of a wrong password lasts until it is set."""
    event = Event()

    def is_hash_of(_: str, password: str) -> bool:
        if password not in (PASSWORD, PIN):
            event.wait()
        return password in (PASSWORD, PIN)

    monkeypatch.setattr(hashing, "is_hash_of", is_hash_of)
    yield event
    event.set()


def override(pin: str = PIN) -> dict[str, object]:
    return {"code": "2", "override": {"reason": "her father waits", "manager": "mia", "pin": pin}}


async def device_of(server: Server, name: str = "ana") -> str:
    """A desk's token, which it got when somebody logged in there."""
    body = (await ask(server.url, "/auth/token", basic(name), NEW_DESK)).json
    return f"Device-Token: {body['device_token']}"


def told(gym: Path) -> list[Notification]:
    with closing(open_store(gym)) as store:
        rows = [row for row in store.read(0, 999) if row.type == "notification"]
    return [msgspec.json.decode(row.payload, type=Notification) for row in rows]


async def test_a_flood_is_refused_at_once_and_an_override_waits_for_none_of_it(gym: Path, gate: Event) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        desk = await device_of(server)
        flood = [asyncio.create_task(ask(server.url, "/auth/token", basic(f"made up {n}", "x"))) for n in range(60)]
        await until(lambda: server.auth.passwords.refused == 60 - EACH - 1)
        refused = [task.result() for task in flood if task.done()]
        assert {(answer.status, answer.headers["retry-after"]) for answer in refused} <= {(429, "1")}
        assert (await wire.ask("check_in", override(), "f8"))["ok"] is True
        known = asyncio.create_task(ask(server.url, "/auth/token", basic("ana"), desk))
        await until(lambda: server.auth.passwords.waiting == EACH + 1)
        hashed = server.auth.passwords.done
        gate.set()
        assert (await known).status == 200
        assert Counter(answer.status for answer in await asyncio.gather(*flood)) == {401: EACH + 1, 429: 60 - EACH - 1}
        assert server.auth.passwords.done == hashed + EACH + 2


async def test_who_shares_a_desk_s_address_does_not_lock_it_out(gym: Path) -> None:
    async with serving(gym) as server:
        desk = await device_of(server)
        for _ in range(ATTEMPTS):
            assert (await ask(server.url, "/auth/token", basic("ana", "wrong"))).status == 401
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 429
        assert (await ask(server.url, "/auth/token", basic("ana"), "Device-Token: made-up")).status == 429
        answer = await ask(server.url, "/auth/token", basic("ana"), desk)
        assert answer.status == 200
        assert "device_token" not in answer.json
        for _ in range(ATTEMPTS):  # nor does a known desk try more than anybody else
            assert (await ask(server.url, "/auth/token", basic("ana", "wrong"), desk)).status == 401
        assert (await ask(server.url, "/auth/token", basic("ana"), desk)).status == 429


async def test_who_asks_for_no_device_token_gets_none_and_twenty_are_known(gym: Path) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server:
        assert "device_token" not in (await ask(server.url, "/auth/token", basic("ana"))).json
        first = await device_of(server)
        for _ in range(20):
            watch.now += 1
            await device_of(server)
        assert not server.auth.source("127.0.0.1", first.partition(": ")[2]).is_known
    with closing(open_store(gym)) as store:
        assert len(store.devices()) == 20
    assert first.partition(": ")[2].encode() not in gym.read_bytes()


async def test_a_wrong_refresh_token_is_no_try_of_anybody_s(gym: Path) -> None:
    async with serving(gym) as server:
        for _ in range(3 * ATTEMPTS):
            assert (await ask(server.url, "/auth/token", bearer("ana.made.up"))).status == 401
            assert (await ask(server.url, "/auth/logout", bearer("ana.made.up"))).status == 401
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 200
        assert server.auth.passwords.done == 1


async def test_what_can_be_nobody_costs_no_hash_and_what_can_costs_one(gym: Path) -> None:
    async with serving(gym) as server:
        answers: list[Answer] = []
        for name, password in (("n" * 65, "x"), ("", "x"), ("ana", "x" * 2000), ("a\x1bb", "x")):
            answers.append(await ask(server.url, "/auth/token", basic(name, password)))
        assert server.auth.passwords.done == 0
        answers += [await ask(server.url, "/auth/token", basic(name, "x")) for name in ("nobody", "ana")]
        assert server.auth.passwords.done == 2
        assert {(answer.status, answer.body) for answer in answers} == {(401, answers[0].body)}


async def test_a_stand_in_is_as_slow_as_a_hash_of_before_and_a_login_makes_that_one_of_today(gym: Path) -> None:
    before = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with closing(open_store(gym)) as store:
        names = list(store.users())
    for name in names:
        change_user(gym, name, password_hash=before)
    async with serving(gym) as server:
        assert {server.auth._stand_in(f"nobody {n}").rsplit("$", 2)[0] for n in range(20)} == {before.rsplit("$", 2)[0]}
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 200
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 200
        assert server.auth.passwords.done == 3
    with closing(open_store(gym)) as store:
        assert {name for name, user in store.users().items() if user.password_hash != before} == {"ana"}


async def test_wrong_pins_end_with_the_manager_and_everybody_is_told(gym: Path) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server, Wire.open(server.url, token(gym, "ana", now=watch.now)) as wire:
        messages = []
        for number in range(8):
            error = (await wire.ask("check_in", override(f"{number:06}"), f"c{number}"))["error"]
            messages.append(error["message"])
            await server._login_routes.watch.look()
            [tries] = server._database.store.all_pin_tries()
            watch.now += 1000 * (pin_wait(tries, watch.now) or 0)
        assert messages[:7] == ["No manager has that name and PIN: nobody was let in."] * 7
        assert messages[7] == "Too many wrong PINs: none is taken from ana until mia has logged in."
        assert (await wire.ask("check_in", override(), "right"))["error"]["retryable"] is False
        assert (await ask(server.url, "/auth/token", basic("mia"))).status == 200
        assert (await wire.ask("check_in", override(), "right"))["ok"] is True
    assert [(each.title, each.about) for each in told(gym)] == [
        ("5 wrong PINs from ana: none is taken for mia until 30 s from now", "logins"),
        ("6 wrong PINs from ana: none is taken for mia until 300 s from now", "logins"),
        ("7 wrong PINs from ana: none is taken for mia until mia has logged in", "logins"),
    ]


async def test_many_wrong_passwords_are_told_of_once_an_hour(gym: Path) -> None:
    async with serving(gym, now=Watch()) as server:
        for count in (MANY - 1, MANY, MANY):
            for number in range(count):
                await ask(server.url, "/auth/token", basic(f"made up {number}", "x"))
            await server._login_routes.watch.look()
    title = f"Somebody tries passwords: {MANY} wrong ones in 10 s, most of them from 127.0.0.1"
    assert [each.title for each in told(gym)] == [title]


async def test_a_desk_keeps_its_token_privately_and_gives_it_again(gym: Path, tmp_path: Path) -> None:
    async with serving(gym) as server:
        file = TokenFile(tmp_path / "desk", server.url)
        await Login(server.url, token_file=file).log_in("ana", PASSWORD)
        device = file.device()
        [path] = (tmp_path / "desk").glob("device-*")
        assert path.stat().st_mode & 0o777 == 0o600
        await Login(server.url, token_file=file).log_in("ben", PASSWORD)
        assert file.device() == device
        assert server.auth.source("", device).is_known
    with closing(open_store(gym)) as store:
        assert len(store.devices()) == 1
