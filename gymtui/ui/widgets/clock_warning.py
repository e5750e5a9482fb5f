"""This machine's clock is wrong: said in a line, and what to do about it in a few more."""

from __future__ import annotations

from datetime import tzinfo

from msgspec import Struct

from gymtui.client.desk.desk_clock import DeskClock
from gymtui.ui.wall import wall


class WrongClock(Struct, frozen=True):
    """What the clock says and what is known, as they stand on the gym's wall; `is_heard`: by the server, just now."""

    says: str
    known: str
    is_heard: bool
    is_behind: bool

    @property
    def line(self) -> str:
        """For every screen, in 78 cells: what is wrong, and what to do."""
        return f"! Set the clock: it says {self.says}, {self._but} {self.known}"

    @property
    def _but(self) -> str:
        if self.is_heard:
            return "the server"
        return "it is at least" if self.is_behind else "last heard:"

    @property
    def advice(self) -> str:
        """For the screen of the connection."""
        what = f"This machine's clock says {self.says}; "
        if self.is_heard:
            return (
                f"{what}the server's {self.known}. All goes by the server's now. Please set the date and the time of "
                "this machine, for when the desk is started without the server."
            )
        what += "it is at least" if self.is_behind else "the server was heard last on"
        return (
            f"{what} {self.known}. Please set the date and the time of this machine; a secure connection needs them "
            "too. Nobody is refused for what only this clock says, and times are corrected when the server is back."
        )


def wrong_clock(clock: DeskClock, zone: tzinfo) -> WrongClock | None:
    """None where the clock can be right."""
    says, known = clock.wrong, clock.known()
    if says is None:
        return None
    return WrongClock(_date_and_time(says, zone), _date_and_time(known, zone), clock.is_heard, says < known)


def _date_and_time(ms: int, zone: tzinfo) -> str:
    at = wall(ms, zone)
    return f"{at.day} {at:%b %Y %H:%M}"
