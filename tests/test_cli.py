"""The command line: what people type."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gymtui.cli import main
from gymtui.command_table import ARGUMENTS, COMMANDS, HELP, SWITCHES
from gymtui.config import Config


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command sends all logs to stderr; a test that runs one puts them back."""
    root, wire = logging.getLogger(), logging.getLogger("websockets")
    handlers, level, wire_level = root.handlers[:], root.level, wire.level
    root.handlers = []
    yield
    root.handlers = handlers
    root.setLevel(level)
    wire.setLevel(wire_level)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))


def run(*arguments: str) -> int:
    """The exit code of a command run here."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_tables_name_settings_that_there_are() -> None:
    fields = set(Config.__struct_fields__)
    assert set(HELP) == fields
    assert {name for _, names, _, _ in COMMANDS for name in names} <= fields
    assert {name for name, kind in Config.__annotations__.items() if kind is bool} == SWITCHES
    assert set(ARGUMENTS) <= {name for name, _, _, _ in COMMANDS}


@pytest.mark.parametrize("command", [name for name, _, _, _ in COMMANDS])
def test_every_command_helps(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command.split(), "--help") == 0
    assert f"usage: gymtui {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["serve", "--prot", "80"],
        ["serve", "--port", "http"],
        ["serve", "--port", "65536"],
        ["serve", "--log-level", "loud"],
        ["serve", "--config", "none.toml"],
        ["serve", "--database", "mysql://host/gym"],
        ["admin"],
        ["admin", "users"],
        ["admin", "users", "add", "zoe"],
        ["admin", "users", "add", "zoe", "--role", "king"],
        ["admin", "tokens", "issue", "--user", "ana"],
        ["admin", "tokens", "issue", "--user", "ana", "--ttl", "long"],
        ["admin", "tokens", "issue", "--user", "ana", "--ttl", "9" * 5000],
        ["admin", "tokens", "issue", "--user", "ana", "--ttl", "0"],
        ["admin", "users", "add", "a:b", "--role", "staff"],
        ["admin", "users", "role", "ana", "king"],
        ["admin", "users", "pin"],
        ["admin", "members", "import"],
        ["admin", "members", "export"],
        ["admin", "check-ins", "export", "a.csv", "b.csv"],
        ["admin", "keys", "rotate", "now"],
        ["serve", "--timezone", "Nowhere"],
        ["serve", "--policy", "none.toml"],
    ],
)
def test_wrong_usage_is_2_and_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("gymtui: ")
    assert said.err.count("\n") == 1


def test_what_fails_is_1_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.db").write_text("no database")
    for arguments in (
        ["admin", "users", "list", "--database", "text.db"],
        ["admin", "tokens", "issue", "--user", "nobody", "--ttl", "60", "--database", "g.db"],
        ["admin", "members", "import", "none.csv", "--database", "g.db"],
        ["admin", "members", "export", ".", "--database", "g.db"],
        ["admin", "check-ins", "export", "no/folder.csv", "--database", "g.db"],
        ["admin", "users", "disable", "nobody", "--database", "g.db"],
        ["serve", "--database", "text.db"],
        ["serve", "--database", "g.db", "--host", "no.such.host.invalid"],
    ):
        assert run(*arguments) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("gymtui: ")
        assert said.err.count("\n") == 1
        assert "Traceback" not in said.err


@pytest.mark.parametrize("arguments", [["fly\x1b[2J"], ["serve", "--timezone", "No\x1b[2J\u202ewhere"]])
def test_no_error_reaches_the_terminal_as_a_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    assert not any(c in said for c in "\x1b\u202e")
    assert said.count("\n") == 1


def test_a_token_on_the_command_line_is_said_to_be_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tail", "--url", "http://wrong/", "--token", "t") == 2
    assert "please set GYMTUI_TOKEN instead" in capsys.readouterr().err


def test_a_databases_password_on_the_command_line_is_said_to_be_seen(capsys: pytest.CaptureFixture[str]) -> None:
    for database in ("postgresql://ana:secret@db/gym", "postgresql://ana@db/gym"):
        assert run("serve", "--database", database, "--port", "http") == 2
    said = capsys.readouterr().err
    assert said.count("please set PGPASSWORD, or PGPASSFILE") == 1
    assert "secret" not in said


def test_a_command_does_and_is_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gymtui.toml").write_text('database = "file.db"')
    (tmp_path / "m.csv").write_text("name,number\nAna,1\n")
    assert run("admin", "members", "import", "m.csv", "--strict") == 0
    assert run("admin", "members", "export", "out.csv", "--log-level", "debug") == 0
    assert capsys.readouterr().out == "1 member imported, 0 rows not.\n1 member exported.\n"
    assert (tmp_path / "file.db").exists()
    (tmp_path / "gymtui.toml").chmod(0o666)
    assert run("admin", "users", "list", "--database", "file.db") == 0
    assert "gymtui.toml in this folder is passed over" in capsys.readouterr().err


def test_interrupted_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("server.admin.users.users_list", interrupted)
    assert run("admin", "users", "list") == 130


def test_nobody_looks_for_garbage_while_a_command_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[bool] = []

    def imported(name: str) -> SimpleNamespace:
        looks.append(gc.isenabled())
        return SimpleNamespace(run=lambda **_: looks.append(gc.isenabled()))

    monkeypatch.setattr("gymtui.cli.import_module", imported)
    assert run("keys") == 0
    assert looks == [False, True]


@pytest.mark.parametrize(("url", "is_refused"), [("ws://gym.example/", True), ("wss://gym.example/", False)])
def test_what_is_secret_goes_nowhere_unencrypted_unless_asked_to(
    url: str, is_refused: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("gymtui.programs.tail.run", lambda **settings: asked.append(settings["url"]))
    assert run("tail", "--url", url) == (2 if is_refused else 0)
    assert ("allow it with --allow-cleartext" in capsys.readouterr().err) is is_refused
    assert run("tail", "--url", url, "--allow-cleartext") == 0
    assert asked == ([url] if is_refused else [url, url])
