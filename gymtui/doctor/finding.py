"""What `gymtui doctor` says of one thing."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Mark = Literal["ok", "look", "bad"]


class Finding(Struct, frozen=True):
    """What it is about, how that is, and a sentence, which has a next step where it is not ok. `look`: it goes on as it
    is, and somebody should know."""

    about: str
    mark: Mark
    sentence: str
