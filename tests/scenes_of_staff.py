"""What the pictures show of a shift beside check-in: an alarm, notices, a handover."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, cast

from gymtui import clock
from gymtui.kiosk_lock import KioskLock
from gymtui.protocol import Level, Notification
from gymtui.ui import GymApp
from gymtui.ui.kiosk_app import KioskApp
from tests.factories import NOW
from tests.pictures import SMALL, TINY, USUAL, Camera
from tests.played_evening import evening
from tests.played_gym import Clock, Server, console
from tests.readers import scan

Pictures = dict[str, str]
NOTICES: Final[tuple[tuple[Level, str, str], ...]] = (
    ("info", "The pool is closed on Saturday", ""),
    ("info", "Handover from ben, desk 1", "The sauna is cold, the plumber comes at 8 (31 checked in; 2 refused)"),
    ("warning", "The gym is nearly full: 199 of 220 in", ""),
)


async def a_roll_call(pictures: Pictures) -> None:
    """The alarm, and the server is gone: two are safe, a plumber is added."""
    async with evening(pictures, SMALL) as desk:
        desk.lose_the_server()
        await desk.pilot.press(*":evac", "enter", "down", "enter")
        await desk.camera.until("ROLL-CALL   148 missing, 0 safe")
        await desk.pilot.press("enter", "enter", *"plumber", "enter", "enter")
        await desk.camera.until("ROLL-CALL   146 missing, 3 safe")
        await desk.draw("roll-call", TINY, SMALL, USUAL)


async def a_handover(pictures: Pictures) -> None:
    """The end of a shift: what was done, and what the next one should know; then what was told to all."""
    async with evening(pictures, SMALL) as desk:
        await desk.scan("100042", "✓ Ana Silva checked in", "17:24:00 +▲ +Ana Silva")
        await desk.pilot.press(*":handover", "enter", *"the sauna is cold, the plumber comes at 8")
        await desk.camera.until("HANDOVER", "17 checked in", "plumber comes at 8")
        await desk.draw("handover", TINY, SMALL, USUAL)


async def the_notices(pictures: Pictures) -> None:
    """One that was read, and one that was not."""
    async with evening(pictures, SMALL) as desk:
        seq = desk.server.wire.seq
        told = [
            Notification(id=f"n{seq + n}", level=level, title=title, message=text, at=clock.to_text(NOW), seq=seq + n)
            for n, (level, title, text) in enumerate(NOTICES, 1)
        ]
        desk.line.events(*told)
        await desk.camera.until("◆ 3 unread")
        await desk.pilot.press("ctrl+n", "enter")
        await desk.camera.until("NOTICES   2 unread of 3")
        await desk.draw("notices", TINY, SMALL, USUAL)


async def a_kiosk(pictures: Pictures) -> None:
    """Nobody stands behind this one: a member who comes in, and one who had better talk to somebody."""
    server, clock = Server(), Clock()
    make = cast("Callable[..., GymApp]", partial(KioskApp, lock=KioskLock(Path("kiosk.json"))))
    async with console(server, clock, "a.b.c", SMALL, make=make) as (app, pilot):
        camera, kiosk = Camera(app, pilot, pictures), cast(KioskApp, app).kiosk
        await server.wire.accepted()
        await camera.until_so(lambda: app.desk.replica.members.by_code("100042") is not None, "the directory")
        await camera.draw("kiosk", SMALL)
        for code, name, tone in (("100042", "kiosk-welcome", "good"), ("100107", "kiosk-desk", "bad")):
            scan(app, *code, "enter")
            await camera.until_so(lambda tone=tone: kiosk.notice.tone == tone, name)  # type: ignore[misc]
            await camera.draw(name, TINY, SMALL, USUAL)


STAFF = (a_roll_call, a_handover, the_notices, a_kiosk)
