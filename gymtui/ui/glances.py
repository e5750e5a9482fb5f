"""The screens that one glances at: they come up at their key, and go again where it turns out to begin a scan."""

from __future__ import annotations

from typing import Any, Final

from textual import events
from textual.app import App
from textual.screen import Screen

from gymtui.ui.bindings import command_of
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.help import HelpScreen
from gymtui.ui.screens.rows import RowsScreen

LYING_OVER: Final = (HelpScreen, RowsScreen)  # the screens without a box, which lie over one that has it
FROM_FRONT: Final = ("history", "who", "connection", "conflicts", "notices", "member")  # they do nothing but come up


class Glances:
    """Knows which key only shows something, and how to be back where it was pressed."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._pressed_at: Screen[Any] | None = None

    def begins(self, event: events.Key) -> bool:
        """May it come up before it is known whether this key begins a scan? Where something is begun, or a card checks
        out, a scan would not find what was there before. The history, in which it means what it does on the front desk,
        may be left for another list: a scan that has a key in front does that once, and no more."""
        boxes = [screen for screen in reversed(self._app.screen_stack) if isinstance(screen, BoxScreen)]
        command = command_of(self._app.screen, event.key)
        if not boxes or not (command == "help" or (command in FROM_FRONT and all(map(_is_idle, boxes)))):
            return False
        self._pressed_at = boxes[0] if command == "help" else boxes[-1]
        return True

    def end(self) -> None:
        """It was a scan that began: what has come up since goes."""
        while self._app.screen is not self._pressed_at and isinstance(self._app.screen, (HelpScreen, DeskScreen)):
            self._app.pop_screen()

    def leaves(self, event: events.Key) -> bool:
        """Is it the key that leaves what lies over?"""
        return isinstance(self._app.screen, LYING_OVER) and command_of(self._app.screen, event.key) == "back"

    def to_the_box(self) -> None:
        """Whatever is shown and has the focus, a printable key belongs to the one box."""
        while isinstance(self._app.screen, LYING_OVER):
            self._app.pop_screen()
        screen = self._app.screen
        if isinstance(screen, BoxScreen) and screen.focused is not screen.entry:
            screen.set_focus(screen.entry)


def _is_idle(screen: BoxScreen) -> bool:
    if isinstance(screen, FrontDesk):
        return screen.modes == screen.modes[:1]
    return screen.gives_way and not screen.is_busy
