"""`python -m tests.xreader [WORD]`: a reader's key codes in a real terminal, on every keyboard; whom the desk takes.

Each row of the table is a desk of its own, on a virtual X server of its own; WORD runs those rows only that have it.
What is printed is the table of docs/CARDS.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from gymtui.cards.keyboards import LAYOUTS
from gymtui.cards.learning import learn
from gymtui.cards.profile import ReaderProfile
from gymtui.preferences import ChoicesFile
from server.store.opening import opened
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.measured_programs import running
from tests.reader_kinds import BY_KEYBOARD, READERS, typed
from tests.x_terminal import CAPS_LOCK, NUM_LOCK, XTerminal, codes, missing, versions, x_terminal

PAUSE: Final = 0.3  # seconds between two cards
ATTEMPTS: Final = 2  # a busy machine holds a key back, and then the scan is cut in two
UNKNOWN: Final = "Unknown card"
NOBODY: Final = ""


class Scan(NamedTuple):
    """The keys of a US keyboard that a reader presses, as `x_terminal.codes` takes them; whose number that is, or what
    is said where it is nobody's."""

    keys: str
    number: str = NOBODY
    says: str = UNKNOWN


class Row(NamedTuple):
    """A desk: its keyboard, and what it has learned of its reader. `others` are numbers that no scan here means."""

    what: str
    layout: str
    scans: Sequence[Scan]
    reader: ReaderProfile | None = None
    caps_lock: bool = False
    num_lock: bool = False
    others: Sequence[str] = ()


def rows() -> Iterator[Row]:
    """The table."""
    for layout in LAYOUTS:
        yield Row("digits", layout, [Scan("100060<CR>", "100060"), Scan("0012345678<CR>", "0012345678")])
        yield Row("a code that nobody has", layout, [Scan("10006<CR>"), Scan("GYM2-100060<CR>")], others=["100060"])
        identified = [Scan("]C1100060<CR>", "100060" if layout == "us" else NOBODY)]
        # Where `]` is a dead key it takes the C too: what is left is a number, and nobody can tell.
        others = ["100060"] if layout == "ch" else ["100060", "1100060"]
        yield Row("an AIM identifier", layout, identified, others=others)
        yield Row("keypad digits", layout, [Scan("<1><0><0><0><6><0><Enter>", "100060")], num_lock=True)
        keypad = Scan("<1><0><0><0><6><0><Enter>", says="NumLock is off")
        yield Row("keypad digits, NumLock off", layout, [keypad], others=["100060"])
        alone = [Scan("100060<CR>", "100060"), Scan("0012345678<CR>", "0012345678")]
        yield Row("digits, Caps Lock on", layout, alone, caps_lock=True)
        for caps_lock in (False, True):
            yield _learned("a prefix", layout, caps_lock=caps_lock)
    for end in ("<CR>", "<LF>", "<Tab>", "<Enter>", "<CR><LF>", "<Tab><CR>", "<CR><CR>"):
        yield Row(f"ends with {end}", "us", [Scan(f"100060{end}", "100060"), Scan(f"100061{end}", "100061")])
    yield Row("GS as F8", "us", [Scan("AB<F8>12217<CR>", "AB12217")], others=["12217"])
    yield Row("GS as Ctrl+]", "us", [Scan("AB<^]>12217<CR>", "AB12217")], others=["12217"])
    yield Row("GS as Ctrl+]", "de", [Scan("AB<^]>12217<CR>")], others=["AB12217", "12217"])
    separated = Scan("AB<Alt 0><Alt 2><Alt 9>12217<CR>")
    yield Row("GS as Alt+029", "us", [separated], others=["AB12217", "12217", "02912217"])
    yield Row("GS as Alt+029", "us", [separated], others=["AB12217", "12217", "02912217"], num_lock=True)
    alt = "".join(f"<Alt {digit}>" for c in "100060" for digit in f"{ord(c):04}")
    yield Row("every character as Alt+0049", "us", [Scan(f"{alt}<CR>")], others=["100060"], num_lock=True)
    yield Row("every character as Alt+0049", "us", [Scan(f"{alt}<CR>")], others=["100060"])
    yield Row("letters, Caps Lock on", "us", [Scan("gymA-77<CR>", "GYMa-77")], caps_lock=True)
    yield Row("a command", "us", [Scan(":quit<CR>", says="no digit"), Scan("100060<CR>", "100060")])
    for kind in READERS:
        if kind not in BY_KEYBOARD:
            yield _learned(kind, "us")


def _learned(kind: str, layout: str, *, caps_lock: bool = False) -> Row:
    """A reader of that kind, once it is learned from three cards; then two others. Where it cannot be learned: nobody,
    or its own."""
    listed, arrives = READERS[kind]
    random = Random(f"{kind} {layout}")
    numbers = list(dict.fromkeys(listed(random) for _ in range(20)))
    there = typed(layout, caps_lock=caps_lock)
    lesson = learn([(there(arrives(number)), number) for number in numbers[:3]], numbers)
    scans = [Scan(f"{arrives(number)}<CR>", number if lesson.learned else NOBODY) for number in numbers[-2:]]
    what = f"{kind}, {'learned' if lesson.learned else 'not learned'}{', Caps Lock on' if caps_lock else ''}"
    return Row(what, layout, scans, lesson.learned, caps_lock, others=numbers[:-2])


def played(row: Row, folder: Path) -> list[str]:
    """Who came in and should not have, or did not and should. TimeoutError: what should be said never was."""
    gym = folder / "gym.db"
    marks = [str(900_001 + n) for n in range(len(row.scans))]
    numbers = dict.fromkeys([*marks, *row.others, *(scan.number for scan in row.scans if scan.number)])
    make_gym(gym, *(member_row(number, _name(number)) for number in numbers))
    ChoicesFile(folder / "gymtui").keep(reader=row.reader)
    with running("serve", "--port", "0", "--database", str(gym)) as server:
        assert server.stdout is not None
        desk = [sys.executable, "-m", "gymtui", "--url", server.stdout.readline().split()[-1], "--desk", "bar"]
        there = {"GYMTUI_TOKEN": token(gym, "ana"), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        with x_terminal(desk, row.layout, folder, **there) as terminal:
            terminal.until(lambda text: "● live" in text and "scan a card, or type" in text)
            if row.caps_lock:
                terminal.press([str(CAPS_LOCK)])
            wrong: list[str] = []
            for scan, mark in zip(row.scans, marks, strict=True):
                before = _came_in(gym)
                _scan(terminal, scan, mark, num_lock=row.num_lock)
                came = [name for name in _came_in(gym)[len(before) :] if name != _name(mark)]
                if came != ([_name(scan.number)] if scan.number else []):
                    wrong.append(f"{scan.keys}: {came} came in, not {scan.number or 'nobody'}")
            return wrong


def _scan(terminal: XTerminal, scan: Scan, mark: str, *, num_lock: bool) -> None:
    """The scan, until its words are on the screen; and behind it a number of the keypad, which is the same on every
    keyboard: once that has come in, whoever the scan meant has."""
    time.sleep(PAUSE)
    if num_lock:
        terminal.press([str(NUM_LOCK)])
        time.sleep(PAUSE)
    terminal.press(codes(scan.keys))
    expected = f"{_name(scan.number)} checked in" if scan.number else scan.says
    terminal.until(lambda text: expected in text)
    if not num_lock:
        terminal.press([str(NUM_LOCK)])
    time.sleep(PAUSE)
    terminal.press(codes("".join(f"<{digit}>" for digit in mark) + "<Enter>"))
    terminal.until(lambda text: f"{_name(mark)} checked in" in text)
    terminal.press([str(NUM_LOCK)])


def _came_in(gym: Path) -> list[str]:
    with opened(gym) as store:
        return [visit.member.full_name for visit in store.all_visits()]


def _name(number: str) -> str:
    return f"Member {number}"


def main() -> int:
    """Plays the rows, says what each came to, and how many were wrong; 1 where any was, 2 where it cannot run."""
    if packages := missing():
        print(f"Here is no terminal to press keys in: apt-get install {' '.join(packages)}")
        return 2
    words = sys.argv[1:]
    table = [row for row in rows() if all(word in f"{row.what} {row.layout}" for word in words)]
    wrong = [row for row in table if not _is_right(row)]
    print(f"{len(table)} desks, {len(wrong)} wrong; {versions()}")
    return 1 if wrong else 0


def _is_right(row: Row) -> bool:
    whose = ", ".join("its own" if scan.number else f"nobody: {scan.says}" for scan in row.scans)
    for attempt in range(ATTEMPTS):
        with TemporaryDirectory() as folder:
            try:
                wrong = played(row, Path(folder))
            except TimeoutError as error:
                wrong = [f"attempt {attempt + 1}: {error}"]
                print(f"{row.what}, {row.layout}: {wrong[0]}", file=sys.stderr)
                continue
        break
    print(f"| {row.what} | {row.layout} | {'WRONG' if wrong else whose} |", *wrong, sep="\n", flush=True)
    return not wrong


if __name__ == "__main__":
    sys.exit(main())
