"""The one box: every printable key ends up here, and Enter is one command, however fast the keys come."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from gymtui.printable import printable


class Entry(Input):
    """Takes a code or a name and says so with `Entered`; up and down are `Moved`."""

    class Entered(Message):
        """Enter, with what the box held; the box is empty by now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Moved(Message):
        """One row up (-1) or down (1) among the hits for `text`."""

        def __init__(self, step: int, text: str) -> None:
            super().__init__()
            self.step = step
            self.text = text

    def __init__(self) -> None:
        super().__init__(select_on_focus=False, max_length=120, compact=True)
        self.cursor_blink = False

    @property
    def text(self) -> str:
        return self.value.strip()

    def validate_value(self, value: str) -> str:
        return printable(value)

    async def _on_key(self, event: events.Key) -> None:
        # Here and not in `action_submit` or a message: the next code may stand in the read buffer already, and its
        # first digits must find an empty box.
        match event.key:
            case "enter":
                self.post_message(self.Entered(self.text))
                with self.prevent(Input.Changed):
                    self.value = ""
            case "up" | "down":
                self.post_message(self.Moved(-1 if event.key == "up" else 1, self.text))
            case _:
                return
        event.stop()
        event.prevent_default()


class Prompt(Widget):
    """Says before the box what Enter will do."""

    ALLOW_SELECT = False

    checking_out: reactive[bool] = reactive(False)

    def render(self) -> Content:
        return Content("CHECK OUT" if self.checking_out else "CHECK IN")
