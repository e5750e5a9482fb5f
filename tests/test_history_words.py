"""What is typed to look into the history: a table of texts and the questions that they ask."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymtui import clock
from gymtui.client.desk.history_words import Question, WrongWords, read_words
from gymtui.protocol import Policy

ZURICH: Final = ZoneInfo("Europe/Zurich")
NOW: Final = datetime(2026, 11, 22, 17, 5, tzinfo=ZURICH)  # a Sunday


def at(text: str) -> int:
    """A time on the wall in Zurich (ms), in winter."""
    return clock.to_ms(f"{text}:00+01:00")


def day(text: str, until: str | None = None) -> dict[str, Any]:
    return {"since": at(f"{text}T00:00"), "until": at(f"{until or text}T00:00") + clock.DAY}


TODAY: Final = day("2026-11-22")

TABLE: Final[list[tuple[str, dict[str, Any], str]]] = [
    ("", TODAY, "today"),
    ("  ", TODAY, "today"),
    ("today", TODAY, "today"),
    ("Yesterday", day("2026-11-21"), "yesterday"),
    ("fri", day("2026-11-20"), "20 Nov"),
    ("Sunday", day("2026-11-15"), "15 Nov"),
    ("tuesday", day("2026-11-17"), "17 Nov"),
    ("7 days", day("2026-11-16", "2026-11-22"), "the last 7 days"),
    ("week", day("2026-11-16", "2026-11-22"), "the last 7 days"),
    ("1 day", TODAY, "today"),
    ("20 Nov", day("2026-11-20"), "20 Nov"),
    ("20 november", day("2026-11-20"), "20 Nov"),
    ("20. Nov", day("2026-11-20"), "20 Nov"),
    ("20nov", day("2026-11-20"), "20 Nov"),
    ("3 Dec", day("2025-12-03"), "3 Dec 2025"),
    ("20 Nov 2025", day("2025-11-20"), "20 Nov 2025"),
    ("2026-11-20", day("2026-11-20"), "20 Nov"),
    ("20.11.", day("2026-11-20"), "20 Nov"),
    ("20.11.2025", day("2025-11-20"), "20 Nov 2025"),
    ("29 Feb", day("2024-02-29"), "29 Feb 2024"),
    ("18 Nov - 20 Nov", day("2026-11-18", "2026-11-20"), "18 Nov to 20 Nov"),
    ("18.11. to yesterday", day("2026-11-18", "2026-11-21"), "18 Nov to yesterday"),
    ("18:20", {"at": at("2026-11-21T18:20")}, "in at 18:20 yesterday"),
    ("16:20", {"at": at("2026-11-22T16:20")}, "in at 16:20 today"),
    ("at 9:05", {"at": at("2026-11-22T09:05")}, "in at 09:05 today"),
    ("yesterday 18:20", {"at": at("2026-11-21T18:20")}, "in at 18:20 yesterday"),
    ("y18:20", {"at": at("2026-11-21T18:20")}, "in at 18:20 yesterday"),
    ("y1820", {"at": at("2026-11-21T18:20")}, "in at 18:20 yesterday"),
    ("y182", {"text": "y182"}, "ever"),
    ("18:20 20 Nov", {"at": at("2026-11-20T18:20")}, "in at 18:20 20 Nov"),
    ("9:00-10:30", {"since": at("2026-11-22T09:00"), "until": at("2026-11-22T10:30")}, "today 09:00–10:30"),
    ("fri 22:00-01:00", {"since": at("2026-11-20T22:00"), "until": at("2026-11-21T01:00")}, "20 Nov 22:00–01:00"),
    ("ana", {"text": "ana"}, "ever"),
    ("Ana Sil", {"text": "Ana Sil"}, "ever"),
    ("ana yesterday", {"text": "ana"} | day("2026-11-21"), "yesterday"),
    ("4711", {"text": "4711"}, "ever"),
    ("who:may", {"text": "may"}, "ever"),
    ('who:"In Sun"', {"text": "In Sun"}, "ever"),
    ("may", {"text": "may"}, "ever"),
    ("monika", {"text": "monika"}, "ever"),
    ("desk:2", {"desk": "2"} | TODAY, "today"),
    ('desk:"pool bar" 18 Nov', {"desk": "pool bar"} | day("2026-11-18"), "18 Nov"),
    ("By:mia ever", {"by": "mia"}, "ever"),
    ("in", {"status": "checked_in"} | TODAY, "today"),
    ("out yesterday", {"status": "checked_out"} | day("2026-11-21"), "yesterday"),
    ("refused 7 days", {"refused": True} | day("2026-11-16", "2026-11-22"), "the last 7 days"),
    ("refused ana", {"refused": True, "text": "ana"}, "ever"),
    ("10-12", {"text": "10-12"}, "ever"),
    ("3 mayer", {"text": "3 mayer"}, "ever"),
]

WRONG: Final = {
    "31 feb": "there is no 31 feb",
    "2026-02-30": "there is no 2026-02-30",
    "40.11.": "there is no 40.11.",
    "25:10": "25:10 is no time of day",
    "0 days": "0 days cannot be looked at: 1 to 3,660 can",
    "yesterday - 18 Nov": "18 Nov is before yesterday: the earlier day comes first",
    "20 Nov 21 Nov": "there are two days: a range is written with a dash, as in 20 Nov - 25 Nov",
    "18:20 19:30": "there are two times: from one to another is 18:00-19:30",
    "7 days 18:20": "a time needs one day, as in yesterday 18:20",
    "today 18:20": "18:20 today is still to come",
    "24.12.2026": "24 Dec is still to come",
    "refused 16:20": "who was refused is asked of a day, or from one time to another, as in 18:00-19:30",
    "desk:": "desk: needs a word right behind it, as in desk:2",
    "by: ana": "by: needs a word right behind it, as in by:mia",
}


@pytest.mark.parametrize(("text", "asked", "when"), TABLE, ids=lambda value: str(value)[:30])
def test_what_is_typed_asks(text: str, asked: dict[str, Any], when: str) -> None:
    assert read_words(text, NOW, Policy()) == Question(**asked, when=when)


@pytest.mark.parametrize(("text", "sentence"), WRONG.items())
def test_what_asks_nothing_is_told_in_words(text: str, sentence: str) -> None:
    with pytest.raises(WrongWords) as wrong:
        read_words(text, NOW, Policy())
    assert str(wrong.value) == sentence


@pytest.mark.parametrize(
    ("begins", "now", "text", "since", "until"),
    [
        ("04:00", "2026-11-22T02:00", "today", "2026-11-21T04:00", "2026-11-22T04:00"),
        ("04:00", "2026-11-22T05:00", "yesterday", "2026-11-21T04:00", "2026-11-22T04:00"),
        ("22:00", "2026-11-22T23:00", "today", "2026-11-22T22:00", "2026-11-23T22:00"),
    ],
)
def test_a_day_is_the_gyms_own(begins: str, now: str, text: str, since: str, until: str) -> None:
    asked = read_words(text, datetime.fromisoformat(now).replace(tzinfo=ZURICH), Policy(day_begins=begins))
    assert (asked.since, asked.until) == (at(since), at(until))


def test_a_time_of_the_small_hours_is_the_gyms_too() -> None:
    asked = read_words("yesterday 01:30", NOW, Policy(day_begins="04:00"))
    assert asked.at == at("2026-11-22T01:30")


def test_a_day_on_which_a_clock_is_put_back_has_an_hour_more() -> None:
    asked = read_words("25.10.2026", NOW, Policy())
    assert asked.since is not None
    assert asked.until is not None
    assert asked.until - asked.since == 25 * 3600 * 1000


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_question_or_a_sentence(text: str) -> None:
    with suppress(WrongWords):
        assert isinstance(read_words(text, NOW, Policy()), Question)
