"""The audit of the demo: every command that was answered against the rows of the server's own journal."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from gymtui.client.state import Verdict

logger = logging.getLogger(__name__)

DONE: Final = frozenset({"checked_in", "checked_out", "undone", "warned"})  # verdicts that promise a row


class Tally(Struct, frozen=True):
    """Commands done at this desk; of them those without a row in the journal, and those with more than one."""

    done: int = 0
    lost: int = 0
    doubled: int = 0


class _Row(Struct):
    command_id: str = ""


class Ledger:
    """Reads the database at `path`, and changes nothing in it."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.as_uri()}?mode=ro"
        self._done: set[str] = set()
        self._rows: Counter[str] = Counter()
        self._seq = 0

    def hear(self, verdict: Verdict) -> None:
        """A later word on a command."""
        if verdict.kind in DONE:
            self._done.add(verdict.command_id)

    def look(self) -> Tally:
        """Counts anew, with what the journal has by now; sqlite3.Error where it cannot be read just now."""
        # A row is counted by what it says, not by the column that the server keeps unique.
        with closing(sqlite3.connect(self._uri, uri=True, timeout=0.2)) as database:
            rows = database.execute("SELECT seq, payload FROM journal WHERE seq > ? ORDER BY seq", (self._seq,))
            for seq, payload in rows:
                self._seq = seq
                self._rows[msgspec.json.decode(payload, type=_Row).command_id] += 1
        counts = [self._rows[id] for id in self._done]
        return Tally(done=len(counts), lost=counts.count(0), doubled=sum(count > 1 for count in counts))
