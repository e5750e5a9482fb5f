"""A name costs four keys and Enter."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from random import Random

import pytest

from gymtui.client import Replica
from gymtui.protocol import Member, MembersPage
from gymtui.sample.people import members
from gymtui.ui.screens.front_desk import HITS
from tests.factories import member
from tests.keystrokes import Keystrokes, beginnings

pytestmark = pytest.mark.slow


def test_what_is_typed_of_a_name() -> None:
    assert set(beginnings("Ana Maria Silva", 3)) == {"ana", "ans", "asi", "sil", "sia", "san"}
    assert set(beginnings("Ek Li", 3)) == {"ekl", "eli", "lie", "lek"}


def test_what_a_name_costs() -> None:
    people = [member(1, "Ana Silva"), member(2, "Ana Sá"), member(3, "Ben Ode")]
    find = {"a": people, "as": people}.get
    assert [Keystrokes(lambda text: find(text, ())).cost(person) for person in people[:2]] == [2, 2]  # `a1`, `a2`
    by_arrows = Keystrokes(lambda text: find(text, ()), arrows=True)
    assert [by_arrows.cost(person) for person in people[:2]] == [2, 3]
    assert Keystrokes(lambda text: people[2:] if text == "be" else []).cost(people[2]) == 2  # nobody else


def test_a_name_of_seven_thousand_costs_four_keys_and_enter() -> None:
    fields = members(7000, Random(7), date(2026, 11, 18))
    people = tuple(Member(id=str(n), seq=n, **m) for n, m in enumerate(fields, 1))  # type: ignore[arg-type]  # its own fields
    with closing(Replica(":memory:")) as replica:
        replica.fold_members(MembersPage(members=people, next_after_seq=7000, more=False, as_of_seq=7000))
        keystrokes = Keystrokes(lambda text: replica.members.search(text, HITS))
        costs = [keystrokes.cost(person) for person in Random(1).sample(people, 1000)]
    assert sum(cost <= 4 for cost in costs) >= 950, costs
