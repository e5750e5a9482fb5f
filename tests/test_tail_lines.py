"""An event as a line."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from gymtui import clock
from gymtui.programs.event_lines import CSV_HEADING, as_csv, as_json, line
from gymtui.protocol import CheckInEvent, Member, MemberRef, Notification, Refusal, UnknownCard
from tests.factories import GYM

pytestmark = pytest.mark.slow


AT = "2026-11-22T09:00:00.000Z"


EVIL = "Eve\x1b[2J\x9b31m\u202e\u2028 Ödön 😀"


ANA = MemberRef("m1", "Ana Silva", "100042")


VISIT = CheckInEvent(
    id="v1",
    member=ANA,
    check_in_time=AT,
    check_out_time=None,
    status="checked_in",
    location="Main door",
    desk="desk 2",
    flags=("warned",),
)


REFUSAL = Refusal(
    id="r1",
    member=ANA,
    code="banned",
    reason="banned",
    message="No.",
    at=AT,
    by="ana",
    desk="desk 2",
    command_id="c1",
    seq=4,
)

UNKNOWN = msgspec.structs.replace(REFUSAL, member=None, code="unknown_member", reason="nobody here has that number")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (VISIT, "in        Ana Silva  100042  Main door  desk 2  warned"),
        (
            msgspec.structs.replace(VISIT, status="checked_out", check_out_time=AT, flags=()),
            "out       Ana Silva  100042  desk 2",
        ),
        (
            REFUSAL,
            "refused   Ana Silva  100042  banned  desk 2",
        ),
        (
            msgspec.structs.replace(REFUSAL, member=None, reason="ambiguous", message="Please choose.", desk=None),
            "refused   ?  Please choose.",
        ),
        (
            msgspec.structs.replace(UNKNOWN, message="Nobody here has the number 9."),  # by a server of before
            "refused   ?  nobody here has that number  desk 2",
        ),
        (
            msgspec.structs.replace(UNKNOWN, unknown_card=UnknownCard("d", "4711")),
            "refused   unknown card …4711  nobody here has that number  desk 2",
        ),
        (Notification(id="n", level="info", title="Pool", message="closed", at=AT, seq=1), "info      Pool  closed"),
        (Member(id="m1", full_name="Ana Silva", plan="Gold"), "member    Ana Silva  Gold"),
        (GYM, "gym       Riverside  Europe/Zurich"),
    ],
)
def test_an_event_as_words(event: Any, words: str) -> None:
    assert line(event, UTC, clock.to_ms(AT)) == f"09:00:00  {words}"


def test_times_are_those_on_the_wall_of_the_gym() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert line(VISIT, tokyo, 0).startswith("18:00:00  in ")
    left = msgspec.structs.replace(VISIT, status="checked_out", check_out_time="2026-11-22T20:00:00Z")
    assert line(left, tokyo, 0).startswith("05:00:00  out ")
    assert line(GYM, tokyo, clock.to_ms(AT) + 1_500).startswith("18:00:01  gym ")


def test_an_event_of_a_time_that_there_is_not_is_a_line_too() -> None:
    for odd in ("yesterday", "9999-12-31T23:59:59Z"):
        assert line(msgspec.structs.replace(VISIT, check_in_time=odd), ZoneInfo("Asia/Tokyo"), 0) == (
            "--:--:--  in        Ana Silva  100042  Main door  desk 2  warned"
        )


def test_nothing_from_outside_reaches_the_terminal_as_a_command() -> None:
    event = msgspec.structs.replace(VISIT, member=MemberRef("m1", EVIL, "1"))
    assert "Eve[2J31m  Ödön 😀  1" in line(event, UTC, 0)
    text = as_json(event)
    assert not any(c in text for c in "\x1b\x9b\u202e\u2028\n")
    assert json.loads(text)["payload"]["member"]["full_name"] == EVIL
    assert set(json.loads(text)) == {"type", "payload"}


@pytest.mark.parametrize(
    ("event", "cells"),
    [
        (VISIT, "in,Ana Silva,100042,Main door,desk 2,,warned,0"),
        (REFUSAL, "refused,Ana Silva,100042,,desk 2,ana,banned,4"),
        (
            msgspec.structs.replace(UNKNOWN, unknown_card=UnknownCard("d", "4711")),
            "refused,unknown card …4711,,,desk 2,ana,nobody here has that number,4",
        ),
        (
            Notification(id="n", level="info", title="Pool", message="closed, today", at=AT, seq=1),
            'info,,,,,,"Pool: closed, today",1',
        ),
        (Member(id="m1", full_name="=1+1", plan="Gold"), "member,'=1+1,,,,,Gold,0"),
        (GYM, "gym,,,,,,Riverside,1"),
    ],
)
def test_an_event_as_cells(event: Any, cells: str) -> None:
    assert as_csv(event, UTC, clock.to_ms(AT)) == f"2026-11-22 09:00:00,{cells}"
    assert CSV_HEADING.count(",") == 8
