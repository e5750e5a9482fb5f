"""How a member is found by what somebody types: what stands in the index, and how a text is read against it.

A desk and the server have the same index and put the same readings to it, so they find the same people in the same
order: reading by reading, and within one as the index is sorted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from gymtui.protocol import Member

LONGEST: Final = 24  # letters of a text that may be two beginnings run together
FIRST, FURTHER, NUMBER = "", ",", "#"  # what an entry begins with: the name's first word, a further one, a number
NATIONAL: Final = "~"  # or a phone as it is dialled at home, found only by the whole of it: a card must not begin one
COUNTRY_CODES: Final = (1, 2, 3)  # digits behind the `+`
PHONE: Final = 6  # digits of a phone at home, at least

WORD: Final = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Lower case, without accents: `Zoë` and `ZOE` are `zoe`."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(text: str) -> list[str]:
    """The folded words of a text, in order: `O'Neil, Ana` is `o`, `neil`, `ana`."""
    return WORD.findall(fold(text))


def index_words(member: Member) -> set[str]:
    """The member's entries in the index, one for each word with that in front: `ana silva #1004`, `,silva ana #1004`,
    `#1004 ana silva `. The words are those of the name, of the membership number and the digits of the phone. Who is
    deleted has none. A phone that begins with `+` is there without a country code too, `~791110005 ana silva `."""
    if member.deleted:
        return set()
    name, numbers = words(member.full_name), words(member.membership_number or "")
    if digits := "".join(c for c in member.phone or "" if c.isdigit()):
        numbers.append(digits)
    entries = {_entry(FURTHER if turn else FIRST, name[turn:] + name[:turn], numbers) for turn in range(len(name))}
    entries |= {_entry(NUMBER, [word, *name], [n for n in numbers if n != word]) for word in numbers}
    return entries | {_entry(NATIONAL, [phone, *name], []) for phone in _at_home(member.phone or "", digits)}


def _at_home(phone: str, digits: str) -> set[str]:
    """What an international phone may be in its own country, whose code may be any beginning."""
    if not phone.lstrip().startswith("+"):
        return set()
    return {rest for cut in COUNTRY_CODES if len(rest := digits[cut:].lstrip("0")) >= PHONE}


def _entry(mark: str, front: list[str], numbers: list[str]) -> str:
    return mark + "".join(f"{word} " for word in front) + "".join(f"{NUMBER}{word}" for word in numbers)


class Reading(NamedTuple):
    """One way to understand a text: an entry that begins with `first`, and has further on words that begin with each of
    the `others`, words of the name or, with `numbers`, any."""

    first: str
    others: tuple[str, ...] = ()
    numbers: bool = False


def readings(text: str) -> Iterator[Reading]:
    """The ways to understand a text, the likeliest first: what was typed is a word, then begins words, of the name, the
    number or the phone, or is a phone as it is dialled at home, `0791110005`; then, `ansi`, it is the beginnings of two
    words of the name, in their order or any other."""
    typed = _typed(text)
    if not typed:
        return
    word, *others = typed
    if not others:
        yield from (Reading(f"{mark}{word} ") for mark in (FIRST, FURTHER, NUMBER))
    yield from (Reading(mark + word, tuple(others), numbers=True) for mark in (FIRST, FURTHER, NUMBER))
    if not others and word.isdecimal() and len(phone := word.lstrip("0")) >= PHONE:
        yield Reading(f"{NATIONAL}{phone} ")
    for mark in (FIRST, FURTHER):
        yield from (Reading(mark + front, (rest,)) for front, rest in _run_together(typed))


def beginnings(text: str, known: Sequence[str]) -> dict[int, int]:
    """Which of the `known` words a text begins, and how many letters of each: `ansi` begins two of `ana silva`."""
    typed = _typed(text)
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


def _typed(text: str) -> list[str]:
    """The words of a text, each once; those of nothing but digits are one, a phone number as people write it."""
    typed = words(text)
    if len(typed) > 1 and all(word.isdecimal() for word in typed):
        return ["".join(typed)]
    return list(dict.fromkeys(typed))


def _run_together(typed: list[str]) -> list[tuple[str, str]]:
    """The two beginnings that one word may be, wherever the second starts."""
    if len(typed) != 1 or len(typed[0]) > LONGEST or any(c.isdecimal() for c in typed[0]):
        return []
    return [(typed[0][:at], typed[0][at:]) for at in range(1, len(typed[0]))]
