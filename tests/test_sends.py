"""What an event costs on its way, counted: how often it is encoded, and handed to a socket."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from websockets.frames import Frame, Opcode

from server.net.connection import Connection
from server.net.hub import Hub
from server.store import Committed
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving
from tests.till import Till, command

MANY = 40


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    make_gym(tmp_path / "gym.db", *(member_row(str(number), f"Name {number}") for number in range(MANY)))
    return tmp_path / "gym.db"


def test_the_answer_and_what_everybody_is_told_are_one_encoding(tmp_path: Path) -> None:
    with closing(Till(tmp_path / "gym.db", member_row("1", "Ana")).store) as store:
        [outcome], committed = store.write([command("1", "a")])
        assert outcome.result is committed.rows[0].payload


async def test_the_answers_to_all_that_share_a_commit_are_one_write(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[str, bytes]] = []
    commits: list[Committed] = []
    write, feed = Connection.write, Hub.feed

    def fed(self: Hub, committed: Committed) -> bool:
        commits.append(committed)
        return feed(self, committed)

    def noting(self: Connection, data: bytes) -> None:
        written.append((self.user, data))
        write(self, data)

    monkeypatch.setattr(Connection, "write", noting)
    monkeypatch.setattr(Hub, "feed", fed)
    async with (
        serving(gym, batch_ms=1000) as server,
        Wire.open(server.url, token(gym, "ben")) as watcher,
        Wire.open(server.url, token(gym, "ana")) as wire,
    ):
        await watcher.until("connection_status")
        await wire.until("connection_status")
        head = server.hub.head
        written.clear()
        commits.clear()
        # In one piece, as a desk that comes back says it: they are one read of the server, and one or two commits.
        orders = (f'{{"type":"check_in","id":"c{number}","payload":{{"code":"{number}"}}}}' for number in range(MANY))
        wire.socket.transport.write(b"".join(Frame(Opcode.TEXT, o.encode()).serialize(mask=True) for o in orders))
        await wire.until("reply", id=f"c{MANY - 1}")
        await watcher.covers(head + MANY)
    to_ana = [data for user, data in written if user == "ana" and b'"type":"reply"' in data]
    assert sum(data.count(b'"type":"reply"') for data in to_ana) == MANY
    assert len(to_ana) <= len(commits)
