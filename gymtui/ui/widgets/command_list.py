"""The commands that fit what was typed after the `:`, each with its key and what it does."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive

from gymtui.keys import where
from gymtui.ui.bindings import key_of
from gymtui.ui.box.offer import SIGN, Palette
from gymtui.ui.cells import fit
from gymtui.ui.widgets.choice_list import ChoiceList

ROWS = 8
NAME, KEY = 15, 12  # cells of the name and of the key


class CommandList(ChoiceList):
    """One row a command, or a member who is meant; the chosen one is marked by its colour and by `›`."""

    NAME = "commands"

    COMPONENT_CLASSES: ClassVar[set[str]] = {"commands--chosen", "commands--key", "commands--quiet"}

    palette: reactive[Palette | None] = reactive[Palette | None](None)

    def watch_palette(self, old: Palette | None, new: Palette | None) -> None:
        if _height(old) != _height(new):
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return _height(self.palette)

    @property
    def count(self) -> int:
        return len(self.palette.options) if self.palette else 0

    @property
    def chosen_row(self) -> int | None:
        return self.palette.chosen if self.palette else None

    def nothing(self) -> Content:
        if self.palette is None:
            return Content("")
        why, step = "is no command", f"{SIGN} alone lists what there is here"
        if self.palette.elsewhere:
            why, step = "is done on another screen", where(self.palette.elsewhere, lambda name: key_of(self, name))
        return self.styled(fit(f"   {self.palette.text} {why} — {step}", self.size.width), "quiet")

    def row(self, row: int) -> Content:
        assert self.palette is not None
        option, width = self.palette.options[row], self.size.width
        sign = SIGN if self.palette.text.startswith(SIGN) else ""
        return Content.assemble(
            " › " if row == self.palette.chosen else "   ",
            fit(f"{sign}{option.name}", NAME),
            (fit(option.key, KEY), self.look("key")),
            (fit(option.what, max(0, width - NAME - KEY - 3)), self.look("quiet")),
        ).truncate(width)


def _height(palette: Palette | None) -> int:
    return max(1, min(ROWS, len(palette.options))) if palette else 0
