"""Texts as cells of a CSV file, where no spreadsheet takes them for formulas; and cells as texts again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

# What a spreadsheet may take for a formula; but +41 44 123 45 67 is a number.
FORMULA: Final = re.compile(r"""'*[\s"]*(?:[=@]|[+-](?![\d ()./-]*$))""")
# The same beside what may separate cells elsewhere: whatever follows there, a sign is none of a number's.
FURTHER: Final = re.compile(r"""'*[\s"]*[=@+-]""")
SEPARATORS: Final = re.compile("([;\t\r\n])")
SEMICOLON: Final = "\udc3b"  # one of a text's own, while a cell is taken apart: no file of UTF-8 has this


def cell_of(text: str) -> str:
    """The text, with an apostrophe before what would be a formula: at its beginning, and, where the spreadsheet
    separates cells by something else than we do, behind any of these."""
    return _each(text, lambda part, formula: f"'{part}" if formula.match(part) else part)


def text_of(cell: str) -> str:
    """What `cell_of` made the cell from."""
    if "'" not in cell:
        return cell
    return _each(cell, lambda part, formula: part[1:] if part[:1] == "'" and formula.match(part[1:]) else part)


def _each(text: str, change: Callable[[str, re.Pattern[str]], str]) -> str:
    """The text with each part of it changed; the separators between them stay."""
    parts = SEPARATORS.split(text)
    formula = FORMULA if len(parts) == 1 else FURTHER
    return "".join(change(part, formula) for part in parts)


def joined(texts: Iterable[str]) -> str:
    """Several texts as one, `bad knee; no card`; a semicolon of their own is written twice."""
    return "; ".join(text.replace(";", ";;") for text in texts)


def taken_apart(text: str) -> tuple[str, ...]:
    """What `joined` put together; where nobody did, a semicolon without a space is one."""
    parts = text.replace(";;", SEMICOLON).split("; ")
    return tuple(part.replace(SEMICOLON, ";") for part in parts)
