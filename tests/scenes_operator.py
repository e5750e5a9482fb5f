"""Scenes of the pictures of somebody who only looks: the monitor."""

from __future__ import annotations

from random import Random
from typing import Final

from gymtui.ui.widgets.header import WallClock
from tests.pictures import SMALL, TINY, USUAL, WIDE, Camera
from tests.played_day import replaying
from tests.played_gym import Clock, Server, monitor
from tests.played_people import CROWD, LAST
from tests.waiting import until

RUSH: Final = [random.choice((1, 2, 2, 3, 5, 8, 13)) for random in [Random(7)] for _ in range(70)]  # a second

Pictures = dict[str, str]


async def a_day_again(pictures: Pictures) -> None:
    """Yesterday, sixty times as fast, at twenty past six."""
    clock = Clock()
    async with replaying(clock, USUAL) as (app, pilot):
        camera = Camera(app, pilot, pictures)
        await camera.until("Tue 17 Nov 06:")
        await pilot.press("home")
        clock.now += (18 * 60 + 20) * 1000
        app.replay.tick()
        await camera.until("Tue 17 Nov 18:20:00", "Nora Said", "a week before")
        await camera.draw("replay", TINY, SMALL, USUAL)


async def an_operator(pictures: Pictures) -> None:
    """What the monitor shows of a rush at the door, and what it holds back in a pause."""
    server, clock = Server(), Clock()
    async with monitor(server.wire, clock, "a.b.c", USUAL) as (app, pilot):
        camera = Camera(app, pilot, pictures)
        await camera.until("● live 12 ms", LAST)

        async def rush(comes: int, first: int) -> None:
            people = [CROWD[(first + number) % len(CROWD)] for number in range(comes)]
            server.rush(people, clock.now - 20 - comes * 7)
            await until(lambda: app.journal.position[1] == server.wire.seq)

        for second, comes in enumerate(RUSH, 1):
            await rush(comes, second * 7)
            clock.now += 1000
            app.monitor.measure()
        app.screen.query_one(WallClock).refresh()
        await camera.until("17:25:08 +▲ ", "17:25 \n")
        await camera.draw("monitor", SMALL, USUAL, WIDE)
        await pilot.press("space", "slash", *"refused")
        await rush(12, 0)
        app.monitor.measure()
        await camera.until(r"paused, \+12 new", "with “refused”")
        await camera.draw("monitor-paused", SMALL, USUAL)
        await pilot.press("enter", "f2")
        await camera.until("TYPE", "refused")
        await pilot.press("insert", "down")
        await camera.until("1 marked")
        await camera.draw("messages", TINY, SMALL, USUAL)
        await pilot.press("escape", "f3")
        await camera.until("5 connected", "round trip")
        await camera.draw("connections", TINY, SMALL, USUAL)
