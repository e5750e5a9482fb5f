"""What the tests of ui login share."""

from __future__ import annotations

from collections.abc import Callable

from gymtui.ui import GymApp
from tests.ui_front_desk_kit import screen_text


def shows(app: GymApp, words: str) -> Callable[[], bool]:
    return lambda: words in screen_text(app)
