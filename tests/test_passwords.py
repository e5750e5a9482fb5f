"""What may be a password or a PIN, where each is set; what is there from before goes on working."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from gymtui.passwords import PIN, unfit
from server.admin import users
from server.admin.errors import AdminError
from server.auth import hashing
from tests.gym_kit import PASSWORD
from tests.http_token_kit import ask, basic
from tests.kit import serving
from tests.test_http_password import to_be
from tests.websocket_server_kit import change_user

FIRST_TRIED = "That is among the first passwords that anybody tries"


@pytest.mark.parametrize(
    "password",
    [
        "password", "Password1!", "P@ssw0rd2026", "qwertz123456", "passwordpassword", "12345678", "20111989",
        "aaaaaaaaaaaa", "abababababab", "000000000000", "Willkommen2026", "gymgymgym1", "mia.2026", "MiaMiaMia",
    ],
)  # fmt: skip
def test_what_everybody_tries_first_is_none(password: str) -> None:
    assert (unfit(password, name="mia") or "").startswith(FIRST_TRIED)


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "tinned peaches 9", PASSWORD, "Zürich im Herbst", "kX4.pq-7"],
)
def test_what_nobody_tries_is_one(password: str) -> None:
    assert unfit(password, name="mia") is None


def test_a_manager_s_has_more_characters() -> None:
    assert unfit("elevenchars", role="staff") is None
    why = "A manager's password has at least 12 characters (four words in a row are one): please choose a longer one."
    assert unfit("elevenchars", role="manager") == why
    assert unfit("twelve chars", role="manager") is None


def test_a_pin_has_six_digits_or_more() -> None:
    assert [bool(PIN.fullmatch(pin)) for pin in ("12345", "123456", "1" * 12, "1" * 13, "12345a")] == [
        False, True, True, False, False,
    ]  # fmt: skip


def test_the_command_line_takes_no_other(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def typed(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))

    for role in ("staff", "manager"):
        typed("password1")
        with pytest.raises(AdminError, match="first passwords" if role == "staff" else "at least 12"):
            users.users_add(database=str(gym), name="zoë", role=role, password_stdin=True)
    typed("elevenchars")
    with pytest.raises(AdminError, match="at least 12"):
        users.users_password(database=str(gym), name="Mia", password_stdin=True)
    typed("12345")
    with pytest.raises(AdminError, match="6 to 12 digits: please choose another"):
        users.users_pin(database=str(gym), name="mia", pin_stdin=True)


def test_who_becomes_a_manager_is_told(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    users.users_role(database=str(gym), name="ana", role="manager")
    assert (
        "A manager's password has 12 characters or more: `gymtui admin users password ana`" in capsys.readouterr().out
    )


async def test_what_is_there_goes_on_working_until_it_is_changed(gym: Path) -> None:
    change_user(gym, "mia", password_hash=hashing.hash_password("mia"), pin_hash=hashing.hash_password("1234"))
    async with serving(gym) as server:
        assert await server._context.pins.check("ana", "mia", "1234") == "mia"
        assert (await ask(server.url, "/auth/token", basic("mia", "mia"))).status == 200
        for new, why in (("elevenchars", "A manager's password"), ("password2026", FIRST_TRIED)):
            answer = await ask(server.url, "/auth/password", basic("mia", "mia"), to_be(new))
            assert (answer.status, answer.json["error"]["message"].startswith(why)) == (400, True)
        assert (await ask(server.url, "/auth/password", basic("mia", "wrong"), to_be("elevenchars"))).status == 401
        assert (await ask(server.url, "/auth/password", basic("mia", "mia"), to_be("twelve chars"))).status == 200
