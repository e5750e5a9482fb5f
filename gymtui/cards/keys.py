"""Under which keys a code on file is found, and which keys a scanned text asks for.

A key is a prefix that says how far two writings may differ, and the text in its canonical form. Both sides are brought
to the same forms, so that whatever a scan finds shares a key with it, and nobody else is found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import lru_cache
from typing import Final, Generic, NamedTuple, TypeVar

from gymtui.cards import aim
from gymtui.cards.checks import checked, unchecked
from gymtui.cards.frame import framed
from gymtui.cards.gtin import LENGTH, gtins
from gymtui.cards.keyboards import meant_digits
from gymtui.protocol import CardCheck

T = TypeVar("T")
Owner = TypeVar("Owner", bound=Hashable)

EXACT: Final = "="  # every character
FOLDED: Final = "~"  # the same without case, and without what a reader or a decoder puts around and between
NUMBER: Final = "#"  # the same number: a GTIN, or zeros in front of eight digits or more

_WRAPPED: Final = re.compile(r"\*([^*]+)\*|;([^;?]+)\?|%([^%?]+)\?")  # Code 39's stars, ISO/IEC 7811's sentinels
_TRACK_2: Final = re.compile(r";([0-9]{8,19})=[^;?]*\?")  # ISO/IEC 7813: the number ends at `=`; 7812-1: its length
_SEPARATOR: Final = re.compile(r"\x1d|<GS>")
_ELEMENTS: Final = re.compile(r"(\([0-9]{2,4}\)[^()]+)+")  # GS1's application identifiers as they are printed
_LONG: Final = re.compile(r"0*([1-9][0-9]{7,})")
_CODABAR: Final = re.compile(r"[A-Da-d]([^A-Da-d]+)[A-Da-d]")
_LETTERS: Final = [start + stop for start in "ABCD" for stop in "ABCD"]


class Collision(NamedTuple, Generic[Owner]):
    """Codes of more than one owner, each with its own, that one scan may mean: all have `key`."""

    key: str
    codes: tuple[tuple[str, Owner], ...]


def keys_of(code: str, check: CardCheck | None = None) -> tuple[str, ...]:
    """The keys of a code on file, none for a blank one. With the gym's `check`, also those of what it may be taken for:
    the code with that character behind it, and without."""
    keys = _keys_on_file(code)
    if check is None:
        return keys
    return tuple(dict.fromkeys(keys + _of_all(_with_or_without(None, _some(bare(aim.split(framed(code))[1])), check))))


# Whoever gives out a card asks for its keys, and whoever enters it in the index once more: an import, of all its cards.
@lru_cache(maxsize=1 << 17)
def _keys_on_file(code: str) -> tuple[str, ...]:
    whole = framed(code)
    texts = _some(bare(aim.split(whole)[1]))
    return _keys(EXACT, _some(whole)) + _folded(texts) + _numbers(texts)


def levels(scan: str, check: CardCheck | None = None) -> Iterator[tuple[str, ...]]:
    """The keys that a scanned text asks for, the strongest level first. The first one that finds anybody decides: one
    is the member, several are a question. The last is with the gym's `check`, where it has one. A level is made when
    it is asked for: most cards are found by the first."""
    seen: set[tuple[str, ...]] = {()}
    for level in _levels(scan, check):
        if level not in seen:
            seen.add(level)
            yield level


def _levels(scan: str, check: CardCheck | None) -> Iterator[tuple[str, ...]]:
    whole = framed(scan)
    symbology, rest = aim.split(whole)
    number = _some(_track_2(rest))  # a track on file and its number are one card, whose ever
    yield _keys(EXACT, (*_some(whole), *number))
    text = bare(rest)
    for texts in ((*_left_open(symbology, text), *number), _some(meant_digits(text))):
        yield _keys(EXACT, texts)
        yield _folded(texts)
        yield _numbers(texts, upc_e=symbology is not aim.EAN_8)
    if check is not None:
        yield _of_all(_with_or_without(symbology, _left_open(symbology, text), check))


def find(scan: str, by_key: Callable[[str], Iterable[T]], check: CardCheck | None = None) -> tuple[T, ...]:
    """Whom a scanned text may mean, each once: nobody, the one, or all of those that it does not tell apart."""
    for level in levels(scan, check):
        found: list[T] = []
        for key in level:
            found += [one for one in by_key(key) if one not in found]
        if found:
            return tuple(found)
    return ()


def collisions(codes: Iterable[tuple[str, Owner]], check: CardCheck | None = None) -> tuple[Collision[Owner], ...]:
    """Which codes, each given with its owner, are no longer told apart once a reader writes them another way. Those of
    one owner may be alike."""
    having: dict[str, list[tuple[str, Owner]]] = {}
    listed = list(codes)
    for code, owner in listed:
        for key in keys_of(code):
            having.setdefault(key, []).append((code, owner))
    for code, owner in listed if check is not None else ():
        for those in (having[key] for key in keys_of(code, check) if key in having):
            if (code, owner) not in those:
                those.append((code, owner))
    found: dict[tuple[tuple[str, Owner], ...], str] = {}
    for key, those in having.items():
        if len({owner for _, owner in those}) > 1:
            found.setdefault(tuple(those), key)
    return tuple(Collision(key, those) for those, key in found.items())


def bare(text: str) -> str:
    """The text without stars or sentinels around it, FNC1 (GS) inside, and GS1's parentheses."""
    if text.isalnum():
        return text
    if wrapped := _WRAPPED.fullmatch(text):
        text = "".join(part for part in wrapped.groups() if part)
    text = _SEPARATOR.sub("", text)
    return framed(re.sub(r"[()]", "", text) if _ELEMENTS.fullmatch(text) else text)


def _left_open(symbology: aim.Symbology | None, text: str) -> tuple[str, ...]:
    """The numbers that a bar code of this kind may have been made for, none likelier than another: ITF has a zero in
    front of an odd number of digits, and a reader sends Codabar's letters or keeps them."""
    if symbology is aim.ITF and len(text) % 2 == 0 and text.startswith("0"):
        return (text, *_some(text[1:]))
    if symbology is aim.CODABAR:
        inside = _CODABAR.fullmatch(text)
        return (text, inside[1]) if inside else (text, *(f"{pair[0]}{text}{pair[1]}" for pair in _LETTERS))
    return _some(text)


def _with_or_without(symbology: aim.Symbology | None, texts: Iterable[str], check: CardCheck) -> tuple[str, ...]:
    """The texts with the check character, and those that have it without. Code 39 and Codabar have capitals alone."""
    read: list[str] = []
    for text in (text.upper() if text.isascii() else text for text in texts):
        body = unchecked(text, check)
        read += [*_some(checked(text, check)), *(_left_open(symbology, body) if body else ())]
    return tuple(read)


def _track_2(text: str) -> str | None:
    found = _TRACK_2.fullmatch(text)
    return found and found[1]


def _of_all(texts: tuple[str, ...]) -> tuple[str, ...]:
    return _keys(EXACT, texts) + _folded(texts) + _numbers(texts)


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    return _keys(FOLDED, (unicodedata.normalize("NFC", text.casefold()) for text in texts))


def _numbers(texts: Iterable[str], *, upc_e: bool = True) -> tuple[str, ...]:
    """Padded to the 14 digits of a GTIN, or longer."""
    read: list[str] = []
    for text in texts:
        long = _LONG.fullmatch(text)
        read += [*gtins(text, upc_e=upc_e), *_some(long and long[1].zfill(LENGTH))]
    return _keys(NUMBER, read)


def _keys(prefix: str, texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([prefix + text for text in texts]))


def _some(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()
