"""What the tests of the override share: a refusal, and which step is asked for."""

from __future__ import annotations

from time import monotonic

from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

from gymtui.client.state import Verdict
from gymtui.ui import GymApp
from gymtui.ui.box.override import OverrideMode
from gymtui.ui.box.pin import PinMode
from gymtui.ui.screens.box import BoxScreen
from tests.factories import NOW
from tests.ui_fakes import FakeDesk
from tests.ui_front_desk_kit import BEN

PIN = "904517"


def screen(app: GymApp) -> BoxScreen:
    """The screen with the box, which must be up."""
    assert isinstance(app.screen, BoxScreen)
    return app.screen


def step(app: GymApp) -> str | None:
    """What the override asks for now: the reason, the manager or the PIN; None where nobody overrides."""
    mode = screen(app).mode
    return mode.override.step if isinstance(mode, OverrideMode | PinMode) else None


async def keyed(pilot: Pilot[None], text: str, gap: float) -> None:
    """The text and an Enter, a key every `gap` seconds as far as their events say, a second behind what was before."""
    at = monotonic() + 1
    for number, key in enumerate([*text, "enter"]):
        event = events.Key(key, key if len(key) == 1 else None)
        event.time = at + gap * number
        pilot.app.post_message(event)
    await pilot.pause()


async def scanned(pilot: Pilot[None], text: str) -> None:
    """As a scanner types it."""
    await keyed(pilot, text, 0.005)


async def typed(pilot: Pilot[None], text: str) -> None:
    """As fingers do."""
    await keyed(pilot, text, 0.2)


def wrong_pin(desk: FakeDesk, detail: str = "no manager has that name and PIN") -> None:
    """The server's answer."""
    wrong = Verdict(kind="refused", subject="Ben Ode", command_id="o1", at=NOW, next_command="override", detail=detail)
    desk.publish("verdict", replace(wrong, member=BEN.ref))


async def refused(pilot: Pilot[None], desk: FakeDesk) -> None:
    """Ben Ode has just been refused, and F8 was pressed."""
    desk.answers = {"Ben Ode": "refused"}
    await pilot.press(*"4712", "enter", "f8")
