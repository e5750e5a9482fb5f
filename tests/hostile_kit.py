"""What the tests of a hostile server share: what it says in the place of anything, and messages that have it there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from gymtui import codec
from tests.codec_kit import GYM, REFUSAL, SERVER_EXAMPLES, as_batch, event, note, person

OBEYED: Final = "\x07\x1b\x7f\x9b\u202e\u2066"
HOSTILE: Final = f"{OBEYED}[31mX\nY"
HUGE: Final = "a number of 400 digits"  # which stands for one: no encoder writes it
VALUES: Final[tuple[object, ...]] = (HOSTILE, HUGE, -1, 2**63, None, [], {}, True, 1.5, [HOSTILE], {HOSTILE: HOSTILE})

Path = tuple[str | int, ...]


def places(message: Any, at: Path = ()) -> Iterator[Path]:
    """Where something stands in a message."""
    yield at
    if isinstance(message, dict | list):
        for key, value in message.items() if isinstance(message, dict) else enumerate(message):
            yield from places(value, (*at, key))


def with_(message: Any, at: Path, value: object) -> bytes:
    """The message with something else in one place."""
    changed = json.loads(json.dumps([message]))
    inside = changed
    for key in (0, *at)[:-1]:
        inside = inside[key]
    inside[(0, *at)[-1]] = value
    return json.dumps(changed[0]).replace(f'"{HUGE}"', "1" + 400 * "0").encode()


def frames() -> Iterator[bytes]:
    """Each message of a server, with each of these in each place."""
    batch = as_batch(event(1), person(2), note(3), REFUSAL, GYM)
    for message in (*map(codec.message, SERVER_EXAMPLES), batch):
        told = json.loads(message)
        for at in places(told):
            yield from (with_(told, at, value) for value in VALUES)


def obeys_nothing(said: str) -> bool:
    """Has it nothing that a terminal obeys, and no line that began in a text from outside?"""
    return not set(said) & set(OBEYED) and not any(line.startswith("Y") for line in said.splitlines())
