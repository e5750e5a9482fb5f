"""The kiosk's one screen: a word that is read from the door, whose it is, and what to do."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Static

from gymtui.printable import printable
from gymtui.ui.base_app import ScreenLate
from gymtui.ui.block_letters import block_letters
from gymtui.ui.kiosk import Notice, Tone

TONES: tuple[Tone, ...] = ("quiet", "good", "wait", "bad")
AROUND = 6  # rows beside the large words


class KioskScreen(Screen[None]):
    """Shows what it is told. `pin` is how many digits of one were typed, None while nobody leaves; `state` is what is
    wrong with the connection, `advice` what staff does about it, small and above whatever else stands at the foot;
    `late` is how many seconds all of it is over a slow line."""

    TITLE = "Kiosk"

    notice: var[Notice] = var(Notice())
    gym: var[str] = var("")
    state: var[str] = var("")
    advice: var[str] = var("")
    late: var[int] = var(0)
    pin: var[int | None] = var[int | None](None)
    refused: var[bool] = var(False)  # was the last PIN not the one?

    def compose(self) -> ComposeResult:
        yield Static("", id="kiosk-gym", markup=False)
        with Vertical(id="kiosk"):
            yield Static("", id="kiosk-large", markup=False)
            yield Static("", id="kiosk-name", markup=False)
            yield Static("", id="kiosk-words", markup=False)
        yield Static("", id="kiosk-advice", markup=False)
        yield Static("", id="kiosk-foot", markup=False)

    def on_resize(self) -> None:
        self.watch_notice(self.notice)

    def watch_notice(self, notice: Notice) -> None:
        for tone in TONES:
            self.set_class(notice.tone == tone, f"-{tone}")
        width, height = self.size
        large = block_letters(notice.large, width - 2, height - AROUND)
        self.query_one("#kiosk-large", Static).update(large)
        self.query_one("#kiosk-name", Static).update(" ".join(printable(notice.name.upper())))
        self.query_one("#kiosk-words", Static).update(notice.words)

    def watch_gym(self, gym: str) -> None:
        self.query_one("#kiosk-gym", Static).update(printable(gym))

    def watch_advice(self, advice: str) -> None:
        line = self.query_one("#kiosk-advice", Static)
        line.update(advice)
        line.display = bool(advice)

    def watch_state(self) -> None:
        self._show_foot()

    def on_screen_late(self, event: ScreenLate) -> None:
        self.late = event.seconds

    def watch_late(self) -> None:
        self._show_foot()

    def watch_refused(self) -> None:
        self._show_foot()

    def watch_pin(self) -> None:
        self._show_foot()

    def _show_foot(self) -> None:
        asked = "Not that PIN; after three, wait 30 s." if self.refused else "PIN of the staff:"
        state = self.state or (f"please wait: this screen is {self.late} s late" if self.late else "")
        foot = state if self.pin is None else f"{asked} {'•' * self.pin}  Enter, or Esc"
        self.query_one("#kiosk-foot", Static).update(foot)
