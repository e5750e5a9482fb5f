"""Near hits: whom a text would find with one typing error less (a letter that is wrong, missing or too much, or has
changed places with the next: optimal string alignment), and whose phone ends so.

They need no index of their own: each text that is one error away is looked for as if it had been typed, which is one
step down the index, and an error behind what begins no name is not looked for at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from string import ascii_lowercase, digits
from typing import Final

from gymtui.search.folding import spellings
from gymtui.search.phones import SHORTEST, at_home, dialled, is_number
from gymtui.search.text import FIRST, FURTHER, PHONE, Reading

SCREENFUL: Final = 9  # hits that have a digit each; where there are as many, no near one is looked for
NEAREST: Final = 3  # that an unknown name or number offers
FEWEST: Final = 4  # letters of a word that may have an error
LONGEST: Final = 40  # characters of a text that is looked at so

# What may stand instead of a letter: one of the same alphabet. In other writing a sign is too much, or misplaced.
_ALPHABETS: Final = (
    ascii_lowercase,
    *("".join(map(chr, range(ord(first), ord(last) + 1))) for first, last in ("αω", "аџ", "את", "აჰ", "աֆ")),
    "ءابپتثجچحخدذرزژسشصضطظعغفقکگلمنهوی",
)
_WORD: Final = re.compile(rf"(?<!\S)[^\W\d]{{{FEWEST},}}(?!\S)")  # letters alone

Begun = Callable[[Iterable[str]], list[str]]  # those of these beginnings that entries of the index have


def near_readings(text: str, begun: Begun) -> Iterator[Reading]:
    """How a text is understood with one error in it, whole names before beginnings; a number, as the end of a phone."""
    if is_number(text):
        ends = dict.fromkeys((dialled(text), at_home(text)))
        yield from (Reading(PHONE + end[::-1]) for end in ends if len(end) >= SHORTEST)
        return
    for typed in dict.fromkeys(order for spelled in spellings(text) for order in _orders(spelled)):
        if found := begun(_misspelt(typed, begun)):
            yield from (Reading(f"{other.rstrip()} ") for other in found)
            yield from (Reading(other) for other in found if not other.endswith(" "))
            return


def near_numbers(text: str) -> Iterator[str]:
    """What is one digit away from a number, two that changed places first."""
    text = text.strip()
    places = [at for at, c in enumerate(text) if c in digits]
    if places and FEWEST <= len(text) <= LONGEST:
        branches = (text[:at] + digit for at in range(len(text) + 1) for digit in digits)
        yield from (number for number in dict.fromkeys(_one_error(text, places, branches)) if number != text)


def _orders(typed: list[str]) -> list[str]:
    """As it was typed, and two words also the other way round: a further one may stand between them."""
    orders = [typed, typed[::-1]] if len(typed) == 2 else [typed]
    return [text for text in map(" ".join, orders) if len(text) <= LONGEST]


def _misspelt(typed: str, begun: Begun) -> Iterator[str]:
    """The beginnings one error away, as far as the text before the error is one. Without its last letter, or with
    another one, the text is a whole word: as a beginning it would be that of too many."""
    alphabet = "".join(letters for letters in _ALPHABETS if not set(letters).isdisjoint(typed))
    spans = [word.span() for word in _WORD.finditer(typed)]
    for mark in (FIRST, FURTHER):
        reach = len(begun([mark + typed[:at] for at in range(1, len(typed) + 1)]))
        places = [at for start, end in spans for at in range(start, min(end, reach + 1))]
        gaps = [at for start, end in spans for at in range(start, min(end, reach, len(typed) - 1) + 1)]
        branches = begun([mark + typed[:at] + letter for at in gaps for letter in alphabet])
        for other in dict.fromkeys(_one_error(typed, places, (branch[len(mark) :] for branch in branches))):
            if not other.startswith(typed):
                is_whole = len(other) <= len(typed) and other.startswith(typed[:-1])
                yield f"{mark}{other} " if is_whole else mark + other


def _one_error(text: str, places: Sequence[int], branches: Iterable[str]) -> Iterator[str]:
    """The text with two characters changed back from one of the places on, with one less, and, from each branch on,
    which has a character of its own behind a part of the text, with that one instead of another and with one more."""
    for at in places:
        if text[at + 1 : at + 2].isalnum():
            yield text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    for at in places:
        yield text[:at] + text[at + 1 :]
    for branch in branches:
        yield branch + text[len(branch) :]
        yield branch + text[len(branch) - 1 :]
