"""Every command on a gym in PostgreSQL: as on one in a file, and what its own tools are for says so."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from gymtui.command_table import COMMANDS
from server.gym.house import HouseNotices
from tests.kit import serving
from tests.test_cli import _elsewhere, _logs_as_before, run  # noqa: F401  fixtures

pytestmark = pytest.mark.slow

MEMBERS = "membership_number,full_name,valid_until\n1,Ana Silva,2999-01-01\n2,Ben Ode,\n3,Zoe Kim,\n"
IN_ORDER: tuple[tuple[str, str], ...] = (
    ("admin gym set capacity=9", ""),
    ("admin gym show", "capacity = 9"),
    ("admin gyms", "gymtui"),
    ("admin members import members.csv", ""),
    ("admin gym new-epoch", "Every desk takes the gym up anew"),
    ("admin members merge 2 3", ""),
    ("admin members erase 2", ""),
    ("admin members export members.out", ""),
    ("admin check-ins export check-ins.out", ""),
    ("admin roll-call export roll-call.out", ""),
    ("admin present", ""),
    ("admin conflicts", ""),
    ("admin audit", "keys"),
    ("admin trim", "0 rows of the journal are gone"),
    ("admin verify", "is sound. Rows of the journal: "),
    ("admin ssh-setup", "# 1."),
)
USERS: tuple[tuple[str, str], ...] = (
    ("admin users add ana --role operator --password-stdin", ""),
    ("admin users role ana manager", ""),
    ("admin users password ana --password-stdin", ""),
    ("admin users pin ana --pin-stdin", ""),
    ("admin users disable ana", ""),
    ("admin users enable ana", ""),
    ("admin users list", "ana"),
    ("admin tokens issue --user ana --ttl 60", ""),
    ("admin tokens list", "ana"),
    ("admin tokens revoke --user ana", ""),
    ("admin keys rotate", ""),
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYMTUI_DATABASE", postgres_database)
    (tmp_path / "members.csv").write_text(MEMBERS)


def test_each_does_what_it_does(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for command, said in USERS + IN_ORDER:
        typed = {"--pin-stdin": "481516\n", "--password-stdin": "four words in a row\n"}.get(command.split()[-1], "")
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert run(*command.split()) == 0, (command, capsys.readouterr().err)
        assert said in capsys.readouterr().out, command
    done = {command for command, _ in USERS + IN_ORDER}
    assert [
        name
        for name, settings, _, _ in COMMANDS
        if "database" in settings and not any(command.startswith(name) for command in done)
    ] == ["serve", "doctor", "admin backup", "admin restore"]


def test_its_own_tools_copy_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert (run("admin", "backup", "gym.copy"), run("admin", "restore", "gym.copy")) == (1, 1)
    said = capsys.readouterr().err
    assert "please use `pg_dump --format=custom --schema=gymtui --file=FILE --dbname=URL`" in said
    assert "please use `pg_restore --clean --if-exists --single-transaction --dbname=URL FILE`" in said


def test_a_doctor_looks_at_it(capsys: pytest.CaptureFixture[str]) -> None:
    run("doctor", "--json", "--url", "ws://127.0.0.1:1/ws/checkins/")
    found = {line["about"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert (found["database"]["mark"], "Nobody can log in" in found["database"]["sentence"]) == ("look", True)
    assert "backup" not in found


async def test_no_desk_is_told_of_backups_of_which_nobody_here_knows(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups: list[object] = []
    made = HouseNotices.__init__

    def noted(self: HouseNotices, database: object, desks: object, backup: object, **how: object) -> None:
        backups.append(backup)
        made(self, database, desks, backup, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(HouseNotices, "__init__", noted)
    async with serving(postgres_database):
        assert backups == [None]
