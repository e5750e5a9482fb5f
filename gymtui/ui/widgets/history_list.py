"""The history, a row a visit: when somebody came and went, how long that was, at which desk and by whom they were let
in; and let out, where there is room for it. In one member's own that stands in the place of the name."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive

from gymtui import clock
from gymtui.client.desk.history import time_of
from gymtui.client.desk.history_queue import QUEUED
from gymtui.protocol import CheckInEvent, Hand, Refusal
from gymtui.ui.cells import fit
from gymtui.ui.history import History, ended_by, outcome
from gymtui.ui.privacy import named
from gymtui.ui.wall import hours_minutes, since, stay
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.visit_hands import let_in

CAME, LEFT, STAY, DESK, BY, OUT = 18, 8, 12, 12, 14, 22  # cells of the columns
DESK_FROM, BY_FROM, OUT_FROM = 76, 100, 116  # cells of width from which it is said where they came in, by whom, and out
NOBODY: Final = "somebody unknown"


class HistoryList(ChoiceList):
    """A row a visit, or a row of what was refused."""

    NAME = "history"

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "history--heading",
        "history--chosen",
        "history--quiet",
        "history--in",
        "history--refused",
    }

    history: reactive[History] = reactive(History())
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    masked: reactive[bool] = reactive(False)

    def __init__(self, clock: clock.Clock) -> None:
        super().__init__()
        self._clock = clock

    @property
    def count(self) -> int:
        return len(self.history.rows)

    @property
    def chosen_row(self) -> int | None:
        return self.history.index

    def nothing(self) -> Content:
        if self.history.answer is None or self.history.wrong is not None:
            return self.styled("", "quiet")
        return self.styled("   nothing: another day, or a name? F1 shows what can be asked", "quiet")

    @property
    def _desk_width(self) -> int:
        return DESK if self.content_size.width >= DESK_FROM else 0

    @property
    def _by_width(self) -> int:
        return BY if self.content_size.width >= BY_FROM else 0

    @property
    def _out_width(self) -> int:
        """Behind it all; nothing in a member's own history, where it is said in the middle."""
        question = self.history.question
        is_out = self.content_size.width >= OUT_FROM and question.member is None and not question.refused
        return OUT if is_out else 0

    @property
    def _places(self) -> int:
        return self._desk_width + self._by_width

    @property
    def _name_width(self) -> int:
        return max(12, min(32, self.content_size.width - 3 - CAME - LEFT - STAY - self._places - self._out_width))

    def head(self) -> list[Content]:
        where = f"{fit('DESK', self._desk_width)}{fit('BY', self._by_width)}"
        if self.history.question.refused:
            text = f"{fit('WHEN', CAME)}{fit('WHO', self._name_width)}{where}WHY"
        else:
            who = fit("WHO" if self.history.question.member is None else "LET OUT", self._name_width)
            out = fit("LET OUT", self._out_width)
            text = f"{fit('CAME', CAME)}{fit('LEFT', LEFT)}{who}{fit('STAYED', STAY)}{where}{out}"
        return [self.styled(f"   {text}", "heading")]

    def row(self, row: int) -> Content:
        past = self.history.rows[row]
        name = named(past.member.full_name, masked=self.masked) if past.member else NOBODY
        came = since(time_of(past), self.zone, self._clock())
        hand = (let_in(past) if isinstance(past, CheckInEvent) else None) or Hand(past.by, past.desk)
        where = f"{fit(hand.desk or '', self._desk_width)}{fit(hand.by or '–', self._by_width)}"
        begin = " › " if row == self.chosen_row else "   "
        if isinstance(past, Refusal):
            rest = self.content_size.width - 3 - CAME - self._name_width - self._places
            return Content.assemble(
                f"{begin}{fit(came, CAME)}{fit(name, self._name_width - 1)} ",
                self.styled(where, "quiet"),
                self.styled(fit(past.reason, max(0, rest)), "refused"),
            )
        who = name if self.history.question.member is None else ended_by(past)
        return Content.assemble(
            f"{begin}{fit(came, CAME)}",
            self._left(past),
            f"{fit(who, self._name_width - 1)} ",
            self.styled(f"{fit(self._stayed(past), STAY)}{where}{fit(ended_by(past), self._out_width)}", "quiet"),
        )

    def _left(self, visit: CheckInEvent) -> Content:
        if visit.check_out_time is None:
            return self.styled(fit("in", LEFT), "in")
        assumed = "~" if "assumed_out" in visit.flags else ""
        text = "" if outcome(visit) else f"{assumed}{hours_minutes(clock.to_ms(visit.check_out_time), self.zone)}"
        return self.styled(fit(text, LEFT), "quiet")

    def _stayed(self, visit: CheckInEvent) -> str:
        """How long; nobody knows it where nobody saw the end."""
        if (none := outcome(visit)) is not None:
            return none
        if QUEUED in visit.flags:
            return "… queued"
        ended = self._clock() if visit.check_out_time is None else clock.to_ms(visit.check_out_time)
        return "–" if "assumed_out" in visit.flags else stay(max(0, ended - time_of(visit)) / 60_000)
