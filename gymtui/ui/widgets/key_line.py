"""The last line: what the keys do just now, as many as there is room for, the most useful first; or a notice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from gymtui.keys import COMMANDS, shown

GAP = 2  # cells between two keys
SAID_FOR = 4.0  # seconds
PLACES = {name: place for place, name in enumerate(COMMANDS)}


class KeyLine(Widget):
    """In the order of the registry, after any that are not of it; a key that does not fit whole is left out. A click
    does what the key does. While there is a `notice`, that is all."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--label", "keys--notice"}

    notice: reactive[str] = reactive("")

    def say(self, text: str) -> None:
        """A notice, for as long as it takes to read it."""
        self.notice = text
        self.set_timer(SAID_FOR, lambda: self._unsay(text))

    def _unsay(self, text: str) -> None:
        if self.notice == text:
            self.notice = ""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _: Screen[object]) -> None:
        if self.screen.is_current:
            self.refresh()

    def _fitting(self) -> Iterator[tuple[int, Binding]]:
        """Each key that fits with the cell it begins at."""
        bound = [active.binding for active in self.screen.active_bindings.values() if active.binding.show]
        first_key: dict[str, Binding] = {}
        for binding in bound:
            first_key.setdefault(binding.action, binding)
        at = 0
        for binding in sorted(first_key.values(), key=lambda binding: PLACES.get(binding.id or "", -1)):
            width = cell_len(_words(binding)) + GAP
            if at + width <= self.content_size.width + GAP:
                yield at, binding
                at += width

    def render(self) -> Content:
        if self.notice:
            notice = Content.styled(self.notice, self.get_visual_style("keys--notice"))
            return notice.truncate(self.content_size.width, ellipsis=True)
        key, label = (self.get_visual_style(f"keys--{name}") for name in ("key", "label"))
        keys = [Content.assemble((_key(b), key), (f" {b.description}", label)) for _, b in self._fitting()]
        return Content(" " * GAP).join(keys)

    def on_click(self, event: events.Click) -> None:
        for at, binding in self._fitting():
            if not self.notice and 0 <= event.x - self.gutter.left - at < cell_len(_words(binding)):
                self.app.simulate_key(binding.key)
                return


def _words(binding: Binding) -> str:
    return f"{_key(binding)} {binding.description}"


def _key(binding: Binding) -> str:
    return binding.key_display or shown(binding.key)
