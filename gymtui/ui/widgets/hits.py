"""Whom the typed text finds, with the match marked and what the rules say about each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, tzinfo
from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive

from gymtui import clock
from gymtui.client.desk.verdicts import may_be_number
from gymtui.client.state import Hit
from gymtui.keys import COMMANDS
from gymtui.protocol import Gym, Member
from gymtui.rules import Ruling
from gymtui.search.folding import WORD, fold
from gymtui.search.text import beginnings
from gymtui.ui.box.offer import is_called
from gymtui.ui.box.search import Search
from gymtui.ui.cells import fit
from gymtui.ui.namesakes import told_apart
from gymtui.ui.privacy import named
from gymtui.ui.wall import since
from gymtui.ui.widgets.choice_list import ChoiceList

NEAR = "≈"  # before the name of a near hit
NOT_SENT = "… not sent yet  "  # before the remark on somebody who is new or was changed at this desk alone
APART = 14  # cells of what tells namesakes apart: a birth date


def matches(text: str, shown: str) -> Iterator[tuple[int, int]]:
    """Where `shown` has the beginnings that were typed: (start, end) in characters."""
    runs = list(WORD.finditer(shown))
    begun = beginnings(text, [fold(run[0]) for run in runs])
    for at, run in enumerate(runs):
        if at in begun:
            length = next(n for n in range(1, len(run[0]) + 1) if len(fold(run[0][:n])) >= begun[at])
            yield run.start(), run.start() + length


class Hits(ChoiceList):
    """One row a hit; the chosen one is marked by its colour and by `›`. The window is the search's: its digits name the
    rows that are seen."""

    NAME = "hits"

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "hits--chosen",
        "hits--match",
        "hits--quiet",
        "hits--in",
        "hits--warn",
        "hits--refuse",
    }

    search: reactive[Search | None] = reactive[Search | None](None)
    directory: reactive[float] = reactive(1.0)  # how much of it is here
    gym: reactive[Gym | None] = reactive[Gym | None](None)  # another policy is another ruling
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    masked: reactive[bool] = reactive(False)

    def __init__(self, clock: clock.Clock, ruling: Callable[[Member], Ruling]) -> None:
        super().__init__()
        self._clock = clock
        self._ruling = ruling

    def watch_search(self, old: Search | None, new: Search | None) -> None:
        if _height(old) != _height(new):
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return _height(self.search)

    @property
    def count(self) -> int:
        return len(self.search.hits) if self.search else 0

    @property
    def chosen_row(self) -> int | None:
        return self.search.chosen if self.search else None

    @property
    def window(self) -> range:
        return self.search.seen if self.search else range(0)

    def nothing(self) -> Content:
        if self.search is None:
            return Content("")
        text = self.search.text
        step = "Enter takes it for a card" if may_be_number(text) else "Enter looks for the nearest"
        for command in COMMANDS.values():
            if command.typed and is_called(command.called, text):
                step = f"Enter offers :{command.name}"
        if self.directory < 1:
            step = f"members are still coming in, {self.directory:.0%}".replace("%", " %")
        nobody = f"   nobody is found by “{text}” — {step}"
        return self.styled(fit(nobody, self.size.width), "quiet")

    def render(self) -> Content:
        self._apart = told_apart(hit.member for hit in self.search.hits) if self.search else {}
        return super().render()

    def row(self, row: int) -> Content:
        search = self.search
        assert search is not None
        hit = search.hits[row]
        name = named(hit.member.full_name, masked=self.masked)
        width = self.size.width
        name_width = max(14, min(32, width // 3))
        remark, look = self._remark(hit)
        apart = "" if self.masked else self._apart.get(hit.member.id, "")
        quiet = self.look("quiet")
        content = Content.assemble(
            "›" if row == search.chosen else " ",
            (f"{row - search.first + 1} ", quiet),
            self._marked(fit(f"{NEAR} {name}" if hit.near else name, name_width), search.text),
            "  ",
            self._marked(fit(hit.member.membership_number or "", 12), search.text).stylize_before(quiet),
            (fit(hit.member.plan or "", 10), quiet) if width >= 90 else "",
            "  ",
            (apart and f"{fit(apart, APART)}  ", quiet),
            (NOT_SENT if hit.queued else "", self.look("warn")),
            (", ".join(filter(None, ("near" if hit.near else "", remark))), self.look(look)),
        ).truncate(width, ellipsis=True)
        return content.pad_right(width - content.cell_length)

    def _marked(self, shown: str, text: str) -> Content:
        content = Content(shown)
        for start, end in matches(text, shown):
            content = content.stylize(self.look("match"), start, end)
        return content

    def _remark(self, hit: Hit) -> tuple[str, str]:
        """What to know before Enter: already in, or what the rules would say."""
        if hit.in_since is not None:
            return f"in since {since(hit.in_since, self.zone, self._clock())}", "in"
        ruling = self._ruling(hit.member)
        return ruling.reason or "", "quiet" if ruling.action == "allow" else ruling.action


def _height(search: Search | None) -> int:
    """Rows for the hits, one for `nobody is found`."""
    return max(1, len(search.seen)) if search else 0
