"""The box of a screen beside the front desk."""

from __future__ import annotations

from typing import Protocol

from gymtui.ui.box.mode import Box


class ScreenBox(Box, Protocol):
    """A box that can be left, with its screen."""

    def dismiss(self) -> object:
        """Back to the front desk."""
        ...
