"""How names are spelled: what does not count when two of them are compared, and in which ways one may be written.

Of a letter only its base counts (NFKD without any mark: accents, Hebrew points, Arabic vowels, Indic vowel signs), and
no capitals (so `ς` is `σ`, `ß` is `ss`). What Unicode does not take apart is spelled as people do who lack the key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

# Letters that Unicode does not decompose, those that Arabic and Persian keyboards write apart, the stretched line of
# Arabic. Case folding has seen to `ß`.
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n", "æ": "ae", "œ": "oe", "þ": "th"}
    | {"ə": "e", "ɛ": "e", "ɔ": "o", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ґ": "г"}
    | {"ي": "ی", "ى": "ی", "ك": "ک", "ـ": ""}
)
_SPELLED_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj"})
_UNSEEN: Final = ("M", "Cf")  # categories: marks, and what joins letters or turns their direction

WORD: Final = re.compile(r"[^\W_]+")
_INSIDE: Final = re.compile(r"(?<=[^\W\d_])['’‘ʼ`´‐‑-](?=[^\W\d_])")  # between letters: O'Neil, Anna-Lena

# Words that go with the next one, and are often written as one with it.
_PARTICLES: Final = frozenset(
    "abd abdul abu al ap ben bin d da das de del dela della den der des di do dos du el fitz ibn l la las le lo los m"
    " mac mc o saint san santa st ten ter van ver von zu zum zur".split()
)


@cache  # made for the first one who asks: it takes 2 ms, which every start would
def unspaced() -> re.Pattern[str]:
    """A letter of a writing without blanks, where any syllable may begin what is typed: Hangul, kana, Han."""
    return re.compile("[\u1100-\u1112\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def fold(text: str) -> str:
    """What counts of a text: `Zoë`, `ZOE` and `zoe` are `zoe`, `Łukasz Groß` is `lukasz gross`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    seen = "".join(c for c in decomposed if not unicodedata.category(c).startswith(_UNSEEN))
    return seen.casefold().translate(_LETTERS)


def words(text: str) -> list[str]:
    """The folded words of a text, in order: `O'Neil, Ana` is `o`, `neil`, `ana`."""
    return WORD.findall(fold(text))


def spellings(text: str) -> Iterator[list[str]]:
    """The words of a text in each way to write it, its own first: `Müller` is `mueller` too, and what stands apart may
    be one word, `McDonald` for `Mc Donald`, `oneil` for `O'Neil`, `delacruz`; all of it in writing without blanks."""
    told: list[list[str]] = []
    forms = [text] if text.isascii() else [text, unicodedata.normalize("NFC", text).lower().translate(_SPELLED_OUT)]
    for spelled in forms:
        apart = words(spelled)
        for found in (apart, _joined(words(_INSIDE.sub("", spelled))), *_without_blanks(apart)):
            if found not in told:
                told.append(found)
                yield found


def _without_blanks(apart: list[str]) -> list[list[str]]:
    """As one word, the family's name first or last."""
    if len(apart) < 2 or not all(map(unspaced().match, apart)):
        return []
    return [["".join(apart)], ["".join(reversed(apart))]]


def _joined(apart: list[str]) -> list[str]:
    """Each particle in one with the word behind it."""
    joined, before = list[str](), ""
    for at, word in enumerate(apart, 1):
        if word in _PARTICLES and at < len(apart):
            before += word
        else:
            joined.append(before + word)
            before = ""
    return joined
