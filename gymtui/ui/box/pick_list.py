"""The pick list: several match, and the next Enter takes the chosen one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gymtui.ui.box.front_desk_box import FrontDeskBox
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.box.search import FOUND, Search


class PickList(Mode):
    """Lies over check-in or check-out, and waits: the box is empty, or has the digit of a row.

    A letter goes behind what was typed before, and narrows it; a card, and any other text, ends the list.
    """

    list = "hits"
    box: FrontDeskBox

    @property
    def signs(self) -> Mapping[str, Callable[[Box], Mode]]:
        return self.box.below(self).signs

    @property
    def placeholder(self) -> str:
        if self._search is None:
            return super().placeholder
        back, count = self.box.key("back"), len(self._search.exact)
        if not count:
            return f"nobody, but near it: ↑ ↓ or a digit choose, {back} goes back"
        if count == FOUND:
            return f"{FOUND} or more match: {back} and type more, or ↑ ↓ choose, Enter takes"
        return f"{count} match: ↑ ↓ or a digit choose, Enter takes, {back} goes back"

    def typed(self, text: str) -> None:
        if (search := self._with(text)) is not None:
            self.box.search = search
        elif text[:1].isalpha():
            self.back(text)
        else:
            self._end()
            self.box.typed(text)

    async def entered(self, text: str) -> None:
        search = self._with(text)
        if search is not None and search.pick is not None:
            self.give(search.pick.member)
        elif search is not None:  # near hits alone, and none was chosen: then it is what was typed
            self.give(search.text)
        else:
            below, before = self.box.below(self), self._before
            self._end()
            await below.entered(before + text if text[:1].isalpha() and self.box.owner(text) is None else text)

    def moved(self, step: int, text: str) -> None:
        if (search := self._with(text)) is not None:
            self.box.search = search.moved(step)

    async def picked(self, row: int) -> None:
        if self._search is not None:
            self.give(self._search.hits[row].member)

    def back(self, text: str) -> None:
        """To what was typed before."""
        before = self._before
        self._end()
        self.box.put_before(before)

    @property
    def _before(self) -> str:
        """What was typed before the list waited."""
        return self._search.text if self._search else ""

    @property
    def _search(self) -> Search | None:
        return self.box.search

    def _with(self, text: str) -> Search | None:
        """The list with this text in the box; None where that is no word about the list."""
        search = self._search
        if search is None or search.answers(text):
            return search
        if not text:
            return search.waiting()
        return search.numbered(text) if self.box.desk.replica.members.by_code(text) is None else None

    def _end(self) -> None:
        self.box.search = None
        self.box.pop(self)
