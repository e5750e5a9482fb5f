"""What is typed to see some of the events alone: which pass, and what is said of a word that is none."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from gymtui.client.desk.event_filter import TYPES, WrongFilter, read_filter
from gymtui.protocol import EVENTS, Event, Hand, MemberRef, Notification, RollCallUpdate, UnknownCard
from tests.factories import GYM, TIME, member, refusal, visit

ANA: Final = member(1, "Ana Silva", membership_number="100042")
EVENT: Final[dict[str, Event]] = {
    "in": visit(1, ANA),
    "out": replace(visit(2, ANA), status="checked_out", check_out_time=TIME, desk="side door", by="jonas"),
    "refused": refusal(3, "Ben Ode"),
    "card": replace(refusal(4), member=None, unknown_card=UnknownCard("d", "4711"), desk=None),
    "notice": Notification(id="n", level="warning", title="Pool", message="closed today", at=TIME, seq=5),
    "roll-call": RollCallUpdate(
        roll_call_id="r",
        step="safe",
        drill=True,
        name="A Guest",
        at=TIME,
        by="mia",
        desk="office",
        command_id="c",
        seq=6,
    ),
    "member": member(7, "Zoë Huber", plan="Gold"),
    "gym": replace(GYM, by="mia"),
}


def passing(text: str) -> list[str]:
    picked = read_filter(text)
    return [name for name, event in EVENT.items() if picked.passes(event)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", list(EVENT)),
        ("  ", list(EVENT)),
        ("refused", ["refused", "card"]),
        ("Refused", ["refused", "card"]),
        ("type:refused", ["refused", "card"]),
        ("type:in", ["in"]),
        ("type:in type:OUT", ["in", "out"]),
        ("type:roll-call", ["roll-call"]),
        ("type:gym", ["gym"]),
        ("member:ana", ["in", "out"]),
        ("member:100042", ["in", "out"]),
        ('member:"silva an"', ["in", "out"]),
        ("member:zoe", ["member"]),
        ("member:guest", ["roll-call"]),
        ("desk:2", ["in", "refused"]),
        ('desk:"side door"', ["out"]),
        ("desk:2 desk:office", ["in", "refused", "roll-call"]),
        ("desk:desk", ["in", "refused"]),
        ("desk:des", []),
        ("by:maria refused", ["refused", "card"]),
        ("by:mia", ["roll-call", "gym"]),
        ("BY:Jonas member:ana", ["out"]),
        ("ana main", ["in", "out"]),
        ("ana jonas", ["out"]),
        ("an sil", ["in", "out"]),
        ("expired ben", ["refused"]),
        ("4711", ["card"]),
        ("closed", ["notice"]),
        ("drill safe", ["roll-call"]),
        ("gold", ["member"]),
        ("zurich", ["gym"]),
        ('"type:in"', []),
        ("type:in nobody", []),
        ("17:02", []),
        ("-", list(EVENT)),
    ],
)
def test_what_passes(text: str, names: list[str]) -> None:
    assert passing(text) == names


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("desks:2", "there is no “desks:”; did you mean desk:?"),
        ("ana tpye:in", "there is no “tpye:”; did you mean type:?"),
        ("mem:ana", "there is no “mem:”; did you mean member:?"),
        ("who:ana", "there is no “who:”; there are type: member: desk: by:"),
        ("desk:", "desk: needs a word right behind it, as in desk:2"),
        ("desk: 2", "desk: needs a word right behind it, as in desk:2"),
        ('member:""', "member: needs a word right behind it, as in member:ana"),
        ("type:re", "there is no type “re”; did you mean refused?"),
        ("type:refusal", "there is no type “refusal”; did you mean refused?"),
        ("type:zzz", "there is no type “zzz”; there are in out refused notice roll-call member gym"),
    ],
)
def test_a_word_that_is_none_is_a_sentence_with_the_nearest(text: str, sentence: str) -> None:
    with pytest.raises(WrongFilter) as wrong:
        read_filter(text)
    assert str(wrong.value) == sentence


def test_a_desk_is_that_of_either_end_of_a_visit() -> None:
    left = replace(visit(8, ANA), status="checked_out", check_out_time=TIME, desk="pool", let_in=Hand("mia", "desk 9"))
    assert [read_filter(text).passes(left) for text in ("desk:9", "by:mia", "desk:pool", "desk:2")] == [
        True,
        True,
        True,
        False,
    ]


def test_every_event_that_there_is_has_a_type() -> None:
    assert {type(event) for event in EVENT.values()} == set(EVENTS.values())
    assert all(passing(f"type:{type}") for type in TYPES)


def test_an_event_about_nobody_has_no_member() -> None:
    nobody = replace(refusal(9), member=None)
    assert not read_filter("member:ana").passes(nobody)
    assert read_filter("member:ana").passes(replace(nobody, member=MemberRef("m1", "Ana Silva")))
