"""`gymtui admin present`: who is in now, or was at a time, beside the same time a week before."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.gym_day import NEXT, beginning, day_of, instant, on_day
from gymtui.output import say
from gymtui.protocol import CheckInEvent, Gym, MemberRef
from gymtui.typed_day import past_day
from gymtui.visit_hands import let_in, said_by
from server.gym.conflicts import day_and_time
from server.store import Lists
from server.store.opening import listed

WEEK: Final = timedelta(days=7)
EXAMPLES: Final = "18:20, “yesterday 18:20”, “tuesday 18:20”, “24 Nov 18:20” or 2026-11-24T18:20"

Visits = list[tuple[CheckInEvent, MemberRef]]


def present(*, database: str, at: str | None = None, now: clock.Clock = clock.now) -> None:
    """A line each, who came first stands first; before them how many, and how it was a week before."""
    with listed(database) as lists:
        gym = lists.gym()
        zone = ZoneInfo(gym.timezone)
        then = wall = datetime.fromtimestamp(now() / 1000, zone)
        if at is not None:
            then = _asked(at, wall, gym)
        before = then.replace(tzinfo=None) - WEEK
        inside, came = _inside(lists, round(then.timestamp() * 1000)), _come(lists, then.replace(tzinfo=None), gym)
        week_ago, came_then = _inside(lists, instant(before, zone)), _come(lists, before, gym)
    say(
        f"{day_and_time(round(then.timestamp() * 1000), zone)}: {len(inside)} in, {came} had come that day; "
        f"a week before {len(week_ago)} and {came_then}"
    )
    for visit, member in inside:
        say(_line(visit, member, zone))


def _asked(text: str, now: datetime, gym: Gym) -> datetime:
    """The time that is meant, on the clock of the gym's wall. WrongUsage."""
    words = text.strip().lower().removeprefix("last ")
    try:
        return _typed(words, now, gym)
    except ValueError:
        pass
    try:
        typed = datetime.fromisoformat(words.upper())
    except ValueError as error:
        raise WrongUsage(f"{text!r} is no time of a day: please say {EXAMPLES}.") from error
    return typed.astimezone(now.tzinfo) if typed.tzinfo else typed.replace(tzinfo=now.tzinfo)


def _typed(words: str, now: datetime, gym: Gym) -> datetime:
    day, _, clock_time = words.rpartition(" ")
    at, today = time.fromisoformat(clock_time.zfill(5)), day_of(now, gym.policy)
    then = _on(past_day(day, today) if day else today, at, now, gym)
    return _on(today - NEXT, at, now, gym) if not day and then > now else then


def _on(day: date, at: time, now: datetime, gym: Gym) -> datetime:
    return on_day(day, at, gym.policy).replace(tzinfo=now.tzinfo)


def _inside(lists: Lists, at: int) -> Visits:
    """Nobody is in for longer than a day."""
    return [(visit, member) for visit, member in lists.visits(at - clock.DAY + 1, at + 1) if _is_in(visit, at)]


def _is_in(visit: CheckInEvent, at: int) -> bool:
    return visit.check_out_time is None or at < clock.to_ms(visit.check_out_time)


def _come(lists: Lists, until: datetime, gym: Gym) -> int:
    """How many came on that day of the gym until that time; whose check-in was taken back has not."""
    zone = ZoneInfo(gym.timezone)
    since = instant(beginning(day_of(until, gym.policy), gym.policy), zone)
    visits = lists.visits(since, instant(until, zone) + 1)
    return sum(visit.check_out_time != visit.check_in_time for visit, _ in visits)


def _line(visit: CheckInEvent, member: MemberRef, zone: ZoneInfo) -> str:
    """`17:02  Ana Silva  100042  desk 2, by mia`"""
    hand = let_in(visit)
    came = f"{datetime.fromtimestamp(clock.to_ms(visit.check_in_time) / 1000, zone):%H:%M}"
    by = "" if hand is None else ", ".join(filter(None, (hand.desk, f"by {said_by(hand)}")))
    return "  ".join(filter(None, (came, member.full_name, member.membership_number, by)))
