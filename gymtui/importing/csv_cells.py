"""Texts as cells of a CSV file, where no spreadsheet takes them for formulas; and cells as texts again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

FORMULA: Final = re.compile(r"'*(?:[=@\t\r]|[+-](?![\d ()./-]*$))")  # but +41 44 123 45 67 is a number
SEMICOLON: Final = "\udc3b"  # one of a text's own, while a cell is taken apart: no file of UTF-8 has this


def cell_of(text: str) -> str:
    """The text, with an apostrophe before what would be a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def text_of(cell: str) -> str:
    """What `cell_of` made the cell from."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell[1:]) else cell


def joined(texts: Iterable[str]) -> str:
    """Several texts as one, `bad knee; no card`; a semicolon of their own is written twice."""
    return "; ".join(text.replace(";", ";;") for text in texts)


def taken_apart(text: str) -> tuple[str, ...]:
    """What `joined` put together; where nobody did, a semicolon without a space is one."""
    parts = text.replace(";;", SEMICOLON).split("; ")
    return tuple(part.replace(SEMICOLON, ";") for part in parts)
