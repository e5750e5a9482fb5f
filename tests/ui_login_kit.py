"""What the tests of the login screen share."""

from __future__ import annotations

from collections.abc import Callable

from gymtui.ui import GymApp
from tests.ui_front_desk_kit import screen_text


def shows(app: GymApp, words: str) -> Callable[[], bool]:
    """A condition for `until`: these words are on the screen."""
    return lambda: words in screen_text(app)
