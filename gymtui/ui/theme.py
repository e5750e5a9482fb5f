"""The one place that knows colours by number: a calm dark slate and a single violet accent.

The colours of the verdicts fall on six different ones of a terminal that has only sixteen.
"""

from __future__ import annotations

from textual.theme import Theme

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
        "footer-background": "#161b25",
        "footer-item-background": "#161b25",
        "footer-description-foreground": "#8a94a8",
        "footer-description-background": "#161b25",
        "footer-key-foreground": "#9d86ff",
        "footer-key-background": "#161b25",
        "input-cursor-background": "#9d86ff",
        "input-cursor-foreground": "#0f1219",
        "input-cursor-text-style": "none",
        "input-selection-background": "#9d86ff 35%",
    },
)

THEMES = (SLATE,)
