"""Ways in which a part of a screen breaks, and what has to be seen of it then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from textual.message import Message
from textual.pilot import Pilot

from gymtui.ui.widgets.error_boundary import FaultPanel, LiveWidget, WebSocketErrorBoundary
from tests.settled import until_shown

REASON: Final = "nothing works today"


class Poke(Message):
    """What a live widget chokes on."""


def fail(*_: object) -> None:
    raise ValueError(REASON)


def break_the_render(widget: LiveWidget, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(widget, "render_line" if "render_line" in vars(type(widget)) else "render", fail)
    widget.refresh()


def break_a_handler(widget: LiveWidget, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LiveWidget, "on_poke", fail, raising=False)
    widget.post_message(Poke())


Break = Callable[[LiveWidget, pytest.MonkeyPatch], None]
WAYS: Final = (break_the_render, break_a_handler)


async def stops(pilot: Pilot[None], kind: type[LiveWidget], way: Break, patch: pytest.MonkeyPatch) -> None:
    """It breaks, and nothing but its own panel takes its place."""
    app = pilot.app
    way(app.screen.query_one(kind), patch)
    await until_shown(pilot, lambda: not app.screen.query(kind) and bool(app.screen.query(FaultPanel)))
    panel = app.screen.query_one(FaultPanel)
    assert str(panel.content) == f"✗ stopped, Ctrl+R tries again: {REASON}", kind
    assert panel.region.area > 0, kind


async def comes_back(pilot: Pilot[None], kind: type[LiveWidget]) -> None:
    await type_on(pilot, "ctrl+r")
    screen = pilot.app.screen
    await until_shown(pilot, lambda: bool(screen.query(kind)) and not screen.query(FaultPanel))
    assert all(boundary.error is None for boundary in screen.query(WebSocketErrorBoundary)), kind


async def type_on(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        pilot.app.simulate_key(key)
    await pilot.pause()
