"""What a terminal does with cells that it erases, by its entry in terminfo."""

from __future__ import annotations

import logging
from typing import Final

logger = logging.getLogger(__name__)

DRAWN_ON: Final = 2  # Textual draws on the standard error


def erases_in_colour() -> bool:
    """Can the terminal of `TERM` erase so many cells, and have these the background that it writes with? GNU screen and
    tmux say no; of one that is not known here nobody knows."""
    try:
        import curses  # noqa: PLC0415  (an interpreter may have been built without)
    except ImportError:
        return False
    try:
        curses.setupterm(fd=DRAWN_ON)
    except curses.error as error:
        logger.info("Blanks are written one by one: %s", error)
        return False
    return curses.tigetflag("bce") > 0 and curses.tigetstr("ech") is not None
