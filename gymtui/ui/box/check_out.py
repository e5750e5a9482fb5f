"""Check-out: the next one leaves (F4), and then the box means check-in again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.timer import Timer

from gymtui.client.state import Hit, Verdict
from gymtui.protocol import Member, MemberRef
from gymtui.ui.box.check_in import CheckIn
from gymtui.ui.box.search import member_of

UNUSED: Final = 30.0  # seconds until it ends by itself: whoever comes back to the desk expects check-in


class CheckOut(CheckIn):
    """As check-in, but that Enter on the empty box takes whoever has just been found to be in already."""

    style = "-checking-out"
    leaving = True

    _unused: Timer | None = None

    @property
    def prompt(self) -> str:
        return "CHECK OUT"

    @property
    def placeholder(self) -> str:
        found = self._found_in
        return (
            f"Enter checks out {self.box.named(found.full_name)}, or scan another card"
            if found
            else super().placeholder
        )

    @property
    def command(self) -> Callable[[Member | str, str | None], Verdict]:
        return self.box.desk.check_out

    def fitting(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """Who is in; where nobody of them is, everyone, to be told so."""
        return tuple(hit for hit in hits if hit.in_since is not None) or hits

    def begun(self) -> None:
        self._wait_again()

    def ended(self) -> None:
        if self._unused is not None:
            self._unused.stop()

    def typed(self, text: str) -> None:
        self._wait_again()
        super().typed(text)

    def entered_nothing(self) -> None:
        if (found := self._found_in) is not None:
            self.give(member_of(found))

    def left(self) -> None:
        self.box.pop(self)

    def _wait_again(self) -> None:
        self.ended()
        self._unused = self.box.set_timer(UNUSED, lambda: self.box.pop(self))

    @property
    def _found_in(self) -> MemberRef | None:
        verdict = self.box.verdict
        return verdict.member if verdict and verdict.kind == "already_in" else None
