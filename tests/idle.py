"""A pilot that waits for messages, and not for the clock.

Textual's own sleeps 40 ms and more for each key, until the process looks idle by its CPU time, and asks each widget
behind each key whether it is done: most of what the tests of screens took. What a key leads to is steps of tasks, and
the loop knows whether one of them is still to come.
"""

from __future__ import annotations

import asyncio
from typing import Any

import textual.app
import textual.pilot
from textual._context import active_app
from textual.pilot import Pilot
from textual.screen import Screen


async def idle(*_: object) -> None:
    """Until nobody can go on without time, a thread or the network, and the screen is laid out and painted; or the app
    has ended."""
    app = active_app.get()
    await _everybody_rests()
    while app.is_running:  # once it has ended, a screen that is still to be painted never is
        if app._resize_event is not None:
            app._check_resize()
        elif app.screen_stack and _waits_for_its_timer(app.screen):
            app.screen._on_timer_update()
        elif app.screen_stack and (below := app.screen_stack[0]).is_current and below._layout_required:
            below._on_timer_update()  # Textual's own, which is laid out once though nobody sees it
        elif hasattr(app, "keys") and app.keys._bursts._burst:
            app.call_later(app.keys.settle)  # time has passed, as it does behind a key that somebody presses
        else:
            return
        await _everybody_rests()


async def _everybody_rests() -> None:
    """No task has a step left that it could take now."""
    loop: Any = asyncio.get_running_loop()
    await asyncio.sleep(0)
    while loop._ready:
        await asyncio.sleep(0)


def _waits_for_its_timer(screen: Screen[object]) -> bool:
    """Is there something that a screen does sixty times a second, and not at once?"""
    waits = screen._layout_required or screen._scroll_required or screen._repaint_required or screen._recompose_required
    return bool(screen.is_current and (waits or screen._dirty_widgets or screen._callbacks))


async def _rest(_: Pilot[object]) -> bool:
    await _everybody_rests()
    return True


def wait_for_messages() -> None:
    """From here on, in this process, every pilot."""
    modules: tuple[Any, ...] = (textual.app, textual.pilot)
    for module in modules:
        module.wait_for_idle = idle
    textual.pilot.Pilot._wait_for_screen = _rest  # type: ignore[assignment,method-assign]
