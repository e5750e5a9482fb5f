"""The front desk as its modes see it: the box, and the hits and the feed around it."""

from __future__ import annotations

from typing import Protocol

from gymtui.ui.box.mode import Box
from gymtui.ui.box.search import Search


class FrontDeskBox(Box, Protocol):
    """The box of a front desk: `search` is what the hits show, `directory` the part of the members' directory that has
    come from the server (0 to 1)."""

    search: Search | None
    directory: float

    @property
    def hit_rows(self) -> int:
        """How many hits there is room for."""
        ...

    def narrow(self, text: str) -> None:
        """Only the rows of the feed that have these words."""
        ...

    def newest(self) -> None:
        """Back to the newest row of the feed."""
        ...
