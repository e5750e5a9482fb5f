"""What may follow a `:` in the one box. Pure: each step makes the next `Palette`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from msgspec import Struct
from msgspec.structs import replace

from gymtui.search.folding import fold, words

SIGN = ":"


class Option(Struct, frozen=True):
    """One command as it is offered: its name, its key as it is written, what it does, what others call it."""

    name: str
    key: str
    what: str
    also: tuple[str, ...] = ()
    takes_words: bool = False

    @property
    def called(self) -> tuple[str, ...]:
        return (self.name, *self.also)


class Palette(Struct, frozen=True, kw_only=True):
    """The commands that fit what was typed, or else those that are called almost so. Enter gives the chosen one where
    it is `certain`: called so, the only one that begins so, or chosen by a person who saw the others."""

    text: str
    options: tuple[Option, ...]
    chosen: int = 0
    certain: bool = False
    words: str = ""  # behind the command's name
    elsewhere: str = ""  # the command of that very name, where it is one of other screens

    @property
    def pick(self) -> Option | None:
        return self.options[self.chosen] if self.options and self.certain else None

    def moved(self, step: int) -> Palette:
        return replace(self, chosen=max(0, min(self.chosen + step, len(self.options) - 1)), certain=True)


def offer(text: str, options: Iterable[Option]) -> Palette:
    """Who is called so comes first, by its own name before whatever others call so, then names that begin so, hyphens
    or not, then whatever has a word that begins with each word typed; where there is none of them, the nearest."""
    typed, options = text.removeprefix(SIGN).strip(), list(options)
    name, _, behind = typed.partition(" ")
    taking = [option for option in options if option.takes_words and is_called(option.called, name)] if behind else []
    if taking:  # by its own name before whatever others call so
        taken = next((option for option in taking if is_called((option.name,), name)), taking[0])
        return Palette(text=text, options=(taken,), certain=True, words=behind.strip())
    called = [option for option in options if is_called(option.called, typed)]
    named = [option for option in called if is_called((option.name,), typed)]
    begun = [option for option in options if _joined(option.name).startswith(_joined(typed))]
    told = [option for option in options if _is_told(option, words(typed))]
    found = tuple(dict.fromkeys((*named, *called, *begun, *told)))
    certain = len(named or called or begun) == 1
    return Palette(text=text, options=found or _nearest(typed, options), certain=certain)


def is_called(called: Iterable[str], text: str) -> bool:
    """Is the text one of the names of a command?"""
    return bool(text) and _joined(text) in map(_joined, called)


def _is_told(option: Option, typed: Sequence[str]) -> bool:
    known = [*words(option.name), *words(option.what)]
    return all(any(word.startswith(part) for word in known) for part in typed)


def _nearest(typed: str, options: Iterable[Option]) -> tuple[Option, ...]:
    names = {_joined(name): option for option in options for name in option.called}
    return tuple(dict.fromkeys(names[name] for name in get_close_matches(_joined(typed), names)))


def _joined(name: str) -> str:
    return fold(name).replace("-", "").replace(" ", "")
