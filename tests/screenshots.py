"""`python -m tests.screenshots` draws the pictures of the documents from the running console."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from tests.idle import wait_for_messages
from tests.pictures import png
from tests.scenes import SCENES

FOLDER: Final = Path(__file__).parent.parent / "screenshots"
README: Final = ("front-desk-120x40", "offline-80x24", "monitor-80x24")  # the ones that the README shows


async def draw_all() -> dict[str, str]:
    """Every picture there is, as SVG by its name."""
    pictures: dict[str, str] = {}
    for scene in SCENES:
        await scene(pictures)
    return pictures


def main() -> None:
    """Draws all of them, and takes away what is no longer drawn."""
    wait_for_messages()
    drawn = asyncio.run(draw_all())
    for old in (*FOLDER.glob("*.svg"), *FOLDER.glob("*.png")):
        old.unlink()
    for name, picture in drawn.items():
        (FOLDER / f"{name}.svg").write_text(picture)
    for name in README:
        (FOLDER / f"{name}.png").write_bytes(png(drawn[name]))
    print(f"{len(drawn)} pictures in {FOLDER.name}/")


if __name__ == "__main__":
    main()
