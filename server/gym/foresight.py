"""What is known of a command before its turn: the first questions that it asks the database."""

from __future__ import annotations

from gymtui.cards.frame import framed
from gymtui.cards.keys import EXACT
from gymtui.protocol import CheckIn, CheckOut, Command
from server.store import Foreseen, Work


def foreseen(command_id: str, asked: Command, do: Work) -> Foreseen:
    """`do` is the work of that command. Of a card, the key is asked for by which most are found."""
    if not isinstance(asked, CheckIn | CheckOut):
        return Foreseen(do, command_id)
    if "\0" in (asked.code or asked.member_id or ""):  # where SQLite reads JSON, it ends a text
        return Foreseen(do, command_id)
    key = None if asked.code is None else EXACT + framed(asked.code)
    return Foreseen(do, command_id, key, asked.member_id)
