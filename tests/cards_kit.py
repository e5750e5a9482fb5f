"""A gym of cards for tests: whose number is what, found as a desk would."""

from __future__ import annotations

from collections.abc import Iterable

from gymtui.cards.keys import find, keys_of
from gymtui.protocol import CardCheck


class CardFile:
    """Codes on file; the owner of a code is the code itself. `check` is the gym's check character."""

    def __init__(self, codes: Iterable[str], check: CardCheck | None = None) -> None:
        self._check = check
        self._by_key: dict[str, list[str]] = {}
        for code in codes:
            for key in keys_of(code):
                self._by_key.setdefault(key, []).append(code)

    def find(self, scan: str) -> set[str]:
        """The codes of those whom the scan may mean."""
        return set(find(scan, lambda key: self._by_key.get(key, ()), self._check))
