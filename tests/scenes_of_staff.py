"""What the pictures show of a shift beside check-in: an alarm, notices, a handover."""

from __future__ import annotations

from tests.pictures import SMALL, TINY, USUAL
from tests.played_evening import evening

Pictures = dict[str, str]


async def a_roll_call(pictures: Pictures) -> None:
    """The alarm, and the server is gone: two are safe, a plumber is added."""
    async with evening(pictures, SMALL) as desk:
        desk.lose_the_server()
        await desk.pilot.press(*":evac", "enter", "enter")
        await desk.camera.until("ROLL-CALL   148 missing, 0 safe")
        await desk.pilot.press("enter", "enter", *"plumber", "enter", "enter")
        await desk.camera.until("ROLL-CALL   146 missing, 3 safe")
        await desk.draw("roll-call", TINY, SMALL, USUAL)
