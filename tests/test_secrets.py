"""Tokens, passwords and PINs go through a whole day at the loudest log level, and are found nowhere after it."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.asyncio.client import connect

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from gymtui.client.replica.replica import Replica
from server.admin import users
from server.auth import hashing
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.http_token_kit import ask, basic, bearer
from tests.kit import Wire
from tests.log_kit import logged
from tests.serve_kit import ENVIRONMENT, ROOT
from tests.waiting import WITHIN, until

pytestmark = pytest.mark.slow

PASSWORD: Final = "canary-pass-7f3a91"
PIN: Final = "730915264481"
WRONG_PIN: Final = "880415264999"
WRONG_PASSWORD: Final = "canary-wrong-55b1c0"
TYPED: Final = "canary-typed-4c11d0"  # into the box, where a card is expected
TYPED_PIN: Final = "61920485"
REFRESH: Final = "0192.canary-refresh-81e2"


@pytest.fixture
def gym(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`canary` is staff, with a password of its own; `mia` has a PIN; member 3 is refused."""
    path = tmp_path / "server" / "gym.db"
    path.parent.mkdir()
    make_gym(
        path,
        *(member_row(str(n), f"Name {n}") for n in (1, 2, 4)),
        member_row("3", "Cem Late", valid_until="2020-01-31"),
    )
    with closing(open_store(path)) as store:
        users.add_user(store, "canary", "staff", PASSWORD)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PIN}\n"))
    users.users_pin(database=str(path), name="mia", pin_stdin=True)
    return path


@asynccontextmanager
async def running(folder: Path, *arguments: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`gymtui ...` at its loudest; what it says on stderr is a file in `folder`, for a pipe would fill."""
    with (folder / f"{arguments[0]}.stderr").open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gymtui.cli", *arguments, "--log-level", "debug"),
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            env=ENVIRONMENT | environment | {"PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(folder / "data")},
            cwd=folder,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN):
        return (await process.stdout.readline()).decode()


def override(pin: str) -> dict[str, Any]:
    return {"code": "3", "override": {"reason": "r", "manager": "mia", "pin": pin}}


async def logins(url: str) -> tuple[list[str], list[str]]:
    """Good and bad ones; the access and the refresh tokens that came of them."""
    first = (await ask(url, "/auth/token", basic("canary", PASSWORD))).json
    second = (await ask(url, "/auth/token", bearer(first["refresh_token"]))).json
    for header in (basic("canary", WRONG_PASSWORD), bearer(REFRESH), f"Authorization: {PASSWORD} {PIN}"):
        assert (await ask(url, "/auth/token", header)).status == 401
    return (
        [first["access_token"], second["access_token"]],
        [first["refresh_token"], second["refresh_token"]],
    )


async def connections(url: str, good: list[str], bad: list[str]) -> None:
    """Every way to come in, and to be turned away."""
    for access in (*good, *bad):
        async with Wire.open(url, access) as wire:
            assert (await wire.next())["payload"]["success"] is (access in good)
        headers = {"Authorization": f"Bearer {access}"}
        async with connect(url, additional_headers=headers, compression=None, proxy=None) as socket:
            assert json.loads(await socket.recv())["payload"]["success"] is (access in good)
        async with Wire.open(url) as wire:
            text = json.dumps({"type": "authenticate", "payload": {"token": access}})
            await wire.socket.send([text[:33], text[33:90], text[90:]])
            assert (await wire.next())["payload"]["success"] is (access in good)


async def commands(url: str, access: str) -> None:
    """Overrides, good and wrong, whole, in pieces and as bytes; and what cannot be read."""
    async with Wire.open(url, access) as wire:
        await wire.until("connection_status")
        await wire.send("authenticate", {"token": access}, "again")
        await wire.until("auth_response", id="again")
        assert (await wire.ask("check_in", override(WRONG_PIN), "wrong"))["error"]["code"] == "not_allowed"
        assert (await wire.ask("check_in", override(PIN), "right"))["result"]["by"] == "canary + mia"
        text = json.dumps({"type": "check_in", "payload": override(PIN), "id": "pieces"})
        middle = text.index(PIN) + 2
        await wire.socket.send([text[:middle], text[middle:]])
        assert (await wire.until("reply", id="pieces"))["payload"]["error"]["code"] == "already_checked_in"
        await wire.socket.send(text.replace("pieces", "bytes").encode())  # which is no text, and is told so
        await wire.until("error")
        for id, typed in (("typed", TYPED), ("typed PIN", TYPED_PIN)):
            assert (await wire.ask("check_in", {"code": typed}, id))["error"]["code"] == "unknown_member"
        for nonsense in (
            f'{{"type":"check_in","pin":"{PIN}"',
            f'{{"type":"{PASSWORD}"}}',
            f'{{"type":"check_in","payload":"{PIN}"}}',
        ):
            await wire.socket.send(nonsense)
            await wire.until("error")


async def a_desk(url: str, folder: Path) -> str:
    """A front desk without its screen: it logs in with the password, keeps its copy, checks somebody in; its token."""
    with closing(Replica(folder / "desk.db")) as replica:
        login = Login(url, token_file=TokenFile(folder / "session", url))
        await login.log_in("canary", PASSWORD)
        service = WebSocketService(url, login, replica, desk="Front")
        desk = Desk(service, replica, name="Front")
        working = asyncio.create_task(desk.run())
        await until(lambda: service.state.phase == "live" and replica.position[1] > 0)
        for typed in (TYPED, TYPED_PIN, "2"):
            desk.check_in(typed)
        await until(lambda: desk.queued == 0)
        access = await login.token()
        await service.close()
        await working
    return access


@pytest.mark.parametrize("format", [[], ["--log-json"]], ids=["lines", "JSON"])
async def test_a_day_leaves_no_secret_behind(gym: Path, tmp_path: Path, format: list[str]) -> None:
    desk_folder = tmp_path / "desk"
    (desk_folder / "session").mkdir(parents=True)
    expired = token(gym, "canary", ttl=1, now=clock.now() - 5000)
    outputs: dict[str, bytes] = {}
    arguments = ["serve", "--port", "0", "--database", str(gym), *format]
    async with running(gym.parent, *arguments) as server:
        url = (await line_of(server)).split()[-1]
        good, refresh = await logins(url)
        bad = [expired, f"{good[0]}x", "canary-token-91c"]
        await connections(url, good, bad)
        async with running(tmp_path, "tail", "--url", url, "--json", *format, GYMTUI_TOKEN=good[0]) as tail:
            await until(lambda: b"connected as" in (tmp_path / "tail.stderr").read_bytes())
            await commands(url, good[1])
            outputs["tail"] = (await line_of(tail)).encode()
            tail.send_signal(signal.SIGINT)
            outputs["tail"] += (await tail.communicate())[0]
        with logged(as_json=bool(format)) as stream:
            good.append(await a_desk(url, desk_folder))
        outputs["desk"] = stream.getvalue().encode()
        outputs["metrics"] = (await ask(url, "/metrics", method="GET")).body.encode()
        server.send_signal(signal.SIGTERM)
        outputs["serve"] = (await server.communicate())[0]
        assert server.returncode == 0
    for file in (*gym.parent.iterdir(), *desk_folder.glob("desk.db*"), tmp_path / "tail.stderr"):
        outputs[file.name] = file.read_bytes()
    loud(outputs)
    for name, output in outputs.items():
        for secret in secrets(good + bad, refresh):
            assert secret not in output, (name, secret)
    with closing(open_store(gym)) as store:
        users = store.users()
    assert users["canary"].password_hash.startswith("$argon2id$")
    assert hashing.is_hash_of(users["mia"].pin_hash or "", PIN)
    [session] = (desk_folder / "session").glob("*.json")
    assert PASSWORD.encode() not in session.read_bytes()  # the tokens are what it is for, the password is not


def loud(outputs: dict[str, bytes]) -> None:
    """The search would find something: the logs are those of the library too, and everything did happen."""
    for name in ("serve.stderr", "tail.stderr"):  # a desk at which nothing goes wrong has nothing to say
        assert b"debug" in outputs[name].lower(), name
    assert b"websockets.server" in outputs["serve.stderr"]
    assert b"< TEXT " in outputs["serve.stderr"]
    assert b"/ws/checkins/?token=" in outputs["serve.stderr"]
    assert b"Authorization:" in outputs["serve.stderr"]
    assert b"check_in_update" in outputs["tail"]
    assert b"gymtui_commands_total" in outputs["metrics"]
    assert {"gym.db", "desk.db"} <= set(outputs)


def secrets(access: list[str], refresh: list[str]) -> set[bytes]:
    """Everything that must not be found, and the parts and forms of it that would do as well."""
    found = {PASSWORD, PIN, WRONG_PIN, WRONG_PASSWORD, TYPED, TYPED_PIN, REFRESH, *access, *refresh}
    found |= {each.rpartition(".")[2][-16:] for each in (*access, *refresh)}
    found |= {base64.b64encode(f"canary:{password}".encode()).decode() for password in (PASSWORD, WRONG_PASSWORD)}
    found |= {" ".join(f"{byte:02x}" for byte in pin.encode()) for pin in (PIN, WRONG_PIN)}
    return {each.encode() for each in found}
