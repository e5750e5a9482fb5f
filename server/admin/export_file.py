"""The file of an export: written beside and renamed, for its owner's eyes alone, and in the place of nothing but an
older export. A row is written before the next one is asked for, so that a list of any length fits."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from errno import EISDIR
from pathlib import Path
from typing import Final, Literal, TextIO

import msgspec

from gymtui.errors import GymError
from gymtui.importing.card_cells import card_cell
from gymtui.importing.csv_cells import cell_of, joined
from gymtui.printable import showable, showable_json
from gymtui.private_file import beside, is_stream, may_replace, put_in_place
from gymtui.protocol import Card

Format = Literal["csv", "jsonl"]
Rows = Iterable[Sequence[object]]

OF_A_PERSON: Final = b'{\n  "member":'  # as `write_person` begins


class ExportError(GymError):
    """The file cannot be written."""


def refuse_to_replace(file: Path, headings: Iterable[Sequence[str]]) -> None:
    """An older export may be replaced, one with one of these headings, and an empty file; anything else stays:
    ExportError. To be asked before a database is opened: this opens the file, and whoever closes a file loses the
    locks that he has on it."""
    known = [beginning for heading in headings for beginning in _beginnings(heading)]
    try:
        if file.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        is_free = is_stream(file) or may_replace(file, lambda head: _is_export(head, known))
    except OSError as error:
        raise ExportError(f"{file} cannot be written: {error.strerror}.") from error
    if not is_free:
        raise ExportError(f"{file} is there already, and is no export: please name another file.")


def write_list(file: Path, heading: Sequence[str], rows: Rows, format: Format = "csv") -> int:
    """A line a row under its heading, or a JSON object a row; gives how many. ExportError."""
    write = _write_csv if format == "csv" else _write_json_lines
    return _written(file, lambda opened: write(opened, heading, rows))


def write_person(file: Path, known: dict[str, object]) -> None:
    """One object that a person can read, `member` first. ExportError."""
    text = msgspec.json.format(msgspec.json.encode(known), indent=2).decode()
    _written(file, lambda opened: opened.write(showable_json(text) + "\n"))


def _written(file: Path, write: Callable[[TextIO], int]) -> int:
    try:
        if is_stream(file):
            with file.open("w", newline="", encoding="utf-8") as opened:
                return write(opened)
        place = file.resolve()  # a link goes on to be one
        with beside(place) as fresh:
            with fresh.open("w", newline="", encoding="utf-8") as opened:
                count = write(opened)
            put_in_place(fresh, place)
    except BrokenPipeError:  # `export /dev/stdout | head`: nobody reads any more
        raise
    except OSError as error:
        raise ExportError(f"{file} cannot be written: {error.strerror}.") from error
    return count


def _write_csv(opened: TextIO, heading: Sequence[str], rows: Rows) -> int:
    writer, count = csv.writer(opened), 0
    writer.writerow(heading)
    for count, row in enumerate(rows, 1):  # noqa: B007
        writer.writerow([cell_of(showable(cell_text(value))) for value in row])
    return count


def _write_json_lines(opened: TextIO, heading: Sequence[str], rows: Rows) -> int:
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007
        text = msgspec.json.encode(dict(zip(heading, row, strict=True))).decode()
        opened.write(showable_json(text) + "\n")
    return count


def _beginnings(heading: Sequence[str]) -> Iterable[bytes]:
    yield ",".join(heading).encode() + b"\n"
    yield b'{"%b":' % heading[0].encode()


def _is_export(head: bytes, known: Sequence[bytes]) -> bool:
    return head.replace(b"\r\n", b"\n").startswith((*known, OF_A_PERSON))


def cell_text(value: object) -> str:
    """A value as a person reads it; nothing where there is none."""
    match value:
        case bool():
            return "yes" if value else "no"
        case (Card(), *_):
            return card_cell(value)  # type: ignore[arg-type]  # all of them are
        case dict():
            return msgspec.json.encode(value).decode() if value else ""
        case tuple():
            return joined(value)
        case _:
            return "" if value is None else str(value)
