"""The connection: comes back, loses nothing, repeats nothing, and nobody's mistake is anybody else's."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import Raw

from gymtui import codec
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import (
    AuthenticationProblem,
    ConnectionProblem,
    Disconnected,
    ProcessingProblem,
    RequestRefused,
)
from gymtui.client.login.login import Login
from gymtui.client.mock import MockConnection, MockWebSocket
from gymtui.client.state import ConnectionState
from gymtui.protocol import CheckIn, Event, Notification, Pong, Resume, SearchMembers
from tests.client_kit import NOW, TOKENS, URL, Heard, Played, member, played, settle, snapshot, visit
from tests.waiting import until


def at(epoch: str, seq: int) -> Bookmark:
    bookmark = Bookmark()
    bookmark.position = (epoch, seq)
    return bookmark


class Keeping(Bookmark):
    """A journal that a test can look into."""

    def __init__(self, seq: int = 0) -> None:
        super().__init__()
        self.position = ("epoch-1", seq)
        self.events: list[Event] = []
        self.full = False

    def apply(self, events: Any, seq: int) -> None:
        if self.full:
            raise OSError("disk is full")
        super().apply(events, seq)
        self.events += events

    @property
    def seqs(self) -> list[int]:
        return [event.seq for event in self.events]


async def live(play: Played) -> MockConnection:
    connection = await play.server.accepted()
    await play.phase("live")
    return connection


# --- coming and going ------------------------------------------------------------------------------------------------


async def test_connects_with_the_token_and_the_desks_name_in_the_url() -> None:
    async with played(desk="desk 2 & door") as play:
        connection = await live(play)
        assert parse_qs(urlsplit(connection.url).query) == {"token": ["a-token"], "desk": ["desk 2 & door"]}
        assert play.server.options["max_size"] == 1024 * 1024
        assert play.server.options["compression"] is None
        assert play.server.options["proxy"] is None
        state = play.service.state
        assert (state.user, state.role, state.session_id, state.attempt) == ("sam", "staff", "session-1", 0)


async def test_close_says_goodbye_and_run_returns() -> None:
    async with played() as play:
        connection = await live(play)
    assert connection.closed == 1000
    assert play.service.state.phase == "stopped"
    with pytest.raises(Disconnected):
        await play.service.request(SearchMembers(text="a"))


async def test_a_cancelled_task_says_goodbye_too() -> None:
    play = Played(MockWebSocket(clock=lambda: NOW))
    task = asyncio.create_task(play.service.run())
    connection = await live(play)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert connection.closed == 1000


async def test_the_way_there_and_back_is_measured() -> None:
    times = iter([1.0, 1.012])
    async with played(timer=lambda: next(times)) as play:
        await live(play)
        await until(lambda: play.service.state.latency)
        assert play.service.state.latency == pytest.approx(0.012)


async def test_the_servers_clock_is_compared_and_nothing_else() -> None:
    async with played(MockWebSocket(clock=lambda: NOW + 5000)) as play:
        await live(play)
        assert play.service.clock_offset == 5000


@pytest.mark.parametrize("url", ["http://gym.test/", "gym.test", "ws://", ""])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="ws://HOST:PORT"):
        WebSocketService(url, Login(URL), Bookmark())


async def test_a_server_that_is_away_is_tried_with_growing_pauses() -> None:
    server = MockWebSocket()
    server.refuse(*(ConnectionRefusedError() for _ in range(9)))
    async with played(server) as play:
        problems = Heard(play.service, "problem")
        for tries in range(1, 9):
            await play.backed_off(tries)
        await until(lambda: len(play.backoffs) == 9)
    assert play.backoffs == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert [(p.attempt, p.retry_in) for p in problems.all[:3]] == [(1, 0.5), (2, 1.0), (3, 2.0)]
    assert isinstance(problems.all[0], ConnectionProblem)
    assert str(problems.all[0]) == "Nobody answers at gym.test: is the server running?"


async def test_a_server_that_accepts_and_closes_is_not_hammered() -> None:
    async with played() as play:
        for tries in range(1, 6):
            connection = await live(play)
            connection.cut()
            await play.backed_off(tries)
        await live(play)
    assert play.backoffs == [0.5, 1, 2, 4, 8]


async def test_ten_healthy_seconds_forget_the_pauses() -> None:
    async with played() as play:
        for tries in (1, 2):
            (await live(play)).cut()
            await play.backed_off(tries)
        connection = await live(play)
        await until(lambda: play.pauses.sleeping(10.0))
        play.pauses.end(10.0)
        await until(lambda: play.pauses.sleeping(10.0))
        connection.cut()
        await until(lambda: len(play.backoffs) == 3)
    assert play.backoffs == [0.5, 1, 0.5]


async def test_retry_now_ends_the_countdown() -> None:
    server = MockWebSocket()
    server.refuse()
    async with played(server) as play:
        await play.phase("waiting")
        assert play.service.state.retry_at == NOW + 500
        play.service.retry_now()
        await live(play)
        assert play.service.state.retry_at is None


async def test_offline_since_stays_while_tries_fail() -> None:
    times = iter(range(NOW, NOW + 1000))
    server = MockWebSocket()
    async with played(server, clock=lambda: next(times)) as play:
        connection = await live(play)
        server.refuse(OSError("unplugged"))
        connection.cut()
        await play.phase("waiting")
        since = play.service.state.since
        play.service.retry_now()
        await until(lambda: len(play.backoffs) == 2)
        assert play.service.state.since == since


@pytest.mark.parametrize(
    ("code", "phase", "pause"),
    [
        (1001, "waiting", 0.5),
        (1011, "waiting", 0.5),
        (1009, "waiting", 0.5),
        (4102, "waiting", 0.5),
        (4200, "waiting", 2.0),
        (1000, "stopped", None),
        (4004, "stopped", None),
        (4050, "stopped", None),
        (4001, "logged_out", None),
        (4003, "logged_out", None),
    ],
)
async def test_each_close_code_has_its_course(code: int, phase: str, pause: float | None) -> None:
    async with played() as play:
        (await live(play)).close_with(code)
        await play.phase(phase)
        await settle()
        assert play.backoffs == ([] if pause is None else [pause])
        assert play.service.state.reason


async def test_an_overloaded_server_gets_the_time_it_asks_for() -> None:
    async with played() as play:
        connection = await live(play)
        connection.refuse(None, "rate_limited", "Too much to do.", retryable=True, retry_after_ms=7000)
        connection.close_with(4100)
        await until(lambda: play.backoffs)
        assert play.backoffs == [7.5]
        assert play.service.state.reason == "Too much to do."


async def test_a_stopped_service_goes_on_when_a_person_says_so() -> None:
    async with played() as play:
        (await live(play)).close_with(4004)
        await play.phase("stopped")
        play.service.retry_now()
        await live(play)


async def test_a_server_that_goes_on_draining_is_backed_off_from() -> None:
    async with played() as play:
        for tries in (1, 2, 3):
            (await live(play)).close_with(4200)
            await play.backed_off(tries)
    assert play.backoffs == [2.0, 1.0, 2.0]


# --- who this is -----------------------------------------------------------------------------------------------------


async def test_a_login_that_is_not_known_asks_the_person_and_then_goes_on() -> None:
    server = MockWebSocket(greets=False)
    login = Login(URL, token="a-token", fetch=lambda *_: TOKENS)
    async with played(server, login=login) as play:
        problems = Heard(play.service, "problem")
        connection = await server.accepted()
        connection.authenticate(success=False, message="Who is that?")
        connection.close_with(4001)
        await play.phase("logged_out")
        assert [type(p) for p in problems.all] == [AuthenticationProblem]
        assert play.service.state.reason == "Who is that?"
        await settle()
        assert len(server.connections) == 1
        server.greets = True
        await login.log_in("sam", "a password")
        play.service.logged_in()
        await live(play)
        assert "token=another" in server.connections[1].url


async def test_somebody_else_who_logs_in_has_a_connection_of_their_own() -> None:
    server = MockWebSocket()
    login = Login(URL, token="a-token", fetch=lambda *_: TOKENS)
    async with played(server, login=login) as play:
        connection = await live(play)
        asked = asyncio.create_task(play.service.request(CheckIn(member_id="m1"), id="one"))
        await connection.received(CheckIn)
        await login.log_in("sam", "a password")
        play.service.logged_in()
        assert play.service.user == login.user
        await server.accepted()
        with pytest.raises(Disconnected):
            await asked
        await play.phase("live")
        assert connection.closed == 1000
        assert "token=another" in server.connections[1].url
        assert play.backoffs == []


async def test_nobody_logged_in_is_no_try_at_all() -> None:
    async with played() as play:
        await play.login.forget()
        await play.phase("logged_out")
        assert play.server.connections == []


# --- requests --------------------------------------------------------------------------------------------------------


async def test_answers_find_their_requests_by_id_in_any_order() -> None:
    async with played() as play:
        connection = await live(play)
        first = asyncio.create_task(play.service.request(CheckIn(member_id="m1"), id="one"))
        second = asyncio.create_task(play.service.request(CheckIn(member_id="m2"), id="two"))
        assert [(await connection.received(CheckIn))[1] for _ in range(2)] == ["one", "two"]
        connection.reply("two", "second")
        connection.reply("one", "first")
        assert (bytes(await first), bytes(await second)) == (b'"first"', b'"second"')


async def test_a_no_is_refused_and_a_cut_is_disconnected() -> None:
    async with played() as play:
        connection = await live(play)
        refused = asyncio.create_task(play.service.request(SearchMembers(text="a"), id="one"))
        cut = asyncio.create_task(play.service.request(SearchMembers(text="b"), id="two"))
        await connection.received(SearchMembers)
        connection.refuse("one", "not_allowed", "Not you.")
        with pytest.raises(RequestRefused, match=r"Not you\."):
            await refused
        connection.close_with(1009)
        with pytest.raises(Disconnected) as gone:
            await cut
        assert gone.value.code == 1009
        with pytest.raises(Disconnected):
            await play.service.request(SearchMembers(text="c"))


async def test_an_answer_that_cannot_be_read_ends_its_request_only() -> None:
    async with played() as play:
        connection = await live(play)
        request = asyncio.create_task(play.service.request(SearchMembers(text="a"), id="one"))
        await connection.received(SearchMembers)
        connection.send_frame(b'{"type":"reply","payload":{"ok":"perhaps"},"id":"one"}')
        with pytest.raises(Disconnected):
            await request
        assert play.service.state.phase == "live"
        assert play.service.problems == 1


# --- events ----------------------------------------------------------------------------------------------------------


async def test_the_first_time_a_snapshot_comes_in_parts() -> None:
    server = MockWebSocket(seq=40)
    async with played(server) as play:
        told = Heard(play.service, "snapshot")
        connection = await live(play)
        resume, id = await connection.received(Resume)
        assert resume == Resume(epoch="", seq=0)
        await until(lambda: not play.service.in_step)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(40, visit(3), more=True))
        connection.send_message(snapshot(40, visit(4)))
        await until(lambda: told.all)
        assert play.journal.position == ("epoch-1", 40)
        assert play.service.in_step
        assert [part.present[0].id for part in told.all] == ["v4"]


async def test_whoever_is_at_the_servers_position_asks_for_nothing() -> None:
    journal = Keeping(40)
    async with played(MockWebSocket(seq=40), journal) as play:
        connection = await live(play)
        connection.events(visit(41))
        await until(lambda: journal.events)
        assert not any(b'"resume"' in message for message in connection.sent)


async def test_a_frame_that_comes_twice_counts_once_and_an_overlap_by_its_new_part() -> None:
    journal = Keeping()
    async with played(journal=journal) as play:
        told = Heard(play.service, "check_in_update")
        connection = await live(play)
        connection.events(visit(1), visit(2))
        connection.events(visit(1), visit(2), prev_seq=0)
        connection.events(visit(2), visit(3), prev_seq=1)
        await until(lambda: journal.position[1] == 3)
        assert journal.seqs == [1, 2, 3]
        assert [event.seq for event in told.all] == [1, 2, 3]


async def test_a_gap_is_asked_for_once_and_filled_in_order() -> None:
    journal = Keeping(1)
    async with played(MockWebSocket(seq=1), journal) as play:
        connection = await live(play)
        connection.events(visit(4), prev_seq=3)
        connection.events(visit(5), prev_seq=4)
        resume, id = await connection.received(Resume)
        assert resume == Resume(epoch="epoch-1", seq=1)
        assert not play.service.in_step
        connection.reply(id, {"resumed": "events"})
        connection.events(*(visit(seq) for seq in range(2, 6)), prev_seq=1)
        await until(lambda: journal.position[1] == 5)
        assert journal.seqs == [2, 3, 4, 5]
        assert sum(b'"resume"' in message for message in connection.sent) == 1
        await until(lambda: play.service.in_step)


async def test_what_is_missed_between_the_parts_of_a_snapshot_is_asked_for_after_it() -> None:
    server = MockWebSocket(seq=40)
    async with played(server) as play:
        connection = await live(play)
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(40, more=True))
        connection.events(visit(41), prev_seq=40)
        connection.send_message(snapshot(40))
        resume, id = await connection.received(Resume)
        assert resume == Resume(epoch="epoch-1", seq=40)
        connection.reply(id, {"resumed": "events"})
        connection.events(visit(41), prev_seq=40)
        await until(lambda: play.journal.position == ("epoch-1", 41))


async def test_another_epoch_is_another_journal() -> None:
    server = MockWebSocket(epoch="epoch-2", seq=7)
    async with played(server, at("epoch-1", 7)) as play:
        connection = await live(play)
        resume, id = await connection.received(Resume)
        assert resume == Resume(epoch="epoch-1", seq=7)
        connection.events(visit(8), prev_seq=7)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(8, epoch="epoch-2"))
        await until(lambda: play.journal.position == ("epoch-2", 8))


async def test_after_a_cut_it_goes_on_where_it_was() -> None:
    journal = Keeping()
    async with played(journal=journal) as play:
        connection = await live(play)
        connection.events(visit(1))
        await until(lambda: journal.events)
        connection.cut()
        play.server.seq = 3
        await until(lambda: play.backoffs)
        play.pauses.end(0.5)
        connection = await live(play)
        resume, id = await connection.received(Resume)
        assert resume == Resume(epoch="epoch-1", seq=1)
        connection.reply(id, {"resumed": "events"})
        connection.events(visit(2), visit(3), prev_seq=1)
        await until(lambda: journal.seqs == [1, 2, 3])


async def test_a_resume_that_is_refused_starts_the_connection_again() -> None:
    async with played(MockWebSocket(seq=9)) as play:
        connection = await live(play)
        _, id = await connection.received(Resume)
        connection.refuse(id, "storage_unavailable", "The disk is full.", retryable=True)
        await play.phase("waiting")
        assert play.service.state.reason == "The disk is full."


async def test_types_of_one_batch_are_handed_on_in_the_order_of_the_journal() -> None:
    async with played(journal=Keeping()) as play:
        told = Heard(play.service, "check_in_update", "notification", "member_update")
        frames = Heard(play.service, "events")
        connection = await live(play)
        notice = Notification(id="n", level="info", title="Hello", message="", at="2026-11-18T16:24:00.000Z", seq=2)
        connection.events(visit(1), visit(4), notice, member(3))
        await until(lambda: frames.all)
        assert [event.seq for event in told.all] == [1, 2, 3, 4]
        assert [[event.seq for event in frame] for frame in frames.all] == [[1, 2, 3, 4]]


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


# --- nobody's mistake is anybody else's ------------------------------------------------------------------------------


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


def a_service() -> WebSocketService:
    return Played(MockWebSocket()).service


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
