"""Text and figures in cells: text from outside made safe for a terminal; a Chinese name takes two cells a character."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from gymtui.printable import printable

BLOCKS = "▁▂▃▄▅▆▇█"


def fit(text: str, width: int) -> str:
    """The printable text in exactly `width` cells: padded, or cut with `…`."""
    text = printable(text)
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def spark(values: Sequence[float]) -> str:
    """A block a value, the highest of them full; what is zero is the lowest."""
    top = max(values, default=0)
    return "".join(BLOCKS[round(value / top * (len(BLOCKS) - 1)) if top else 0] for value in values)
