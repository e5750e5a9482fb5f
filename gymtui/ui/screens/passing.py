"""A screen that comes and goes, as fast as fingers are."""

from __future__ import annotations

from textual import events
from textual.await_complete import AwaitComplete
from textual.geometry import Size
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

from gymtui.ui.theme import HEIGHTS, WIDTHS, sized


class PassingScreen(Screen[ScreenResultType]):
    """May be left twice in one breath, and before it is there; what lies below stays, and nobody's program ends."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    _comes_in: Size | None = None  # the terminal, as it was when it came
    _is_first = False  # is it being laid out for the first time, which paints all of it?

    @property
    def is_current(self) -> bool:
        """Is it the one that is seen? Each of ours covers what is below, which Textual would paint through it with each
        change there; what changes there meanwhile is laid out and painted as it comes back."""
        return super().is_current and self.app.screen is self

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leaves it, where it is on top. Textual's takes away whatever is: with a second Esc, the screen below."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    async def on_event(self, event: events.Event) -> None:
        """Once it was left, its parts are on their way out, and what it does first would not find them. While it comes,
        each part is styled, laid out and painted once: Textual would do so again as the screen is shown, and as it and
        each part learns its size."""
        if isinstance(event, events.Compose):
            self._comes_in = self.app.size
            self.update_classes(sized(self.app.size))
        elif isinstance(event, events.ScreenResume) and not self.stack_updates:
            event.refresh_styles = False
            self._size = self.app.size  # so that it is laid out behind all that has been asked for by now
            self.refresh(layout=True)
            self.app.call_later(self.call_later, self._on_timer_update)  # that, and not the next tick of a timer
        elif isinstance(event, events.Resize) and self._has_come_in(event.size):
            return
        if not isinstance(event, events.Mount) or self in self.app.screen_stack:
            await super().on_event(event)

    def _has_come_in(self, size: Size) -> bool:
        comes_in, self._comes_in = self._comes_in, None
        return size == comes_in

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        self._is_first = self not in self._compositor
        super()._refresh_layout(size, scroll)
        self._is_first = False

    def _compositor_refresh(self) -> None:
        if self._is_first:
            # Else each would ask for it once more, some only because the layout has told it its size; what has a bar by
            # now has less room for the rest.
            for each in (self, *self.walk_children(Widget)):
                if not each.show_vertical_scrollbar:
                    each._layout_required = each._repaint_required = False
        super()._compositor_refresh()
