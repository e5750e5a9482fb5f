"""The commands that can be given by their names on a screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.screen import Screen

from gymtui.keys import COMMANDS, shown
from gymtui.ui.box.offer import SIGN, Option, is_called


def options(screen: Screen[Any]) -> Iterator[Option]:
    """Each that somebody there does now, with its key as it is now."""
    keys = {active.binding.id: key for key, active in reversed(screen.active_bindings.items())}
    for name, command in COMMANDS.items():
        verb = command.action.partition("(")[0]
        known = any(hasattr(node, f"action_{verb}") for node in (screen, screen.app))
        if command.typed and known and (not command.keys or name in keys):
            yield Option(
                name, shown(keys[name]) if name in keys else "", command.what, command.called[1:], command.takes_words
            )


def is_command(text: str) -> bool:
    """Is it one as it is given on any screen, with words behind its name only where it takes some?"""
    name, _, behind = text.removeprefix(SIGN).partition(" ")
    typed = (command for command in COMMANDS.values() if command.typed and is_called(command.called, name))
    return any(command.takes_words or not behind for command in typed)


async def run(screen: Screen[Any], option: Option, words: str = "") -> None:
    """Gives it, with the words behind it: to the screen where that has it, else to the app."""
    action = COMMANDS[option.name].action + (f"({words!r})" if words else "")
    here = hasattr(screen, f"action_{action.partition('(')[0]}")
    await screen.run_action(action if here else f"app.{action}")
