"""The index of words in SQLite, the same on a desk and on the server: a table `words` with a row for each entry, and
`leftovers` with what may be left of each word of a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final

import msgspec

from gymtui.codec import encode
from gymtui.protocol import Member
from gymtui.search.folding import unspaced
from gymtui.search.misspelt import FRONT, leftovers, nearest_readings, words_of
from gymtui.search.near import FEWEST, near_readings
from gymtui.search.text import FIRST, FURTHER, NUMBER, Reading, index_words, readings

Ask = Callable[[str, tuple[str]], Iterable[tuple[str]]]  # a connection's `execute`

BEGINS: Final = "word >= ? AND word < ?"
LAST: Final = "\U0010ffff"  # comes behind whatever a word goes on with

# Which of some beginnings, a JSON array, any word has.
BEGUN: Final = f"""
SELECT value FROM json_each(?)
WHERE EXISTS (SELECT 1 FROM words WHERE word >= value AND word < value || '{LAST}') ORDER BY key
"""

# Which of some words, a JSON array, are not on file by what may be left of them: a word is left of itself.
UNKNOWN: Final = f"""
SELECT value FROM json_each(?)
WHERE NOT EXISTS (SELECT 1 FROM leftovers WHERE rest = substr(value, 1, {FRONT}) AND word = value)
"""
# Forgets what may be left of a word that nobody has any more.
NOBODYS: Final = """
DELETE FROM leftovers WHERE word = ?1 AND NOT EXISTS (
    SELECT 1 FROM json_each('["", ",", "#", "~"]') mark
    JOIN words w ON w.word >= mark.value || ?1 || ' ' AND w.word < mark.value || ?1 || '!'
)
"""
KNOWN: Final = "SELECT DISTINCT word FROM leftovers WHERE rest IN (SELECT value FROM json_each(?))"


def index_words_of(body: bytes) -> str:
    """The entries of an encoded member, as a JSON array: for SQLite, where the index of an older file is made anew."""
    return encode(sorted(index_words(msgspec.json.decode(body, type=Member)))).decode()


def leftovers_of(word: str) -> str:
    """What may be left of a word, as a JSON array: for SQLite, as `index_words_of`."""
    return encode(sorted(leftovers(word))).decode()


def word_conditions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each reading of a text, the likeliest first, as a condition for a `word` of `words`, and its values."""
    return map(_condition, readings(text))


def near_conditions(ask: Ask, text: str) -> Iterator[tuple[str, list[str]]]:
    """As `word_conditions`, for each reading of a text with one error in it."""
    return map(_condition, near_readings(text, partial(_those, ask, BEGUN)))


def nearest_conditions(ask: Ask, text: str) -> Iterator[tuple[str, list[str]]]:
    """As `word_conditions`, for each reading of a name with several errors in it."""
    return map(_condition, nearest_readings(text, partial(_those, ask, BEGUN), partial(_those, ask, KNOWN)))


def new_leftovers(ask: Ask, entries: Iterable[str]) -> list[tuple[str, str]]:
    """Rows of `leftovers` for those words that these entries begin with and that are not there. They stay when nobody
    has the word any more: no reading finds anybody by it then."""
    words = [word for word in words_of(entries) if len(word) >= FEWEST and word.isalpha()]  # of others nothing is left
    return [(rest, word) for word in _those(ask, UNKNOWN, words) for rest in leftovers(word)]


def _those(ask: Ask, wanted: str, words: Iterable[str]) -> list[str]:
    return [word for (word,) in ask(wanted, (encode(list(words)).decode(),))]


def _condition(reading: Reading) -> tuple[str, list[str]]:
    first, last = _bounds(reading.first)
    known, begun, inside, forms = list[str](), list[str](), list[str](), list[str]()
    further = "substr(word, 2)" if reading.first.startswith(NUMBER) else "word"  # a number is no further word of itself
    for other in reading.others:
        marks = (FIRST, FURTHER, NUMBER) if reading.numbers else (FIRST, FURTHER)
        known.append(f"({' OR '.join([f'EXISTS (SELECT 1 FROM words WHERE {BEGINS})'] * len(marks))})")
        begun += [bound for mark in marks for bound in _bounds(mark + other)]
        found = [other if unspaced().match(other) else f" {other}", *([NUMBER + other] if reading.numbers else [])]
        inside.append(f"({' OR '.join([f'instr({further}, ?)'] * len(found))})")
        forms += found
    if reading.longest is not None:
        inside.append(f"instr(substr(word, 1, {reading.longest + 1}), ' ')")
    # Where no word begins so there is nobody: NULL, asked for once, is a range to walk through that has no entry.
    begins = f"word >= iif({' AND '.join(known)}, ?, NULL) AND word < ?" if known else BEGINS
    return " AND ".join([begins, *inside]), [*begun, first, last, *forms]


def _bounds(beginning: str) -> list[str]:
    return [beginning, beginning + LAST]
