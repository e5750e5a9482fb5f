"""The one box: every printable key ends up here, and Enter is one command, however fast the keys come."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.binding import ActiveBinding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.input import Selection

from gymtui.printable import printable
from gymtui.ui.bindings import bind, command_of
from gymtui.ui.burst import Scan

KEYS: Final = {"enter": "enter", "ctrl+j": "enter", "tab": "tab"}  # ctrl+j is LF


class Entry(Input):
    """Takes a code or a name and says so with `Entered`; `Left` is a step back, `Moved` a row up or down."""

    # In place of the scrolling that every input inherits; `_on_key` does what they say.
    BINDINGS: ClassVar[list[BindingType]] = [bind("next", show=False), bind("previous", show=False)]

    class Entered(Message):
        """Enter, with what the box held; the box is empty by now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Scanned(Message):
        """A reader's line, or one that was pasted; the box is empty by now."""

        def __init__(self, scan: Scan) -> None:
            super().__init__()
            self.scan = scan

    class Left(Message):
        """Back, with what the box held; it is empty by now, or has what was typed since."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Moved(Message):
        """One row up (-1) or down (1) in the list for `text`."""

        def __init__(self, step: int, text: str) -> None:
            super().__init__()
            self.step = step
            self.text = text

    class Completed(Message):
        """Tab: what was begun may be finished."""

    class Commanded(Message):
        """The key of a command, in its place among the other keys; `time` is that of the key, in seconds."""

        def __init__(self, active: ActiveBinding, time: float) -> None:
            super().__init__()
            self.active = active
            self.time = time

    class Pasted(Message):
        """Several lines at once, without the empty ones; the box is as it was."""

        def __init__(self, lines: list[str]) -> None:
            super().__init__()
            self.lines = lines

    virtual_size: reactive[Size] = reactive(Size(0, 0))  # of the text: Textual's own lays out the screen with each key

    def __init__(self) -> None:
        super().__init__(select_on_focus=False, max_length=120, validate_on=())  # whatever is typed will do
        self.cursor_blink = False
        self._pasted = ""  # what the box held once a line had been pasted into the empty one

    @property
    def text(self) -> str:
        return self.value if self.password else self.value.strip()

    def validate_value(self, value: str) -> str:
        """A secret stays as it is typed: it is not shown, and the login takes it so too."""
        return value if self.password else printable(value)

    def write(self, text: str, *, selected: bool = False) -> None:
        """The box holds this, and the cursor stands behind it; or it is selected, and whoever types means another."""
        self.value = text
        self.selection = Selection(0 if selected else len(text), len(text))

    def put_before(self, text: str) -> None:
        """Text that was there is there again, before what was typed since."""
        self.write(text + self.value)

    def drop(self, text: str) -> None:
        """Empties the box, unless it holds another text by now."""
        if self.text == text:
            self.take()

    def take(self) -> str:
        """What the box holds; it is empty afterwards, before anyone hears of it."""
        text = self.text
        with self.prevent(Input.Changed):
            self.value = ""
        return text

    async def _on_key(self, event: events.Key) -> None:
        # Here and not in an action or a message: the next keys may stand in the read buffer already, and must find the
        # box as this key has left it.
        if event.is_printable:
            return
        match KEYS.get(event.key) or command_of(self, event.key) or "":
            case "tab":
                self.post_message(self.Completed())
            case "enter":
                self._enter()
            case "back":
                self.post_message(self.Left(self.take()))
            case "next":
                self.post_message(self.Moved(1, self.text))
            case "previous":
                self.post_message(self.Moved(-1, self.text))
            case "":
                active = self.screen.active_bindings.get(event.key)
                if active is None or active.node is not self:
                    return
                await self.app.run_action(active.binding.action, self)  # backspace and its kind
            case _:
                self.post_message(self.Commanded(self.screen.active_bindings[event.key], event.time))
        event.stop()
        event.prevent_default()

    def _enter(self) -> None:
        """A line that was pasted and left as it was means what a reader's would."""
        is_pasted = not self.password and self.value != "" and self.value == self._pasted
        text = self.take()
        self.post_message(self.Scanned(Scan(text)) if is_pasted else self.Entered(text))

    def scanned(self, scan: Scan) -> None:
        """A reader's line has come, behind its last key: whatever the box held is dropped, what was half typed too."""
        self.call_later(self._take_scan, scan)

    def _take_scan(self, scan: Scan) -> None:
        self.take()
        self.post_message(self.Scanned(scan))

    def _on_paste(self, event: events.Paste) -> None:
        # Textual would keep the first line and say nothing of the others; none of them is an Enter.
        if self.password:
            self.insert_text_at_cursor(next(iter(event.text.splitlines()), ""))
            event.stop()
            event.prevent_default()
            return
        lines = [line for raw in event.text.splitlines() if (line := printable(raw).strip()[: self.max_length])]
        if len(lines) > 1:
            self.post_message(self.Pasted(lines))
        elif lines:
            is_alone = not self.value
            self.insert_text_at_cursor(lines[0])
            self._pasted = self.value if is_alone else ""
        event.stop()
        event.prevent_default()


class Prompt(Widget):
    """Says before the box what Enter will do."""

    ALLOW_SELECT = False

    words: reactive[str] = reactive("CHECK IN")

    def render(self) -> Content:
        return Content(self.words)
