"""For terminals that have no more than ASCII: every symbol of the console, from one table, cell for cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SYMBOLS: Final = (  # these in turn become those
    ("✓✗…↩⚠●◐○◆■▲▽≡≈↑↓›·•–—“”’", '+x.=!*o-##><&~^v>-*--""\''),
    ("▶→←−×▒", ">><-x#"),
    ("━─│┃╭╮╰╯┌┐└┘├┤┬┴┼╶╴╷╵╺╸", "=-||+++++++++++++--||--"),
    ("▁▂▃▄▅▆▇█▔▏▎▍▌▋▊▐▕", "__.--==#-||||||||"),
)
TABLE: Final = {code: to for symbols, plain in _SYMBOLS for code, to in str.maketrans(symbols, plain).items()}


def lacks_symbols(environment: Mapping[str, str]) -> bool:
    """Is it the Linux console, or a locale that says it is not UTF-8? One that says nothing is taken for UTF-8."""
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "UTF-8")
    return environment.get("TERM") == "linux" or "utf" not in locale.lower()


def plain(text: str) -> str:
    """The text in ASCII and in as many cells: symbols from the table, letters without accents, `?` for the rest."""
    text = text.translate(TABLE)
    return text if text.isascii() else "".join(map(_letter, text))


def _letter(letter: str) -> str:
    first = unicodedata.normalize("NFKD", letter)[:1]
    return first if first.isascii() and first.isprintable() else "?" * cell_len(letter)


class AsciiFilter(LineFilter):
    """Makes every line plain on its way to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(plain(text), style, control) for text, style, control in segments]
