"""Everything that can be done at the console: its `:name`, its key, and what it does.

The one registry: bindings, footer, help, the completion of `:` and `gymtui keys` are written from it, and `[keys]` in
gymtui.toml gives a name other keys. It knows no screen, so that it can be printed without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from gymtui.errors import GymError


class KeysError(GymError):
    """A line of `[keys]` that cannot be."""


class Command(Struct, frozen=True):
    """`name` is what is typed after `:`, where it can be `typed` at all, and `takes_words` behind it; `also` is what
    others call it. `keys` has Textual's names, separated by commas; `label` is for the footer. `at` names the commands
    that open the screens where it is given, where these are not the front desk's."""

    name: str
    keys: str
    label: str
    what: str
    typed: bool = True
    also: str = ""
    takes_words: bool = False
    at: str = ""

    @property
    def called(self) -> tuple[str, ...]:
        """All that it is called, its own name first."""
        return (self.name, *self.also.split())

    @property
    def action(self) -> str:
        """`theme paper` is the action `theme('paper')`."""
        verb, *arguments = self.name.replace("-", "_").split()
        return f"{verb}({', '.join(map(repr, arguments))})" if arguments else verb


COMMANDS: Final[dict[str, Command]] = {
    command.name: command
    for command in (
        Command("log-in", "ctrl+l", "log in", "logs in again, or somebody else", also="user switch"),
        Command(
            "try-again",
            "ctrl+r",
            "try again",
            "connects now, and starts again what has stopped",
            also="retry reconnect",
        ),
        Command("help", "f1", "help", "explains the screen one is on", also="? h man"),
        Command(
            "history",
            "f2",
            "history",
            "shows who came and when, and goes back",
            also="visits past log at",
            takes_words=True,
        ),
        Command("who", "f3", "who's in", "shows who is in, and goes back", also="in present inside"),
        Command("check-out", "f4", "check-out", "checks out the next one", also="out"),
        Command("guest", "f5", "guest", "signs a guest up for today, and lets one in", also="visitor daypass trial"),
        Command("undo", "ctrl+z", "undo", "takes back what this desk did last", also="u"),
        Command("override", "f8", "override", "lets in whom the rules have just refused"),
        Command(
            "correct",
            "ctrl+o",
            "correct",
            "puts the chosen visit right: who, when, or never",
            also="fix wrong",
            at="history",
        ),
        Command("mark", "insert,ctrl+@", "mark", "marks the chosen one, to check out several", at="who"),
        Command("sort", "ctrl+t", "sort", "sorts by time, or by name", at="who"),
        Command("send-again", "enter", "send again", "sends a command that was set aside once more", typed=False),
        Command("take-away", "delete", "take away", "takes away a command that was set aside", typed=False),
        Command("other-field", "tab", "other field", "goes to the other field", typed=False),
        Command(
            "member",
            "ctrl+g",
            "member",
            "opens whoever was found or named last, to change what is kept of them",
            also="edit change open profile",
        ),
        Command("palette", "ctrl+p", "more", "lists all commands; the same as typing :", typed=False),
        Command("mask", "f7", "mask", "hides names, phones and notes, or shows them", also="privacy hide"),
        Command(
            "connection", "f9", "connection", "shows connection and queue, and goes back", also="queue network status"
        ),
        Command("conflicts", "f6", "conflicts", "shows what did not fit offline, and goes back", also="clashes"),
        Command("undo-one", "", "", "takes back one of the last, from a list", also="undo-list pick"),
        Command("new", "", "", "signs a new member up", also="signup join add"),
        Command(
            "renew", "", "", "renews the membership of whoever was named last", also="extend prolong", takes_words=True
        ),
        Command("freeze", "", "", "freezes it until a day, or ends a freeze", also="pause unfreeze", takes_words=True),
        Command("visits", "", "", "adds visits to a punch card", also="punch topup", takes_words=True),
        Command("note", "", "", "writes a note about whoever was named last", also="notes remark", takes_words=True),
        Command("alert", "", "", "adds an alert, which is said at each check-in", also="warning", takes_words=True),
        Command(
            "card", "", "", "gives a card to whoever was named last; or it was lost, or returned", also="cards barcode"
        ),
        Command("reader", "", "", "learns how this desk's card reader is set, from a few cards", also="scanner"),
        Command("peak", "", "", "shows when it is busy, and goes back", also="busy heat hours-of-the-week stats"),
        Command("policy", "", "", "shows the gym's settings, and goes back", also="gym settings rules hours capacity"),
        Command("import", "", "", "brings a list of members into the gym, and goes back", also="members list migrate"),
        Command(
            "evac",
            "",
            "",
            "calls the roll: who is in, who of them is safe, and goes back",
            also="roll-call evacuation fire drill muster",
        ),
        Command("end", "", "", "ends the roll-call at every desk, with its count", also="over finish", at="evac"),
        Command("print", "", "", "writes the list to a file of plain text, to be printed", also="paper lp", at="evac"),
        Command("export", "", "", "writes the list to a file, as a table", also="csv save", at="history evac"),
        Command("notices", "ctrl+n", "notices", "shows what was told to all, and goes back", also="news alerts"),
        Command("read", "enter", "read", "marks a notice read", typed=False),
        Command("tell", "", "", "tells every desk something, for a manager", also="notify announce", takes_words=True),
        Command("handover", "", "", "hands over to the next shift, with a note", also="shift note", takes_words=True),
        Command("password", "", "", "changes one's own password", also="passwd"),
        Command("log-out", "", "", "logs out, here and at the server", also="logout lock"),
        Command("back", "escape", "back", "goes back one step", typed=False),
        Command("quit", "ctrl+q", "leave", "leaves; what waits in the queue is kept", also="q exit bye x"),
        Command("copy", "ctrl+c", "copy", "copies what is selected, or says which key leaves", typed=False),
        Command("next", "down", "next", "chooses the next row", typed=False),
        Command("previous", "up", "previous", "chooses the row before", typed=False),
        Command("older", "pagedown", "older", "goes down a page"),
        Command("newer", "pageup", "newer", "goes up a page"),
        Command(
            "repaint", "", "", "draws the screen anew, where something else wrote on it", also="redraw refresh clear"
        ),
        Command("theme slate", "", "", "dark colours"),
        Command("theme paper", "", "", "light colours"),
        Command("theme ansi", "", "", "the terminal's own sixteen colours"),
    )
}

_NAMED: Final = {"ctrl+@": "Ctrl+Space", "escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "up": "↑", "down": "↓"}
_KEY: Final = (
    r"((ctrl|shift)\+)*(f([1-9]|1\d|2[0-4])|escape|insert|delete|home|end|pageup|pagedown|up|down|left|right)"
    r"|ctrl\+([a-z@]|underscore|backslash|right_square_bracket)|enter"
)
_TAKEN: Final = {"ctrl+h": "Backspace", "ctrl+i": "Tab", "ctrl+j": "Enter", "ctrl+m": "Enter"}


def shown(keys: str) -> str:
    """The first key as it stands on a keyboard: `ctrl+z` is `Ctrl+Z`."""
    key = keys.partition(",")[0]
    return _NAMED.get(key) or "+".join(part.capitalize() for part in key.split("+"))


def where(name: str, key: Callable[[str], str]) -> str:
    """Where a command is given that is none of this screen's: `F2 or :evac has it`; `key` writes a command's key."""
    return f"{' or '.join(map(key, COMMANDS[name].at.split())) or 'the front desk'} has it"


def keymap(changed: Mapping[str, str]) -> dict[str, str]:
    """The keys that `[keys]` gives to commands, and no others: Textual looks through all of them for each key that is
    pressed. KeysError where a line of it cannot be."""
    keys = {name: command.keys for name, command in COMMANDS.items() if command.keys}
    for name, value in changed.items():
        if name not in keys:
            raise KeysError(f"[keys] names {name}, which does not exist: `gymtui keys` lists what does.")
        pressed = [key.strip().lower().replace("ctrl+space", "ctrl+@") for key in value.split(",")]
        for key in pressed:
            if not re.fullmatch(_KEY, key) or key in _TAKEN:
                why = f"is {_TAKEN[key]}" if key in _TAKEN else "is no F-key and no Ctrl with a letter"
                raise KeysError(f"[keys] gives {name} the key {key!r}, which {why}: please choose another.")
        keys[name] = ",".join(pressed)
    _distinct(keys, changed)
    return {name: keys[name] for name in changed}


def _distinct(keys: Mapping[str, str], changed: Mapping[str, str]) -> None:
    """No key that was changed does two things."""
    for name in changed:
        for other, theirs in keys.items():
            both = set(keys[name].split(",")) & set(theirs.split(","))
            if other != name and both:
                raise KeysError(f"[keys] gives {both.pop()} to {name} and to {other}: please choose another for one.")


def run(*, keys: Mapping[str, str]) -> None:
    """`gymtui keys`: a line a command, as the console has it now."""
    now = keymap(keys)
    for name, command in COMMANDS.items():
        pressed = ", ".join(shown(key) for key in now.get(name, command.keys).split(","))
        print(f"{(':' if command.typed else '') + name:<14}{pressed:<22}{command.what}")
