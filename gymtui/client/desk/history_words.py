"""What somebody types to look into the history, `yesterday 18:20 desk:2`, and the question that it asks. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from gymtui import rules
from gymtui.gym_day import NEXT, beginning, day_of, instant, on_day
from gymtui.protocol import MemberRef, Policy
from gymtui.typed_day import PAST_DAY, past_day

Status = Literal["checked_in", "checked_out"]

WEEK: Final = 7
MOST_DAYS: Final = 3660
_TIME: Final = r"\d{1,2}:\d\d"


class WrongWords(Exception):
    """What was typed asks nothing that there is; a sentence says why."""


class Question(Struct, frozen=True, kw_only=True):
    """Visits that began in `[since, until)`, or who was in `at` a time (ms); or what was `refused` then. `when` is that
    time in words. `member`: of one person alone."""

    since: int | None = None
    until: int | None = None
    at: int | None = None
    status: Status | None = None
    refused: bool = False
    desk: str | None = None
    by: str | None = None
    text: str = ""
    member: MemberRef | None = None
    when: str = "ever"


class _Read(Struct, kw_only=True):
    """What has been read so far."""

    now: datetime
    today: date
    days: tuple[date, date] | None = None
    words: str = ""  # for these days
    ever: bool = False
    times: tuple[time, time | None] | None = None
    question: Question
    names: list[str]


def read_words(text: str, now: datetime, policy: Policy, member: MemberRef | None = None) -> Question:
    """The question of a text, about one member or all, at a time on the gym's wall, which knows its zone. Where no time
    is named it is today's visits, or all of those whom it names. WrongWords."""
    read = _Read(now=now, today=day_of(now, policy), question=Question(member=member), names=[])
    rest = text.strip()
    while rest:  # the last of the words takes anything
        found, take = next((found, take) for word, take in _WORDS if (found := re.match(word, rest, re.IGNORECASE)))
        take(read, found)
        rest = rest[found.end() :].lstrip()
    asked = replace(read.question, text=" ".join(read.names))
    if read.times is not None:
        return _at_times(read, asked, read.times, policy)
    if read.days is None and (read.ever or asked.text or member):
        return asked
    first, last = read.days or (read.today, read.today)
    since, until = (_instant(beginning(day, policy), now) for day in (first, last + NEXT))
    return replace(asked, since=since, until=until, when=read.words or "today")


# --- the words ------------------------------------------------------------------------------------------------------


def _take_days(read: _Read, found: re.Match[str]) -> None:
    first, last = _day(found[1], read), _day(found[2], read)
    if last < first:
        raise WrongWords(f"{_said(last, read)} is before {_said(first, read)}: the earlier day comes first")
    _set_days(read, first, last, f"{_said(first, read)} to {_said(last, read)}")


def _take_day(read: _Read, found: re.Match[str]) -> None:
    day = _day(found[1], read)
    _set_days(read, day, day, _said(day, read))


def _take_last_days(read: _Read, found: re.Match[str]) -> None:
    count = int(found[1] or WEEK)
    if not 1 <= count <= MOST_DAYS:
        raise WrongWords(f"{count} days cannot be looked at: 1 to {MOST_DAYS:,} can")
    _set_days(read, read.today - (count - 1) * NEXT, read.today, f"the last {count} days" if count > 1 else "today")


def _set_days(read: _Read, first: date, last: date, words: str) -> None:
    if read.days is not None:
        raise WrongWords("there are two days: a range is written with a dash, as in 20 Nov - 25 Nov")
    if first > read.today:
        raise WrongWords(f"{_said(first, read)} is still to come")
    read.days, read.words = (first, last), words


def _take_ever(read: _Read, _: re.Match[str]) -> None:
    read.ever = True


def _take_time(read: _Read, found: re.Match[str]) -> None:
    if read.times is not None:
        raise WrongWords("there are two times: from one to another is 18:00-19:30")
    begins, ends = (None if text is None else _time(text) for text in (found[2], found[3]))
    assert begins is not None
    read.times = begins, ends
    if found[1]:
        yesterday = read.today - NEXT
        _set_days(read, yesterday, yesterday, "yesterday")


def _take_filter(read: _Read, found: re.Match[str]) -> None:
    name, value = found[1].lower(), found[2].strip('"')
    if not value:
        raise WrongWords(f"{name}: needs a word right behind it, as in {name}:{'2' if name == 'desk' else 'mia'}")
    if name == "who":
        read.names.append(value)
    else:
        read.question = replace(read.question, **{name: value})


def _take_outcome(read: _Read, found: re.Match[str]) -> None:
    status: dict[str, Status] = {"in": "checked_in", "out": "checked_out"}
    word = found[0].lower()
    read.question = replace(read.question, status=status.get(word), refused=word.startswith("refus"))


def _take_name(read: _Read, found: re.Match[str]) -> None:
    read.names.append(found[0])


_WORDS: Final[list[tuple[str, Callable[[_Read, re.Match[str]], None]]]] = [
    (rf"(?:{word})(?=\s|$)", take)
    for word, take in (
        (rf"({PAST_DAY}) ?(?:-|–|to) ?({PAST_DAY})", _take_days),
        (rf"({PAST_DAY})", _take_day),
        (r"(\d+) days?|week", _take_last_days),
        (r"ever|all", _take_ever),
        (rf"(?:at )?(y?)({_TIME})(?:-({_TIME}))?", _take_time),
        (rf"(y)(\d{{4}})(?:-({_TIME}))?", _take_time),
        (r'(desk|by|who):("[^"]*"?|\S*)', _take_filter),
        (r"in|out|refused|refusals", _take_outcome),
        (r"\S+", _take_name),
    )
]


# --- days and times -------------------------------------------------------------------------------------------------


def _day(text: str, read: _Read) -> date:
    try:
        return past_day(text, read.today)
    except ValueError as error:
        raise WrongWords(f"there is no {text}") from error


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.zfill(5) if ":" in text else text)
    except ValueError as error:
        raise WrongWords(f"{text} is no time of day") from error


def _at_times(read: _Read, asked: Question, times: tuple[time, time | None], policy: Policy) -> Question:
    """Who was in at a time of a day, or came from one to another; without a day, when it was so late last."""
    begins, ends = times
    first, last = read.days or (read.today, read.today)
    if first != last:
        raise WrongWords("a time needs one day, as in yesterday 18:20")
    start = on_day(first, begins, policy)
    words = read.words or "today"
    if start > read.now.replace(tzinfo=None):
        if read.days is not None:
            raise WrongWords(f"{begins:%H:%M} {words} is still to come")
        start, words = on_day(first - NEXT, begins, policy), "yesterday"
    if ends is None and asked.refused:
        raise WrongWords("who was refused is asked of a day, or from one time to another, as in 18:00-19:30")
    if ends is None:
        return replace(asked, at=_instant(start, read.now), when=f"in at {begins:%H:%M} {words}")
    end = datetime.combine(start.date(), ends)
    end += NEXT if end <= start else timedelta()
    since, until = _instant(start, read.now), _instant(end, read.now)
    return replace(asked, since=since, until=until, when=f"{words} {begins:%H:%M}–{ends:%H:%M}")


def _instant(wall: datetime, now: datetime) -> int:
    assert now.tzinfo is not None
    return instant(wall, now.tzinfo)


def _said(day: date, read: _Read) -> str:
    back = (read.today - day).days
    return {0: "today", 1: "yesterday"}.get(back) or rules.day(day, read.today)
