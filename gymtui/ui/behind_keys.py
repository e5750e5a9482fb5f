"""Imports what keys open, once the front desk is there: a start does not wait for it, and no key does.

Nor is it put off until then: a desk runs for weeks, and its files may be those of another version by the time somebody
presses the key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from gymtui.ui import box, screens

PAUSE: Final = 0.1  # seconds before each module: most take 2 ms, and a key that comes has its turn between them


def names() -> Iterator[str]:
    """Every module of the screens, and of the box's modes."""
    for package in (screens, box):
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            yield module.name


async def import_behind_keys(pause: Callable[[float], Awaitable[object]]) -> None:
    """All of them, one by one."""
    for name in names():
        await pause(PAUSE)
        import_module(name)
