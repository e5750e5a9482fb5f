"""The profiles that make the numbers on file of what arrived, as far as a few steps go.

A step counts only where it does something to one of the texts, so that nothing is in a profile that no card has shown;
another keyboard is looked for only where none explains them on this one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from gymtui.cards import aim
from gymtui.cards.keyboards import LAYOUTS, meant
from gymtui.cards.keys import keys_of
from gymtui.cards.profile import ReaderProfile
from gymtui.cards.rfid import WRITINGS, low, turned
from gymtui.cards.steps import taken

AFFIX: Final = 4  # characters at an end that a reader may have put beside a number that is changed as well

_STEPS: Final = (
    *("less_zero", "no_zeros", "inside", "until:=", "full_ascii", "plain_39"),
    *("without:mod10", "without:luhn", "without:mod43", "without:mod16", "with:mod10", "with:luhn", "with:mod43"),
)
_COSTS: Final = {"part": 4, "chip": 3, "with": 2, "zeros": 2}  # of a step; any other is 1
_KEYBOARDS: Final = (
    [("us", False)],
    [(layout, False) for layout in LAYOUTS[1:]],
    [(layout, True) for layout in LAYOUTS],
)


class Wanted(NamedTuple):
    """The numbers to be explained, and their values in each writing of a chip's number that the list may have."""

    numbers: list[str]
    chips: dict[str, list[int]]


def explaining(arrived: list[str], numbers: list[str], on_file: Collection[str] = ()) -> list[ReaderProfile]:
    """Each profile that reads every text as the number at its place, the simplest first; none where there is none.
    `on_file` are further numbers of the list, which the writing of a chip's number has to fit."""
    chips = {
        name: values for name in WRITINGS if (values := chips_read(name, numbers)) and _fits(name, {*numbers, *on_file})
    }
    wanted = Wanted(numbers, chips)
    seen: list[list[str]] = []
    for keyboards in _KEYBOARDS:
        found: list[ReaderProfile] = []
        for layout, caps_lock in keyboards:
            typed = [text for one in arrived if (text := meant(layout, one, caps_lock=caps_lock)) is not None]
            if len(typed) == len(arrived) and typed not in seen:
                seen.append(typed)
                found += [
                    ReaderProfile(prefix=prefix, suffix=suffix, layout=layout, caps_lock=caps_lock, steps=steps)
                    for prefix, suffix, steps in _untyped(typed, wanted)
                ]
        if found:
            return sorted(found, key=_cost)
    return []


def alike(text: str, number: str) -> bool:
    """Are these one code in two writings?"""
    return text == number or not set(keys_of(text)).isdisjoint(keys_of(number))


def chips_read(name: str, texts: list[str]) -> list[int]:
    """The values of texts that are all written so, else none."""
    values: list[int] = []
    for text in texts:
        value = WRITINGS[name].read(text)
        if value is None:
            return []
        values.append(value)
    return values


def _untyped(typed: list[str], wanted: Wanted) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """A prefix, a suffix, and the steps from what is between them."""
    for prefix, suffix in _affixes(typed, wanted.numbers):
        texts = [aim.split(text[len(prefix) : len(text) - len(suffix)])[1] for text in typed]
        for steps in _chains(texts, wanted, prefix + suffix):
            yield prefix, suffix, steps
        if not prefix + suffix:
            yield from _parts(typed, texts, wanted.numbers)


def _affixes(typed: list[str], numbers: list[str]) -> list[tuple[str, str]]:
    """What all texts begin and end with, in every length up to `AFFIX`, and what stands around the first number."""
    front, back = _beginning(typed), _beginning([text[::-1] for text in typed])[::-1]
    around = {(len(before), len(behind)) for before, found, behind in [typed[0].partition(numbers[0])] if found}
    lengths = around | set(product(range(AFFIX + 1), range(AFFIX + 1)))
    return [
        (front[:before], back[len(back) - behind :])
        for before, behind in sorted(lengths, key=sum)
        if before <= len(front) and behind <= len(back) and before + behind < min(map(len, typed))
    ]


def _beginning(texts: list[str]) -> str:
    """What all of them begin with."""
    least, greatest = min(texts), max(texts)
    return next((least[:at] for at, c in enumerate(least) if greatest[at] != c), least)


def _chains(texts: list[str], wanted: Wanted, affixes: str) -> Iterator[tuple[str, ...]]:
    """The steps from the texts to the numbers. Digits that all cards begin with are a prefix or zeros, not both."""
    if _all_alike(texts, wanted.numbers):
        yield ()
        return
    if not affixes.isdigit():
        yield from ((step,) for step in _chips(texts, wanted.chips))
        yield from _walked(texts, wanted.numbers, deeper=not affixes)


def _walked(
    texts: list[str], numbers: list[str], *, deeper: bool, before: Sequence[str] = ()
) -> Iterator[tuple[str, ...]]:
    """One step, or with `deeper` two of them, which do not undo each other."""
    for step in (*_STEPS, *([] if before else _widths(texts, numbers))):
        after = [done for text in texts if (done := taken(step, text))]
        if len(after) == len(texts) and after not in (texts, before):
            if _all_alike(after, numbers):
                yield (step,)
            elif deeper:
                yield from ((step, *further) for further in _walked(after, numbers, deeper=False, before=texts))


def _all_alike(texts: list[str], numbers: list[str]) -> bool:
    return all(alike(text, number) for text, number in zip(texts, numbers, strict=True))


def _widths(texts: list[str], numbers: list[str]) -> list[str]:
    """How wide zeros make the numbers of a reader that sends none: one that does has no more digits to send."""
    widths = {len(number) for number in numbers}
    return [f"zeros:{min(widths)}"] if len(widths) == 1 and not any(text.startswith("0") for text in texts) else []


def _parts(typed: list[str], texts: list[str], numbers: list[str]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The same places of texts that are all as long. What stands before them on every card, a club's number, has to be
    there: any other bar code has something in these places too."""
    whole, size = len(texts[0]), len(numbers[0])
    if {whole} != set(map(len, texts)) or {size} != set(map(len, numbers)):
        return
    for first in range(whole - size + 1):
        if whole > size and [text[first : first + size] for text in texts] == numbers:
            prefix = _beginning([one[: len(one) - whole + first] for one in typed])
            cut = min(len(prefix) - len(one) + whole for one in typed)
            prefix, cut = (prefix, cut) if cut > 0 else ("", 0)
            behind = texts[0][first + size :]
            suffix = "" if behind.isdigit() or {text[first + size :] for text in texts} != {behind} else behind
            yield prefix, suffix, (f"part:{first - cut + 1}:{first - cut + size}:{whole - cut - len(suffix)}",)


def _chips(texts: list[str], wanted: dict[str, list[int]]) -> Iterator[str]:
    """The conversions of a chip's number."""
    for reads in WRITINGS:
        values = chips_read(reads, texts)
        for (writes, known), backwards in product(wanted.items() if values else (), (False, True)):
            bits, room = WRITINGS[reads].bits, WRITINGS[writes].bits
            given = [low(turned(value, bits) if backwards else value, room) for value in values]
            if room <= bits and given == known:
                yield f"chip:{reads}:{'backwards' if backwards else ''}:{writes}"


def _fits(name: str, on_file: Collection[str]) -> bool:
    """Are the list's numbers that look so written so? One may be too large, or have another number of zeros."""
    writing = WRITINGS[name]
    return all(
        (value := writing.read(number)) is not None and writing.write(value) == number.upper()
        for number in on_file
        if re.fullmatch(writing.pattern, number)
    )


def _cost(profile: ReaderProfile) -> int:
    affixes = sum(1 + affix.isdigit() for affix in (profile.prefix, profile.suffix) if affix)
    affixes += 3 * profile.suffix.isdigit()  # likelier a check digit that is the same on a few cards
    return affixes + sum(_COSTS.get(step.partition(":")[0], 1) for step in profile.steps)
