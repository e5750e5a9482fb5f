"""The pictures of an import: a question, the plan, and how far it is."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from gymtui.ui.screens.importing import ImportScreen
from tests.played_evening import evening
from tests.played_list import write_list

TINY, SMALL, USUAL = (60, 20), (80, 24), (120, 40)


async def an_import(pictures: dict[str, str]) -> None:
    """A manager brings the list of the program that the gym had."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "clients.csv"
        write_list(file)
        async with evening(pictures, SMALL, role="manager") as desk:
            await desk.pilot.press(*":import", "enter")
            await desk.camera.until("IMPORT MEMBERS")
            screen = desk.app.screen
            assert isinstance(screen, ImportScreen)
            screen._errand._seed = lambda: 7  # the same ten people each time
            screen.look_at(str(file))
            for number in (1, 2, 3):
                await desk.camera.until(rf"{number}\. ")
                await desk.pilot.press("down")
                if number == 2:
                    await desk.draw("import-question", TINY, SMALL)
                await desk.pilot.press("enter")
            await desk.camera.until(r"IMPORT\?")
            await desk.draw("import-plan", SMALL, USUAL)
            await desk.pilot.press(*"yes", "enter")
            await desk.camera.until("96 of")
            await desk.draw("import-taking", SMALL)
