"""A screen as a picture: equal screens give equal bytes, and nothing in them names a machine or a network."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Final

import resvg_py
from rich.console import Console
from textual.app import App
from textual.pilot import Pilot

from tests.waiting import until

TINY, SMALL, USUAL, WIDE = (60, 20), (80, 24), (120, 40), (160, 45)
FONTS: Final = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"
ASPECT: Final = 0.602  # width of a cell by its height, as the first of these fonts has it
TEMPLATE: Final = f"""\
<svg viewBox="0 0 {{width}} {{height}}" xmlns="http://www.w3.org/2000/svg" xml:space="preserve">
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


class Camera:
    """Draws the screen of a running app once it shows what it should; `pictures` are SVG by name."""

    def __init__(self, app: App[None], pilot: Pilot[None], pictures: dict[str, str]) -> None:
        self._app = app
        self._pilot = pilot
        self._pictures = pictures

    async def until(self, *patterns: str) -> None:
        """Waits until the screen shows all of these."""
        await self.until_so(lambda: all(re.search(pattern, self.text) for pattern in patterns), patterns)

    async def until_so(self, condition: Callable[[], bool], what: object) -> None:
        """Waits until it is so; the screen is in the failure, beside `what` was waited for."""
        try:
            await until(condition, self._pilot.pause)
        except TimeoutError:
            raise AssertionError(f"{what} never came up:\n{self.text}") from None

    @property
    def text(self) -> str:
        """All that is on the screen, line by line."""
        return "\n".join(strip.text for strip in self._app.screen._compositor.render_strips())

    async def draw(self, name: str, *sizes: tuple[int, int]) -> None:
        """A picture (`front-desk-80x24`) a size; then the size is what it was."""
        before = self._app.size
        for columns, rows in sizes:
            await self._resize(columns, rows)
            self._pictures[f"{name}-{columns}x{rows}"] = svg(self._app)
        await self._resize(*before)

    async def _resize(self, columns: int, rows: int) -> None:
        if self._app.size != (columns, rows):
            await self._pilot.resize_terminal(columns, rows)
            await self._pilot.pause()
