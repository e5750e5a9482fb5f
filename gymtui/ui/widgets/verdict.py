"""The line that says what became of a command: name first, then word, symbol and colour; and when that was."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar, Final

from msgspec.structs import replace
from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer

from gymtui.client.state import SYMBOLS, Verdict
from gymtui.keys import COMMANDS, shown
from gymtui.printable import printable
from gymtui.ui import privacy
from gymtui.ui.bindings import key_of
from gymtui.ui.cells import fit
from gymtui.ui.wall import wall
from gymtui.ui.widgets.error_boundary import LiveWidget

FADES: Final = 20.0  # seconds: whoever it was about has gone on
NAME_AT_LEAST: Final = 12  # cells of a name that is cut short
HINT: Final = (  # in their own symbols and colours, so that it holds without colours too
    (f"{SYMBOLS['checked_in']} checked in   ", "$success"),
    (f"{SYMBOLS['queued']} queued   ", "$warning"),
    (f"{SYMBOLS['refused']} refused", "$error"),
)


class VerdictLine(LiveWidget):
    """Full width, in the colour of its kind (`-checked_in`, `-queued`, ...), which fades (`-old`): nobody takes it for
    the next person's. Before the first one, what to do."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"verdict--hint"}

    verdict: reactive[Verdict | None] = reactive[Verdict | None](None)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    masked: reactive[bool] = reactive(False)

    _fades: Timer | None = None

    def watch_verdict(self, verdict: Verdict | None) -> None:
        self.set_classes(f"-{verdict.kind}" if verdict else "")
        if self._fades is not None:
            self._fades.stop()
        self._fades = self.set_timer(FADES, lambda: self.add_class("-old")) if verdict else None

    def render(self) -> Content:
        width = self.content_size.width
        if self.verdict is None:
            hint = Content.assemble("Ready:  ", *HINT).truncate(width)
            return hint.stylize_before(self.get_visual_style("verdict--hint"))
        shown = privacy.of_verdict(self.verdict) if self.masked else self.verdict
        lines = self._lines(self._as_here(shown), width)
        return Content("\n".join(fit(line, width) for line in self._dated(lines, width)))

    def _dated(self, lines: list[str], width: int) -> list[str]:
        """With the time of day at the right: behind the words where there is room, else below them where there is."""
        assert self.verdict is not None
        time = f"{wall(self.verdict.at, self.zone):%H:%M:%S}"
        room = width - len(time)
        if cell_len(lines[-1]) + 2 <= room:
            return [*lines[:-1], fit(lines[-1], room) + time]
        return [*lines, " " * room + time] if len(lines) < self.content_size.height else lines

    def _as_here(self, verdict: Verdict) -> Verdict:
        """With the key that the next command has now; a step that cannot be done on this screen is not named."""
        if verdict.next_command is None or verdict.next_step is None:
            return verdict
        known, now = shown(COMMANDS[verdict.next_command].keys), key_of(self, verdict.next_command)
        if known in verdict.next_step and now.startswith(":"):
            return replace(verdict, next_step=None)
        return replace(verdict, next_step=verdict.next_step.replace(known, now))

    def _lines(self, verdict: Verdict, width: int) -> list[str]:
        """The words; where they are too long for a line, and there are more, the next step has lines of its own, and
        stays whole before the outcome does. The name is cut where all lines are not enough."""
        words = printable(verdict.words)
        if cell_len(words) <= width:
            return [words]
        outcome = replace(verdict, next_step=None, remarks=())
        behind = cell_len(printable(outcome.words)) - cell_len(printable(verdict.subject))
        name = _cut(verdict.subject, max(NAME_AT_LEAST, width - behind))
        rows = self.content_size.height
        if rows < 2:
            return [replace(verdict, subject=name).words]
        step = _within(rows - 1, _wrapped(f"— {verdict.behind}", width)) if verdict.behind else []
        room = rows - len(step)
        whole, short = (_wrapped(replace(outcome, subject=who).words, width) for who in (verdict.subject, name))
        return [*_within(room, whole if len(whole) <= room else short), *step]


def _wrapped(text: str, width: int) -> list[str]:
    """In as many rows as that takes, all but the first of them indented."""
    indent = "  "
    if cell_len(printable(text)) <= width:
        return [printable(text)]
    lines = Content(printable(text)).wrap(width - len(indent))
    return [indent * (row > 0) + line.plain.rstrip() for row, line in enumerate(lines)]


def _within(rows: int, lines: list[str]) -> list[str]:
    """In so many rows at the most: the last is too long where that is not enough, and is cut."""
    return [*lines[: rows - 1], " ".join([lines[rows - 1], *map(str.strip, lines[rows:])])] if lines[rows:] else lines


def _cut(text: str, width: int) -> str:
    """The printable text in so many cells at most."""
    return fit(text, min(width, cell_len(printable(text))))
