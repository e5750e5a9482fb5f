"""The command palette: `:` and the beginning of a command's name."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gymtui.keys import COMMANDS, where
from gymtui.ui.box.mode import SignMode
from gymtui.ui.box.offer import SIGN, Option, Palette, is_called, offer


class PaletteMode(SignMode):
    """Offers the commands that fit; Enter gives the one that is called so, or the chosen one once the others were seen:
    a text that several fit stands there again. Tab writes the name out."""

    sign = SIGN
    list = "commands"

    @property
    def prompt(self) -> str:
        return "COMMAND"

    def ended(self) -> None:
        self.box.palette = None

    def narrowed(self, text: str) -> None:
        if self.box.palette is None or self.box.palette.text != text:
            self.box.palette = found(text, self.box.options())

    async def done(self, text: str) -> None:
        offered = self.box.palette
        if offered is None or offered.text != text:  # it came in the same read as its Enter
            offered = found(text, self.box.options())
        if offered.options and not offered.certain:
            self.box.write(text)
            self.box.palette = offered.moved(0)
            self.box.say(self.box.refusal("Command", "none is called just that", "Enter again gives the chosen one"))
            return
        self.box.pop(self)
        if offered.pick is not None:
            await self.box.run(offered.pick, offered.words)
        else:
            why, step = "there is none by that name", f"{SIGN} alone lists what there is here"
            if offered.elsewhere:
                why, step = "that is done on another screen", where(offered.elsewhere, self.box.key)
            self.box.say(self.box.refusal("Command", why, step))

    def moved(self, step: int, text: str) -> None:
        if self.box.palette is not None:
            self.box.palette = self.box.palette.moved(step)

    async def picked(self, row: int) -> None:
        if self.box.palette is not None:
            option = self.box.palette.options[row]
            self.box.pop(self)
            self.box.take()
            await self.box.run(option)

    def completed(self) -> None:
        if self.box.palette and self.box.palette.options:
            self.box.write(f"{SIGN}{self.box.palette.options[self.box.palette.chosen].name}")


def found(text: str, options: Iterable[Option]) -> Palette:
    """What to offer; by the name of a command of other screens nothing else is meant."""
    offered, name = offer(text, options), text.removeprefix(SIGN).strip().partition(" ")[0]
    is_here = any(is_called(option.called, name) for option in offered.options)
    there = next((each.name for each in COMMANDS.values() if each.typed and is_called(each.called, name)), "")
    return offered if is_here or not there else replace(offered, options=(), certain=False, elsewhere=there)
