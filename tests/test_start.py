"""How a screen comes up: where, with what on it at once, and as what was chosen last."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gymtui import cli
from gymtui.command_table import SCREENS
from gymtui.config import Config
from gymtui.preferences import Choices, ChoicesFile
from gymtui.protocol import REQUESTS, SERVER_MESSAGES
from tests.factories import member_row
from tests.gym_kit import PASSWORD, make_gym
from tests.kit import serving
from tests.serve_kit import ENVIRONMENT
from tests.terminal import Terminal

pytestmark = pytest.mark.slow

MODES = "card guest password reader sign_up undo_list".split()
SIDE_SCREENS = (
    "conflicts connection handover history importing login member notices peak roll_call settings who".split()
)
WITH_THEIR_KEYS = (
    *(f"gymtui.ui.box.{name}" for name in MODES),
    *(f"gymtui.ui.screens.{name}" for name in SIDE_SCREENS),
)


@pytest.mark.parametrize("arguments", [[], ["demo"], ["monitor"]])
@pytest.mark.parametrize("stdin_is", ["nothing", "closed"])
def test_without_a_terminal_it_ends_at_once_with_a_sentence(
    arguments: list[str], stdin_is: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "gymtui", *arguments]
    if stdin_is == "closed":
        command = ["sh", "-c", '"$@" <&-', "sh", *command]
    environment = {**ENVIRONMENT, "XDG_DATA_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment, timeout=20, check=False
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    words = "gymtui: Here is no terminal to show the screens on: please start it in one, or use `gymtui tail`.\n"
    assert ended.stderr == words
    assert list(tmp_path.iterdir()) == []


def test_the_module_is_the_command() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "gymtui", "--help"], capture_output=True, text=True, env=ENVIRONMENT, check=True
    )
    assert ended.stdout.startswith("usage: gymtui ")


async def test_what_is_opened_is_said_first_and_leaves_no_trace(tmp_path: Path) -> None:
    assert all(opening for opening in SCREENS.values())
    environment = {"XDG_DATA_HOME": str(tmp_path), "GYMTUI_TOKEN": "a.b.c"}
    arguments = ("--url", "ws://127.0.0.1:9/ws/checkins/", "--desk", "bar")
    async with Terminal.run(*arguments, columns=80, rows=24, environment=environment) as terminal:
        first = await terminal.until(r"\A◆ gymtui.*$")
        assert first.group() == "◆ gymtui · bar · ws://127.0.0.1:9/ws/checkins/"
        await terminal.until("CHECK IN")
        terminal.type("\x11")
        assert await terminal.ended() == 0


async def test_the_second_start_goes_to_the_server_and_wears_the_colours_of_the_first(tmp_path: Path) -> None:
    gym, data = tmp_path / "gym.db", tmp_path / "data"
    make_gym(gym, member_row("1", "Ana Silva"))
    environment = {"XDG_DATA_HOME": str(data), "XDG_CONFIG_HOME": str(tmp_path)}
    async with serving(gym) as server:
        place = ("--url", server.url, "--desk", "bar")
        async with Terminal.run(*place, columns=80, rows=24, environment=environment) as terminal:
            await terminal.until("● answers")
            terminal.type("ana\r")
            terminal.type(f"{PASSWORD}\r")
            await terminal.until("● live")
            terminal.type(":theme paper")
            await terminal.until("light colours")
            await terminal.rest()
            terminal.type("\r")
            await terminal.until("CHECK IN")
            await terminal.rest()
            terminal.type("\x11")
            assert await terminal.ended() == 0
        chosen = Choices(url=server.url, user="ana", desk="bar", theme="paper", users=("ana",))
        assert ChoicesFile(data / "gymtui").read() == chosen
        async with Terminal.run(columns=80, rows=24, environment=environment) as terminal:
            await terminal.until("bar .*● live")
            terminal.type("\x11")
            assert await terminal.ended() == 0


@pytest.mark.parametrize(
    ("imported", "without"),
    [
        ("gymtui.cli", ("asyncio", "datetime", "logging", "msgspec", "pathlib", "shutil")),
        ("gymtui.programs.desk", ("gymtui.client.desk.history", "gymtui.importing.looking", *WITH_THEIR_KEYS)),
        (
            "gymtui.config, gymtui.programs.tail",
            (
                *("gymtui.cards.steps", "gymtui.client.desk", "gymtui.client.replica", "gymtui.search"),
                *("json", "sqlite3", "textual", "tomllib", "zoneinfo"),
            ),
        ),
    ],
)
def test_what_is_not_needed_is_not_imported(imported: str, without: tuple[str, ...]) -> None:
    looked = f"import sys, {imported}; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert set(ended.stdout.split()).isdisjoint(without)


def test_what_keys_open_is_there_before_the_files_are_of_another_version() -> None:
    looked = f"""
import asyncio, sys
from gymtui.ui.behind_keys import import_behind_keys
pauses = []
async def pause(seconds):
    pauses.append(len(sys.modules))
asyncio.run(import_behind_keys(pause))
print({set(WITH_THEIR_KEYS)!r} - sys.modules.keys(), len(pauses) > {len(WITH_THEIR_KEYS)})"""
    ended = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert ended.stdout == "set() True\n"


def test_what_takes_long_to_make_is_made_when_it_is_needed() -> None:
    looked = """
from gymtui import codec
from gymtui.programs import desk
from gymtui.search import folding
print([made.cache_info().misses for made in (codec._typed_batch, folding.unspaced)])"""
    ended = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert ended.stdout == "[0, 0]\n"


def test_no_field_that_is_read_has_to_be_compiled() -> None:
    for kind in (Config, *REQUESTS.values(), *SERVER_MESSAGES.values()):
        put_off = [name for name, annotation in vars(kind)["__annotations__"].items() if isinstance(annotation, str)]
        assert put_off == [], kind


def test_there_are_parsers_of_what_is_chosen_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[str]()

    class Counted(cli._Parser):
        def __init__(self, **words: object) -> None:
            super().__init__(**words)
            made.append(self.prog)

    monkeypatch.setattr(cli, "_Parser", Counted)
    cli.parser().parse_args(["admin", "users", "list"])
    assert made == ["gymtui", "gymtui admin", "gymtui admin users", "gymtui admin users list"]
