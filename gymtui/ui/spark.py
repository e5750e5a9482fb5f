"""A row of numbers as a row of blocks."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"


def spark(values: Sequence[float]) -> str:
    """A block a value, the highest of them full; what is zero is the lowest."""
    top = max(values, default=0)
    return "".join(BLOCKS[round(value / top * (len(BLOCKS) - 1)) if top else 0] for value in values)
