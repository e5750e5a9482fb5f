"""Notices and the handover: told once, kept here, read by each who logs in, with or without the server."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gymtui import clock
from gymtui.client.desk.handover import known_from, shift
from gymtui.client.desk.remarks import remarks_on
from gymtui.client.replica.backlog import KEPT
from gymtui.client.replica.replica import Replica
from gymtui.client.state import ConnectionState, Verdict
from gymtui.codec import convert
from gymtui.protocol import Event, HandOver, Notification
from gymtui.ui.screens.handover import delivered
from tests.desk_kit import ANA, CAL, Gym, gym
from tests.factories import NOW, TIME, member, refusal, snapshot, visit
from tests.till import Till
from tests.waiting import until

__all__ = ["gym"]

HOUR = 60 * 60_000


def notice(seq: int, title: str = "Sauna", **fields: Any) -> Notification:
    return Notification(id=f"n{seq}", title=title, seq=seq, **({"level": "info", "message": "", "at": TIME} | fields))


def titles(replica: Replica, user: str) -> list[str]:
    return [one.title for one in replica.notices.unread(user)]


def test_each_reads_a_notice_once_and_a_restart_forgets_none(tmp_path: Path) -> None:
    replica = Replica(tmp_path / "desk.db")
    replica.apply([notice(1), notice(2, "Pool")], 2)
    assert titles(replica, "ana") == ["Pool", "Sauna"]
    replica.notices.read("Ana", "n2")
    replica.close()
    replica = Replica(tmp_path / "desk.db")
    assert titles(replica, "ana") == ["Sauna"]
    assert titles(replica, "ben") == ["Pool", "Sauna"]
    replica.apply([notice(2, "Pool")], 3)  # it is told again
    assert titles(replica, "ana") == ["Sauna"]
    replica.restore(snapshot(1, epoch="another"))
    assert titles(replica, "ben") == []
    replica.close()


def test_the_newest_are_kept_and_whoever_is_erased_is_in_none(tmp_path: Path) -> None:
    replica = Replica(tmp_path / "desk.db")
    replica.apply([member(7, "Zora Weld")], 1)
    replica.apply([notice(seq) for seq in range(2, 300)], 300)
    assert [len(replica.notices.newest()), replica.notices.newest()[0].seq] == [200, 299]
    replica.apply([notice(301, "Zora Weld lost a key")], 301)
    replica.apply([member(7, "(erased)", deleted=True, seq=302)], 302)
    assert "Zora Weld lost a key" not in titles(replica, "ana")
    replica.close()


def test_a_shift_goes_since_the_desk_s_last_handover() -> None:
    left: dict[str, Any] = {"status": "checked_out", "check_out_time": TIME}
    before, day = NOW - HOUR, NOW - 8 * HOUR
    events: list[Event] = [
        visit(1, "Early Bird", minutes=90, desk="desk 1"),
        notice(2, "Handover from ben, desk 1", at=clock.to_text(before)),
        notice(3, "Handover from mia, desk 2", at=TIME),
        visit(4, "Ana Silva", desk="desk 1", flags=("override",)),
        visit(5, "Ben Ode", desk="desk 1", flags=("offline", "clash"), **left),
        visit(6, "Else Where", desk="desk 2"),
        visit(7, "Mis Take", desk="desk 1", flags=("undone",), **left),
        visit(8, "Put Right", desk="desk 1", flags=("corrected",)),
        visit(9, "Never Was", desk="desk 1", flags=("corrected", "undone"), **left),
        refusal(8, "Cal Roe"),
    ]
    since, lines = shift([*events, refusal(9, "Dee Fox")], "desk 1", day)
    assert since == before
    assert lines == [
        "1 checked in, 0 checked out, 1 taken back, 2 put right",
        "0 refused",
        "1 let in against the rules: Ana Silva",
        "1 to look at: Ben Ode",
    ]
    assert shift(events, "desk 2", day)[1][1] == "1 refused: Cal Roe"
    assert shift([], "desk 1", day)[0] == day


def test_a_desk_that_has_not_heard_of_the_whole_day_says_since_when_it_has() -> None:
    day = NOW - 8 * HOUR
    newest: list[Event] = [visit(9, "Ana Silva", minutes=5), refusal(8, "Cal Roe"), visit(7, "Ben Ode", minutes=90)]
    assert known_from(newest, day, counted=2) == day
    assert known_from(newest, day, counted=3) == NOW - HOUR * 3 // 2
    assert known_from(newest, NOW - HOUR, counted=3) == NOW - HOUR  # it is the day's own beginning
    assert known_from([], day, counted=3) == day


def test_a_desk_keeps_more_than_its_feed_begins_with(tmp_path: Path) -> None:
    replica = Replica(tmp_path / "desk.db")
    replica.apply([visit(seq, "Ana Silva") for seq in range(1, 700)], 700)
    assert len(replica.visits.recent(KEPT)) == 699
    replica.close()


def test_a_handover_is_a_notice_of_the_gym_once(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db")
    assert till.give(HandOver(note="The sauna is cold.", queued_by="ben"), id="h").error is None
    before = till.seq
    assert till.give(HandOver(note="The sauna is cold.", queued_by="ben"), id="h").error is None
    assert till.seq == before
    assert till.refused(HandOver(note="  ")).code == "invalid"
    [row] = [row for row in till.store.read(0, 99) if row.type == "notification"]
    assert b'"title":"Handover from ben, sent by ana, Front"' in row.payload
    till.store.close()


def test_a_note_is_one_and_ends_no_shift(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db")
    assert till.give(HandOver(note="Ana Silva: left a bag", ends_shift=False), id="h").error is None
    [row] = [row for row in till.store.read(0, 99) if row.type == "notification"]
    told = convert(row.payload, Notification)
    assert told.title == "Note from ana, Front"
    till.store.close()
    day = NOW - 8 * HOUR
    assert shift([told], "Front", day)[0] == day


async def test_a_desk_that_is_alone_hands_over_what_waits_too(gym: Gym) -> None:
    gym.desk.check_in(ANA)
    gym.desk.check_in(CAL)
    gym.desk.check_out(CAL)
    queue = gym.desk.queue
    assert shift([], "desk 1", NOW, queue)[1][0] == "2 checked in, 1 checked out, 0 taken back (3 of it not sent yet)"
    assert shift([], "desk 1", queue[-1].at + 1, queue)[1][0] == "0 checked in, 0 checked out, 0 taken back"


async def test_a_note_waits_on_the_desk_s_disk_for_the_server(gym: Gym) -> None:
    gym.desk.handover.give("The sauna is cold.")
    gym.desk.check_in(ANA)
    assert [row.kind for row in gym.replica.outbox.rows()] == ["hand_over", "check_in"]
    async with gym.open() as connection:
        request, id = await connection.received(HandOver)
        assert (request.note, request.occurred_at) == ("The sauna is cold.", TIME)
        connection.reply(id, {"notification": {}})
        await until(lambda: gym.desk.queued == 1)
        told = notice(1, "Handover from sam, desk 1", message=request.note)
        connection.events(told)
        await until(lambda: gym.replica.notices.unread("ana") == [told])
    assert all("Ana" in words for words in gym.said)


@pytest.mark.parametrize(("left", "said"), [(0, "last visit used"), (1, "1 visit left"), (2, "2 visits left")])
def test_a_card_that_is_nearly_used_up_is_said(left: int, said: str) -> None:
    assert remarks_on(ANA, left, date(2026, 11, 18)) == (said,)


def test_what_a_silent_line_has_not_taken_is_not_said_to_be_at_every_desk() -> None:
    live = ConnectionState(phase="live", since=NOW)
    said = Verdict(kind="refused", subject="Handover", command_id="", at=NOW, detail="is at every desk", next_step="F3")
    assert delivered(live, said).words == "✓ Handover is at every desk — F3"
    for line in (replace(live, silent_since=NOW), replace(live, phase="waiting")):
        assert delivered(line, said).words == "… Handover queued, not sent yet"
