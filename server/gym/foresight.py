"""What is known of a command before its turn: the first questions that it asks the database."""

from __future__ import annotations

from gymtui.cards.keys import levels
from gymtui.protocol import CheckIn, CheckOut, Command
from server.store import Foreseen, Work


def foreseen(command_id: str, asked: Command, do: Work) -> Foreseen:
    """`do` is the work of that command. Of a card, those keys are asked for under which most are found."""
    if not isinstance(asked, CheckIn | CheckOut):
        return Foreseen(do, command_id)
    if "\0" in (asked.code or asked.member_id or ""):  # where SQLite reads JSON, it ends a text
        return Foreseen(do, command_id)
    keys = () if asked.code is None else next(levels(asked.code), ())
    return Foreseen(do, command_id, keys, asked.member_id)
