"""A screen that comes and goes, as fast as fingers are."""

from __future__ import annotations

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType

from gymtui.ui.theme import HEIGHTS, WIDTHS, sized


class PassingScreen(Screen[ScreenResultType]):
    """May be left twice in one breath, and before it is there; what lies below stays, and nobody's program ends."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leaves it, where it is on top. Textual's takes away whatever is: with a second Esc, the screen below."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    async def on_event(self, event: events.Event) -> None:
        """Once it was left, its parts are on their way out, and what it does first would not find them. While it comes,
        each part is styled once: Textual would do so again as the screen is shown, and as it learns its size."""
        if isinstance(event, events.Compose):
            self.update_classes(sized(self.app.size))
        elif isinstance(event, events.ScreenResume) and not self.stack_updates:
            event.refresh_styles = False
        if not isinstance(event, events.Mount) or self in self.app.screen_stack:
            await super().on_event(event)
