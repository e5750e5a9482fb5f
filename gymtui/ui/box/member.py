"""A member's lines: what is typed narrows them, Enter asks for the value of the chosen one."""

from __future__ import annotations

from typing import ClassVar

from gymtui.ui.box.settings import SettingsMode, ValueMode


class MemberMode(SettingsMode):
    """As the gym's settings are gone through."""

    subject = "The member"
    word: ClassVar[str] = "MEMBER"

    @property
    def placeholder(self) -> str:
        return self.looks_on or "type or ↑ ↓ choose, Enter changes it"

    def open(self, key: str) -> None:
        """Asks for the value of that line at once, where it is there."""
        line = self.box.settings.named(key)
        if line is not None:
            self.box.push(ValueMode(self.box, line))
