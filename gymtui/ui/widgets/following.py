"""The monitor's line over its feed: following or paused, and what is wrong with the connection."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive

from gymtui.client.state import ConnectionState
from gymtui.ui.cells import fit
from gymtui.ui.widgets.error_boundary import LiveWidget


class Following(LiveWidget):
    """`▌ paused, +12 new: Space goes on`, and the connection's trouble behind it."""

    connection: reactive[ConnectionState] = reactive(lambda: ConnectionState(phase="connecting", since=0))
    paused: reactive[bool] = reactive(False)
    held: reactive[int] = reactive(0)

    def render(self) -> Content:
        following = f"▌ paused, +{self.held:,} new: Space goes on" if self.paused else "▶ following"
        trouble = "" if self.connection.phase == "live" or not self.connection.reason else self.connection.reason
        return Content(fit(f"{following}   {trouble}", self.size.width))
