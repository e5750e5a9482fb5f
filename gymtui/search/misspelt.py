"""The nearest of a name that finds nobody, not even near: two errors in a word of it, or one in each, in any order.

By symmetric deletes: of two words that are two errors apart the same is left where each loses two letters at the most.
So every word of a name is on file under all that may be left of it, once however many members have it, and is found by
what may be left of the typed one: some thirty steps down an index, be there a thousand members or a million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice, product
from math import prod
from typing import Final, NamedTuple

from gymtui.search.folding import spellings
from gymtui.search.near import FEWEST, LONGEST, Begun
from gymtui.search.text import FIRST, FURTHER, MARKS, Reading

ERRORS: Final = 2  # in a word, at most
LONG: Final = 6  # letters of the longer of two words that may have as many; one of fewer may have one
FRONT: Final = 7  # letters of a word of which some may be lost: those behind them are compared and nothing else
MOST: Final = 300  # names that a text may mean, and are looked for
AT_ONCE: Final = 50  # of them, the likeliest first

Known = Callable[[Iterable[str]], list[str]]  # the words on file of which one of these may be left


class _Meant(NamedTuple):
    """A word that a typed one may mean: with how many errors, is its first letter another one, and which it is."""

    errors: int
    begins_otherwise: bool
    word: str


def leftovers(word: str, fewest: int = FEWEST) -> set[str]:
    """What may be left of a word; nothing where it has too few letters to have an error."""
    if len(word) < fewest or not word.isalpha():
        return set()
    front, lost = word[:FRONT], range(_allowed(word) + 1)
    return {"".join(rest) for count in lost for rest in combinations(front, len(front) - count)}


def words_of(entries: Iterable[str]) -> set[str]:
    """The words that entries of the index begin with."""
    return {entry.partition(" ")[0].lstrip(MARKS) for entry in entries}


def nearest_readings(text: str, begun: Begun, known: Known) -> Iterator[Reading]:
    """The names that a text may mean with more than one error in it, those with the fewest first."""
    for typed in spellings(text) if len(text) <= LONGEST else ():
        names = _names([_meant(word, known) for word in typed])
        while some := list(islice(names, AT_ONCE)):
            yield from map(Reading, begun(mark + name for name in some for mark in (FIRST, FURTHER)))


def _meant(typed: str, known: Known) -> list[_Meant]:
    """The words that a typed one may mean, the likeliest first: itself, then those with the fewest errors."""
    others = [
        _Meant(errors, other[0] != typed[0], other)
        for other in known(leftovers(typed, FEWEST - 1))  # one letter may be missing
        if 0 < (errors := errors_between(typed, other, ERRORS)) <= max(_allowed(typed), _allowed(other))
    ]
    return [_Meant(0, False, typed), *sorted(others)]


def _names(words: list[list[_Meant]]) -> Iterator[str]:
    """A name for each choice among what its words may mean, as it was typed and the other way round, for the words of
    an entry go on from any of them. A last word without an error may be a beginning."""
    while prod(map(len, words)) > MOST:
        max(words, key=len).pop()
    for name in sorted(product(*words), key=lambda name: sum(word.errors for word in name)):
        if any(word.errors for word in name):
            for order in (name, name[::-1])[: len(name)]:
                yield " ".join(word.word for word in order) + (" " if order[-1].errors else "")


def errors_between(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing or too much, or have changed places with the next, as far as `most`; more
    than that is any number above it."""
    shorter = min(len(one), len(other))
    alike = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    one, other = one[alike:], other[alike:]
    if not one or not other or not most:
        return len(one) + len(other)
    if abs(len(one) - len(other)) > most:
        return most + 1
    rests = [(one[1:], other[1:]), (one[1:], other), (one, other[1:])]
    if one[:2] == other[1::-1]:
        rests.append((one[2:], other[2:]))
    return 1 + min(errors_between(rest, further, most - 1) for rest, further in rests)


def _allowed(word: str) -> int:
    return ERRORS if len(word) >= LONG else 1 if len(word) >= FEWEST else 0
