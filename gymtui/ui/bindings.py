"""Bindings written from the registry of commands, and which key does what now that somebody may have changed it."""

from __future__ import annotations

from textual.binding import Binding
from textual.dom import DOMNode

from gymtui.keys import COMMANDS, shown


def bind(
    name: str, label: str | None = None, *, show: bool = True, priority: bool = False, app: bool = False
) -> Binding:
    """The key of a command, for `BINDINGS`; its id is the command's name. Whoever binds it does it, or the app."""
    command = COMMANDS[name]
    action = f"app.{command.action}" if app else command.action
    return Binding(command.keys, action, label or command.label, show=show, priority=priority, id=name)


def key_of(node: DOMNode, name: str) -> str:
    """The key of a command as it is written; where none does it just now, its name."""
    for key, active in node.screen.active_bindings.items():
        if active.binding.id == name:
            return shown(key)
    return f":{name}"


def command_of(node: DOMNode, key: str) -> str | None:
    """The name of what a key does just now."""
    active = node.screen.active_bindings.get(key)
    return active.binding.id if active else None
