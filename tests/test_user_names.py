"""User names and passwords on two keyboards: one spells a letter as one character, the other as two."""

from __future__ import annotations

import io
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from msgspec.structs import replace

from gymtui.client.login.token_file import TokenFile
from gymtui.names import folded, known_as, tidy
from server.admin import users
from server.admin.errors import AdminError
from server.auth.auth import Auth, Denied
from server.auth.logins import Logins
from server.auth.source import Source
from server.store import Transaction
from server.store.group_commit import GroupCommit
from server.store.opening import open_store
from tests.gym_kit import PASSWORD, token
from tests.kit import Wire, serving
from tests.token_file_kit import tokens

pytestmark = pytest.mark.slow

COMPOSED = "Zürich am See"
TAKEN_APART = unicodedata.normalize("NFD", COMPOSED)


def add(path: Path, name: str, password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    users.users_add(database=str(path), name=name, role="staff", password_stdin=True)


async def logs_in(path: Path, name: str, password: str) -> str:
    database = GroupCommit(open_store(path), lambda _: None)
    auth = Auth(database)
    try:
        return (await Logins(auth, database).log_in(name, password, Source("here", "127.0.0.1"))).user.name
    finally:
        auth.close()
        await database.close()


@pytest.mark.parametrize("kept", [COMPOSED, TAKEN_APART])
async def test_a_password_is_the_same_on_every_keyboard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    add(tmp_path / "gym.db", "zoë", kept, monkeypatch)
    for typed in (COMPOSED, TAKEN_APART):
        assert await logs_in(tmp_path / "gym.db", "zoë", typed) == "zoë"
    with pytest.raises(Denied):
        await logs_in(tmp_path / "gym.db", "zoë", "Zurich am See")


@pytest.mark.parametrize("hashed", [COMPOSED, TAKEN_APART])
async def test_an_older_hash_of_either_form_still_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashed: str
) -> None:
    add(tmp_path / "gym.db", "zoë", PASSWORD, monkeypatch)

    def work(tx: Transaction) -> None:
        user = tx.user("zoë")
        assert user is not None
        tx.put_user(replace(user, password_hash=PasswordHasher().hash(hashed)))

    with closing(open_store(tmp_path / "gym.db")) as store:
        store.write([work])
    for typed in (COMPOSED, TAKEN_APART):
        assert await logs_in(tmp_path / "gym.db", "zoë", typed) == "zoë"


async def test_names_are_trimmed_and_distinct_when_folded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path / "gym.db", " Zoë ", PASSWORD, monkeypatch)
    for name in ("Zoë", "zoë", "ZOË", "Zoe\u0308", " zoë"):
        with pytest.raises(AdminError, match="a user Zoë already"):
            add(tmp_path / "gym.db", name, PASSWORD, monkeypatch)
        assert await logs_in(tmp_path / "gym.db", name, PASSWORD) == "Zoë"
    add(tmp_path / "gym.db", "Zoe", PASSWORD, monkeypatch)
    assert await logs_in(tmp_path / "gym.db", "zoe", PASSWORD) == "Zoe"


def test_where_two_names_of_old_are_the_same_only_each_itself_is_meant() -> None:
    assert (known_as("ana", ["Ana", "ana"]), known_as("ANA", ["Ana", "ana"])) == ("ana", None)
    assert (folded(" ANA "), tidy(" Ana ")) == ("ana", "Ana")


async def test_another_password_ends_the_logins_of_that_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gym.db"
    add(path, "zoë", PASSWORD, monkeypatch)
    add(path, "ben", PASSWORD, monkeypatch)
    for name in ("zoë", "ben"):
        await logs_in(path, name, PASSWORD)
    monkeypatch.setattr("sys.stdin", io.StringIO("quite another one\n"))
    users.users_password(database=str(path), name="zoë", password_stdin=True)
    assert "zoë has another password now" in capsys.readouterr().out
    with closing(open_store(path)) as store:
        assert len(store.live_logins()) == 1
    with pytest.raises(Denied):
        await logs_in(path, "zoë", PASSWORD)
    assert await logs_in(path, "zoë", "quite another one") == "zoë"
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(AdminError, match="at least 8"):
        users.users_password(database=str(path), name="zoë", password_stdin=True)
    with pytest.raises(AdminError, match="no user nobody"):
        users.users_password(database=str(path), name="nobody", password_stdin=True)


async def test_a_manager_is_one_person_however_the_name_is_typed(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("432198\n"))
    users.users_pin(database=str(gym), name="mia", pin_stdin=True)
    at = {"code": "1", "occurred_at": "2026-11-22T09:00:00Z"}
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        for number, (name, pin) in enumerate([("MIA", "1"), ("mia ", "1"), ("Mia", "1"), ("mia", "1"), (" mIA", "1")]):
            override = {"reason": "r", "manager": name, "pin": pin}
            assert (await wire.ask("check_in", at | {"override": override}, f"w{number}"))["ok"] is False
        override = {"reason": "r", "manager": "miA", "pin": "432198"}
        error = (await wire.ask("check_in", at | {"override": override}, "too many"))["error"]
        assert error["code"] == "rate_limited"
        assert await server._context.pins.check("ben", " MIA ", "432198") == "mia"
        reply = await wire.ask("check_in", at | {"queued_by": "ana", "offline": True}, "queued")
        assert reply["result"]["by"] == "ana"
        reply = await wire.ask("check_in", {"code": "2", "offline": True, "queued_by": "Ana "}, "typed")
        assert reply["result"]["by"] == "ana"


def test_a_shared_login_is_found_however_the_name_is_typed(tmp_path: Path) -> None:
    file = TokenFile(tmp_path, "ws://gym.test/ws/checkins/")
    file.write(tokens("Zoë"))
    for name in ("Zoë", " zoë", "ZOE\u0308"):
        found = file.read(name)
        assert found is not None
        assert found.user == "Zoë"
    assert file.read("zoe") is None
