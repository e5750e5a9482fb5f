"""Colours and sizes. The one place that knows colours by number: a dark slate, light paper, the terminal's own sixteen.

The colours of the verdicts fall on six different ones of a terminal that has only sixteen.
"""

from __future__ import annotations

from typing import Final

from textual.geometry import Size
from textual.theme import BUILTIN_THEMES, Theme

# The classes that a screen has by its size, for the style sheet: from so many columns, from so many rows.
WIDTHS: Final = [(0, "-narrow"), (72, "-normal"), (110, "-wide")]
HEIGHTS: Final = [(0, "-short"), (22, "-medium"), (32, "-tall")]


def sized(size: Size) -> dict[str, bool]:
    """The classes of a screen of this size, and those that it has not."""
    width = max(each for each in WIDTHS if each[0] <= size.width)
    height = max(each for each in HEIGHTS if each[0] <= size.height)
    return {name: (least, name) in (width, height) for least, name in (*WIDTHS, *HEIGHTS)}


SLATE = Theme(
    name="slate",
    primary="#9d86ff",
    accent="#9d86ff",
    secondary="#5ab0ff",
    success="#5fd38d",
    warning="#d98a1a",
    error="#ff6b70",
    foreground="#dfe4ee",
    background="#0f1219",
    surface="#161b25",
    panel="#1f2633",
    variables={
        "quiet": "#8a94a8",
        "faint": "#69748c",
        "caution": "#f7e463",
        "notice": "#5ab0ff",
        "input-cursor-background": "#9d86ff",
        "input-cursor-foreground": "#0f1219",
        "input-cursor-text-style": "none",
        "input-selection-background": "#9d86ff 35%",
    },
)

PAPER = Theme(
    name="paper",
    dark=False,
    primary="#5b3fd6",
    accent="#5b3fd6",
    secondary="#0b66c3",
    success="#12783f",
    warning="#a85b00",
    error="#c3202b",
    foreground="#1c2230",
    background="#fbfaf7",
    surface="#f0eee8",
    panel="#e4e1d8",
    variables={
        "quiet": "#565d6d",
        "faint": "#7b8291",
        "caution": "#7a6200",
        "notice": "#0b66c3",
        "input-cursor-background": "#5b3fd6",
        "input-cursor-foreground": "#fbfaf7",
        "input-cursor-text-style": "none",
        "input-selection-background": "#5b3fd6 30%",
    },
)

ANSI = Theme(
    name="ansi",
    ansi=True,
    primary="ansi_bright_magenta",
    accent="ansi_bright_magenta",
    secondary="ansi_cyan",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        "quiet": "ansi_default",
        "faint": "ansi_cyan",
        "caution": "ansi_bright_yellow",
        "notice": "ansi_bright_cyan",
        "input-cursor-background": "ansi_bright_magenta",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_magenta",
        "input-selection-foreground": "ansi_black",
    },
)

COLOURS = (SLATE, PAPER, ANSI)  # by the names in `gymtui.preferences.THEMES`
