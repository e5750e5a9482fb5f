"""What the tests of the front desk share: four members, a desk that knows them, what is on the screen."""

from __future__ import annotations

from textual.pilot import Pilot

from gymtui.client.state import Verdict, VerdictKind
from gymtui.ui import GymApp
from gymtui.ui.screens.front_desk import FrontDesk
from tests.factories import NOW, member, visit
from tests.ui_fakes import FakeDesk

ANA, BEN, MAYA, MAX = member(4711, "Ana Silva"), member(4712, "Ben Ode"), member(81, "Maya Quist"), member(82, "Max O")


def a_desk() -> FakeDesk:
    """A desk that knows four members, and has seen two come in."""
    return FakeDesk([ANA, BEN, MAYA, MAX], [visit(1, "Zoe Huber", minutes=2), visit(2, "Ida Vogel")])


def screen_text(app: GymApp) -> str:
    """All that is on the screen, line by line."""
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in lines)


def front(app: GymApp) -> FrontDesk:
    """The front desk, which must be on the screen."""
    assert isinstance(app.screen, FrontDesk)
    return app.screen


async def go_back(pilot: Pilot[None], app: GymApp) -> None:
    """To the front desk as it began: nothing is typed there, and its box checks in."""
    while app.screen is not app.front_desk or app.front_desk.text or len(app.front_desk.modes) > 1:
        await pilot.press("escape")


def later(kind: VerdictKind, subject: str, command_id: str) -> Verdict:
    """A verdict of the server, which comes after the desk's own."""
    return Verdict(kind=kind, subject=subject, command_id=command_id, at=NOW, detail="payment overdue")
