"""The engines that a store may have: each test of the store runs on each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

ENGINES: Final = ("sqlite",)


class Engine(NamedTuple):
    """An engine by its name, and an empty `database` of it, as `open_store` takes it."""

    name: str
    database: str | Path
