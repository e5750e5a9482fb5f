"""A screen of rows without a box: what is typed or scanned there goes to the front desk."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.binding import BindingType
from textual.reactive import var

from gymtui.ui.bindings import bind
from gymtui.ui.screens.desk import DeskScreen


class RowsScreen(DeskScreen):
    """One row is `chosen`, as long as there is one; the arrows choose another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("history", show=False, app=True),
        bind("who", show=False, app=True),
        bind("back"),
        bind("next", show=False),
        bind("previous", show=False),
    ]

    chosen: var[int] = var(0)

    @property
    @abstractmethod
    def row_count(self) -> int:
        """How many there are to choose from."""

    def choose(self, row: int) -> None:
        """This row, or the nearest there is."""
        self.chosen = max(0, min(row, self.row_count - 1))
        self.refresh_bindings()

    def action_next(self) -> None:
        self.choose(self.chosen + 1)

    def action_previous(self) -> None:
        self.choose(self.chosen - 1)

    def action_back(self) -> None:
        self.dismiss()
