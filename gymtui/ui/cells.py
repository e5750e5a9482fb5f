"""Text from outside, made safe for a terminal and cut to cells (a Chinese name takes two a character)."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from gymtui.printable import printable


def fit(text: str, width: int) -> str:
    """The printable text in exactly `width` cells: padded, or cut with `…`."""
    text = printable(text)
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""
