"""What may follow a `:` in the one box. Pure: each step makes the next `Palette`."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from gymtui.search.folding import fold, words

SIGN = ":"


class Option(Struct, frozen=True):
    """One command as it is offered: its name, its key as it is written, what it does."""

    name: str
    key: str
    what: str


class Palette(Struct, frozen=True, kw_only=True):
    """The commands that fit what was typed; the chosen one is what Enter does."""

    text: str
    options: tuple[Option, ...]
    chosen: int = 0

    @property
    def pick(self) -> Option | None:
        return self.options[self.chosen] if self.options else None

    def moved(self, step: int) -> Palette:
        return replace(self, chosen=max(0, min(self.chosen + step, len(self.options) - 1)))


def offer(text: str, options: Iterable[Option]) -> Palette:
    """Names that begin so come first, hyphens or not, then whatever has a word that begins with each word typed."""
    typed = _joined(text.removeprefix(SIGN).strip())
    begin, other = [], []
    for option in options:
        known = [*words(option.name), *words(option.what)]
        if _joined(option.name).startswith(typed):
            begin.append(option)
        elif all(any(word.startswith(part) for word in known) for part in words(typed)):
            other.append(option)
    return Palette(text=text, options=(*begin, *other))


def _joined(name: str) -> str:
    return fold(name).replace("-", "")
