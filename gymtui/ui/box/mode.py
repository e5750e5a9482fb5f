"""What the one box means: a stack of modes, the top of which has the keys.

A mode is pushed when the box begins to mean something else (F4, a `:`, a pick list, a manager's override) and popped
when it is over: Esc takes one step back inside the mode, or pops it; a command that is done pops all but the base. A
screen never asks which mode it is in: it hands each event to the top and shows what the top says of itself.

A new mode is a file here: a class with its prompt, its placeholder and what the keys do, and an action that pushes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Protocol

from textual.timer import Timer

from gymtui.cards.owned import Owned
from gymtui.client.desk.desk import Desk
from gymtui.client.state import ConnectionState, Verdict
from gymtui.printable import printable
from gymtui.protocol import Member
from gymtui.ui.box.offer import Option, Palette
from gymtui.ui.burst import Scan


class Box(Protocol):
    """What a mode may do: the stack, the text in the box, the verdict line, and the desk behind them."""

    connection: ConnectionState
    verdict: Verdict | None
    palette: Palette | None  # what is offered under the box

    @property
    def desk(self) -> Desk: ...

    @property
    def mode(self) -> Mode:
        """The one that has the keys."""
        ...

    @property
    def text(self) -> str:
        """What stands in the box."""
        ...

    def push(self, mode: Mode) -> None:
        """Lays it on top: it has the keys from now on."""
        ...

    def pop(self, mode: Mode) -> None:
        """Takes it off the stack; the modes above it stay. Does nothing where it is no longer there."""
        ...

    def reset(self) -> None:
        """Pops every mode but the base."""
        ...

    def below(self, mode: Mode) -> Mode:
        """The mode that has the keys once this one is over."""
        ...

    def typed(self, text: str) -> None:
        """Hands a text to the top again, for a mode that has just popped itself over it."""
        ...

    def take(self) -> str:
        """What the box holds; it is empty afterwards, and no mode is told."""
        ...

    def drop(self, text: str) -> None:
        """Empties the box, unless it holds another text by now: the next answer is being typed already."""
        ...

    def put_before(self, text: str) -> None:
        """Text that was there is there again, before what was typed since."""
        ...

    def write(self, text: str, *, selected: bool = False) -> None:
        """The box holds this text, and the cursor stands behind it; or it is selected, and whoever types means
        another."""
        ...

    def say(self, verdict: Verdict) -> None:
        """Shows a verdict, and rings for it."""
        ...

    def refusal(self, subject: str, detail: str, next_step: str | None) -> Verdict:
        """A verdict that the console gives by itself: the desk was asked for nothing."""
        ...

    def unknown_card(self, detail: str, next_step: str | None) -> Verdict:
        """A word about somebody who stands there with a card that is no card here."""
        ...

    def named(self, name: str) -> str:
        """A name as it may stand on the screen: printable, and as much of it as the mask leaves."""
        ...

    def owner(self, text: str) -> Owned | None:
        """The card with this code, where it can be nobody else's."""
        ...

    def whose(self, scan: Scan) -> tuple[Owned, ...]:
        """The cards that a scan may be, one of each member."""
        ...

    def key(self, name: str) -> str:
        """The key of a command as it is written."""
        ...

    def options(self) -> Iterator[Option]:
        """The commands that can be given here."""
        ...

    async def run(self, option: Option, words: str = "") -> None:
        """Gives a command, with the words behind its name."""
        ...

    def now(self) -> int:
        """The time of day (ms)."""
        ...

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Does that in so many seconds, unless the timer is stopped before."""
        ...


class Mode:
    """One meaning of the box, from `begun` to `ended`.

    `style` is a class that the box and its hits have in the style sheet meanwhile; `list` is the `NAME` of the
    `ChoiceList` whose rows are this mode's to choose from, so that a click there is told to it; `subject` is what the
    verdict line and the log call an event where handling it raises: not the text in the box, which may be a PIN.
    `is_raw`: a scan comes as it arrived, and not as the reader's profile understands it.
    """

    style: ClassVar[str] = ""
    list: ClassVar[str] = ""
    subject: ClassVar[str] = "The box"
    is_raw: ClassVar[bool] = False

    def __init__(self, box: Box) -> None:
        self.box = box

    @property
    def signs(self) -> Mapping[str, Callable[[Box], Mode]]:
        """First characters, each with the mode that it pushes."""
        return {}

    @property
    def prompt(self) -> str:
        """What Enter will do, before the box."""
        return self.box.below(self).prompt

    @property
    def placeholder(self) -> str:
        """What to do, in the empty box."""
        return self.box.below(self).placeholder

    @property
    def looks_on(self) -> str | None:
        """What stands in the empty box while somebody is logged in who may give no command; None: anybody else."""
        why = self.box.desk.looks_on
        return None if why is None else f"{printable(why)}: {self.box.key('log-in')} logs in somebody else"

    @property
    def secret(self) -> bool:
        """Is what is typed shown as dots?"""
        return False

    @property
    def is_busy(self) -> bool:
        """Is somebody in the middle of something, whose keys a login would take?"""
        return False

    def begun(self) -> None:
        """It has been pushed."""

    def ended(self) -> None:
        """It has been popped."""

    def give(self, who: Member | str, card: str | None = None) -> None:
        """Gives the command that the box is for to this member, or to a code that no member here has; `card` is the
        code on file by which the member was found, if it was one."""
        self.box.below(self).give(who, card)

    def typed(self, text: str) -> None:
        """The box holds this now."""

    async def entered(self, text: str) -> None:
        """Enter; the box held this and is empty by now."""

    async def scanned(self, scan: Scan) -> None:
        """A reader's line, and no text of this mode; the box is empty by now."""
        below = self.box.below(self)
        self.box.pop(self)
        await below.scanned(scan)

    def moved(self, step: int, text: str) -> None:
        """So many rows down, or up where it is negative, in the list for that text."""

    async def picked(self, row: int) -> None:
        """A row of its list was clicked."""

    def completed(self) -> None:
        """Tab."""

    def settled(self, verdict: Verdict) -> None:
        """A later word on a command."""

    def suspended(self) -> None:
        """Another screen lies over the box."""

    def back(self, text: str) -> None:
        """Esc, from a box that held this."""
        self.box.pop(self)

    def commanded(self, name: str | None) -> bool:
        """The key of a command, by its name, before that is run; True keeps it from being run."""
        return False


class QuestionMode(Mode):
    """A question that Enter on the empty box answers with yes; whatever else comes is no answer, and is for
    the mode below."""

    @property
    def is_busy(self) -> bool:
        return True

    def typed(self, text: str) -> None:
        if text:
            self.box.pop(self)
            self.box.typed(text)

    async def entered(self, text: str) -> None:
        below = self.box.below(self)
        self.box.pop(self)
        await (below.entered(text) if text else self.confirmed(below))

    async def confirmed(self, below: Mode) -> None:
        """Yes; the question is over by now, and the mode `below` has the keys."""

    def commanded(self, name: str | None) -> bool:
        """Undo takes the question back, and nothing else."""
        self.box.pop(self)
        return name == "undo"


class SignMode(Mode):
    """A mode that lasts as long as the text begins with its `sign`; to the mode below, the box is empty meanwhile."""

    sign: ClassVar[str]

    def begun(self) -> None:
        self.box.below(self).typed("")

    def typed(self, text: str) -> None:
        if text.startswith(self.sign):
            self.narrowed(text)
        else:
            self.box.pop(self)
            self.box.typed(text)

    def narrowed(self, text: str) -> None:
        """The text with its sign."""

    async def entered(self, text: str) -> None:
        """A card whose code begins so is a card; so is what stands there without the sign."""
        if text.startswith(self.sign) and self.box.owner(text) is None:
            await self.done(text)
        else:
            below = self.box.below(self)
            self.box.pop(self)
            await below.entered(text)

    async def done(self, text: str) -> None:
        """Enter, on a text with the sign, which is no card: what it was for, and the end of this mode."""
        self.box.pop(self)
