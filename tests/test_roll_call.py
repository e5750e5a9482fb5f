"""A roll-call folded from its steps: the same in whatever order these come, and no mark is lost by what follows."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from gymtui import clock
from gymtui.protocol import MemberRef, RollCallUpdate
from gymtui.roll_call import LASTS, end_of, fold, named
from gymtui.ui.roll_call import over
from tests.factories import NOW

ANA = MemberRef("m1", "Ana Silva", "1")


def step(id: str, kind: Any, call: str = "r1", *, minutes: int = 0, **fields: Any) -> RollCallUpdate:
    at = clock.to_text(NOW + minutes * 60_000)
    return RollCallUpdate(roll_call_id=call, step=kind, at=at, by="ana", command_id=id, seq=1, **fields)


def safe(steps: tuple[RollCallUpdate, ...]) -> set[str]:
    now = fold(steps, NOW)
    assert now is not None
    return set(now.marks)


def test_steps_come_in_any_order() -> None:
    steps = (
        step("a", "start"),
        step("b", "safe", member=ANA, minutes=1),
        step("c", "safe", name="A plumber", minutes=2),
        step("d", "not_safe", takes_back="c", minutes=3),
        step("e", "safe", name="a PLUMBER", minutes=4),
    )
    assert {frozenset(safe(order)) for order in permutations(steps)} == {frozenset({"m1", named("A plumber")})}


def test_a_mark_that_was_taken_back_elsewhere_stays_where_another_desk_made_one_too() -> None:
    here, there = step("b", "safe", member=ANA), step("c", "safe", member=ANA)
    back = step("d", "not_safe", takes_back="b")
    assert safe((step("a", "start"), here, there, back)) == {"m1"}
    assert safe((step("a", "start"), here, back)) == set()


def test_two_that_were_begun_apart_are_one_until_both_are_over() -> None:
    apart = (
        step("a", "start", drill=True),
        step("b", "start", "r2", minutes=1),
        step("c", "safe", "r2", member=ANA),
    )
    now = fold(apart, NOW)
    assert now is not None
    assert (now.ids, now.drill, now.since, set(now.marks)) == (("r1", "r2"), False, NOW, {"m1"})
    one = fold((*apart, step("d", "end", minutes=2)), NOW)
    assert one is not None
    assert one.ids == ("r2",)
    assert fold((*apart, step("d", "end"), step("e", "end", "r2")), NOW) is None


def test_the_marks_of_one_that_is_over_count_in_no_other() -> None:
    old = (step("a", "start", "r0"), step("b", "safe", "r0", member=ANA), step("c", "end", "r0"))
    assert fold(old, NOW) is None
    assert safe((*old, step("d", "start"))) == set()


def test_one_that_nobody_has_ended_is_over_after_a_day() -> None:
    assert fold([step("a", "start")], NOW + LASTS - 1) is not None
    assert fold([step("a", "start")], NOW + LASTS) is None


def test_its_end_has_the_count_of_whoever_ended_it_first() -> None:
    steps = (
        step("a", "start"),
        step("b", "end", minutes=3, found=2, missing=1),
        step("c", "end", minutes=2, found=1, missing=2),
        step("d", "end", "r2", minutes=1, found=9, missing=9),
        step("e", "end", minutes=1),
    )
    for order in permutations(steps):
        assert (end_of(order, ("r1",)) or steps[0]).command_id == "c"
    assert end_of(steps, ("r3",)) is None
    assert (was := fold(steps[:1], NOW)) is not None
    assert over(was, steps[1]) == ("Roll-call", "is over: 1 missing, 2 safe")
    assert over(was, None) == ("Roll-call", "is over")
