"""Every key has a name, and may be another one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest
from textual.binding import Binding

from gymtui.cli import main
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.next_steps import NEXT_STEPS
from gymtui.client.login.login import Login
from gymtui.config import ConfigError, keys
from gymtui.keys import COMMANDS, KeysError, keymap, shown
from gymtui.ui import GymApp
from gymtui.ui.box.offer import offer
from gymtui.ui.live_app import LiveApp
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.conflicts import ConflictsScreen
from gymtui.ui.screens.connection import ConnectionScreen
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.help import HelpScreen
from gymtui.ui.screens.history import HistoryScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.login import LoginScreen
from gymtui.ui.screens.roll_call import RollCallScreen
from gymtui.ui.screens.rows import RowsScreen
from gymtui.ui.screens.who import WhoIsIn
from tests.factories import NOW
from tests.fake_login import FakeLogin
from tests.ui_fakes import FakeDesk, is_checking_out, make_app
from tests.ui_front_desk_kit import ANA, screen_text

pytestmark = pytest.mark.slow

SCREENS = {"history": HistoryScreen, "who": WhoIsIn, "evac": RollCallScreen}


def test_a_command_that_the_front_desk_has_not_says_which_screens_have_it() -> None:
    for command in COMMANDS.values():
        action = f"action_{command.action.partition('(')[0]}"
        if command.typed and not any(hasattr(node, action) for node in (FrontDesk, GymApp)):
            assert command.at.split() == [name for name, screen in SCREENS.items() if hasattr(screen, action)]
        else:
            assert command.at == ""


def test_every_binding_is_a_command_of_the_registry() -> None:
    for screen in (
        LiveApp,
        LiveScreen,
        BoxScreen,
        FrontDesk,
        WhoIsIn,
        RowsScreen,
        ConnectionScreen,
        ConflictsScreen,
        HelpScreen,
        LoginScreen,
    ):
        for binding in screen.__dict__["BINDINGS"]:
            assert isinstance(binding, Binding)
            assert binding.id in COMMANDS


def test_no_printable_key_is_a_command() -> None:
    pressed = {key for command in COMMANDS.values() for key in command.keys.split(",") if key}
    named = {"escape", "insert", "delete", "enter", "tab", "up", "down", "pageup", "pagedown"}
    assert not {key for key in pressed - named if not re.fullmatch(r"f\d+|ctrl\+.", key)}


def test_no_next_step_names_a_key_that_does_not_exist() -> None:
    there = {shown(command.keys) for command in COMMANDS.values()}
    for step in [*NEXT_STEPS.values(), *(command.what for command in COMMANDS.values())]:
        assert set(re.findall(r"\bF\d+|Ctrl\+\w+", step)) <= there


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"fly": "f5"}, "names fly, which does not exist"),
        ({"undo": "u"}, "'u', which is no F-key and no Ctrl with a letter"),
        ({"undo": "space"}, "'space'"),
        ({"undo": "ctrl+h"}, "is Backspace"),
        ({"undo": "f1"}, "gives f1 to undo and to help"),
    ],
)
def test_a_key_that_cannot_be_is_a_sentence(changed: dict[str, str], why: str) -> None:
    with pytest.raises(KeysError, match=re.escape(why)):
        keymap(changed)


def test_two_commands_may_change_keys() -> None:
    assert keymap({"undo": "f1", "help": "Ctrl+Z"})["help"] == "ctrl+z"


async def test_a_changed_key_does_it_and_is_shown() -> None:
    desk = FakeDesk([ANA])
    login = cast(Login, FakeLogin())
    changed = {"check-out": "f12", "back": "f10", "next": "ctrl+k", "override": "f11"}
    app = GymApp(cast(Desk, desk), login, url="ws://gym.test/", keys=changed, clock=lambda: NOW)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("f4", "a", "ctrl+k", "f10", "f12")
        screen = app.screen
        assert isinstance(screen, FrontDesk)
        assert (screen.entry.value, is_checking_out(app)) == ("", True)
        assert "F12 check-out" in screen_text(app)
        desk.answers = {"Ana Silva": "already_in"}
        await pilot.press(*"4711", "enter")
        assert "already in since 17:02, desk 2 — F12 checks out" in screen_text(app)
        desk.answers = {"Ana Silva": "refused"}
        await pilot.press(*"4711", "enter")
        assert "— F11 override (manager)" in screen_text(app)
        await pilot.press("f1")
        assert "F12          :check-out" in screen_text(app)
        assert "F11          :override" in screen_text(app)


def test_the_command_prints_the_keys_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "mine.toml"
    file.write_text('desk = "bar"\n[keys]\nundo = "f11, ctrl+u"\n')
    with pytest.raises(SystemExit) as ended:
        main(["keys", "--config", str(file)])
    assert ended.value.code == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert re.match(r":undo +F11, Ctrl\+U +takes back", lines[":undo"])
    file.write_text("[keys]\nundo = 6\n")
    with pytest.raises(ConfigError, match="undo = "):
        keys(file)


async def test_a_click_on_a_key_does_what_the_key_does() -> None:
    app = make_app(FakeDesk([ANA]))
    async with app.run_test() as pilot:
        at = screen_text(app).splitlines()[-1].index("F4")
        await pilot.click("KeyLine", offset=(at, 0))
        await pilot.pause()
        assert isinstance(app.screen, FrontDesk)
        assert is_checking_out(app)


@pytest.mark.parametrize("keys", [["f1"], ["f3", "f1"], ["f9", "f1"], ["f6", "f1"], ["f4", "f1"]], ids="-".join)
async def test_help_offers_no_name_that_does_not_work_when_it_is_typed(keys: list[str]) -> None:
    app = make_app(FakeDesk([ANA]))
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press(*keys)
        assert isinstance(app.screen, HelpScreen)
        offered = re.findall(r"(?<=\s):([a-z-]+)", "\n".join(re.findall("KEY .*", screen_text(app), re.DOTALL)))
        assert "quit" in offered
        await pilot.press(":")
        box = app.screen
        assert isinstance(box, BoxScreen)
        options = list(box.options())
        for name in offered:
            chosen = offer(f":{name}", options).pick
            assert chosen is not None, name
            assert chosen.name == name


async def test_where_nothing_is_typed_help_offers_no_names() -> None:
    app = make_app(FakeDesk([ANA]))
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("ctrl+l", "f1")
        assert isinstance(app.screen, HelpScreen)
        text = screen_text(app)
        assert "goes to the other field" in text
        assert not re.search(r"\s:[a-z]", text)


def test_a_command_that_can_be_typed_has_somebody_to_do_it() -> None:
    doing = (GymApp, FrontDesk, WhoIsIn, RollCallScreen, HistoryScreen)
    for command in COMMANDS.values():
        verb = command.action.partition("(")[0]
        assert not command.typed or any(hasattr(each, f"action_{verb}") for each in doing), command.name


@pytest.mark.parametrize(
    ("width", "more"),
    [(60, ""), (80, "  Ctrl+Z undo"), (120, "  Ctrl+Z undo  Ctrl+G member  Ctrl+P more  F7 mask")],
)
async def test_the_footer_has_what_is_done_most_first(width: int, more: str) -> None:
    app = make_app(FakeDesk([ANA]))
    async with app.run_test(size=(width, 24)):
        line = screen_text(app).splitlines()[-1]
        assert line.strip().startswith(f"F1 help  F2 history  F3 who's in  F4 check-out  F5 guest{more}")
