"""What a look into the history shows: the answer, who is chosen, and what it is in words. Pure, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import UNSET, Struct
from msgspec.structs import replace

from gymtui.client.desk.history import Answer, Past
from gymtui.client.desk.history_queue import UNTOLD
from gymtui.client.desk.history_words import Question
from gymtui.protocol import CheckInEvent, MemberTotals, Refusal
from gymtui.ui.wall import stay
from gymtui.visit_hands import corrected, let_out, said_by


class History(Struct, frozen=True, kw_only=True):
    """The `answer` to `text`, which is the question that was `asked`; `wrong` says why that asks nothing. `chosen` is a
    row's id, and stays with it. `counted` are the visits of today, by the gym's counters."""

    text: str = ""
    wrong: str | None = None
    answer: Answer | None = None
    chosen: str | None = None
    asked: Question | None = None
    counted: int | None = None

    @property
    def rows(self) -> tuple[Past, ...]:
        return self.answer.rows if self.answer else ()

    @property
    def index(self) -> int | None:
        """Which row is chosen."""
        return next((n for n, row in enumerate(self.rows) if row.id == self.chosen), None)

    @property
    def pick(self) -> Past | None:
        """The chosen one."""
        return None if self.index is None else self.rows[self.index]

    @property
    def question(self) -> Question:
        return self.answer.question if self.answer else Question()

    def answered(self, answer: Answer) -> History:
        return replace(self, answer=answer, wrong=None)

    @property
    def is_answered(self) -> bool:
        """Are the rows those that were asked for last?"""
        return self.answer is not None and self.answer.question == self.asked

    def with_newest(self) -> History:
        """The newest visit that counts is chosen, where something was typed to find it by, and none is."""
        if self.chosen is not None or not self.text or not self.is_answered:
            return self
        visits = (row for row in self.rows if isinstance(row, CheckInEvent) and outcome(row) is None)
        newest = max(visits, key=lambda visit: visit.check_in_time, default=None)
        return self if newest is None else replace(self, chosen=newest.id)

    def moved(self, step: int) -> History:
        """Down from the box is the first row, up from the first row is the box again."""
        row = (-1 if self.index is None else self.index) + step
        if row < 0 or not self.rows:
            return replace(self, chosen=None)
        return replace(self, chosen=self.rows[min(row, len(self.rows) - 1)].id)

    @property
    def title(self) -> str:
        """Whose history that is."""
        member = self.question.member
        return "HISTORY" if member is None else member.full_name.upper()

    @property
    def words(self) -> str:
        """How many there are, of when, and what is missing of it."""
        if self.wrong is not None:
            return self.wrong
        if self.answer is None:
            return "asking the server"
        told = [f"{self.question.when}: {self._count}"]
        if self.answer.totals is not None:
            told.append(totals_words(self.answer.totals))
        if self.answer.problem is not None:
            told.append(f"this desk's copy: {self.answer.problem}")
        return " · ".join(told)

    @property
    def _count(self) -> str:
        assert self.answer is not None
        if self.question.refused:
            number = sum(1 if row.count is UNSET else row.count for row in self.rows if isinstance(row, Refusal))
            return self._of(number, "refused") or f"{number:,} refused"
        if self.question.at is not None:
            people = "person" if len(self.rows) == 1 else "people"
            return self._of(len(self.rows), "people") or f"{len(self.rows):,} {people}"
        if of := self._of(len(self.rows), "visits"):
            return of
        return visits_words(row for row in self.rows if isinstance(row, CheckInEvent))

    def _of(self, number: int, what: str) -> str:
        """`the newest 50 of 157 visits`, where there are more, as far as anybody has counted them: of today the gym's
        counter, which goes on."""
        if self.answer is None or self.answer.cursor is None:
            return ""
        question = self.question
        is_today = not self.text and question.member is None
        in_all = self.counted if is_today and self.counted is not None else self.answer.in_all
        return f"the newest {number:,}{'' if in_all is None else f' of {in_all:,}'} {what}"


def visits_words(visits: Iterable[CheckInEvent]) -> str:
    """`44 visits, 1 undone, 2 clashes, 3 queued`: as the gym's counters count them, and what those leave out."""
    counted = Counter(_counted_as(visit) for visit in visits)
    number, undone, clashes, queued = (counted[what] for what in ("visit", "taken back", "clash", UNTOLD))
    told = [
        f"{number:,} {'visit' if number == 1 else 'visits'}",
        f"{undone:,} undone" if undone else "",
        f"{clashes:,} {'clash' if clashes == 1 else 'clashes'}" if clashes else "",
        f"{queued:,} queued" if queued else "",
    ]
    return ", ".join(part for part in told if part)


def _counted_as(visit: CheckInEvent) -> str:
    return outcome(visit) or (UNTOLD if UNTOLD in visit.flags else "visit")


def totals_words(totals: MemberTotals) -> str:
    """`14 in all, 3 in the last 30 days, 1 h 05 min on average`."""
    said = f"{totals.visits:,} in all, {totals.last_30_days} in the last 30 days"
    return said if totals.average_stay_minutes is None else f"{said}, {stay(totals.average_stay_minutes)} on average"


def ended_by(visit: CheckInEvent) -> str:
    """At which desk and by whom somebody was let out, and who has put it right: `desk 2, mia; corrected by ben`."""
    left, put_right = let_out(visit), corrected(visit)
    told = [] if left is None else [", ".join(part for part in (left.desk, said_by(left)) if part)]
    if put_right is not None:
        told.append(f"corrected by {put_right.by}")
    elif outcome(visit) == "taken back":
        told.append(f"taken back by {visit.by}")
    return "; ".join(told)


def outcome(visit: CheckInEvent) -> str | None:
    """What has become of a visit that is none; None of any other."""
    if visit.status == "checked_out" and "undone" in visit.flags:
        return "taken back"
    return "clash" if "clash" in visit.flags else None
