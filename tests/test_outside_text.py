"""What came from outside on its way to a terminal: by no entrance anything that one obeys, nor a line of its own;
and whatever file a command writes is for its owner's eyes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from gymtui.programs.event_lines import as_json
from gymtui.ui.history_file import as_json_lines
from server.admin.progress import EVERY, Progress
from tests.factories import member_row, refusal
from tests.gym_kit import make_gym
from tests.test_cli import _elsewhere, _logs_as_before, run

__all__ = ["_elsewhere", "_logs_as_before"]  # fixtures

OBEYED = "\x07\x1b\x7f\x9b\u202e\u2066"
HOSTILE = f"{OBEYED}[31mX\nY"
IN_TOML = "\\u0007\\u001b\\u007f\\u009b\\u202e\\u2066[31mX\\nY"

ENTRANCES = {
    "a command": [HOSTILE],
    "a flag": [f"--{HOSTILE}"],
    "a choice": ["admin", "users", "add", "x", "--role", HOSTILE],
    "a number": ["admin", "trim", "--days", HOSTILE],
    "a time": ["admin", "audit", "--since", HOSTILE],
    "a user": ["admin", "users", "disable", HOSTILE],
    "a member": ["admin", "members", "erase", HOSTILE],
    "an address": ["tail", "--url", HOSTILE],
    "a host": ["serve", "--host", HOSTILE],
    "a time zone": ["serve", "--timezone", HOSTILE],
    "a certificate": ["serve", "--tls-cert", HOSTILE, "--tls-key", HOSTILE],
    "an authority": ["tail", "--ca", HOSTILE],
    "a database": ["admin", "verify", "--database", f"{HOSTILE}://x"],
    "somebody's folder": ["admin", "verify", "--database", f"~{HOSTILE}/x"],
    "a config": ["serve", "--config", HOSTILE],
    "a key of TOML": ["serve", "--config", "key.toml"],
    "a command's name in TOML": ["keys", "--config", "keys.toml"],
    "a value of TOML": ["serve", "--config", "value.toml"],
    "what is no TOML": ["serve", "--config", "none.toml"],
    "a policy": ["serve", "--policy", HOSTILE],
    "a policy's key": ["serve", "--policy", "key.toml"],
    "a setting": ["admin", "gym", "set", f"{HOSTILE}=1"],
    "a list": ["admin", "members", "import", HOSTILE],
    "an export": ["admin", "members", "export", f"{HOSTILE}/x.csv"],
    "a backup": ["admin", "restore", HOSTILE],
    "rows": ["admin", "members", "import", "m.csv", "--strict"],
}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_no_entrance_leads_to_the_terminal(entrance: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "DATA" / "gymtui").mkdir(parents=True)
    make_gym(tmp_path / "DATA" / "gymtui" / "gym.db")
    (tmp_path / "key.toml").write_text(f'"{IN_TOML}" = 1\n')
    (tmp_path / "keys.toml").write_text(f'[keys]\n"{IN_TOML}" = "f6"\n')
    (tmp_path / "value.toml").write_text(f'theme = "{IN_TOML}"\n')
    (tmp_path / "none.toml").write_text(f"{OBEYED} = = 1\n")
    (tmp_path / "m.csv").write_text(f"full_name,membership_number,status\nAna,1,{OBEYED}q\n")
    assert run(*ENTRANCES[entrance]) in {1, 2}
    said = "".join(capsys.readouterr())
    assert said
    assert not set(said) & set(OBEYED)
    assert not any(line.startswith("Y") for line in said.splitlines())


@pytest.mark.parametrize("reason", [OBEYED, "\x7f", "\x1b[2J", "\u202eno"])
def test_json_says_the_same_and_has_nothing_of_it(reason: str) -> None:
    row = refusal(7, "Ana", reason=reason)
    printed, kept = as_json(row), as_json_lines([row])
    assert not set(printed + kept) & set(OBEYED)
    assert json.loads(printed)["payload"]["reason"] == json.loads(kept)["reason"] == reason


def test_no_progress_leads_there_either(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Progress(f"rows of {HOSTILE}") as progress:
        progress.go_on(EVERY, 2 * EVERY)
    said = capsys.readouterr().err
    assert said.startswith("\r500 of 1,000 rows of [31mX Y")
    assert not set(said) & set(OBEYED)
    assert "\n" not in said


def test_what_a_command_writes_is_for_its_owner(tmp_path: Path) -> None:
    make_gym(tmp_path / "gym.db", member_row("1", "Ana Silva"))
    (tmp_path / "list.csv").write_text("Name,Number,Status\nBen Ode,2,active\n,3,active\n")
    before = set(tmp_path.iterdir())
    for command in (
        ["members", "export", "m.csv"],
        ["members", "export", "m.jsonl", "--format", "jsonl"],
        ["members", "export", "one.json", "--member", "1"],
        ["check-ins", "export", "c.csv"],
        ["roll-call", "export", "r.csv"],
        ["conflicts", "--export", "f.csv"],
        ["audit", "--export", "a.csv"],
        ["backup", "b.db"],
        ["members", "import", "list.csv"],
    ):
        run("admin", *command, "--database", "gym.db")
    written = set(tmp_path.iterdir()) - before
    assert {"m.csv", "m.jsonl", "one.json", "c.csv", "r.csv", "f.csv", "a.csv", "b.db", "list.csv.plan.toml"} <= {
        file.name for file in written
    }
    assert {file.name: stat.S_IMODE(file.stat().st_mode) & 0o077 for file in written if file.is_file()} == {
        file.name: 0 for file in written if file.is_file()
    }
