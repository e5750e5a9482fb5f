"""The header's line: what stands at its left end, in so many cells."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import pytest
from rich.cells import cell_len

from gymtui.ui.widgets.header import Part, Sign, shared

DRILL: Final[Sign] = ("! DRILL ", "! DRILL", "! DRILL", "alarm")
MASKED: Final[Sign] = ("▒ NAMES HIDDEN  ", "▒ HIDDEN", "▒", "masked")
UNREAD: Final[Sign] = ("◆ 2 unread", "◆ 2", "◆ 2", "unread")
SIGNS: Final = (DRILL, MASKED, UNREAD)
PLACES: Final[tuple[Part, ...]] = (("Riverside", "gym"), ("   desk 1", "desk"), (" · mia", "desk"))


def line(signs: tuple[Sign, ...], room: int) -> str:
    return "".join(words for words, _ in shared(signs, PLACES, room))


@pytest.mark.parametrize("signs", [some for n in range(4) for some in combinations(SIGNS, n)])
def test_nothing_is_left_out_that_there_is_room_for(signs: tuple[Sign, ...]) -> None:
    for room in range(25, 80):
        parts = shared(signs, PLACES, room)
        spare = room - sum(cell_len(words) for words, _ in parts)
        shortened = sum(cell_len(sign[0]) - cell_len(parts[2 * n][0]) for n, sign in enumerate(signs))
        left_out = [cell_len(words) for words, _ in PLACES[len(parts) - 2 * len(signs) :]]
        assert PLACES[0] in parts
        assert spare >= 0
        assert not left_out or left_out[0] > spare, parts
        assert not shortened or shortened > spare, parts


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (60, "! DRILL  ◆ 2 unread Riverside   desk 1 · mia"),
        (38, "! DRILL ◆ 2 Riverside   desk 1 · mia"),
        (30, "! DRILL ◆ 2 Riverside   desk 1"),
        (21, "! DRILL ◆ 2 Riverside"),
    ],
)
def test_a_drill_and_two_notices_leave_the_gym_its_name(room: int, said: str) -> None:
    assert line((DRILL, UNREAD), room) == said
