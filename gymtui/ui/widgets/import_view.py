"""The sheet of an import: lines to read, or a question with its choices."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive

from gymtui.ui.cells import fit
from gymtui.ui.importing.sheet import Sheet
from gymtui.ui.widgets.choice_list import ChoiceList

LEAST: Final = 20  # cells of a line, however narrow it is
SEEN: Final = 5  # lines of choices, however long the question is
DIGITS: Final = 9  # choices that have a digit
MARGIN: Final = 6  # cells before a choice: its mark and its digit


class ImportView(ChoiceList):
    """Where there are choices, they stand below the lines; else the lines are read from the sheet's top on."""

    NAME = "import"

    COMPONENT_CLASSES: ClassVar[set[str]] = {"import--question", "import--chosen", "import--quiet"}

    sheet: reactive[Sheet] = reactive(Sheet())

    _told: tuple[Sheet, int, Sequence[str]] | None = None
    _written: tuple[tuple[str, ...], int, Sequence[tuple[int, str]]] | None = None

    @property
    def lines(self) -> Sequence[str]:
        """As wide as there is room; worked out once for a sheet."""
        width = max(LEAST, self.content_size.width)
        if self._told is None or self._told[0].lines is not self.sheet.lines or self._told[1] != width:
            self._told = self.sheet, width, list(self.sheet.lines(width))
        return self._told[2]

    @property
    def written(self) -> Sequence[tuple[int, str]]:
        """The choices, each in as many lines as it needs: which it is, and the line. Worked out once, too."""
        room = max(LEAST, self.content_size.width - MARGIN)
        if self._written is None or self._written[0] is not self.sheet.choices or self._written[1] != room:
            rows = [(at, line) for at, text in enumerate(self.sheet.choices) for line in wrap(text, room) or [""]]
            self._written = self.sheet.choices, room, rows
        return self._written[2]

    @property
    def count(self) -> int:
        return len(self.written or self.lines)

    @property
    def chosen_row(self) -> int | None:
        """The first one of the choice."""
        return next((row for row, (at, _) in enumerate(self.written) if at == self.sheet.chosen), None)

    def choice_of(self, row: int) -> int | None:
        return self.written[row][0] if self.sheet.choices else None

    @property
    def furthest(self) -> int:
        """The last line that the top may be: the end is in sight then."""
        return 0 if self.sheet.choices else max(0, len(self.lines) - self.page)

    @property
    def window(self) -> range:
        if self.sheet.choices:
            return self._around_the_chosen()
        top = min(self.sheet.top, self.furthest)
        return range(top, min(top + self.page, self.count))

    def _around_the_chosen(self) -> range:
        """All of its lines are in sight."""
        chosen = [row for row, (at, _) in enumerate(self.written) if at == self.sheet.chosen] or [0]
        self._first = max(0, min(self._first, chosen[0], self.count - self.page), chosen[-1] - self.page + 1)
        return range(self._first, min(self._first + self.page, self.count))

    def nothing(self) -> Content:
        return Content("")

    def head(self) -> list[Content]:
        if not self.sheet.choices:
            return []
        room = max(1, self.content_size.height - min(len(self.written), SEEN) - 1)
        return [*(self.styled(line, "question") for line in self.lines[:room]), Content("")]

    def foot(self) -> list[Content]:
        if self.sheet.choices:
            fits = len(self.written) <= self.content_size.height - len(self.head())
            return [] if fits else [self.styled("↑ ↓ show more of them", "quiet")]
        if len(self.lines) <= self.content_size.height:
            return []
        left = len(self.lines) - self.content_size.height + 1 - self.sheet.top
        return [self.styled(f"{left:,} more lines: ↓ or PgDn" if left > 0 else "that is all of it: ↑ or PgUp", "quiet")]

    def row(self, row: int) -> Content:
        width = self.content_size.width
        if not self.sheet.choices:
            return Content(fit(self.lines[row], width))
        at, line = self.written[row]
        is_first = row == 0 or self.written[row - 1][0] != at
        number = str(at + 1) if is_first and self.sheet.numbered and at < DIGITS else " "
        mark = "›" if is_first and at == self.sheet.chosen else " "
        return Content.assemble(f" {mark} ", self.styled(f"{number}  ", "quiet"), fit(line, width - MARGIN))

    def _shown(self, row: int) -> Content:
        if not self.sheet.choices or self.written[row][0] != self.sheet.chosen:
            return self.row(row)
        return self.row(row).stylize_before(self.look("chosen"))
