"""A reader's profile from cards whose numbers are known: what arrived, and what is on file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set
from itertools import product
from typing import Final

from msgspec import Struct

from gymtui.cards.explaining import alike, chips_read, explaining
from gymtui.cards.frame import framed
from gymtui.cards.keys import keys_of, levels
from gymtui.cards.profile import ReaderProfile
from gymtui.cards.reading import read
from gymtui.cards.rfid import WRITINGS, low, turned

FEWEST: Final = 2  # cards; a check digit fits one in ten by chance
PROBED: Final = 3  # cards whose neighbours are tried

ITSELF: Final = "This reader needs nothing: its cards are found as they are."
LEARNED: Final = "Learned. Scan one more card to see that it is found."
MORE: Final = "Scan another card whose number is known."
ANY_OTHER: Final = "These cards can be understood in more than one way. Scan another one, with a number unlike these."
A_ZERO: Final = "These cards can be understood in more than one way. Scan one whose number begins with a zero."
LESS: Final = (
    "This reader gives less than the list has. Set it to send the whole number, or put on file what it sends: "
    "scan each card from its member."
)
TWO_ALIKE: Final = (
    "Two of these cards arrived as the same text: the reader does not tell them apart. Set it to send more."
)
NO_WAY: Final = "Nothing known makes these numbers of what arrived. Is each the number of the card that was scanned?"


class Lesson(Struct, frozen=True, kw_only=True):
    """The profiles that explain every card, the simplest first, and what to say of them: one is `learned`, several read
    some other card differently, and where there is none, why."""

    profiles: tuple[ReaderProfile, ...]
    says: str

    @property
    def learned(self) -> ReaderProfile | None:
        return self.profiles[0] if len(self.profiles) == 1 else None


def learn(samples: Sequence[tuple[str, str]], on_file: Collection[str] = ()) -> Lesson:
    """What explains the samples, pairs of what arrived and the number on file, two or more. `on_file` is the list that
    the numbers are from: with it fewer cards are needed, since what no number there looks like need not be told."""
    cards = list(dict.fromkeys((framed(arrived), framed(number)) for arrived, number in samples))
    arrived, numbers = [text for text, _ in cards], [number for _, number in cards]
    if len(cards) < FEWEST:
        return Lesson(profiles=(), says=MORE)
    if len(set(arrived)) < len(cards):
        return Lesson(profiles=(), says=TWO_ALIKE)
    if all(_found(*card) for card in cards):
        return Lesson(profiles=(ReaderProfile(),), says=ITSELF)
    found = explaining(arrived, numbers, on_file)
    if not found:
        return Lesson(profiles=(), says=LESS if _gives_less(arrived, numbers) else NO_WAY)
    return _told_apart(found, arrived, {_shape(number) for number in on_file})


def _found(arrived: str, number: str) -> bool:
    """Is the number found without a profile?"""
    keys = set(keys_of(number))
    return any(key in keys for level in levels(arrived) for key in level)


def _told_apart(found: list[ReaderProfile], arrived: list[str], shapes: Set[tuple[int, bool, bool]]) -> Lesson:
    """The first, where no other one says another number of any text like those that arrived; or where what the first
    says is like no number of the list, and so finds nobody."""
    first, *others = found
    for probes, says in ((_with_zeros(arrived), A_ZERO), (_unlike(arrived[:PROBED]), ANY_OTHER)):
        answers = {probe: answer for probe in probes if (answer := read(first, probe))}
        if shapes:
            answers = {probe: answer for probe, answer in answers.items() if _shape(answer) in shapes}
        rivals = [other for other in others if any(_disagrees(other, *told) for told in answers.items())]
        if rivals:
            return Lesson(profiles=(first, *rivals), says=says)
    return Lesson(profiles=(first,), says=LEARNED)


def _with_zeros(arrived: list[str]) -> Iterator[str]:
    return (zeros + text[len(zeros) :] for text in arrived for zeros in ("0", "00"))


def _unlike(arrived: list[str]) -> Iterator[str]:
    """The texts with another character of theirs at each place."""
    others = sorted({*"019F", *"".join(arrived)})
    return (text[:at] + other + text[at + 1 :] for text in arrived for at in range(len(text)) for other in others)


def _disagrees(other: ReaderProfile, text: str, answer: str) -> bool:
    says = read(other, text)
    return says is not None and not alike(says, answer)


def _shape(number: str) -> tuple[int, bool, bool]:
    return len(number), number.isdigit(), number.startswith("0")


def _gives_less(arrived: list[str], numbers: list[str]) -> bool:
    """Is what arrived a part of each number: of its characters, or of its bits?"""
    if all(text in number for text, number in zip(arrived, numbers, strict=True)):
        return True
    for reads, writes in product(WRITINGS, WRITINGS):
        bits, values = WRITINGS[reads].bits, chips_read(reads, arrived)
        if values and bits < WRITINGS[writes].bits:
            known = [low(value, bits) for value in chips_read(writes, numbers)]
            if known in (values, [turned(value, bits) for value in values]):
                return True
    return False
