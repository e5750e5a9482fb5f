"""Error boundary: a widget that raises gives way to a panel with the reason, and the rest of the screen goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.timer import Timer, TimerCallback
from textual.widget import Widget
from textual.widgets import Static

from gymtui.printable import printable
from gymtui.ui.bindings import key_of

logger = logging.getLogger(__name__)


class LiveWidget(Widget):
    """A widget that shows live data. What raises in it is told to the boundary around it and goes no further.

    All that can fail belongs into `render`, `render_line` or a message handler; a watcher of a bound reactive runs in
    whoever set the value, so it only asks for a repaint.
    """

    ALLOW_SELECT = False

    class Failed(Message):
        """A handler or a render of `widget` raised `error`."""

        def __init__(self, widget: LiveWidget, error: Exception) -> None:
            super().__init__()
            self.widget = widget
            self.error = error

    def render_lines(self, crop: Region) -> list[Strip]:
        try:
            return super().render_lines(crop)
        except Exception as error:  # noqa: BLE001  (the boundary logs it and shows it)
            self.post_message(self.Failed(self, error))
            return [Strip.blank(crop.width)] * crop.height

    def set_timer(self, delay: float, callback: TimerCallback | None = None, **options: Any) -> Timer:
        # In the widget's own turn: Textual ends the app over what a timer raises.
        own = None if callback is None else partial(self.call_later, callback)
        return super().set_timer(delay, own, **options)

    async def _on_message(self, message: Message) -> None:
        try:
            await super()._on_message(message)
        except Exception as error:  # noqa: BLE001  (the boundary logs it and shows it)
            self.post_message(self.Failed(self, error))


class FaultPanel(Static):
    """The reason in a sentence, and the way back."""

    def __init__(self, error: Exception) -> None:
        self._reason = printable(str(error)) or type(error).__name__
        super().__init__(markup=False)

    def on_mount(self) -> None:
        self.update(Content(f"✗ stopped, {key_of(self, 'try-again')} tries again: {self._reason}"))

    def on_click(self) -> None:
        self.post_message(WebSocketErrorBoundary.TryAgain())


class WebSocketErrorBoundary(Widget):
    """Holds one live widget, which `make` makes; when it fails, a panel with the reason until `retry`.

    `make` runs where the boundary is made, so that it may bind the screen's reactives; for the same reason the screen
    calls `retry`, asked by `TryAgain`.
    """

    virtual_size: reactive[Size] = reactive(Size(0, 0))  # its widget's: Textual's own lays out the screen a second time

    class TryAgain(Message):
        """Somebody wants what stopped back."""

    def __init__(self, make: Callable[[], LiveWidget], *, id: str) -> None:
        super().__init__(id=id)
        self._make = make
        self.error: Exception | None = None
        self._content = self._build()

    def compose(self) -> ComposeResult:
        yield self._content

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing is seen of it but around a panel: a live widget lies over all of it."""
        return super().render_lines(crop) if self.error else [Strip.blank(crop.width)] * crop.height

    def _build(self) -> Widget:
        try:
            return self._make()
        except Exception as error:  # noqa: BLE001  (logged and shown by `_fault`)
            return self._fault(error)

    def _fault(self, error: Exception) -> FaultPanel:
        self.error = error
        logger.error("%s stopped: %s", self.id, error, exc_info=error)
        return FaultPanel(error)

    async def _show(self, content: Widget) -> None:
        self._content = content
        await self.remove_children()
        await self.mount(content)

    def fail(self, error: Exception) -> None:
        """Whoever tells the widget has raised `error`: it stops as if it had done so itself."""
        if isinstance(self._content, LiveWidget):
            self.post_message(LiveWidget.Failed(self._content, error))

    async def on_live_widget_failed(self, event: LiveWidget.Failed) -> None:
        event.stop()
        if event.widget is self._content:
            await self._show(self._fault(event.error))
            self.screen.refresh_bindings()  # `try again` is there now

    async def retry(self) -> None:
        """Make the widget anew, if it has failed."""
        if self.error is not None:
            self.error = None
            await self._show(self._build())
