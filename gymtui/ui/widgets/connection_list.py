"""Who is connected and which desks are not, a line each, the worst first."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style

from gymtui.ui.cells import fit
from gymtui.ui.lookout import Look, Standing
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.error_boundary import LiveWidget

SYMBOLS: Final[dict[Look, str]] = {"error": "✗", "warning": "!", "good": "●", "quiet": "○"}
DESK: Final = 18  # cells of the columns
USER: Final = 12
WORDS: Final = 26
SINCE: Final = 14
SERVER: Final = 20
ADDRESS: Final = 18
CLIENT: Final = 20
UNKNOWN: Final = "who is connected is not known yet"


class ConnectionList(LiveWidget):
    """As many as there is room for; the last line says how many more there are. `note` says why nobody is known."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"connections--{look}" for look in SYMBOLS}

    standings: reactive[tuple[Standing, ...]] = reactive(())
    note: reactive[str] = reactive("")

    def render(self) -> Content:
        width, room = self.content_size.width, max(1, self.content_size.height)
        if not self.standings:
            return Content.styled(fit(self.note or UNKNOWN, width), self._look("quiet"))
        cut = len(self.standings) > room
        shown = self.standings[: room - 1 if cut else room]
        lines = [line_of(one, width, self._look) for one in shown]
        if cut:
            rest = self.standings[len(shown) :]
            wrong = sum(one.look in ("error", "warning") for one in rest)
            more = f"  and {len(rest):,} more, " + (f"{wrong:,} of them not well" if wrong else "all well")
            lines.append(Content.styled(fit(more, width), self._look("error" if wrong else "quiet")))
        return Content("\n").join(lines)

    def _look(self, name: str) -> Style:
        return self.get_visual_style(f"connections--{name}", partial=True)


class SessionList(ChoiceList):
    """All of them, one of which is chosen."""

    NAME = "sessions"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"sessions--{look}" for look in (*SYMBOLS, "chosen")}

    standings: reactive[tuple[Standing, ...]] = reactive(())
    chosen: reactive[int] = reactive(0)
    note: reactive[str] = reactive("")

    @property
    def count(self) -> int:
        return len(self.standings)

    @property
    def chosen_row(self) -> int | None:
        return self.chosen

    def nothing(self) -> Content:
        return self.styled(self.note or UNKNOWN, "quiet")

    def row(self, row: int) -> Content:
        return line_of(self.standings[row], self.content_size.width, self.look)


def line_of(one: Standing, width: int, look: Callable[[str], Style]) -> Content:
    """As much of it as fits."""
    quiet = look("quiet")
    line = Content.styled(f"{SYMBOLS[one.look]} ", look(one.look)) + Content(fit(one.desk, DESK) + fit(one.user, USER))
    line += Content.styled(fit(one.words, min(WORDS, max(0, width - line.cell_length))), look(one.look))
    more = [(one.since and f"since {one.since}", SINCE), (one.address, ADDRESS), (one.client, CLIENT)]
    if one.server:
        more.insert(1, (one.server, SERVER))
    for text, cells in more:  # a column that does not fit whole is left out
        if line.cell_length + cells <= width:
            line += Content.styled(fit(text, cells), quiet)
    return line.truncate(width, ellipsis=True)
