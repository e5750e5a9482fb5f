"""What the pictures show, a scene a function: each plays a piece of the same evening, and draws it on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

from gymtui.demo.app import DemoApp
from gymtui.demo.chaos import Chaos
from gymtui.demo.relay import Relay
from gymtui.ui.widgets.feed import Feed
from tests.pictures import SMALL, TINY, USUAL, WIDE, Camera
from tests.played_evening import evening
from tests.played_gym import TRIPS, Clock, Server, console, write_journal
from tests.scenes_import import an_import
from tests.scenes_members import MEMBERS
from tests.scenes_of_staff import STAFF
from tests.scenes_operator import a_day_again, an_operator
from tests.scenes_past import peak_hours, the_history

VERDICTS: Final = (
    ("verdict-warned", "100230", "! Eva Brunner checked in: payment overdue"),
    ("verdict-refused", "100107", "✗ Ben Ode refused: membership expired 3 Nov"),
    ("verdict-already-in", "100311", "↩ Zoé Huber already in since 17:02, desk 2"),
    ("verdict-set-aside", "100415", "✗ Noor Haddad refused: The server could not do that"),
)

Pictures = dict[str, str]


async def a_small_desk(pictures: Pictures) -> None:
    """What is typed, and what is said, where there is little room."""
    async with evening(pictures, SMALL) as desk:
        await desk.pilot.press(*"be")
        await desk.camera.until("Ben Ode")
        await desk.draw("typing", SMALL)
        await desk.pilot.press("enter")
        await desk.camera.until(" match")
        await desk.draw("pick-list", SMALL)
        await desk.pilot.press("escape", "escape")
        for name, code, words in VERDICTS:
            await desk.scan(code, words)
            await desk.draw(name, SMALL)


async def a_mistake(pictures: Pictures) -> None:
    """Somebody goes, somebody came by mistake."""
    async with evening(pictures, SMALL) as desk:
        await desk.scan("100042", "✓ Ana Silva checked in", "17:24:00 +▲ +Ana Silva")
        await desk.pilot.press("f4")
        await desk.camera.until("CHECK OUT")
        await desk.draw("check-out", SMALL)
        await desk.scan("100042", "✓ Ana Silva checked out", "17:24:00 +▽ +Ana Silva")
        await desk.draw("verdict-checked-out", SMALL)
        await desk.scan("100081", "✓ Maya Quist checked in", "17:24:00 +▲ +Maya Quist")
        await desk.pilot.press("ctrl+z")
        await desk.camera.until("✓ Maya Quist undone", "17:24:00 +↩ +Maya Quist")
        await desk.draw("verdict-undone", SMALL)


async def a_wide_desk(pictures: Pictures) -> None:
    """The same with room for the member's card, and in other colours."""
    async with evening(pictures, USUAL) as desk:
        await desk.draw("quiet", SMALL, USUAL, WIDE)
        await desk.pilot.press(*":")
        await desk.camera.until("COMMAND")
        await desk.draw("commands", SMALL, USUAL)
        await desk.pilot.press("escape", *"be")
        await desk.camera.until("Ben Ode")
        await desk.draw("typing", USUAL)
        await desk.pilot.press("escape")
        await desk.scan("100230", "! Eva Brunner checked in")
        await desk.scan("100042", "✓ Ana Silva checked in", "17:24:00 +▲ +Ana Silva", "LAST VISITS", "100042 · Gold")
        await desk.draw("front-desk", TINY, SMALL, USUAL, WIDE)
        for theme in ("paper", "ansi"):
            desk.app.action_theme(theme)
            await desk.pilot.pause()
            await desk.draw(theme, USUAL)


async def an_ascii_desk(pictures: Pictures) -> None:
    """A terminal that has no symbols."""
    async with evening(pictures, SMALL, ascii=True) as desk:
        await desk.scan("100107", "x Ben Ode refused")
        await desk.draw("ascii", SMALL)


async def an_override(pictures: Pictures) -> None:
    """A manager lets in whom the rules have refused."""
    async with evening(pictures, SMALL) as desk:
        await desk.scan("100107", "✗ Ben Ode refused")
        await desk.pilot.press("f8", "down")
        await desk.camera.until("REASON", "renews today")
        await desk.draw("override-reason", SMALL, USUAL)
        await desk.pilot.press("enter", *"mia", "enter", *"2580")
        await desk.camera.until("PIN +••••")
        await desk.draw("override-pin", SMALL)
        await desk.pilot.press("enter")
        await desk.camera.until("! Ben Ode checked in: override by mia", "17:24:00 +▲ +Ben Ode")
        await desk.draw("verdict-override", SMALL)


async def a_dead_server(pictures: Pictures) -> None:
    """The desk goes on alone."""
    async with evening(pictures, USUAL) as desk:
        await desk.scan("100042", "✓ Ana Silva checked in", "17:24:00 +▲ +Ana Silva")
        desk.lose_the_server()
        await desk.camera.until("◐ back in 1 s")
        await desk.scan("100081", "… Maya Quist queued, not sent yet", "1 queued", "100081 · Student")
        await desk.draw("verdict-queued", SMALL)
        desk.pass_by(minutes=16)
        await desk.scan("100230", "… Eva Brunner queued, not sent yet", "○ offline since 17:24, 2 queued", "17:40")
        await desk.camera.until("100230 · Family")
        await desk.draw("offline", SMALL, USUAL)


async def who_is_in(pictures: Pictures) -> None:
    """The list, with two marked to be checked out."""
    async with evening(pictures, USUAL) as desk:
        await desk.pilot.press("f3")
        await desk.camera.until("WHO IS IN   148 people")
        await desk.pilot.press("down", "down", "insert", "insert", "down", "insert")
        await desk.camera.until("CHECK OUT 3")
        await desk.draw("who-is-in", SMALL, USUAL, WIDE)


async def connection_and_queue(pictures: Pictures) -> None:
    """A connection that has gone once and is gone again, and what waits for it."""
    async with evening(pictures, USUAL) as desk:
        await desk.scan("100415", "✗ Noor Haddad refused")
        for _ in TRIPS[1:]:
            await desk.beat()
        desk.pass_by(minutes=-9)  # the first time was a while ago
        desk.line.cut()
        await desk.camera.until("◐ back in")
        desk.pass_by(minutes=9)
        desk.app.service.retry_now()
        line = await desk.server.wire.accepted()
        await desk.camera.until("● live")
        await desk.measured(len(TRIPS) + 1)
        again = desk._replace(line=line)
        again.lose_the_server()
        await again.camera.until("◐ back in")
        await again.scan("100081", "… Maya Quist queued")
        await again.pilot.press("f4")
        await again.scan("100311", "… Zoé Huber queued")
        again.pass_by(minutes=3)
        await again.scan("100230", "… Eva Brunner queued")
        await again.pilot.press("f9")
        await again.camera.until("QUEUE   1 set aside, 3 waiting")
        await again.draw("connection", SMALL, USUAL)


async def the_settings(pictures: Pictures) -> None:
    """A manager is about to refuse whoever has not paid."""
    async with evening(pictures, SMALL, role="manager") as desk:
        await desk.pilot.press(*":policy", "enter")
        await desk.camera.until("THE GYM'S SETTINGS", "Name of the gym")
        await desk.pilot.press(*"payment over", "enter", "down")
        await desk.camera.until("NEW VALUE", "Enter sets refuse")
        await desk.draw("settings", SMALL, USUAL)


async def what_did_not_fit(pictures: Pictures) -> None:
    """What a desk did alone this morning, for a manager to look at."""
    async with evening(pictures, USUAL) as desk:
        await desk.pilot.press("f6", "down", "down")
        await desk.camera.until("CONFLICTS   8 in the last 7 days", "› Wed 18 Nov 10:48  Ben Ode", "Came in, which")
        await desk.draw("conflicts", SMALL, USUAL)


async def help_for_the_desk(pictures: Pictures) -> None:
    """The keys of the front desk."""
    async with evening(pictures, USUAL) as desk:
        await desk.pilot.press("f1")
        await desk.camera.until("HELP   Front desk")
        await desk.draw("help", SMALL, USUAL)


async def a_login(pictures: Pictures) -> None:
    """Nobody is logged in yet: a wrong password, then a server that does not answer."""
    server = Server()
    async with console(server, Clock(), None, SMALL) as (app, pilot):
        camera = Camera(app, pilot, pictures)
        await camera.until("password", "● answers")
        await camera.draw("login", SMALL, USUAL)
        await pilot.press(*"maria", "enter", *"lost", "enter")
        await camera.until("The name or the password is wrong.")
        await camera.draw("login-refused", SMALL)
        server.there = False
        await pilot.press(*"maria", "enter", *"found", "enter")
        await camera.until("○ does not answer")
        await camera.draw("login-away", SMALL)


async def a_fault(pictures: Pictures) -> None:
    """One part of the screen has stopped, and the rest goes on."""
    async with evening(pictures, SMALL) as desk:
        feed = desk.app.screen.query_one(Feed)
        feed.post_message(Feed.Failed(feed, ValueError("there is no 31 Nov")))
        await desk.camera.until("✗ stopped, Ctrl\\+R tries again: there is no 31 Nov")
        await desk.scan("100042", "✓ Ana Silva checked in")
        await desk.draw("fault", SMALL)


class Surroundings:
    """What the demo's chaos can reach: the server and the network of an evening."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.kill: Callable[[], None] = lambda: None

    async def run(self) -> None: ...

    def start(self) -> None: ...

    def first_line(self) -> str:
        return ""

    def cut(self) -> None: ...

    def mend(self) -> None: ...


async def a_demo(pictures: Pictures) -> None:
    """A newcomer's first minute, and what F12 does to it."""
    around, clock = Surroundings(), Clock()
    with TemporaryDirectory() as folder:
        journal = Path(folder) / "gym.db"
        chaos = Chaos(around, around, sleep=clock.sleep)
        demo = partial(DemoApp, chaos=chaos, relay=cast(Relay, around), database=journal)
        async with evening(pictures, SMALL, make=demo) as desk:
            around.kill = desk.lose_the_server
            await desk.camera.until("1/6 Type part of a name")
            await desk.draw("demo", SMALL, USUAL)
            await desk.scan("100081", "✓ Maya Quist checked in")
            await desk.scan("100042", "✓ Ana Silva checked in", "3/6 F4, then a name")
            write_journal(journal, desk.server)
            await desk.pilot.press("f12")
            await desk.camera.until("kill -9: no server for 3 s", "2 done, 0 lost, 0 doubled")
            await desk.scan("100230", "… Eva Brunner queued", "1 queued")
            await desk.draw("demo-broken", SMALL)


SCENES: Final[tuple[Callable[[Pictures], Awaitable[None]], ...]] = (
    a_small_desk,
    a_mistake,
    a_wide_desk,
    an_ascii_desk,
    an_override,
    a_dead_server,
    who_is_in,
    the_history,
    *STAFF,
    peak_hours,
    the_settings,
    an_import,
    *MEMBERS,
    connection_and_queue,
    what_did_not_fit,
    help_for_the_desk,
    a_login,
    a_fault,
    an_operator,
    a_day_again,
    a_demo,
)
