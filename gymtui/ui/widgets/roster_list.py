"""Who is in, a row a person: how long already, since when, and where."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive

from gymtui import clock, rules
from gymtui.ui.cells import fit
from gymtui.ui.privacy import named
from gymtui.ui.roster import Roster
from gymtui.ui.wall import hours_minutes, to_the_minute
from gymtui.ui.widgets.choice_list import ChoiceList

MINUTES, SINCE, PLACE, NUMBER = 10, 8, 18, 12  # cells of the columns
NAME_AT_MOST = 40
PLACE_FROM, NUMBER_FROM = 56, 76  # cells of width from which these columns are there


class RosterList(ChoiceList):
    """A row a person; painted anew once a minute, since minutes pass."""

    NAME = "roster"

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "roster--heading",
        "roster--chosen",
        "roster--marked",
        "roster--quiet",
        "roster--minutes",
    }

    roster: reactive[Roster] = reactive(Roster())
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    masked: reactive[bool] = reactive(False)

    def __init__(self, clock: clock.Clock) -> None:
        super().__init__()
        self._clock = clock

    def on_mount(self) -> None:
        self.set_timer(to_the_minute(self._clock()), self._minute)

    def _minute(self) -> None:
        self.refresh()
        self.set_timer(60, self._minute)

    @property
    def count(self) -> int:
        return len(self.roster.rows)

    @property
    def chosen_row(self) -> int | None:
        return self.roster.index

    def nothing(self) -> Content:
        if self.roster.text:
            return self.styled(f"   nobody who is in is called “{self.roster.text}”", "quiet")
        return self.styled("   nobody is in; whoever comes is shown here at once", "quiet")

    @property
    def _name_width(self) -> int:
        width = self.content_size.width - 5 - MINUTES - SINCE
        return max(10, min(NAME_AT_MOST, width - self._place_width - self._number_width))

    @property
    def _place_width(self) -> int:
        return PLACE if self.content_size.width >= PLACE_FROM else 0

    @property
    def _number_width(self) -> int:
        return NUMBER if self.content_size.width >= NUMBER_FROM else 0

    def head(self) -> list[Content]:
        name, place, number = self._name_width, self._place_width, self._number_width
        text = f"     {fit('WHO', name)}{fit('NUMBER', number)}{'IN FOR':>{MINUTES - 2}}  "
        return [self.styled(f"{text}{fit('SINCE', SINCE)}{fit('WHERE', place)}", "heading")]

    def row(self, row: int) -> Content:
        inside = self.roster.rows[row]
        assumed = "~" if rules.is_assumed_in(inside.since, self._clock()) else ""
        minutes = max(0, (self._clock() - inside.since) // 60_000)
        is_marked = inside.member.id in self.roster.marked
        is_chosen = inside.member.id == self.roster.chosen
        return Content.assemble(
            " › " if is_chosen else "   ",
            ("■ " if is_marked else "  ", self.look("marked")),
            fit(named(inside.member.full_name, masked=self.masked), self._name_width - 1),
            " ",
            self.styled(fit(inside.member.membership_number or "", self._number_width), "quiet"),
            self.styled(f"{f'{assumed}{minutes} min':>{MINUTES - 2}}  ", "minutes"),
            self.styled(fit(hours_minutes(inside.since, self.zone), SINCE), "quiet"),
            self.styled(fit("… queued" if inside.queued else inside.place or "", self._place_width), "quiet"),
        )
