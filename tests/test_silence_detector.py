"""A server that says nothing is noticed long before its connection counts as gone."""

from __future__ import annotations

import asyncio

import pytest

from gymtui import clock
from gymtui.client.connection.heartbeat import BEAT
from gymtui.client.connection.silence import PATIENCE
from gymtui.client.mock import MockConnection, MockWebSocket
from gymtui.protocol import CheckIn, Ping, Pong, Request
from tests.client_kit import Played, played, settle
from tests.factories import NOW, visit
from tests.waiting import until


def mute(_: MockConnection, __: Request, ___: str | None) -> None:
    """Takes everything, and answers nothing."""


async def silent(play: Played) -> None:
    """The first patience is over without an answer."""
    await until(lambda: play.pauses.sleeping(PATIENCE))
    play.pauses.end(PATIENCE)
    await until(lambda: play.service.state.silent_since is not None)


@pytest.fixture
def frozen() -> MockWebSocket:
    return MockWebSocket(answer=mute, clock=lambda: NOW, pongs=False)


async def test_a_ping_without_an_answer_is_told_and_cuts_nothing(frozen: MockWebSocket) -> None:
    async with played(frozen) as play:
        connection = await frozen.accepted()
        await silent(play)
        state = play.service.state
        assert (state.phase, state.silent_since, state.latency) == ("live", NOW, None)
        play.pauses.end(BEAT)
        play.pauses.end(PATIENCE)
        await settle()
        assert connection.closed is None
        assert len(frozen.connections) == 1
        connection.events(visit(1))
        await until(lambda: play.service.state.silent_since is None)
        assert play.service.state.phase == "live"


async def test_a_command_without_an_answer_is_told_too() -> None:
    async with played(MockWebSocket(answer=mute, clock=lambda: NOW)) as play:
        await play.server.accepted()
        await until(lambda: play.service.state.latency is not None)  # the ping had its answer
        play.pauses.end(PATIENCE)
        await settle()
        assert play.service.state.silent_since is None
        asking = asyncio.ensure_future(play.service.request(CheckIn(code="1")))
        await silent(play)
        connection = play.server.connections[0]
        request, id = await connection.received(CheckIn)
        assert request.code == "1"
        connection.reply(id, visit(1))
        await asking
        assert play.service.state.silent_since is None


async def test_who_answers_late_but_within_patience_is_never_called_silent(frozen: MockWebSocket) -> None:
    states: list[int | None] = []
    async with played(frozen) as play:
        play.service.subscribe("connection", lambda state: states.append(state.silent_since))
        connection = await frozen.accepted()
        for _ in range(3):
            ping, _ = await connection.received(Ping)
            await until(lambda: play.pauses.sleeping(PATIENCE))
            connection.send_message(Pong(server_time=clock.to_text(NOW), sent_at=ping.sent_at))
            await settle()
            play.pauses.end(PATIENCE)
            await settle()
            play.pauses.end(BEAT)
        assert states
        assert set(states) == {None}


async def test_the_next_connection_begins_with_new_patience(frozen: MockWebSocket) -> None:
    async with played(frozen) as play:
        connection = await frozen.accepted()
        await silent(play)
        connection.cut()
        await play.phase("waiting")
        assert play.service.state.silent_since is None
        play.service.retry_now()
        await frozen.accepted()
        await play.phase("live")
        assert play.service.state.silent_since is None
