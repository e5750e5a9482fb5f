"""Every kind of reader on every keyboard: it is learned from three cards, and then finds its own members or nobody."""

from __future__ import annotations

from random import Random
from typing import Final

import pytest

from gymtui.cards.keyboards import LAYOUTS
from gymtui.cards.learning import A_ZERO, ANY_OTHER, learn
from gymtui.cards.reading import read
from tests.cards_kit import CardFile
from tests.reader_kinds import BY_KEYBOARD, LESS, READERS, typed

pytestmark = pytest.mark.slow

KINDS: Final = {name: kind for name, kind in (READERS | LESS).items() if name not in BY_KEYBOARD}
# For each keyboard what becomes of it without Caps Lock and with: `=` every further card finds its member, `+` some
# find nobody (a dead key has taken characters, none of the three began with a zero, or had what tells the keyboard),
# `?` one more card is asked for, `x` why it cannot be learned is said.
TABLE: Final = """
                                us de ch cz fr be it es tr
Code 39's check                 == ++ == == == == += == ++
a card's check                  == == == == == == == == ==
ITF's zero                      ?? ?? ?? ?? ?? ?? == ?? ==
Codabar's letters               == == == == == == == == ==
Codabar with a check            == == == == == == == == ==
zeros to ten digits             ?? ?? ?? ?? == == ?? == ??
zeros lost                      ++ == ++ ++ == ++ ++ ++ ==
a club's EAN                    == == == == == == == == ==
a prefix                        == == ?? == == == == == ==
an address                      == == == == == == == == ==
a track's number                == == == == == == == == ==
a prefix and a check            == == ++ == == == =+ =+ ++
nothing                         == == ++ == == == == == ==
an identifier                   == ?? ++ == == == == == ==
Code 39's stars                 == == == == == == == == ==
a suffix                        == == == == == == == == ==
an EAN without its check digit  == == == == == == == == ==
a facility that the list has not== == == == == ++ == == ==
bytes turned                    == == == == == == == == ==
decimal for hex                 == == == == == == == == ==
hex for decimal                 == ?? == == == == ?? ?? ??
decimal, turned                 == == == == == == == == ==
hex for 3+5                     == == == == == == == == ==
3+5 for 24 bits                 == == == == == == == == ??
separators                      == == == == == == == == ==
a version in front              == == == == == == == == ==
a checksum behind               == == == == == == == == ==
Prox for facility and card      == == == == == == == == ==
24 bits of 32                   xx xx xx xx xx xx xx xx xx
a card's end                    xx xx xx xx xx xx xx xx xx
one text for all                xx xx xx xx xx xx xx xx xx
"""


@pytest.mark.parametrize("row", TABLE.splitlines()[2:])
def test_a_reader_finds_its_own_members_or_nobody(row: str) -> None:
    kind, expected = row[:32].strip(), row[32:].split()
    assert TABLE.split()[: len(LAYOUTS)] == list(LAYOUTS)
    outcomes = [[outcome(kind, layout, caps_lock=caps_lock) for caps_lock in (False, True)] for layout in LAYOUTS]
    assert list(map("".join, outcomes)) == expected


def test_every_kind_has_a_row() -> None:
    assert [row[:32].strip() for row in TABLE.splitlines()[2:]] == list(KINDS)


def outcome(kind: str, layout: str, *, caps_lock: bool) -> str:
    """The sign that the table has for it; nobody else is ever found."""
    listed, arrives = KINDS[kind]
    random, keyboard = Random(f"{kind} {layout}"), typed(layout, caps_lock=caps_lock)
    numbers = list(dict.fromkeys(listed(random) for _ in range(40)))
    gym, sent = CardFile(numbers), {number: keyboard(arrives(number)) for number in numbers}
    lesson = learn([(sent[number], number) for number in numbers[:3]], numbers)
    if lesson.learned is None:
        assert lesson.says in (A_ZERO, ANY_OTHER) or not lesson.profiles
        return "?" if lesson.profiles else "x"
    found = {number: gym.find(read(lesson.learned, sent[number]) or sent[number]) for number in numbers}
    assert all(whose <= {number} for number, whose in found.items()), found
    return "=" if all(found.values()) else "+"
