"""The classes that a screen has by its size, for the style sheet: from so many columns, from so many rows."""

from __future__ import annotations

from typing import Final

WIDTHS: Final = [(0, "-narrow"), (72, "-normal"), (110, "-wide")]
HEIGHTS: Final = [(0, "-short"), (22, "-medium"), (32, "-tall")]
