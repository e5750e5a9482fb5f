"""The feed tells the end of several roll-calls that one person has ended at once as one row."""

from __future__ import annotations

from msgspec.structs import replace

from gymtui.protocol import RollCallUpdate
from gymtui.ui.feed_rows import told_once
from tests.factories import visit

END = RollCallUpdate(
    roll_call_id="r1",
    step="end",
    at="2026-11-18T16:24:00.000Z",
    by="mia",
    desk="desk 1",
    found=3,
    missing=1,
    command_id="c1",
    seq=7,
)


def test_the_end_of_two_that_were_one_is_told_once() -> None:
    other = replace(END, roll_call_id="r2", seq=8, at="2026-11-18T16:24:00.001Z")
    assert list(told_once(None, [END, other])) == [END]
    assert list(told_once(END, [other])) == []


def test_what_is_another_is_told() -> None:
    elsewhere = replace(END, roll_call_id="r2", desk="desk 2", seq=8)
    again = replace(END, roll_call_id="r3", seq=9)
    between = visit(8, "Ana Silva")
    assert list(told_once(None, [END, elsewhere])) == [END, elsewhere]
    assert list(told_once(END, [between, again])) == [between, again]


def test_whatever_comes_between_the_end_of_another_is_no_row() -> None:
    between, other = visit(8, "Ana Silva"), replace(END, roll_call_id="r2", seq=9, ends_with="r1")
    assert list(told_once(None, [END, between, other])) == [END, between]
    assert list(told_once(between, [other])) == []
