"""The member's card on a wide screen."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.protocol import MemberCard
from gymtui.ui import GymApp
from gymtui.ui.screens import front_desk
from tests.factories import GYM, member, refusal, visit
from tests.settled import until_shown
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import BEN, screen_text

pytestmark = pytest.mark.slow

ANA = member(
    1,
    "Ana Silva",
    plan="Gold",
    valid_until="2027-03-01",
    visits_left=7,
    birth_date="1988-11-18",
    phone="+41 79 555 12 12",
    notes="Side door, \x1b[2J[red]please[/].",
    alerts=("locker 12",),
)


async def shown(app: GymApp, pilot: Pilot[None], words: str) -> str:
    """The screen once it has these words, which may be a pattern."""
    await until_shown(pilot, lambda: re.search(words, screen_text(app)) is not None)
    return screen_text(app)


async def test_the_card_shows_whom_it_is_about_and_what_to_know() -> None:
    desk = FakeDesk([ANA, BEN], [visit(1, "Ana Silva", minutes=50, check_out_time="2026-11-18T16:17:00.000Z")])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        assert "Whoever is typed" in screen_text(app)
        await pilot.press("a", "n")
        text = await shown(app, pilot, "1 · Gold")
        for words in ("1 · Gold", "✓ may come in", "until 1 Mar 2027", "7 left", "+41 79 555 12 12", "! locker 12"):
            assert words in text
        assert "18 Nov — today!" in text
        assert "Side door, [2J[red]please[/]." in text
        assert "Wed 18 Nov  16:34  43 min" in text
        await pilot.press("escape", *"4712", "enter")
        assert "1 · Gold" not in await shown(app, pilot, "4712")


async def test_the_server_knows_more_than_the_desk() -> None:
    desk = FakeDesk([ANA])
    visits = tuple(visit(n, "Ana Silva", minutes=n * 1440) for n in range(1, 4))
    desk.service.cards = {ANA.id: MemberCard(replace(ANA, plan="Platinum"), visits)}
    app = make_app(desk)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.press("a", "n")
        assert "Sun 15 Nov  17:24" in await shown(app, pilot, "1 · Platinum")


async def test_a_card_is_drawn_once_nobody_else_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = FakeDesk([ANA, BEN])
    app = make_app(desk)
    seen: list[str] = []
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.watch(app.screen, "person", lambda person: seen.append(person.member.full_name), init=False)
        monkeypatch.setattr(front_desk, "REST", 3600)
        await pilot.press("1", "enter")
        monkeypatch.setattr(front_desk, "REST", 0)
        await pilot.press(*"4712", "enter")
        await shown(app, pilot, "4712")
        assert seen == ["Ben Ode"]


async def test_a_narrow_screen_has_no_card_and_a_refusal_its_reason() -> None:
    desk = FakeDesk([ANA], [refusal(1, "Ben Ode")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("a", "n")
        assert "Gold" not in screen_text(app).replace(f"{ANA.plan:<10}", "")
        await pilot.press("escape")
        assert re.search("refused +membership expired 3 Nov", screen_text(app))
        assert GYM.name in screen_text(app)
