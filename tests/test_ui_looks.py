"""Colours, terminals that have few of them or no symbols, and how much is painted."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path
from typing import Final, cast

import pytest
from msgspec.structs import replace
from rich.style import Style

from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.preferences import THEMES
from gymtui.ui import GymApp
from gymtui.ui.ascii import lacks_symbols, plain
from gymtui.ui.widgets.counters import change_text
from gymtui.ui.widgets.feed import Feed
from tests.factories import NOW, STATS, visit
from tests.fake_login import FakeLogin
from tests.settled import settled, until_shown
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import a_desk, screen_text

pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).parent.parent


@pytest.mark.parametrize("theme", THEMES)
async def test_every_theme_tells_text_from_its_background(theme: str) -> None:
    desk = a_desk()
    desk.answers = {"Ana Silva": "refused"}
    app = make_app(desk)
    async with app.run_test() as pilot:
        app.action_theme(theme)
        await pilot.press(*"4711", "enter", "f4", "m", "down")
        await pilot.pause()
        for strip in app.screen._compositor.render_strips():
            for text, style, _ in strip:
                if text.strip() and style and style.color and style.bgcolor:
                    assert style.color.is_default or style.color != style.bgcolor, text


async def test_the_ansi_theme_takes_the_terminals_own_colours() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        app.action_theme("ansi")
        await pilot.press("m", "down")
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        styles = [style for strip in strips for _, style, _ in strip if style]
        colours = [colour for style in styles for colour in (style.color, style.bgcolor) if colour]
        assert {colour.type.name for colour in colours} <= {"DEFAULT", "STANDARD"}


async def test_no_color_leaves_words_and_symbols(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter")
        assert "✓ Ana Silva checked in" in screen_text(app)
        strips = app.screen._compositor.render_strips()
        colours = [style.color for strip in strips for _, style, _ in strip if style and style.color]
        assert all(len(set(colour.triplet or (0,))) == 1 for colour in colours)


@pytest.mark.parametrize(
    ("environment", "lacks"),
    [
        ({}, False),
        ({"LANG": "de_CH.UTF-8"}, False),
        ({"LANG": "de_CH.UTF-8", "LC_ALL": "C"}, True),
        ({"LANG": "C.utf8", "TERM": "linux"}, True),
    ],
)
def test_a_terminal_says_whether_it_has_symbols(environment: dict[str, str], lacks: bool) -> None:
    assert lacks_symbols(environment) == lacks


def test_plain_text_takes_as_many_cells() -> None:
    assert plain("✓ Zoë — 田 ▁█ ╭╮") == "+ Zoe - ?? _# ++"


def signs(folder: str) -> set[str]:
    """Every sign in the texts of a package that ASCII does not have."""
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {c for c in node.value if not c.isascii() and unicodedata.category(c)[0] in "PS"}
    return found


@pytest.mark.parametrize("folder", ["gymtui/ui", "gymtui/demo", "gymtui/client", "gymtui/programs", "server/gym"])
def test_every_sign_of_the_screens_has_one_in_ascii(folder: str) -> None:
    typed = {"£", "�"}  # by a key of some keyboards, and in the place of what cannot be read
    assert [sign for sign in sorted(signs(folder) - typed) if plain(sign) == "?"] == []


async def test_without_symbols_every_screen_is_ascii() -> None:
    app = GymApp(cast(Desk, a_desk()), cast(Login, FakeLogin()), url="ws://x/", clock=lambda: NOW, ascii=True)
    async with app.run_test(size=(120, 40)) as pilot:
        for key in ("m", "f3", "f9", "f6", "f1"):
            await pilot.press(key)
            await pilot.pause()
            assert screen_text(app).isascii(), key


async def test_the_day_is_compared_with_last_week_and_drawn_by_the_hour() -> None:
    assert change_text(STATS) == ""
    assert change_text(replace(STATS, same_weekday=1100)) == "+9 %"
    assert change_text(replace(STATS, same_weekday=1)) == ""
    assert change_text(replace(STATS, today_total=9, same_weekday=10)) == ""  # two minutes after opening
    assert change_text(replace(STATS, today_total=10, same_weekday=20)) == "-50 %"
    desk = FakeDesk()
    desk.replica.stats = replace(STATS, same_weekday=1300, hours=(0, 0, 10, 5, 10, *[0] * 19))
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "TODAY  █▅█" in screen_text(app)
        assert "1,204  -7 %" in screen_text(app)


async def test_nothing_is_painted_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(a_desk())
    frames: list[object] = []
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter")
        monkeypatch.setattr(app, "_display", lambda _, frame: frames.append(frame))
        for key in ("f3", "f9", "f6", "escape"):
            frames.clear()
            await pilot.press(key)
            await until_shown(pilot, lambda: bool(frames))
            await pilot.pause(0.3)  # a timer that runs has come before the loop wakes us
            frames.clear()
            await pilot.pause(0.4)
            assert frames == [], key


async def test_a_look_is_worked_out_once_until_the_theme_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, asked = FakeDesk([], [visit(1, "Ana Silva")]), list[str]()
    work_out = Feed.get_component_rich_style

    def counted(feed: Feed, name: str) -> Style:
        asked.append(name)
        return work_out(feed, name)

    monkeypatch.setattr(Feed, "get_component_rich_style", counted)
    async with make_app(desk).run_test() as pilot:
        for seq in (2, 3, 4):
            desk.service.publish("events", [visit(seq, f"Person {seq}")])
            await settled(pilot)
        assert {"feed--name", "feed--in", "feed--time"} <= set(asked)
        shown, before = pilot.app.screen.query_one(Feed).render_line(1), len(asked)
        assert before == len(set(asked))
        pilot.app.theme = "paper"
        await settled(pilot)
        assert len(asked) > before
        assert pilot.app.screen.query_one(Feed).render_line(1) != shown
