"""The history: visits and refusals page by page from the server, or as far as this desk knows them without it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from gymtui import clock, codec
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.history_words import Question
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.replica.replica import Replica
from gymtui.protocol import (
    CheckInEvent,
    CheckIns,
    Event,
    GetMember,
    Hand,
    ListCheckIns,
    ListRefusals,
    MemberCard,
    MemberTotals,
    Refusal,
    Refusals,
)
from gymtui.search.folding import spellings, words
from gymtui.visit_hands import hands, is_at, is_by

logger = logging.getLogger(__name__)

Past = CheckInEvent | Refusal

KNOWN: Final = 500  # events of the desk's own copy that are looked through
PAGE: Final = 50  # rows that are asked for at once: a slow line waits for them
PAGES: Final = 60  # of which the server may find nothing on any, one after the other


class Answer(Struct, frozen=True, kw_only=True):
    """What there is to a question, the newest first, as of a time (ms); there is more behind the `cursor`, `in_all` so
    many as the server has counted. `totals` are the member's, where it was about one. `problem`: why it is only what
    this desk knows."""

    question: Question = Question()
    rows: tuple[Past, ...] = ()
    cursor: str | None = None
    as_of: int | None = None
    totals: MemberTotals | None = None
    in_all: int | None = None
    problem: str | None = None


class HistoryReader:
    """Asks the server, and the desk's own copy where that does not answer, with what is `waiting` to be sent."""

    def __init__(
        self,
        service: WebSocketService,
        replica: Replica,
        waiting: Callable[[], Sequence[Past]] = tuple,
        *,
        clock: clock.Clock = clock.now,
    ) -> None:
        self._service = service
        self._replica = replica
        self._waiting = waiting
        self._clock = clock

    async def ask(self, question: Question) -> Answer:
        """The first page."""
        answer = Answer(question=question, as_of=self._clock())
        try:
            if question.member is not None:
                answer = replace(answer, totals=await self._totals(question.member.id))
            return await self._page(answer)
        except (Disconnected, RequestRefused, codec.Unreadable) as error:
            logger.info("The history comes from this desk: %s", error)
            why = "not connected" if isinstance(error, Disconnected) else str(error).rstrip(".")
            return replace(answer, rows=tuple(self._known(question)), problem=why)

    def here(self, question: Question, why: str) -> Answer:
        """What this desk knows, at once, and why it is no more than that."""
        return Answer(question=question, as_of=self._clock(), rows=tuple(self._known(question)), problem=why)

    async def more(self, answer: Answer) -> Answer:
        """With the page that follows; where it does not come, as before."""
        try:
            return answer if answer.cursor is None else await self._page(answer)
        except (Disconnected, RequestRefused, codec.Unreadable) as error:
            logger.info("No more of the history comes: %s", error)
            return answer

    async def _page(self, answer: Answer) -> Answer:
        """The next page with anything on it: the server looks through so many visits a page."""
        for _ in range(PAGES):
            rows, cursor, counted = await self._asked(answer.question, answer.cursor)
            in_all = answer.in_all if counted is UNSET else counted
            answer = replace(answer, rows=(*answer.rows, *rows), cursor=cursor, in_all=in_all)
            if rows or cursor is None:
                break
        return answer

    async def _asked(
        self, question: Question, cursor: str | None
    ) -> tuple[tuple[Past, ...], str | None, int | UnsetType | None]:
        if question.refused:
            refusals = codec.convert(await self._service.request(refusals_of(question, cursor)), Refusals)
            return refusals.refusals, refusals.cursor, refusals.in_all
        visits = codec.convert(await self._service.request(visits_of(question, cursor)), CheckIns)
        return visits.check_ins, visits.cursor, visits.in_all

    async def _totals(self, member_id: str) -> MemberTotals | None:
        return codec.convert(await self._service.request(GetMember(member_id=member_id)), MemberCard).totals

    def _known(self, question: Question) -> Iterator[Past]:
        """What this desk has heard, as far as it goes back."""
        recent = [*self._replica.visits.recent(KNOWN), *self._replica.visits.present(), *self._waiting()]
        return known(question, recent)


def after(answer: Answer, events: Iterable[Event]) -> Answer:
    """The answer once these have happened, as far down as it goes, and without asking again."""
    news = [event for event in events if isinstance(event, CheckInEvent | Refusal)]
    end = time_of(answer.rows[-1]) if answer.rows and answer.cursor is not None else 0
    named = {event.id for event in news}
    as_before = [row for row in answer.rows if row.id not in named]  # by the server, who knows more about names
    changed = known(answer.question, [*(row for row in answer.rows if row.id in named), *news])
    rows = [*as_before, *(row for row in changed if time_of(row) >= end)]
    in_all = None if answer.in_all is None else answer.in_all + len(rows) - len(answer.rows)
    return replace(answer, rows=tuple(sorted(rows, key=_order, reverse=True)), in_all=in_all)


def visits_of(question: Question, cursor: str | None = None) -> ListCheckIns:
    """As the server is asked."""
    return ListCheckIns(
        from_=_text(question.since),
        to=_text(question.until),
        at=_text(question.at),
        text=question.text or None,
        status=question.status,
        member_id=None if question.member is None else question.member.id,
        desk=question.desk,
        by=question.by,
        limit=PAGE,
        cursor=cursor,
    )


def refusals_of(question: Question, cursor: str | None = None) -> ListRefusals:
    """The same of what was refused."""
    return ListRefusals(
        from_=_text(question.since),
        to=_text(question.until),
        text=question.text or None,
        member_id=None if question.member is None else question.member.id,
        desk=question.desk,
        by=question.by,
        limit=PAGE,
        cursor=cursor,
    )


def known(question: Question, events: Iterable[Event]) -> Iterator[Past]:
    """Those of some events that answer a question, as the server would."""
    last: dict[str, Past] = {}
    for event in sorted(events, key=lambda event: event.seq):
        if isinstance(event, Refusal if question.refused else CheckInEvent):
            last[event.id] = event
    found = [row for row in last.values() if _fits(question, row)]
    return iter(sorted(found, key=_order, reverse=True))


def time_of(row: Past) -> int:
    """When a visit began, or something was refused (ms)."""
    return clock.to_ms(row.check_in_time if isinstance(row, CheckInEvent) else row.at)


def _order(row: Past) -> tuple[int, str]:
    return time_of(row), row.id


def _fits(question: Question, row: Past) -> bool:
    at, member = time_of(row), row.member
    told = [
        question.since is None or at >= question.since,
        question.until is None or at < question.until,
        question.member is None or (member is not None and member.id == question.member.id),
        not question.text or (member is not None and _is_called(member.full_name, member.membership_number, question)),
        question.desk is None or is_at(_hands(row), question.desk),
        question.by is None or is_by(_hands(row), question.by),
    ]
    if isinstance(row, CheckInEvent):
        told.append(question.status in (None, row.status))
        told.append(question.at is None or (question.at - clock.DAY < at <= question.at and _is_in(row, question.at)))
    return all(told)


def _hands(row: Past) -> tuple[Hand, ...]:
    return hands(row) if isinstance(row, CheckInEvent) else (Hand(row.by, row.desk),)


def _is_in(visit: CheckInEvent, at: int) -> bool:
    return visit.check_out_time is None or at < clock.to_ms(visit.check_out_time)


def _is_called(name: str, number: str | None, question: Question) -> bool:
    known = [word for spelled in spellings(name) for word in spelled] + words(number or "")
    return any(
        all(any(word.startswith(part) for word in known) for part in typed) for typed in spellings(question.text)
    )


def _text(ms: int | None) -> str | None:
    return None if ms is None else clock.to_text(ms)
