"""What the tests of the override share: a refusal, and which step is asked for."""

from __future__ import annotations

from textual.pilot import Pilot

from gymtui.ui import GymApp
from gymtui.ui.box.override import OverrideMode
from gymtui.ui.screens.box import BoxScreen
from tests.ui_fakes import FakeDesk

PIN = "904517"


def screen(app: GymApp) -> BoxScreen:
    """The screen with the box, which must be up."""
    assert isinstance(app.screen, BoxScreen)
    return app.screen


def step(app: GymApp) -> str | None:
    """What the override asks for now: the reason, the manager or the PIN; None where nobody overrides."""
    mode = screen(app).mode
    return mode.override.step if isinstance(mode, OverrideMode) else None


async def refused(pilot: Pilot[None], desk: FakeDesk) -> None:
    """Ben Ode has just been refused, and F8 was pressed."""
    desk.answers = {"Ben Ode": "refused"}
    await pilot.press(*"4712", "enter", "f8")
