"""A pilot that waits for messages, and not for the clock.

Textual's own sleeps 40 ms and more for each key, until the process looks idle by its CPU time: most of what the tests
of screens took. What a key leads to is messages, and those can be waited for: a round of callbacks through every
widget's queue, again and again until one finds all queues empty.
"""

from __future__ import annotations

import asyncio
from typing import Any

import textual.app
import textual.pilot
from textual._context import active_app
from textual.message_pump import MessagePump
from textual.screen import Screen


async def idle(*_: object) -> None:
    """Until nobody has a message left, and what the screen has to lay out or paint is done, or the app has ended."""
    app = active_app.get()
    await asyncio.sleep(0)
    if app.is_running and hasattr(app, "keys"):
        app.call_later(app.keys.settle)  # time has passed, as it does behind a key that somebody presses
    while app.is_running:  # once it has ended, a screen that is still to be painted never is
        pumps = [app, *(app.screen.walk_children(with_self=True) if app.screen_stack else ())]
        if any(pump._message_queue.qsize() or pump._next_callbacks for pump in pumps if pump.is_running):
            await asyncio.gather(*(_processed(pump) for pump in pumps))
        elif app._resize_event is not None:
            app._check_resize()
        elif app.screen_stack and _waits_for_its_timer(app.screen):
            app.screen._on_timer_update()
        else:
            return
        await asyncio.sleep(0)


def _waits_for_its_timer(screen: Screen[object]) -> bool:
    """Is there something that a screen does sixty times a second, and not at once?"""
    waits = screen._layout_required or screen._scroll_required or screen._repaint_required or screen._recompose_required
    return bool(screen.is_current and (waits or screen._dirty_widgets or screen._callbacks))


async def _processed(pump: MessagePump) -> None:
    """All that waits in this queue now is done."""
    done = asyncio.Event()
    if pump.is_running and pump.call_later(done.set):
        await done.wait()


def wait_for_messages() -> None:
    """From here on, in this process, every pilot."""
    modules: tuple[Any, ...] = (textual.app, textual.pilot)
    for module in modules:
        module.wait_for_idle = idle
