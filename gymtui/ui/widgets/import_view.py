"""The sheet of an import: lines to read, or a question with its choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive

from gymtui.ui.cells import fit
from gymtui.ui.importing.sheet import Sheet
from gymtui.ui.widgets.choice_list import ChoiceList

LEAST: Final = 20  # cells of a line, however narrow it is
DIGITS: Final = 9  # choices that have a digit


class ImportView(ChoiceList):
    """Where there are choices, they stand below the lines; else the lines are read from the sheet's top on."""

    NAME = "import"

    COMPONENT_CLASSES: ClassVar[set[str]] = {"import--question", "import--chosen", "import--quiet"}

    sheet: reactive[Sheet] = reactive(Sheet())

    _told: tuple[Sheet, int, Sequence[str]] | None = None

    @property
    def lines(self) -> Sequence[str]:
        """As wide as there is room; worked out once for a sheet."""
        width = max(LEAST, self.content_size.width)
        if self._told is None or self._told[0].lines is not self.sheet.lines or self._told[1] != width:
            self._told = self.sheet, width, list(self.sheet.lines(width))
        return self._told[2]

    @property
    def count(self) -> int:
        return len(self.sheet.choices or self.lines)

    @property
    def chosen_row(self) -> int | None:
        return self.sheet.chosen if self.sheet.choices else None

    @property
    def furthest(self) -> int:
        """The last line that the top may be: the end is in sight then."""
        return 0 if self.sheet.choices else max(0, len(self.lines) - self.page)

    @property
    def window(self) -> range:
        if self.sheet.choices:
            return super().window
        top = min(self.sheet.top, self.furthest)
        return range(top, min(top + self.page, self.count))

    def nothing(self) -> Content:
        return Content("")

    def head(self) -> list[Content]:
        if not self.sheet.choices:
            return []
        room = max(1, self.content_size.height - min(len(self.sheet.choices), DIGITS) - 1)
        return [*(self.styled(line, "question") for line in self.lines[:room]), Content("")]

    def foot(self) -> list[Content]:
        if self.sheet.choices or len(self.lines) <= self.content_size.height:
            return []
        left = len(self.lines) - self.content_size.height + 1 - self.sheet.top
        return [self.styled(f"{left:,} more lines: ↓ or PgDn" if left > 0 else "that is all of it: ↑ or PgUp", "quiet")]

    def row(self, row: int) -> Content:
        width = self.content_size.width
        if not self.sheet.choices:
            return Content(fit(self.lines[row], width))
        number = str(row + 1) if self.sheet.numbered and row < DIGITS else " "
        mark = "›" if row == self.chosen_row else " "
        return Content.assemble(
            f" {mark} ", self.styled(f"{number}  ", "quiet"), fit(self.sheet.choices[row], width - 6)
        )
