"""Whose mistake is whose: a message, a handler, a journal that fails alone."""

from __future__ import annotations

import logging

import pytest
from msgspec import Raw

from gymtui import codec
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import (
    ProcessingProblem,
)
from gymtui.client.mock import MockWebSocket
from gymtui.client.state import ConnectionState
from gymtui.protocol import Pong, Resume
from tests.client_kit import Heard, Played, played
from tests.factories import snapshot, visit
from tests.waiting import until
from tests.websocket_events_kit import Keeping
from tests.websocket_service_kit import live


def a_service() -> WebSocketService:
    return Played(MockWebSocket()).service


async def test_a_journal_that_cannot_write_loses_nothing() -> None:
    journal = Keeping()
    async with played(journal=journal) as play:
        told = Heard(play.service, "check_in_update")
        problems = Heard(play.service, "problem")
        connection = await live(play)
        journal.full = True
        connection.events(visit(1))
        await play.phase("waiting")
        assert told.all == []
        assert isinstance(problems.all[0], ProcessingProblem)
        assert "disk is full" in str(problems.all[0])
        assert journal.position == ("epoch-1", 0)
        journal.full = False
        play.service.retry_now()
        connection = await live(play)
        assert (await connection.received(Resume))[0].seq == 0


async def test_a_bad_payload_in_a_batch_harms_only_itself() -> None:
    journal = Keeping()
    async with played(journal=journal) as play:
        problems = Heard(play.service, "problem")
        connection = await live(play)
        good, bad = codec.encode(visit(1)), b'{"id":"v2","seq":2,"member":"who?"}'
        connection.send_frame(codec.batch({"check_in_update": [good, bad, codec.encode(visit(3))]}, 0, 3))
        await until(lambda: journal.position[1] == 3)
        assert journal.seqs == [1, 3]
        assert [type(problem) for problem in problems.all] == [ProcessingProblem]
        assert play.service.problems == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\xff", b"[]", b'{"type":"surprise","payload":{}}', b"[" * 100_000, b'{"type":"pong","payload":{}}'],
)
async def test_what_cannot_be_read_is_counted_and_passed_over(data: bytes) -> None:
    journal = Keeping()
    async with played(journal=journal) as play:
        connection = await live(play)
        connection.send_frame(data)
        connection.events(visit(1))
        await until(lambda: journal.events)
        assert play.service.problems == 1


async def test_a_frame_cut_in_two_is_two_problems_and_no_end() -> None:
    journal = Keeping()
    async with played(journal=journal) as play:
        connection = await live(play)
        connection.send_halves(codec.message(snapshot(5)))
        connection.events(visit(1))
        await until(lambda: journal.events)
        assert play.service.problems == 2


async def test_a_pong_of_nonsense_is_no_latency() -> None:
    async with played() as play:
        connection = await live(play)
        await until(lambda: play.service.state.latency is not None)
        before = play.service.state
        connection.send_message(Pong(server_time="", sent_at=Raw(b'"yesterday"')))
        await until(lambda: play.service.problems)
        assert play.service.state == before


async def test_a_handler_that_raises_harms_nobody_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    journal = Keeping()
    async with played(journal=journal) as play:
        service = play.service
        problems = Heard(service, "problem")

        def fails(_: object) -> None:
            raise KeyError("mine")

        service.subscribe("check_in_update", fails)
        service.subscribe("problem", fails)
        told = Heard(service, "check_in_update")
        connection = await live(play)
        with caplog.at_level(logging.ERROR, "gymtui.client"):
            connection.events(visit(1), visit(2))
            await until(lambda: len(told.all) == 2)
        assert service.problems == 2
        assert [(problem.kind, type(problem.__cause__)) for problem in problems.all] == [
            ("check_in_update", KeyError)
        ] * 2
        assert len([r for r in caplog.records if "check_in_update" in r.getMessage()]) == 1
        assert len([r for r in caplog.records if "'problem'" in r.getMessage()]) == 1


def test_unsubscribe_works_also_while_it_is_being_told() -> None:
    service = a_service()
    heard: list[str] = []
    leave_second = service.subscribe("connection", lambda _: None)
    leave_second()

    def first(_: ConnectionState) -> None:
        heard.append("first")
        leave_first()
        leave_last()

    leave_first = service.subscribe("connection", first)
    service.subscribe("connection", lambda _: heard.append("second"))
    leave_last = service.subscribe("connection", lambda _: heard.append("last"))
    service._dispatcher.publish("connection", service.state)
    service._dispatcher.publish("connection", service.state)
    assert heard == ["first", "second", "second"]


def test_the_same_handler_may_listen_twice_and_leave_once() -> None:
    service = a_service()
    heard: list[object] = []
    leave = service.subscribe("stats", heard.append)
    service.subscribe("stats", heard.append)
    leave()
    leave()
    service._dispatcher.publish("stats", 1)
    assert heard == [1]


def test_a_kind_that_there_is_not_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="check_in_update"):
        a_service().subscribe("checkin", print)


async def test_no_token_gets_into_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        server = MockWebSocket()
        server.refuse(OSError("unplugged"))
        async with played(server) as play:
            await play.phase("waiting")
            play.service.retry_now()
            (await live(play)).send_frame(b"?")
            await until(lambda: play.service.problems)
    assert "a-token" not in caplog.text
    assert logging.getLogger("gymtui.client.wire").getEffectiveLevel() >= logging.INFO
