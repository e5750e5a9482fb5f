"""How many keys a name costs: what a clerk presses before the Enter that takes the person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from gymtui.client.state import Hit
from gymtui.protocol import Member
from gymtui.search.folding import words
from gymtui.ui.box.search import Search

Find = Callable[[str], Sequence[Member]]


def beginnings(name: str, letters: int) -> Iterator[str]:
    """What somebody types who knows the name: the beginning of the given name and of the family name run together, in
    either order, or of one of them alone."""
    given, *_, family = words(name)
    for front, rest in ((given, family), (family, given)):
        for of_front in range(1, letters + 1):
            text = front[:of_front] + rest[: letters - of_front]
            if len(text) == letters:
                yield text


class Keystrokes:
    """Counts against `find`, which gives the rows under the box. Nothing is ever guessed: the person is the clear hit,
    which costs the letters alone, or is in a row that is chosen, by its digit or, with `arrows`, by so many ↓."""

    def __init__(self, find: Find, *, arrows: bool = False) -> None:
        self._arrows = arrows
        self._search = cache(lambda text: Search(text=text, hits=tuple(Hit(member=m) for m in find(text))))

    def cost(self, person: Member) -> int:
        """The fewest keys; as many as the name has letters where no row ever shows the person."""
        fewest = len("".join(words(person.full_name)))
        for letters in range(1, fewest):
            if letters < fewest:
                choosing = (self._choosing(text, person) for text in beginnings(person.full_name, letters))
                fewest = min([fewest, *(letters + keys for keys in choosing if keys is not None)])
        return fewest

    def _choosing(self, text: str, person: Member) -> int | None:
        search = self._search(text)
        if search.clear_hit and search.clear_hit.member.id == person.id:
            return 0
        row = next((row for row, hit in enumerate(search.hits, 1) if hit.member.id == person.id), None)
        if row is None or self._arrows:
            return row
        by_digit = search.numbered(f"{text}{row}")
        return 1 if by_digit and not self._search(f"{text}{row}").hits else row
