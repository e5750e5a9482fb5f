"""`python -m tests.screenshots` draws the pictures of the documents from the running console."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from textual.app import App
from textual.pilot import Pilot

from gymtui.ui.widgets.header import WallClock
from tests.pictures import png, svg
from tests.played_gym import LAST, PEOPLE, Clock, Server, console, monitor

FOLDER: Final = Path(__file__).parent.parent / "screenshots"
README: Final = "front-desk-120x40"  # the one that the README shows
SMALL, USUAL, WIDE = (80, 24), (120, 40), (160, 45)
WITHIN: Final = 10.0  # seconds that a screen has to come
RUSH: Final = [random.choice((1, 2, 2, 3, 5, 8, 13)) for random in [Random(7)] for _ in range(70)]  # a second
VERDICTS: Final = (
    ("verdict-warned", "100230", "! Eva Brunner checked in: payment overdue"),
    ("verdict-refused", "100107", "✗ Ben Ode refused: membership expired 3 Nov"),
    ("verdict-already-in", "100311", "↩ Zoé Huber already in since 17:02, desk 2"),
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
        try:
            async with asyncio.timeout(WITHIN):
                while not condition():
                    await self._pilot.pause()
        except TimeoutError:
            raise AssertionError(f"{what} never came up:\n{self.text}") from None

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self._app.screen._compositor.render_strips())

    async def draw(self, name: str, *sizes: tuple[int, int]) -> None:
        """A picture (`front-desk-80x24`) a size; then the size is the first again."""
        for columns, rows in sizes:
            await self._resize(columns, rows)
            self._pictures[f"{name}-{columns}x{rows}"] = svg(self._app)
        await self._resize(*sizes[0])

    async def _resize(self, columns: int, rows: int) -> None:
        if self._app.size != (columns, rows):
            await self._pilot.resize_terminal(columns, rows)
            await self._pilot.pause()


async def at_the_desk(pictures: dict[str, str]) -> None:
    """The front desk from a quiet moment to a dead line."""
    server, clock = Server(), Clock()
    async with console(server, clock, "a.b.c", SMALL) as (app, pilot):
        camera = Camera(app, pilot, pictures)
        line = await server.wire.accepted()
        await camera.until("● live 12 ms", "148 of 220", LAST)
        await camera.until_so(lambda: app.desk.replica.by_code("100042") is not None, "the directory")
        await camera.draw("quiet", SMALL, USUAL, WIDE)
        await pilot.press(*"ma")
        await camera.until("Maya Quist")
        await camera.draw("typing", SMALL, USUAL)
        await pilot.press("enter")
        await camera.until("match: ")
        await camera.draw("pick-list", SMALL)
        await pilot.press("escape", "escape")
        for name, code, words in VERDICTS:
            await pilot.press(*code, "enter")
            await camera.until(words)
            await camera.draw(name, SMALL)
        await pilot.press(*"100042", "enter")
        await camera.until("✓ Ana Silva checked in", "17:24:00 +▲ +Ana Silva", "17:24:00 +▲ +Eva Brunner")
        await camera.draw("front-desk", SMALL, USUAL, WIDE)
        server.wire.refuse(*[ConnectionRefusedError()] * 50)
        line.cut()
        await camera.until("◐ back in 1 s")
        clock.now += 16 * 60_000
        await pilot.press(*"100081", "enter")
        app.screen.query_one(WallClock).refresh()
        await camera.until("… Maya Quist queued, not sent yet", "○ offline since 17:24, 1 queued", "17:40")
        await camera.draw("offline", SMALL, USUAL)


async def at_the_login(pictures: dict[str, str]) -> None:
    """A desk that nobody has logged in to."""
    async with console(Server(), Clock(), None, SMALL) as (app, pilot):
        camera = Camera(app, pilot, pictures)
        await camera.until("password")
        await camera.draw("login", SMALL)


async def at_the_monitor(pictures: dict[str, str]) -> None:
    """An operator's view of the same morning."""
    server, clock = Server(), Clock()
    async with monitor(server.wire, clock, "a.b.c", SMALL) as (app, pilot):
        camera = Camera(app, pilot, pictures)
        await camera.until("● live 12 ms", LAST)
        for seconds, comes in enumerate(RUSH, 1):
            server.rush(
                [PEOPLE[(seconds * 7 + number) % len(PEOPLE)] for number in range(comes)], clock.now - 20 - comes * 7
            )
            await camera.until_so(lambda: app.journal.position[1] == server.wire.seq, "the rush")
            clock.now += 1000
            app.monitor.measure()
        app.screen.query_one(WallClock).refresh()
        await camera.until("17:25:08 +▲ ", "17:25 \n")
        await camera.draw("monitor", SMALL, USUAL)


async def draw_all() -> dict[str, str]:
    """Every picture there is, as SVG by its name."""
    pictures: dict[str, str] = {}
    for scene in (at_the_desk, at_the_login, at_the_monitor):
        await scene(pictures)
    return pictures


def main() -> None:
    """Draws all of them, and takes away what is no longer drawn."""
    drawn = asyncio.run(draw_all())
    for old in (*FOLDER.glob("*.svg"), *FOLDER.glob("*.png")):
        old.unlink()
    for name, picture in drawn.items():
        (FOLDER / f"{name}.svg").write_text(picture)
    (FOLDER / f"{README}.png").write_bytes(png(drawn[README]))
    print(f"{len(drawn)} pictures in {FOLDER.name}/")


if __name__ == "__main__":
    main()
