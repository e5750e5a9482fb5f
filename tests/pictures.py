"""A screen as a picture: equal screens give equal bytes, and nothing in them names a machine or a network."""

from __future__ import annotations

import io
from typing import Final

import resvg_py
from rich.console import Console
from textual.app import App

FONTS: Final = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"
ASPECT: Final = 0.602  # width of a cell by its height, as the first of these fonts has it
TEMPLATE: Final = f"""\
<svg viewBox="0 0 {{width}} {{height}}" xmlns="http://www.w3.org/2000/svg">
<style>
.{{unique_id}}-matrix {{{{ font-family: {FONTS}; font-size: {{char_height}}px; line-height: {{line_height}}px; }}}}
.{{unique_id}}-title {{{{ font-family: sans-serif; font-size: 16px; }}}}
{{styles}}
</style>
<defs>
<clipPath id="{{unique_id}}-clip-terminal">
<rect x="0" y="0" width="{{terminal_width}}" height="{{terminal_height}}" />
</clipPath>
{{lines}}
</defs>
{{chrome}}
<g transform="translate({{terminal_x}}, {{terminal_y}})" clip-path="url(#{{unique_id}}-clip-terminal)">
{{backgrounds}}
<g class="{{unique_id}}-matrix">
{{matrix}}
</g>
</g>
</svg>
"""


def svg(app: App[None]) -> str:
    """What is on the screen of a running app, as SVG."""
    width, height = app.size
    console = Console(
        width=width,
        height=height,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
        safe_box=False,
    )
    console.print(app.screen._compositor.render_update(full=True, simplify=True))
    drawn = console.export_svg(title="gymtui", code_format=TEMPLATE, font_aspect_ratio=ASPECT, unique_id="g")
    return "\n".join(line.strip() for line in drawn.splitlines() if line.strip()) + "\n"


def png(drawn: str) -> bytes:
    """The same picture for a page that shows no SVG; it looks as the fonts of this machine do."""
    return resvg_py.svg_to_bytes(
        svg_string=drawn, monospace_family="DejaVu Sans Mono", sans_serif_family="DejaVu Sans", zoom=1.5
    )
