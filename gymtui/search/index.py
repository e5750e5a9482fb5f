"""The index of words in SQLite, the same on a desk and on the server: a table `words` with a row for each entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from gymtui.protocol import Member
from gymtui.search.near import Begun, near_readings
from gymtui.search.text import FIRST, FURTHER, NUMBER, UNSPACED, Reading, index_words, readings

BEGINS: Final = "word >= ? AND word < ?"
LAST: Final = "\U0010ffff"  # comes behind whatever a word goes on with

# Which of some beginnings, a JSON array, any word has.
BEGUN: Final = f"""
SELECT value FROM json_each(?)
WHERE EXISTS (SELECT 1 FROM words WHERE word >= value AND word < value || '{LAST}') ORDER BY key
"""


def index_words_of(body: bytes) -> str:
    """The entries of an encoded member, as a JSON array: for SQLite, where the index of an older file is made anew."""
    return msgspec.json.encode(sorted(index_words(msgspec.json.decode(body, type=Member)))).decode()


def word_conditions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each reading of a text, the likeliest first, as a condition for a `word` of `words`, and its values."""
    return map(_condition, readings(text))


def near_conditions(text: str, begun: Begun) -> Iterator[tuple[str, list[str]]]:
    """As `word_conditions`, for each reading of a text with one error in it."""
    return map(_condition, near_readings(text, begun))


def _condition(reading: Reading) -> tuple[str, list[str]]:
    first, last = _bounds(reading.first)
    known, begun, inside, forms = list[str](), list[str](), list[str](), list[str]()
    for other in reading.others:
        marks = (FIRST, FURTHER, NUMBER) if reading.numbers else (FIRST, FURTHER)
        known.append(f"({' OR '.join([f'EXISTS (SELECT 1 FROM words WHERE {BEGINS})'] * len(marks))})")
        begun += [bound for mark in marks for bound in _bounds(mark + other)]
        found = [other if UNSPACED.match(other) else f" {other}", *([NUMBER + other] if reading.numbers else [])]
        inside.append(f"({' OR '.join(['instr(word, ?)'] * len(found))})")
        forms += found
    if reading.longest is not None:
        inside.append(f"instr(word, ' ') <= {reading.longest + 1}")
    # Where no word begins so there is nobody: NULL, asked for once, is a range to walk through that has no entry.
    begins = f"word >= iif({' AND '.join(known)}, ?, NULL) AND word < ?" if known else BEGINS
    return " AND ".join([begins, *inside]), [*begun, first, last, *forms]


def _bounds(beginning: str) -> list[str]:
    return [beginning, beginning + LAST]
