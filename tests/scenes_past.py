"""Scenes of the pictures about what is over: the history."""

from __future__ import annotations

from tests.played_evening import evening

TINY, SMALL, USUAL = (60, 20), (80, 24), (120, 40)
Pictures = dict[str, str]


async def the_history(pictures: Pictures) -> None:
    """Who came yesterday."""
    async with evening(pictures, SMALL) as desk:
        await desk.pilot.press("f2")
        await desk.camera.until("HISTORY   today: the newest")
        await desk.pilot.press(*"yesterday")
        await desk.camera.until("HISTORY   yesterday: the newest 40 visits")
        await desk.pilot.press("down")
        await desk.camera.until("› yesterday 21:44")
        await desk.pilot.press("down")
        await desk.camera.until("HISTORY   yesterday: the newest 40 visits", "› yesterday 21:37")
        await desk.draw("history", TINY, SMALL, USUAL)


async def peak_hours(pictures: Pictures) -> None:
    """When it is busy, on a Wednesday."""
    async with evening(pictures, SMALL) as desk:
        await desk.pilot.press(*":peak", "enter")
        await desk.camera.until("PEAK HOURS", "› Wed", "142 expected")
        await desk.draw("peak", TINY, SMALL, USUAL)
