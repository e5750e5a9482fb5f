"""The gym's settings: what is typed narrows the list, Enter asks for another value of the chosen one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

from msgspec.structs import replace

from gymtui.printable import printable
from gymtui.ui.box.let_in import check_in
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.box.offer import SIGN as COMMAND
from gymtui.ui.box.palette import PaletteMode
from gymtui.ui.box.screen_box import ScreenBox
from gymtui.ui.burst import Scan
from gymtui.ui.settings import NEW_DAY, Setting, Settings


class SettingsBox(ScreenBox, Protocol):
    """The box over the list of settings."""

    settings: Settings

    @property
    def locked(self) -> tuple[str, str] | None:
        """Why nothing can be changed here, and what to do."""
        ...

    def change(self, setting: Setting, text: str) -> None:
        """Asks the server for that, and says what came of it."""
        ...


class SettingsMode(Mode):
    """Reads; a card that is scanned here comes in all the same."""

    list = "settings"
    subject = "The settings"
    word: ClassVar[str] = "SETTING"
    box: SettingsBox

    @property
    def signs(self) -> Mapping[str, Callable[[Box], Mode]]:
        return {COMMAND: PaletteMode}

    @property
    def prompt(self) -> str:
        return "LOOK ON" if self.box.locked else self.word

    @property
    def placeholder(self) -> str:
        if (locked := self.box.locked) is not None:
            return printable(f"{locked[0]}: {locked[1]}")
        return "type or ↑ ↓ choose, Enter changes it"

    def typed(self, text: str) -> None:
        if text != self.box.settings.text:
            self.box.settings = replace(self.box.settings, text=text, chosen=None)

    def moved(self, step: int, text: str) -> None:
        self.box.settings = self.box.settings.moved(step)

    async def picked(self, row: int) -> None:
        self.box.settings = replace(self.box.settings, chosen=self.box.settings.rows[row].key)

    async def entered(self, text: str) -> None:
        box, settings = self.box, replace(self.box.settings, text=text)
        setting = settings.pick
        if setting is None and text:
            many = bool(settings.rows)
            box.put_before(text)
            box.settings = settings.moved(1)
            if not many:
                step = f"{box.key('back')} shows all"
                box.say(box.refusal(self.word.capitalize(), "there is none of that name", step))
        elif setting is not None:
            box.settings = replace(settings, text="", chosen=setting.key)
            if (locked := box.locked) is not None:
                box.say(box.refusal(setting.label, *locked))
            else:
                box.push(ValueMode(box, setting))

    async def scanned(self, scan: Scan) -> None:
        owned = self.box.owner(scan.text)
        if owned is None and scan.fault is not None:
            self.box.say(self.box.unknown_card(*scan.fault))
        else:
            check_in(self.box, *((owned.member, owned.card.code) if owned else (scan.text, None)))

    def back(self, text: str) -> None:
        if text or self.box.settings.chosen:
            self.box.settings = replace(self.box.settings, text="", chosen=None)
        else:
            self.box.dismiss()


class ValueMode(Mode):
    """Asks for another value of one setting, the old one stays in sight in its row; ↑ ↓ go through what it may be."""

    subject = "The settings"
    box: SettingsBox

    def __init__(self, box: SettingsBox, setting: Setting, then: Callable[[], object] = lambda: None) -> None:
        super().__init__(box)
        self._setting = setting
        self._then = then  # what follows once this is over
        self._suggested = setting.first

    @property
    def prompt(self) -> str:
        return "NEW VALUE"

    @property
    def placeholder(self) -> str:
        setting = self._now
        if self._suggested:
            return printable(setting.offers(self._suggested))
        now = "" if setting.key == NEW_DAY else f"now {printable(setting.words)}; "
        return f"{now}type {setting.hint}"

    @property
    def is_busy(self) -> bool:
        return True

    @property
    def _now(self) -> Setting:
        """As it is in force: somebody else may have changed it."""
        return self.box.settings.named(self._setting.key) or self._setting

    def ended(self) -> None:
        self._then()

    def moved(self, step: int, text: str) -> None:
        choices = self._setting.choices
        if choices and not text:
            known = self._suggested or self._now.value
            at = choices.index(known) + step if known in choices else 0
            self._suggested = choices[max(0, min(at, len(choices) - 1))]

    def typed(self, text: str) -> None:
        if text:
            self._suggested = ""

    def back(self, text: str) -> None:
        if text or self._suggested:
            self._suggested = ""
        else:
            self.box.pop(self)

    async def entered(self, text: str) -> None:
        text, now = text or self._suggested, self._now
        if not text:
            self.box.pop(self)
        elif (objection := now.objection(text)) is not None:
            self.box.say(self.box.refusal(now.label, objection, f"it is {now.hint}"))
        elif now.value != self._setting.value:
            said = f"it has been changed meanwhile, and is {now.words}"
            self.box.say(self.box.refusal(now.label, said, "Enter sets it all the same"))
            self._setting = now
            self.box.write(text)
        else:
            self.box.change(now, text)
            self.box.pop(self)

    async def scanned(self, scan: Scan) -> None:
        """A card that is scanned here comes in all the same, and the question waits as it was."""
        self._suggested = self._setting.first
        await self.box.below(self).scanned(scan)

    def commanded(self, name: str | None) -> bool:
        """Undo takes the question back, and nothing else."""
        self.box.pop(self)
        return name == "undo"
