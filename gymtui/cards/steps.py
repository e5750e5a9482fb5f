"""The steps from what a reader sends to the number on file, each by a name that a profile can be kept with."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from gymtui.cards.checks import CHECKS, checked, unchecked
from gymtui.cards.rfid import WRITINGS, convert


class Step(NamedTuple):
    """`take` gives the next text, or None where this one is not of its kind; `needs` is what its arguments look like,
    and `words` says it to a clerk."""

    needs: str
    take: Callable[..., str | None]
    words: Callable[..., str]


def taken(step: str, text: str) -> str | None:
    """What one step makes of a text."""
    name, *rest = step.split(":", 1)
    return STEPS[name].take(text, *_arguments(name, rest))


def in_words(step: str) -> str:
    """What one step does, as a sentence."""
    name, *rest = step.split(":", 1)
    return STEPS[name].words(*_arguments(name, rest))


def is_step(step: str) -> bool:
    """Is there such a step, with such arguments?"""
    name, *rest = step.split(":", 1)
    return name in STEPS and re.fullmatch(STEPS[name].needs, "".join(rest)) is not None


def _arguments(name: str, rest: list[str]) -> tuple[str, ...]:
    found = re.fullmatch(STEPS[name].needs, "".join(rest))
    return found.groups() if found else ()


def _full_ascii(text: str) -> str:
    """Code 39 has a small letter as a plus and its capital."""
    return re.sub(r"\+([A-Z])", lambda pair: pair[1].lower(), text)


def _plain(text: str) -> str:
    """What a decoder has taken for a pair of signs is that pair again: `12"99` is 12/B99."""
    return "".join(_PAIRS.get(character, character) for character in text)


def _inside(text: str) -> str | None:
    found = re.fullmatch("[A-Da-d](.+)[A-Da-d]", text)
    return found and found[1]


def _part(text: str, first: str, last: str, of: str) -> str | None:
    return text[int(first) - 1 : int(last)] if len(text) == int(of) else None


def _until(text: str, mark: str) -> str | None:
    before, found, _ = text.partition(mark)
    return before if found else None


def _chip(text: str, reads: str, backwards: str | None, writes: str) -> str | None:
    return convert(text, reads, writes, backwards=bool(backwards))


_PAIRS: Final = {chr(ord("!") + place): f"/{chr(ord('A') + place)}" for place in range(12)} | {":": "/Z"}
_CHECK: Final = f"({'|'.join(CHECKS)})"
_WRITING: Final = f"({'|'.join(map(re.escape, WRITINGS))})"
STEPS: Final = {
    "without": Step(_CHECK, unchecked, lambda kind: f"The last character is a check character ({kind}), dropped."),
    "with": Step(_CHECK, checked, lambda kind: f"A check character ({kind}) that it keeps is put behind."),
    "inside": Step("", _inside, lambda: "Codabar's letters around the number are dropped."),
    "full_ascii": Step("", _full_ascii, lambda: "A plus and a capital are the small letter."),
    "plain_39": Step("", _plain, lambda: "A sign is a slash and a capital, as the card has them."),
    "less_zero": Step("", lambda text: text.removeprefix("0"), lambda: "One zero in front is dropped."),
    "no_zeros": Step("", lambda text: text.lstrip("0"), lambda: "All zeros in front are dropped."),
    "zeros": Step(
        "([1-9][0-9]?)",
        lambda text, digits: text.zfill(int(digits)),
        lambda digits: f"Zeros are put in front until there are {digits} digits.",
    ),
    "part": Step(
        "([0-9]{1,3}):([0-9]{1,3}):([0-9]{1,3})",
        _part,
        lambda first, last, of: f"Of its {of} characters, those from {first} to {last} are the number.",
    ),
    "until": Step("(.)", _until, lambda mark: f"The number ends at the first {mark!r}."),
    "chip": Step(
        f"{_WRITING}:(backwards)?:{_WRITING}",
        _chip,
        lambda reads, backwards, writes: (
            f"A chip's number, {WRITINGS[reads].words}{', last byte first' if backwards else ''}, "
            f"is on file as {WRITINGS[writes].words}."
        ),
    ),
}
