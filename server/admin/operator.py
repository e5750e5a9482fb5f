"""Who gives a command of `gymtui admin`: the system's user, at which machine."""

from __future__ import annotations

import getpass
import os
import socket
from typing import Final

from gymtui.printable import printable
from server.store import Access, Transaction

BY_COMMAND: Final = "gymtui admin"


def note(tx: Transaction, what: str, about: str = "", outcome: str = "") -> None:
    """A row of the audit about what the command does in this commit."""
    tx.note_access(Access(what=what, who=BY_COMMAND, origin=operator(), about=about, outcome=outcome))


def operator() -> str:
    """`pat@front-desk`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        user = str(os.getuid())
    return printable(f"{user}@{socket.gethostname()}")
