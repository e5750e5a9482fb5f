"""Messages that are not whole, and whole ones that nobody reads: all of them together have an end."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from threading import Event

import pytest
from websockets.frames import Frame, Opcode

from gymtui.protocol import MAX_FRAME, MAX_MESSAGE
from server.net.unread import LITTLE, Unread
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.waiting import until

ROOM = 4 * MAX_FRAME
BEGUN = Frame(Opcode.TEXT, b"x" * (MAX_FRAME - 1)).serialize(mask=True)[:-9]
PARTS = Frame(Opcode.TEXT, b"x" * (MAX_FRAME - 1), fin=False).serialize(mask=True)
WHOLE = Frame(Opcode.TEXT, b"x" * MAX_MESSAGE).serialize(mask=True) * 15
MANY = Frame(Opcode.TEXT, b"").serialize(mask=True) * 5000


class Sender:
    """A connection as it is counted."""

    def __init__(self, unread: int) -> None:
        self.unread = unread
        self.ended_with = 0

    def cut(self, code: int) -> None:
        """It has too much."""
        self.ended_with = code


def test_who_has_most_makes_room() -> None:
    all_unread = Unread(room=10 * LITTLE)
    little, much, more, most = (Sender(n * LITTLE) for n in (1, 3, 4, 5))
    for each in (little, much, most, more):
        all_unread.note(each, each.unread)
    assert [each.ended_with for each in (little, much, more, most)] == [0, 0, 0, 1009]


def test_what_has_been_read_since_keeps_nobody_out() -> None:
    all_unread = Unread(room=10 * LITTLE)
    early, late = Sender(9 * LITTLE), Sender(9 * LITTLE)
    all_unread.note(early, early.unread)
    early.unread = 0
    all_unread.note(late, late.unread)
    all_unread.leave(late)
    again = Sender(10 * LITTLE)
    all_unread.note(again, again.unread)
    assert [each.ended_with for each in (early, late, again)] == [0, 0, 0]


CASES = {"begun": (BEGUN, True), "parts": (PARTS, True), "whole": (WHOLE, True), "many": (MANY, False)}


@pytest.mark.parametrize(("sent", "cut"), CASES.values(), ids=CASES)
async def test_so_much_and_no_more_waits_of_all_connections(
    sent: bytes, cut: bool, gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.net.door.Unread", lambda: Unread(ROOM))
    asked = Event()
    async with serving(gym) as server, AsyncExitStack() as stack:
        look = server._database.store.peak

        def slow(weeks: int) -> object:
            asked.wait()
            return look(weeks)

        monkeypatch.setattr(server._database.store, "peak", slow)
        honest = await stack.enter_async_context(Wire.open(server.url, token(gym, "ana")))
        flood = [await stack.enter_async_context(Wire.open(server.url, token(gym, "ben"))) for _ in range(8)]
        stack.callback(asked.set)
        for wire in flood:
            stack.callback(wire.socket.transport.abort)  # what it has begun has no end, and so no goodbye
            await wire.until("connection_status")
            await wire.send("get_peak", {}, "slow")
            wire.socket.transport.write(sent)
        if cut:
            await until(lambda: any(not c.is_open for c in server.hub.connections) or len(server.hub.connections) < 9)
        else:  # what has come is not read on
            await until(
                lambda: [c.transport.is_reading() for c in server.hub.connections if c.user == "ben"] == [False] * 8
            )
        await until(lambda: sum(each.unread for each in server.hub.connections if each.is_open) <= ROOM)
        assert (await honest.ask("check_in", {"code": "1"}))["ok"] is True
