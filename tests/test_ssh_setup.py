"""`gymtui admin ssh-setup`: what it prints; `python -m tests.sshd` tries it with a real sshd."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from server.admin.ssh_setup import authorized, ssh_setup, sshd_config
from server.store import User
from tests.factories import member_row
from tests.gym_kit import make_gym


def user(name: str, role: str = "staff") -> User:
    return User(name=name, role=role, password_hash="")  # type: ignore[arg-type]  # as a test types it


def settings(line: str) -> dict[str, str]:
    """What an `environment="NAME=value"` of a key's line sets, with sshd's own quotes."""
    [words, *_] = line.rsplit(" KEY", 1)
    told = [part.removeprefix("environment=") for part in shlex.split(words.replace(",environment", " environment"))]
    return dict(part.split("=", 1) for part in told[1:])


def test_it_prints_an_account_a_config_and_a_line_for_each_user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gym.db"
    make_gym(path, member_row("1", "Ana"))
    ssh_setup(database=str(path))
    lines = capsys.readouterr().out.splitlines()
    keys = [line for line in lines if line.endswith(" KEY")]
    assert all(line.startswith("restrict,pty,environment=") for line in keys)
    assert {settings(line)["GYMTUI_USER"]: settings(line)["GYMTUI_SCREEN"] for line in keys} == {
        "ana": "",
        "ben": "",
        "mia": "",
        "otto": "monitor",
    }
    assert any("sshd -t" in line for line in lines)
    assert any("ssh -C gymtui@HOST" in line for line in lines)


def test_each_has_a_login_and_a_desk_of_their_own_whatever_their_name() -> None:
    ana, quoted = settings(authorized(user("ana"), "/home/g")), settings(authorized(user('Zoë "Z" ../x'), "/home/g"))
    assert (ana["XDG_DATA_HOME"], ana["GYMTUI_DESK"]) == ("/home/g/ana", "ssh ana")
    assert quoted["GYMTUI_USER"] == 'Zoë "Z" ../x'
    folder = quoted["XDG_DATA_HOME"].removeprefix("/home/g/")
    assert folder.isalnum()
    assert len(settings(authorized(user("n" * 64), "/home/g"))["GYMTUI_DESK"]) == 64


def test_nothing_but_the_program_is_run_for_that_account_alone() -> None:
    lines = list(sshd_config(Path("/opt/gymtui"), "gymtui"))
    assert lines.index("Match User gymtui") < lines.index("    ForceCommand exec /opt/gymtui $GYMTUI_SCREEN")
    assert lines[-1] == "Match all"  # or what the next file says would be for that account alone
