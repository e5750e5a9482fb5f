"""Bursts: what a reader sends is told from what a person types by the times of its keys. Pure; times in seconds.

A reader is a keyboard whose keys are milliseconds apart, its Enter too: such a line is a `Scan`, one text, whatever
keys it is made of. A character goes on at once, since most are typed; any other key waits until it is known whether
more follow. Of those one that only shows something does not wait, unless it has begun a scan before: some readers send
a function key in front.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

from gymtui.cards.keyboards import meant_digits

BURST: Final = 0.05  # between two keys of a reader, at the most: nobody's fingers are so quick for a whole line
# Between two halves of a line that a busy machine has cut: nobody turns from the keys to a reader so soon.
SEAM: Final = 0.15
SOONEST: Final = 0.01  # behind the end of a line, until it is known that it was the last one
PAIR: Final = 0.1  # in which CR and LF, or Tab and CR, are one end
HELD_DOWN: Final = 1.0  # until a key that is held down comes again, and then again and again

ENDS: Final = frozenset({"enter", "ctrl+j", "tab"})  # ctrl+j is LF: what Enter is for a reader set up for Linux
# What a scan does not mind, since it drops what the box held: these need not wait.
HARMLESS: Final = frozenset({"escape", "backspace", "delete", "left", "right", "home", "end"})
KEYPAD: Final = frozenset({"insert", "end", "down", "pagedown", "left", "right", "home", "up", "pageup", "delete"})
NUMLOCK_OFF: Final = 4  # of these in a scan, from which it is one of digits
SEPARATOR: Final = "\x1d"  # what stands for a control character, which readers send as Ctrl or function keys
UNREADABLE: Final = "\ufffd"  # what stands for any other key


class Stroke(NamedTuple):
    """One key; `character` is what it types, if it does, `event` whatever it was made from. `shows`: it does nothing
    but show something, and that can be taken away again."""

    key: str
    character: str | None
    time: float
    event: object = None
    shows: bool = False

    @property
    def is_end(self) -> bool:
        return self.character is None and self.key in ENDS


class Scan(NamedTuple):
    """A line that came as one burst. `keypad`: so many of its keys were arrows and their like, which is what a reader's
    digits are while NumLock is off. `also` is what else it may be: the text, as this desk's reader is set, of one that
    is somebody's code as it came. No text is left of what this desk's reader does not send. `has_shown`: its first key
    was handed on as one that shows something."""

    text: str
    keypad: int = 0
    also: str | None = None
    has_shown: bool = False

    @property
    def is_words(self) -> bool:
        """Letters with a blank, as a name is that a program types, and no card."""
        has_digit = any(character.isdigit() for character in self.text) or meant_digits(self.text) is not None
        return not has_digit and self.text.isprintable() and len(self.text.split()) > 1 and UNREADABLE not in self.text

    @property
    def fault(self) -> tuple[str, str] | None:
        """Why this can be no card at all, and what to do."""
        if not self.text:
            return "it is none that this desk's reader sends", ":reader if there is another reader now"
        if self.keypad >= NUMLOCK_OFF:
            return "NumLock is off, the reader presses arrows", "press NumLock, then scan again"
        if "\n" in self.text:
            return "several lines came at once", "scan one card again"
        if not any(character.isdigit() for character in self.text) and meant_digits(self.text) is None:
            return "it has no digit", "scan again, or search by name"
        return None


class Bursts:
    """Takes one stroke after the other and gives what is to be done, in order. Where a stroke `waits`, `settle` is to
    be called once no other key has come for a `pause`."""

    def __init__(self) -> None:
        self._burst: list[Stroke] = []  # each at most BURST behind the one before
        self._begun: list[Stroke] = []  # what may be the first half of its line, each at most SEAM behind
        # The last of them, where it may be a person's, or the end of a line.
        self.waits: Stroke | None = None
        self._before = self._ended = Stroke("", None, float("-inf"))  # the last one handed on; the end of the last scan
        self._in_front: set[str] = set()  # the keys that a scan has begun with

    @property
    def pause(self) -> float | None:
        """Behind an end, twice as long as this reader has taken for any key."""
        if self.waits is None:
            return None
        if not self.waits.is_end:
            return BURST
        times = [stroke.time for stroke in self._burst]
        longest = max((later - sooner for sooner, later in pairwise(times)), default=0.0)
        return min(max(2 * longest, SOONEST), BURST)

    def feed(self, stroke: Stroke) -> list[Stroke | Scan]:
        done = [] if self._goes_on(stroke) else self.settle()
        if self._burst:
            return [*done, *self._more(stroke)]
        if stroke.is_end and self._is_rest_of_end(stroke):
            return done
        if stroke.character is not None:
            self._burst = [stroke]
            if self._begun and stroke.time - self._begun[-1].time > SEAM:
                self._begun = []
        else:
            self._begun = []
            if not stroke.is_end and stroke.key not in HARMLESS and not self._is_held_down(stroke):
                stroke = stroke._replace(shows=stroke.shows and stroke.key not in self._in_front)
                self._burst, self.waits = [stroke], stroke
                return [*done, *self._hand_on(stroke)] if stroke.shows else done
        return [*done, *self._hand_on(stroke)]

    def settle(self) -> list[Stroke | Scan]:
        """Nothing has followed: what waits was a person's key, or the end of a scan."""
        burst, begun, waits = self._burst, self._begun, self.waits
        self._burst, self._begun, self.waits = [], [], None
        if waits is None:
            self._begun = [*begun, *burst]
            return []
        if not waits.is_end:
            return [] if waits.shows else self._hand_on(waits)
        self._ended = waits
        if len(burst) == 2 and burst[0].key in KEYPAD:  # a quick hand: one key of a keypad is no card
            return [*self._hand_on(burst[0]), *self._hand_on(waits)]
        line = [*begun, *burst]
        self._in_front.update(stroke.key for stroke in line[:1] if stroke.character is None)
        return [_scan(line)]

    def _more(self, stroke: Stroke) -> list[Stroke | Scan]:
        """One that follows another: a character goes on, and no key is a command."""
        self._burst.append(stroke._replace(shows=False))
        self.waits = stroke if stroke.is_end else None
        return self._hand_on(stroke) if stroke.character is not None or stroke.key in HARMLESS else []

    def _goes_on(self, stroke: Stroke) -> bool:
        """Does it belong to the burst, and to the line that has ended, if one has?"""
        if not self._burst:
            return False
        gap = stroke.time - self._burst[-1].time
        return gap <= (BURST if self.waits is None else self.pause or BURST)

    def _hand_on(self, stroke: Stroke) -> list[Stroke | Scan]:
        self._before = stroke
        return [stroke]

    def _is_held_down(self, stroke: Stroke) -> bool:
        """The same key again, and nothing between: somebody holds it down, or presses it more than once."""
        return stroke.key == self._before.key and stroke.time - self._before.time <= HELD_DOWN

    def _is_rest_of_end(self, stroke: Stroke) -> bool:
        return stroke.key != self._ended.key and stroke.time - self._ended.time <= PAIR


def _scan(burst: Iterable[Stroke]) -> Scan:
    """The line of a burst: its last end, or two, are no part of it; any other one is."""
    strokes = list(burst)
    while strokes and strokes[-1].is_end:
        strokes.pop()
    return Scan(
        "".join(map(_character, strokes)),
        keypad=sum(stroke.key in KEYPAD for stroke in strokes),
        has_shown=any(stroke.shows for stroke in strokes),
    )


def _character(stroke: Stroke) -> str:
    if stroke.character is not None:
        return stroke.character
    if stroke.is_end:
        return "\n"
    is_control = stroke.key.startswith("ctrl+") or stroke.key.removeprefix("f").isdecimal()
    return SEPARATOR if is_control else UNREADABLE
