"""Events over the WebSocketService: gaps, snapshots, order."""

from __future__ import annotations

from gymtui.client.mock import MockWebSocket
from gymtui.protocol import Notification, Resume
from tests.client_kit import Heard, played
from tests.factories import member, snapshot, visit
from tests.waiting import until
from tests.websocket_events_kit import Keeping
from tests.websocket_service_kit import at, live


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
