"""Events that are looked at one by one."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from gymtui.protocol import Card, MemberRef, UnknownCard
from gymtui.ui.messages import Messages, as_json, as_json_lines, pretty, summary
from tests.factories import GYM, TIME, member, refusal, visit

ZURICH = ZoneInfo("Europe/Zurich")
MESSAGES = Messages(events=(refusal(3, "Ben Ode"), visit(2, "Ana Silva"), visit(1, "Zoe Huber")))


def test_the_chosen_one_moves_no_further_than_the_list() -> None:
    assert [MESSAGES.moved(step).index for step in (-1, 1, 9)] == [0, 1, 2]
    assert Messages().moved(1).chosen is None
    assert Messages().marking() == Messages()


def test_marked_ones_are_taken_in_the_order_of_the_journal_and_all_where_none_is() -> None:
    assert [event.seq for event in MESSAGES.picked] == [1, 2, 3]
    marked = MESSAGES.marking().marking()
    assert (marked.marked, marked.index) == (frozenset({2, 3}), 2)
    assert [event.seq for event in marked.picked] == [2, 3]
    assert marked.moved(-1).marking().marked == {3}


def test_a_row_says_when_what_and_whom() -> None:
    assert [summary(event, ZURICH) for event in MESSAGES.events[:2]] == [
        ("3", "17:24:00", "refused", "Ben Ode"),
        ("2", "17:24:00", "in", "Ana Silva"),
    ]
    assert summary(GYM, ZURICH) == ("1", "", "gym", "")


def test_json_is_the_message_and_nothing_that_a_terminal_obeys() -> None:
    evil = replace(visit(1), member=MemberRef("m", "Eve\x1b[2J\x9b31m\u202e"))
    assert as_json(evil).isprintable()
    assert json.loads(as_json(evil))["payload"]["member"]["full_name"] == evil.member.full_name
    lines = as_json_lines(MESSAGES.picked).splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["check_in_update", "check_in_update", "refusal"]


def test_pretty_has_each_field_that_says_something() -> None:
    fields = dict(pretty(replace(visit(4, "Ana Silva"), flags=("offline", "late")), ZURICH))
    assert fields["member.full_name"] == "Ana Silva"
    assert fields["check_in_time"] == f"17:24:00, {TIME}"
    assert fields["flags"] == "offline, late"
    assert "check_out_time" not in fields
    cards = replace(member(5), cards=(Card(code="A1"), Card(code="B2", state="lost")), payment_overdue=True)
    told = dict(pretty(cards, ZURICH))
    assert (told["cards[1].state"], told["payment_overdue"], told["guest"]) == ("lost", "yes", "no")
    assert (
        dict(pretty(replace(refusal(6), unknown_card=UnknownCard("d", "4711")), ZURICH))["unknown_card.hint"] == "4711"
    )
