"""A day of the gym again: the same feed, at another speed, and anywhere in it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar, Final

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var

from gymtui import clock, gym_day
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import Disconnected
from gymtui.client.excerpt import excerpt, inside_at
from gymtui.client.unattended import NoAnswer, until_live
from gymtui.protocol import Event, Gym, Snapshot
from gymtui.typed_day import past_day
from gymtui.ui.reel import Player, Reel, news, reel_of
from gymtui.ui.screens.feeding import FeedScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.messages import MessagesScreen
from gymtui.ui.tape import KEPT
from gymtui.ui.wall import wall
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.feed import Feed
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.reel_line import ReelLine

WEEK: Final = timedelta(days=7)
STEP: Final = 5 * 60_000  # milliseconds that an arrow goes
TICK: Final = 0.1  # seconds
AGAIN: Final = 0.2  # seconds until the day is read once more, where the connection went meanwhile


class Replay(FeedScreen):
    """Reads the `day` from the server, once; from then on it needs none."""

    TITLE = "Replay"
    CSS_PATH = "monitor.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause", key_display="Space"),
        Binding("left", "seek(-1)", "5 min", key_display="← →"),
        Binding("right", "seek(1)", "5 minutes on", show=False),
        Binding("shift+left", "seek(-12)", "an hour back", show=False),
        Binding("shift+right", "seek(12)", "an hour on", show=False),
        Binding("ctrl+left", "step(-1)", "the event before", show=False),
        Binding("ctrl+right", "step(1)", "the next event", show=False),
        Binding("up", "turn(1)", "speed", key_display="↑ ↓"),
        Binding("down", "turn(-1)", "slower", show=False),
        Binding("home", "begin", "beginning", show=False),
        Binding("end", "finish", "end", show=False),
        Binding("f2", "messages", "messages", key_display="F2"),
    ]

    reel: var[Reel] = var(Reel())
    before: var[Reel] = var(Reel())  # the same day a week before
    player: var[Player] = var(Player())
    note: var[str] = var("The day is being read …")

    def __init__(
        self,
        service: WebSocketService,
        journal: Bookmark,
        *,
        day: str,
        speed: float,
        folder: Path,
        clock: clock.Clock = clock.now,
    ) -> None:
        super().__init__(service, heading="replay", clock=clock)
        self._journal = journal
        self._day = day
        self._folder = folder
        self._reads = False
        self._ticked = clock()
        self.set_reactive(Replay.player, Player(speed=speed))

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield WebSocketErrorBoundary(self._line, id="reel")
        yield from self.compose_bar()
        yield WebSocketErrorBoundary(self._feed, id="feed")
        yield KeyLine()

    def _line(self) -> ReelLine:
        return ReelLine().data_bind(Replay.reel, Replay.before, Replay.player, Replay.note, LiveScreen.zone)

    def _feed(self) -> Feed:
        return self.fill(Feed(lambda: self.player.at).data_bind(LiveScreen.zone, LiveScreen.gym), self._past())

    def on_mount(self) -> None:
        self.set_interval(TICK, self.tick)

    # --- the day ------------------------------------------------------------------------------------------------------

    def _restarted(self, part: Snapshot) -> None:
        super()._restarted(part)
        if not self._reads:
            self._reads = True
            self.run_worker(self._read(part.gym), group="reel", exit_on_error=False)

    async def _read(self, gym: Gym) -> None:
        day = past_day(self._day, gym_day.day_of(wall(self._clock(), self.zone), gym.policy))
        try:
            self.play(await self._reel_of(day, gym))
            self.before = await self._reel_of(day - WEEK, gym)
        except NoAnswer as problem:
            self.note = "" if self.reel.events else str(problem)

    async def _reel_of(self, day: date, gym: Gym) -> Reel:
        """However often the connection goes meanwhile. NoAnswer."""
        begins, ends = (self._instant(each, gym) for each in (day, day + gym_day.NEXT))
        while True:
            await until_live(self._service)
            try:
                inside = await inside_at(self._service, begins)
                events = await excerpt(self._service, self._journal, begins, ends)
                return reel_of(events, inside, begins, ends)
            except Disconnected:
                await asyncio.sleep(AGAIN)

    def _instant(self, day: date, gym: Gym) -> int:
        return gym_day.instant(gym_day.beginning(day, gym.policy), self.zone)

    def play(self, reel: Reel) -> None:
        """From a little before the first of its events."""
        self.reel = reel
        self.note = "" if reel.events else "Nothing happened on that day, as far as the server still knows."
        self._ticked = self._clock()
        self._go(replace(self.player, at=max(reel.begins, reel.times[0] - STEP) if reel.times else reel.begins))

    def tick(self) -> None:
        """Goes on by as much as the clock has."""
        now, before = self._clock(), self._ticked
        self._ticked = now
        if self.reel.events:
            self._go(self.player.after(now - before, self.reel))

    def _go(self, player: Player) -> None:
        new = news(self.reel, self.player.at, player.at)
        self.player = player
        if new is None or len(new) >= KEPT:
            self.show_anew(self._past())
        elif new:
            self.show(new)

    def _past(self) -> Sequence[Event]:
        return deque(self.reel.events[: self.reel.index(self.player.at)], maxlen=KEPT)

    # --- what the person does -----------------------------------------------------------------------------------------

    def action_pause(self) -> None:
        self.player = replace(self.player, plays=not self.player.plays)

    def action_seek(self, steps: int) -> None:
        self._go(self.player.moved(steps * STEP, self.reel))

    def action_step(self, steps: int) -> None:
        """To the next event, or the one before."""
        self._go(self.player.stepped(steps, self.reel))

    def on_reel_line_sought(self, event: ReelLine.Sought) -> None:
        self._go(self.player.moved(event.at - self.player.at, self.reel))

    def action_turn(self, step: int) -> None:
        self.player = self.player.turned(step)

    def action_begin(self) -> None:
        self._go(replace(self.player, at=self.reel.begins))

    def action_finish(self) -> None:
        self._go(replace(self.player, at=self.reel.ends))

    def action_messages(self) -> None:
        """What had happened by now, one by one; the day stands still meanwhile."""
        self.player = replace(self.player, plays=False)
        events = self.picked(reversed(self._past()))
        self.app.push_screen(MessagesScreen(self._service, events, like=self, folder=self._folder, clock=self._clock))
