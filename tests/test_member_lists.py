"""Every known program's list goes in with four questions at the most: all people, no wrong date, nobody let in whom
the file refuses."""

from __future__ import annotations

import pytest

from tests.member_lists_clubs import CLUBS
from tests.member_lists_kit import Sample, comes_in, looked, people
from tests.member_lists_programs import PROGRAMS
from tests.member_lists_strange import STRANGE

LISTS = PROGRAMS | CLUBS | STRANGE


@pytest.mark.parametrize("list", LISTS.values(), ids=LISTS)
def test_a_list_of_a_known_program(list: Sample) -> None:
    seen = looked(list.content, list.answers)
    assert {question.key for question in seen.questions} == set(list.answers)
    assert len(seen.questions) <= 4
    assert seen.open == []
    assert seen.keeps_out
    found = people(seen)
    assert {name: member.valid_until for name, member in found.items() if comes_in(member)} == list.come_in
    assert {name: member.valid_until for name, member in found.items() if not comes_in(member)} == list.refused
    assert len(seen.left_out) == list.left_out


@pytest.mark.parametrize("list", LISTS.values(), ids=LISTS)
def test_without_answers_nobody_comes_in_whom_the_list_refuses(list: Sample) -> None:
    seen = looked(list.content)
    assert seen.open or not list.answers or all(question.otherwise for question in seen.questions)
    if not seen.open:
        assert {name for name, member in people(seen).items() if comes_in(member)} <= set(list.come_in)
