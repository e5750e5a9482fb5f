"""Ctrl+C, which ends a program elsewhere and would end a desk by mistake."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from gymtui.ui.base_app import BaseApp
from gymtui.ui.bindings import bind, key_of
from gymtui.ui.widgets.key_line import KeyLine


class CopyingApp(BaseApp):
    """It copies what is selected, or says which key leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("copy", show=False, priority=True)]

    def action_copy(self) -> None:
        if (text := self.screen.get_selected_text()) is not None:
            self.copy_to_clipboard(text)
            return
        for line in self.screen.query(KeyLine):
            line.say(f"{key_of(self.screen, 'quit')} leaves")
