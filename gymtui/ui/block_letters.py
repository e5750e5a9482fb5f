"""Letters that are read from the door: a short table of those that a kiosk says. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ROWS: Final = 5
_LETTERS: Final[dict[str, tuple[str, ...]]] = {
    "A": (" ## ", "#  #", "####", "#  #", "#  #"),
    "B": ("### ", "#  #", "### ", "#  #", "### "),
    "C": (" ###", "#   ", "#   ", "#   ", " ###"),
    "D": ("### ", "#  #", "#  #", "#  #", "### "),
    "E": ("####", "#   ", "### ", "#   ", "####"),
    "G": (" ###", "#   ", "# ##", "#  #", " ###"),
    "H": ("#  #", "#  #", "####", "#  #", "#  #"),
    "K": ("#  #", "# # ", "##  ", "# # ", "#  #"),
    "L": ("#   ", "#   ", "#   ", "#   ", "####"),
    "M": ("#   #", "## ##", "# # #", "#   #", "#   #"),
    "N": ("#  #", "## #", "# ##", "#  #", "#  #"),
    "O": (" ## ", "#  #", "#  #", "#  #", " ## "),
    "P": ("### ", "#  #", "### ", "#   ", "#   "),
    "R": ("### ", "#  #", "### ", "# # ", "#  #"),
    "S": (" ###", "#   ", " ## ", "   #", "### "),
    "T": ("###", " # ", " # ", " # ", " # "),
    "U": ("#  #", "#  #", "#  #", "#  #", " ## "),
    "W": ("#   #", "#   #", "# # #", "## ##", "#   #"),
    "Y": ("# #", "# #", " # ", " # ", " # "),
}


def block_letters(words: str, width: int, height: int) -> str:
    """The words, on as many lines as they need, as large as so many cells have room for; else with a blank behind each
    letter. Letters that are not in the table are left out."""
    for across in (2, 1):
        lines = _lines([_word(word, across) for word in words.split()], width, " " * 4)
        rows = "\n\n".join("\n".join(line) for line in lines).splitlines()
        if len(rows) <= height and max(map(len, rows), default=0) <= width:
            return "\n".join(rows)
    return " ".join(words)


def _word(word: str, across: int) -> list[str]:
    """The rows of a word, each dot so many cells wide."""
    letters = [_LETTERS[letter] for letter in word if letter in _LETTERS]
    return [_dots(" ".join(letter[row] for letter in letters), across) for row in range(ROWS)]


def _dots(row: str, across: int) -> str:
    return "".join(("█" if dot == "#" else " ") * across for dot in row)


def _lines(words: Iterable[list[str]], width: int, gap: str) -> list[list[str]]:
    """The words beside each other as far as the width goes."""
    lines: list[list[str]] = []
    for word in words:
        if lines and len(lines[-1][0]) + len(gap) + len(word[0]) <= width:
            lines[-1] = [before + gap + row for before, row in zip(lines[-1], word, strict=True)]
        else:
            lines.append(word)
    return lines
