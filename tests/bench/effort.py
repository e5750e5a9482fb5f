"""How much is measured: the whole, or a share of it."""

from __future__ import annotations

from msgspec import Struct


class Effort(Struct, frozen=True, kw_only=True):
    """So many repeats of everything, of a share of the numbers that the parts name."""

    repeats: int = 3
    share: float = 1.0

    def of(self, number: int) -> int:
        """As many of these as it takes; one at the least."""
        return max(1, round(number * self.share))

    def seconds(self, whole: float) -> float:
        """For so long, where the whole takes that; a share of it is no shorter than a quarter."""
        return whole * max(self.share, 0.25)


WHOLE = Effort()
QUICK = Effort(repeats=1, share=0.2)
