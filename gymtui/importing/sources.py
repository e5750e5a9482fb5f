"""The bytes of a file as rows of cells: a workbook, markup, or text with a delimiter."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import partial
from statistics import median_low
from typing import Final, NamedTuple

from gymtui.importing.delimited import Line, rows_of
from gymtui.importing.markup import tables_of
from gymtui.importing.questions import Questions
from gymtui.importing.rows import MembersFileError
from gymtui.importing.table import HEAD, heading_at
from gymtui.importing.workbook import sheets_of

DELIMITERS: Final = ",;\t|"
ENCODINGS: Final = {"cp1252": "Western Europe", "cp1250": "Central Europe"}
_SEP: Final = re.compile('\ufeff?"?sep=(?P<by>.)"?[\r\n]*', re.IGNORECASE)


class Source(NamedTuple):
    """The rows of a file, and what there is to say of others that were not read."""

    lines: list[Line]
    notes: tuple[str, ...] = ()


def lines_of(content: bytes, questions: Questions) -> Source:
    """The rows of a file. MembersFileError."""
    if content.startswith(b"PK\x03\x04"):
        return _one_of(sheets_of(content), questions)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise MembersFileError(
            "it is a workbook of the old kind, or has a password: please save it as .xlsx without one"
        )
    text = _text(content, questions)
    if re.match(r"\s*<", text):
        return _one_of({f"table {number}": rows for number, rows in enumerate(tables_of(text), 1)}, questions)
    return Source(_delimited(text))


def _one_of(tables: Mapping[str, list[Line]], questions: Questions) -> Source:
    """The table that has a heading; asked, where several have, or none and several have anything."""
    filled = {name: lines for name, lines in tables.items() if any(any(cells) for _, cells in lines)}
    known = {name: lines for name, lines in filled.items() if heading_at(lines)[0]} or filled
    chosen = next(iter(known), "")
    if len(known) > 1:
        choices = {name: f"{len(lines):,} rows" for name, lines in known.items()}
        chosen = questions.ask("table", "Which of these has the members?", choices) or chosen
    others = ", ".join(f"{name} ({len(lines):,} rows)" for name, lines in filled.items() if name != chosen)
    return Source(known.get(chosen, []), (f"Not read: {others}.",) if others else ())


def _delimited(text: str) -> list[Line]:
    """The rows of a text; its delimiter is the one with which its heading has most of what is known."""
    lines = list(io.StringIO(text, newline=""))
    if lines and (said := _SEP.fullmatch(lines[0])):
        lines[0] = "\n"  # the rows keep their lines
        return list(rows_of(lines, delimiter=said["by"]))
    return list(rows_of(lines, delimiter=max(DELIMITERS, key=partial(_fit, lines[: HEAD + 1]))))


def _fit(lines: list[str], delimiter: str) -> tuple[int, int, int]:
    """How much of a heading is known with that delimiter; where nothing is, how many cells most rows have."""
    rows = list(rows_of(lines, delimiter=delimiter))
    known, width, _ = heading_at(rows)
    return known, width, median_low([len(cells) for _, cells in rows if isinstance(cells, list)] or [0])


def _text(content: bytes, questions: Questions) -> str:
    """UTF-8 or UTF-16 where it is one; else it is asked which names are right."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\0" in content[:1000]:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise MembersFileError("it is neither text nor a workbook: please export it as CSV or .xlsx") from error
    words = _telling(content)
    choices = {name: f"{', '.join(_read(word, name) for word in words)} ({where})" for name, where in ENCODINGS.items()}
    chosen = questions.ask("letters", "The file does not say how its letters are written. Which are right?", choices)
    return _read(content, chosen or "cp1252")


def _read(text: bytes, encoding: str) -> str:
    return text.decode(encoding, errors="replace")


def _telling(content: bytes) -> list[bytes]:
    """Three words with a letter that is not in every alphabet; first those that are read in several ways."""
    words = re.findall(rb"[A-Za-z\x80-\xff'-]*[\x80-\xff][A-Za-z\x80-\xff'-]*", content)
    distinct = list(dict.fromkeys(words))
    return sorted(distinct, key=lambda word: len({_read(word, name) for name in ENCODINGS}) == 1)[:3]
