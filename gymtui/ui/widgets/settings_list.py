"""The gym's settings, a row each: what it is called, and what is in force."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive

from gymtui.ui.cells import fit
from gymtui.ui.settings import Settings
from gymtui.ui.widgets.choice_list import ChoiceList

LABEL: Final = 32  # cells of what it is called


class SettingsList(ChoiceList):
    """Narrowed by what was typed."""

    NAME = "settings"

    COMPONENT_CLASSES: ClassVar[set[str]] = {"settings--heading", "settings--chosen", "settings--quiet"}

    settings: reactive[Settings] = reactive(Settings())

    @property
    def count(self) -> int:
        return len(self.settings.rows)

    @property
    def chosen_row(self) -> int | None:
        return self.settings.index

    def nothing(self) -> Content:
        if self.settings.text:
            return self.styled("   nothing is called so", "quiet")
        return self.styled("   they come with the server's first answer", "quiet")

    def head(self) -> list[Content]:
        return [self.styled(f"   {fit('WHAT', LABEL)}NOW", "heading")]

    def row(self, row: int) -> Content:
        setting = self.settings.rows[row]
        words = fit(setting.words, max(0, self.content_size.width - LABEL - 3))
        return Content.assemble(
            " › " if row == self.chosen_row else "   ",
            fit(setting.label, LABEL),
            words if setting.value else self.styled(words, "quiet"),
        )
