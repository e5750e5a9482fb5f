"""Keys with times of their own: as a reader sends them, or as a person types them, though they come in one gulp."""

from __future__ import annotations

import time
from itertools import count
from typing import Any, Final

from textual import events
from textual.app import App

READER: Final = 0.008  # seconds between two keys of a usual reader
HAND: Final = 0.12  # and of a person
_began, _sent = time.monotonic(), count(1)


def scan(app: App[Any], *keys: str, gap: float = READER) -> None:
    """One burst, a second behind whatever was sent before; `keys` end with what the reader ends with."""
    _send(app, *keys, gap=gap)


def gulp(app: App[Any], *keys: str) -> None:
    """Typed one by one, while the console was busy."""
    _send(app, *keys, gap=HAND)


def _send(app: App[Any], *keys: str, gap: float) -> None:
    start = _began + 100.0 * next(_sent)
    for number, key in enumerate(keys):
        event = events.Key(key, key if len(key) == 1 else None)
        event.time = start + number * gap
        app.post_message(event)
