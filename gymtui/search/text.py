"""How a member is found by what somebody types: what stands in the index, and how a text is read against it.

A desk and the server have the same index and put the same readings to it, so they find the same people in the same
order: reading by reading, and within one as the index is sorted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from gymtui.protocol import Member
from gymtui.search.folding import spellings, unspaced, words
from gymtui.search.phones import COUNTRY_CODES, SHORTEST, at_home, dialled, is_abroad, is_number

FEWER: Final = 3  # letters that so many fewer names begin with than with one that the search goes by them
LONGEST: Final = 24  # letters of a text that may be two beginnings run together
FIRST, FURTHER, NUMBER = "", ",", "#"  # what an entry begins with: the name's first word, a further one, a number
PHONE: Final = "~"  # or a phone from its last digit on: it is found by its end, and a card must not begin one
MARKS: Final = FURTHER + NUMBER + PHONE


def index_words(member: Member) -> set[str]:
    """The member's entries in the index, one for each word with that in front: `ana silva #1004`, `,silva ana #1004`,
    `#1004 ana silva `. The words are those of the name, in each of its spellings, of the membership number and the
    digits of the phone, which is there backwards too, `~500011197 ana silva `. What is written without blanks is there
    from each further syllable on too. Who is deleted has none."""
    if member.deleted:
        return set()
    numbers, phone = words(member.membership_number or ""), member.phone or ""
    if digits := dialled(phone):
        numbers.append(digits)
    from_end = at_home(phone)[::-1]
    return {entry for name in spellings(member.full_name) for entry in _entries(name, numbers, from_end)}


def _entries(name: list[str], numbers: list[str], from_end: str) -> Iterator[str]:
    for turn, word in enumerate(name):
        others = name[turn + 1 :] + name[:turn]
        yield _entry(FURTHER if turn else FIRST, [word, *others], numbers)
        yield from (_entry(FURTHER, [word[at:], *others], numbers) for at in _syllables(word))
    for number in numbers:
        yield _entry(NUMBER, [number, *name], [n for n in numbers if n != number])
    if len(from_end) >= SHORTEST:
        yield _entry(PHONE, [from_end, *name], [])


def _syllables(word: str) -> list[int]:
    """Where a further one begins."""
    return [] if word.isascii() else [found.start() for found in unspaced().finditer(word, 1)]


def _entry(mark: str, front: list[str], numbers: list[str]) -> str:
    return f"{mark}{' '.join(front)} " + "".join([NUMBER + word for word in numbers])


class Reading(NamedTuple):
    """One way to understand a text: an entry that begins with `first`, and has further on words that begin with each of
    the `others`, words of the name or, with `numbers`, any; its own first word, with the mark, has at most `longest`
    characters, if that is said."""

    first: str
    others: tuple[str, ...] = ()
    numbers: bool = False
    longest: int | None = None


def readings(text: str) -> Iterator[Reading]:
    """The ways to understand a text, the likeliest first: what was typed is a word, then begins words, of the name, the
    number or the phone, each of its spellings so, or is a whole phone; then, `ansi`, it is the beginnings of two words
    of the name, in their order or any other."""
    typed, *others = _typed(text)
    for spelled in (typed, *others):
        yield from _begun(spelled)
    if is_number(text):
        yield from _whole_phone(text)
    for in_order, other in ((FIRST, FURTHER), (FURTHER, FIRST)):
        for front, rest in _run_together(typed):
            if len(front) == 1 and len(rest) >= FEWER:
                yield Reading(other + rest, (front,))
            else:
                yield Reading(in_order + front, (rest,))


def finds(text: str, member: Member) -> bool:
    """Does the text find this member, by what the index says of one? The same as the index's own answer."""
    entries = index_words(member)
    return any(_has(reading, entry) for reading in readings(text) for entry in entries)


def _has(reading: Reading, entry: str) -> bool:
    if not entry.startswith(reading.first) or (reading.longest is not None and entry.index(" ") > reading.longest):
        return False
    further = entry[1:] if reading.first.startswith(NUMBER) else entry  # a number is no further word of itself
    return all(
        (other if unspaced().match(other) else f" {other}") in further
        or (reading.numbers and NUMBER + other in further)
        for other in reading.others
    )


def _begun(typed: list[str]) -> Iterator[Reading]:
    if not typed:
        return
    word, *others = typed
    if not others:
        yield from (Reading(f"{mark}{word} ") for mark in (FIRST, FURTHER, NUMBER))
    yield from (Reading(mark + word, tuple(others), numbers=True) for mark in (FIRST, FURTHER, NUMBER))


def _whole_phone(text: str) -> Iterator[Reading]:
    """As it is dialled at home, or from abroad: either may be on file."""
    phone = at_home(text)
    if len(phone) >= SHORTEST:
        yield Reading(PHONE + phone[::-1], longest=len(PHONE + phone) + COUNTRY_CODES[-1])
    if is_abroad(text):
        rests = (phone[cut:] for cut in COUNTRY_CODES)
        yield from (Reading(f"{PHONE}{rest[::-1]} ") for rest in rests if len(rest) >= SHORTEST)


def beginnings(text: str, known: Sequence[str]) -> dict[int, int]:
    """Which of the `known` words a text begins, and how many letters of each: `ansi` begins two of `ana silva`."""
    typed = _typed(text)[0]
    begun = {
        at: max(len(begin) for begin in typed if word.startswith(begin))
        for at, word in enumerate(known)
        if word.startswith(tuple(typed))
    }
    if begun:
        return begun
    for (at, word), (front, rest) in product(enumerate(known), _run_together(typed)):
        if word.startswith(front):
            for further, other in enumerate(known):
                if further != at and other.startswith(rest):
                    return {at: len(front), further: len(rest)}
    return {}


def _typed(text: str) -> list[list[str]]:
    """The words of a text, each once, in each spelling, its own first; those of nothing but digits are one, a number as
    people write it, or a phone."""
    if is_number(text):
        return [[number] for number in dict.fromkeys(("".join(words(text)), dialled(text))) if number]
    return [list(dict.fromkeys(spelled)) for spelled in spellings(text)]


def _run_together(typed: list[str]) -> list[tuple[str, str]]:
    """The two beginnings that one word may be, wherever the second starts."""
    if len(typed) != 1 or len(typed[0]) > LONGEST or any(c.isdecimal() or unspaced().match(c) for c in typed[0]):
        return []
    return [(typed[0][:at], typed[0][at:]) for at in range(1, len(typed[0]))]
