"""An eye on the screen of a desk, at every frame of it, and on the server's disk at that moment.

Between a frame and the look at the disk there are some milliseconds. They hide nothing: whatever is asked of a server
that is dead, frozen, out of reach or out of room does not come to be on disk within them.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
import pyte
from msgspec import Struct
from pyte.screens import Char

from gymtui.ui.theme import SLATE
from tests.faults.audit import reading

Did = Literal["in", "out", "undone"]
Colour = Literal["green", "amber", "yellow", "red", "blue"]

COLOURS: Final[dict[Colour, str | None]] = {
    "green": SLATE.success,
    "amber": SLATE.warning,
    "yellow": SLATE.variables["caution"],
    "blue": SLATE.variables["notice"],
}
NEAR: Final = 3  # by how much a channel of a colour may be off: opacity is rounded
EDGE: Final = 2  # the column that a verdict begins in
VERDICT: Final = re.compile(
    r"^  (?P<symbol>[✓!…✗↩]) (?P<name>.+?) "
    r"(?P<word>checked in|checked out|undone|queued|refused|already in)\b(?P<more>.*?) *$"
)
MEANT: Final[dict[tuple[str, str], Colour]] = {
    ("✓", "checked in"): "green",
    ("✓", "checked out"): "green",
    ("✓", "undone"): "green",
    ("…", "queued"): "amber",
    ("!", "checked in"): "yellow",
    ("✗", "refused"): "red",
    ("↩", "already in"): "blue",
}
DONE: Final[dict[str, Did]] = {"checked in": "in", "checked out": "out", "undone": "undone"}
OWN_DISK: Final = ": this desk cannot write to its disk"
ROW: Final = re.compile(
    r"^  (?P<at>\d\d:\d\d:\d\d)  [▲▽↩≡✗◆] (?P<name>.+?) +(?P<what>in|~?out|undone in|undone out|clash|refused)(?= |$)"
)


class Shown(NamedTuple):
    """A row of the feed, or what the journal has for one."""

    at: str
    name: str
    what: str


class _Who(Struct):
    full_name: str


class _Event(Struct):
    """What there is to say of a visit or of a refusal."""

    member: _Who | None = None
    check_in_time: str = ""
    check_out_time: str | None = None
    flags: tuple[str, ...] = ()
    at: str = ""


_read: Final = msgspec.json.Decoder(_Event).decode


class Journal:
    """What is on disk at the server, by the names of the members: `done` counts what was done with whom, `rows` are
    what a feed may show. The gym's time zone is UTC."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._seq = 0
        self.done: Counter[tuple[str, Did]] = Counter()
        self.rows: set[Shown] = set()
        self.read_on()

    def read_on(self) -> None:
        """What has come since the last look."""
        sql = "SELECT seq, type, payload FROM journal WHERE seq > ? AND type IN ('check_in_update', 'refusal')"
        with reading(self._database) as db:
            for seq, type, payload in db.execute(f"{sql} ORDER BY seq", (self._seq,)):
                self._seq = seq
                self._take(type, _read(payload))

    def _take(self, type: str, event: _Event) -> None:
        name = event.member.full_name if event.member else "unknown card"
        if type == "refusal":
            self.rows.add(Shown(event.at[11:19], name, "refused"))
            return
        did: Did = "undone" if "undone" in event.flags else "out" if event.check_out_time else "in"
        what = "undone in" if did == "undone" else did
        self.done[name, did] += 1
        self.rows.add(Shown((event.check_out_time or event.check_in_time)[11:19], name, what))

    def has(self, name: str, did: Did) -> bool:
        """Is it on disk now?"""
        if not self.done[name, did]:
            self.read_on()
        return self.done[name, did] > 0

    def shows(self, row: Shown) -> bool:
        """May a feed say this now?"""
        if row not in self.rows:
            self.read_on()
        return row in self.rows


class Eye:
    """`look` at each frame: `queued` and `refused` are who was called that since `turn` (for refused: because of the
    desk's own disk), `verdicts` counts the words by colour each time they change, `problems` are what should never be
    shown."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._verdict = ""
        self.frames = 0
        self.verdicts: Counter[Colour] = Counter()
        self.rows: set[Shown] = set()
        self.queued: set[tuple[str, Did]] = set()
        self.refused: set[str] = set()
        self.problems: list[str] = []

    def turn(self) -> None:
        """Another round: who was queued or refused before is forgotten."""
        self.queued.clear()
        self.refused.clear()

    def look(self, screen: pyte.Screen) -> None:
        """Looks at one whole frame: each row of the feed, and the verdict with its colour."""
        self.frames += 1
        for y, line in enumerate(screen.display):
            if row := ROW.match(line):
                self._look_at_row(Shown(**row.groupdict()))
            elif line[:EDGE].isspace():
                self._look_at_verdict(line, _colour(screen.buffer[y][EDGE]))

    def _look_at_row(self, row: Shown) -> None:
        if row in self.rows:
            return
        self.rows.add(row)
        if not self._journal.shows(row):
            self.problems.append(f"{row} is in the feed, and not on disk at the server")

    def _look_at_verdict(self, line: str, colour: Colour | None) -> None:
        found = VERDICT.match(line)
        if (found is None and colour is None) or line[EDGE] == "—":  # the second line: what to do next
            return
        news = f"{colour}: {line.strip()}"
        if news == self._verdict or (colour is None and self._verdict.endswith(f": {line.strip()}")):
            return  # the same, or it has faded since
        self._verdict = news
        if found is None or colour is None or MEANT.get((found["symbol"], found["word"])) != colour:
            self.problems.append(f"“{line.strip()}” is shown in {colour or 'no colour'}")
            return
        self.verdicts[colour] += 1
        self._take(found["name"], found["word"], found["more"], colour)

    def _take(self, name: str, word: str, more: str, colour: Colour) -> None:
        if word in DONE and not self._journal.has(name, DONE[word]):
            self.problems.append(f"{name} is {word} on the screen ({colour}), and not on disk at the server")
        elif word == "queued" and not name.endswith("…"):  # whole: what is on its way back needs room for its words
            self.queued.add((name, "undone" if "undo" in more else "out" if "check-out" in more else "in"))
        elif word == "refused" and more.startswith(OWN_DISK):
            self.refused.add(name)


def _colour(cell: Char) -> Colour | None:
    """What a verdict that begins with this cell says by its colours alone; None where it is none of theirs."""
    if cell.data == " ":
        return None
    if _is_near(cell.bg, SLATE.error):
        return "red"
    return next((name for name, colour in COLOURS.items() if _is_near(cell.fg, colour)), None)


def _is_near(shown: str, meant: str | None) -> bool:
    if meant is None or not re.fullmatch("[0-9a-f]{6}", shown):
        return False
    channels = zip(bytes.fromhex(shown), bytes.fromhex(meant.removeprefix("#")), strict=True)
    return all(abs(one - other) <= NEAR for one, other in channels)
