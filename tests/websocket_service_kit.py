"""What the tests of the WebSocketService share."""

from __future__ import annotations

from gymtui.client.connection.follower import Bookmark
from gymtui.client.mock import MockConnection
from tests.client_kit import Played


def at(epoch: str, seq: int) -> Bookmark:
    """A cursor that stands there."""
    bookmark = Bookmark()
    bookmark.position = (epoch, seq)
    return bookmark


async def live(play: Played) -> MockConnection:
    """Waits for the next connection, and until it is live."""
    connection = await play.server.accepted()
    await play.phase("live")
    return connection
