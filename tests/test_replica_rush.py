"""The replica in a rush: more comes at once than is written at once, and nothing of it is lost."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from gymtui.client.replica.backlog import AT_ONCE, KEPT, PART, Backlog
from gymtui.client.replica.replica import Replica, ReplicaError
from gymtui.client.replica.undo_log import Undoable
from gymtui.faults import Fault, planned
from gymtui.protocol import ERASED, CheckInEvent, Event, Notification
from tests.client_kit import settle
from tests.desk_kit import Gym, gym
from tests.factories import STATS, member, refusal, snapshot, visit
from tests.replica_kit import Open, open_replica, page, path, replica
from tests.waiting import until

__all__ = ["gym", "open_replica", "path", "replica"]

RUSH = 3 * AT_ONCE  # visits in one window


def come(first: int, count: int) -> list[CheckInEvent]:
    return [visit(seq, id=f"v{seq}") for seq in range(first, first + count)]


def go(first: int, came: Sequence[CheckInEvent]) -> list[CheckInEvent]:
    return [
        replace(visit, seq=seq, status="checked_out", check_out_time=visit.check_in_time)
        for seq, visit in enumerate(came, first)
    ]


@contextmanager
def rows(replica: Replica) -> Iterator[Counter[str]]:
    """How many rows are written, by what they begin with."""
    written = Counter[str]()
    replica._db.set_trace_callback(lambda statement: written.update([" ".join(statement.split()[:3])]))
    yield written
    replica._db.set_trace_callback(None)


def in_file(path: Path, folder: Path) -> Replica:
    """What the next start finds where this one is killed now."""
    folder.mkdir(exist_ok=True)
    for name in ("replica.db", "replica.db-wal"):
        shutil.copy(path.with_name(name), folder / name)
    return Replica(folder / "replica.db")


def known(replica: Replica) -> tuple[object, ...]:
    visits = replica.visits
    newest = visits.recent(2 * KEPT)[:KEPT]
    return replica.position, visits.present(), visits.present_ids(), newest, visits.visit("m7")


def test_few_are_in_the_file_at_once(replica: Replica, path: Path, tmp_path: Path) -> None:
    replica.restore(snapshot(10))
    with rows(replica) as written:
        replica.apply(come(11, AT_ONCE // 2), 10 + AT_ONCE // 2)
    assert not replica.visits.backlog
    assert written["INSERT INTO visits"] == written["INSERT OR REPLACE"] == AT_ONCE // 2
    with closing(in_file(path, tmp_path / "killed")) as after:
        assert known(after) == known(replica)


def test_whoever_comes_and_goes_in_one_window_is_never_written_as_having_come(replica: Replica) -> None:
    came = come(1, 20)
    with rows(replica) as written:
        replica.apply([*came, *go(21, came[:15])], 35)
    assert written["INSERT INTO visits"] == 5
    assert [v.seq for v in replica.visits.present()] == [20, 19, 18, 17, 16]


def test_of_a_rush_a_share_is_written_with_each_window_and_all_of_it_counts(replica: Replica) -> None:
    with rows(replica) as written:
        replica.apply(come(1, RUSH), RUSH)
    assert written["INSERT INTO visits"] == AT_ONCE
    assert (written["INSERT OR REPLACE"], written["COMMIT"]) == (0, 1)
    assert replica.position == ("", RUSH)
    assert len(replica.visits.present()) == len(replica.visits.present_ids()) == RUSH
    assert [event.seq for event in replica.visits.recent(3)] == [RUSH, RUSH - 1, RUSH - 2]
    with rows(replica) as written:
        for seq in range(RUSH + 1, RUSH + 8):
            replica.apply([], seq)
    assert not replica.visits.backlog
    assert (written["INSERT INTO visits"], written["INSERT OR REPLACE"]) == (RUSH - AT_ONCE, RUSH)


def test_whoever_leaves_before_a_turn_at_the_file_takes_none(replica: Replica) -> None:
    came = come(1, RUSH)
    replica.apply(came, RUSH)
    with rows(replica) as written:
        replica.apply(go(RUSH + 1, came), 2 * RUSH)
        replica.write()
    assert written["INSERT INTO visits"] == 0
    assert replica.visits.present() == []


def test_what_waits_does_not_grow_with_how_long_a_rush_goes_on() -> None:
    backlog, window, waits = Backlog(), 2 * AT_ONCE, list[int]()
    for seq in range(0, 200 * window, window):
        backlog.take(come(seq + 1, window))
        backlog.give(whole=False)
        waits.append(len(backlog.visits) + len(backlog.news))
    assert max(waits) <= PART * window
    assert len(backlog.news) == KEPT


def test_the_newest_visit_counts_wherever_it_is(replica: Replica) -> None:
    ana = member(5000, "Ana Silva")
    first, second = visit(1, ana, id="a", minutes=30), visit(RUSH + 2, ana, id="b")
    replica.apply([first], 1)
    replica.apply([*come(2, RUSH), second], RUSH + 2)
    assert replica.visits.visit("m5000") == second
    replica.apply(go(RUSH + 3, [first]), RUSH + 3)
    replica.apply(go(RUSH + 4, [second]), RUSH + 4)
    assert replica.visits.visit("m5000") is None


@pytest.mark.parametrize("seed", range(4))
def test_a_desk_that_is_killed_in_a_rush_is_told_again_from_where_its_file_stands(
    replica: Replica, path: Path, tmp_path: Path, seed: int
) -> None:
    random, told, inside = Random(seed), list[Event](), dict[str, CheckInEvent]()
    replica.restore(snapshot(0))
    behind = 0
    for number in range(8):
        first = len(told) + 1
        window = list[Event]()
        for seq in range(first, first + random.choice((3, 400, RUSH))):
            if random.random() < 0.1:
                window.append(refusal(seq))
            elif inside and random.random() < 0.4:
                window += go(seq, [inside.pop(random.choice(list(inside)))])
            else:
                inside[f"v{seq}"] = visit(
                    seq, member(random.randrange(300)), id=f"v{seq}", minutes=random.randrange(90)
                )
                window.append(inside[f"v{seq}"])
        told += window
        replica.apply(window, len(told))
        with closing(in_file(path, tmp_path / str(number))) as after:
            seq = after.position[1]
            behind += seq < len(told)
            for at in range(seq, len(told), 500):
                after.apply(told[at : at + 500], min(at + 500, len(told)))
            assert sorted(v.id for v in after.visits.present()) == sorted(inside)
            assert known(after) == known(replica)
            after.write()
            assert known(after) == known(replica)
    assert behind > 0


def test_an_answer_is_ahead_of_all_that_waits(replica: Replica, open_replica: Open) -> None:
    came = come(1, RUSH)
    replica.apply(came, RUSH)
    last = came[-1]
    [answer] = go(RUSH + 9, [last])
    replica.settle("c1", 0, answer)
    assert replica.visits.visit(last.member.id) is None
    replica.write()
    replica.close()
    assert open_replica().visits.visit(last.member.id) is None


@pytest.mark.parametrize("has_left", [False, True])
def test_what_was_answered_is_in_the_file_also_where_its_event_came_first(
    replica: Replica, path: Path, tmp_path: Path, has_left: bool
) -> None:
    *_, last = came = come(1, RUSH)
    replica.apply(came, RUSH)
    replica.apply(go(RUSH + 1, [last] if has_left else []), RUSH + 1)
    replica.settle("c1", 0, last)
    with closing(in_file(path, tmp_path / "killed")) as after:
        assert after.position[1] < RUSH
        assert (after.visits.visit(last.member.id) is None) is has_left
    replica.write()
    assert (replica.visits.visit(last.member.id) is None) is has_left


def test_what_a_feed_alone_is_told_goes_with_all_before_it(replica: Replica) -> None:
    notice = Notification(id="n", level="info", title="Hello", message="", at="", seq=RUSH + 1)
    replica.apply(come(1, RUSH), RUSH)
    replica.apply([notice], RUSH + 1)
    assert not replica.visits.backlog
    assert replica.notices.newest() == [notice]
    assert [event.seq for event in replica.visits.recent(2)] == [RUSH + 1, RUSH]


@pytest.mark.parametrize("by", ["journal", "answer"])
def test_whoever_is_erased_in_a_rush_is_in_nothing_that_waits(
    replica: Replica, by: str, path: Path, tmp_path: Path
) -> None:
    ana, gone = member(7, "Ana Silva"), member(7, ERASED, seq=RUSH + 3)
    replica.apply([ana], 1)
    replica.apply([*come(2, RUSH), refusal(RUSH + 2, ana)], RUSH + 2)
    if by == "journal":
        replica.apply([gone], RUSH + 3)
    else:
        replica.settle("c1", 0, gone)
    with closing(in_file(path, tmp_path / "killed")) as after:
        told = after._db.execute("SELECT count(*) FROM recent WHERE instr(event, 'Ana Silva')").fetchone()
        assert (told, after.position) == ((0,), replica.position)


def test_a_snapshot_is_in_the_place_of_all_that_waits(replica: Replica) -> None:
    replica.apply(come(1, RUSH), RUSH)
    replica.restore(snapshot(5, visit(3)))
    assert replica.position == ("epoch-1", 5)
    assert [v.seq for v in replica.visits.present()] == [3]
    assert replica.visits.recent(9) == []


Change = Callable[[Replica], None]
CHANGES: list[Change] = [
    lambda replica: replica.apply([*come(RUSH + 1, 2), *go(RUSH + 3, come(1, 1))], RUSH + 3),
    lambda replica: replica.write(),
    lambda replica: replica.fold_stats(STATS),
    lambda replica: replica.fold_members(page(member(1))),
    lambda replica: replica.settle("c1", 0, go(RUSH + 1, come(RUSH, 1))[0]),
]


@pytest.mark.parametrize("change", CHANGES, ids=["apply", "write", "stats", "members", "settle"])
def test_what_waits_waits_on_where_a_disk_does_not_take_what_comes(
    replica: Replica, change: Change, path: Path, tmp_path: Path
) -> None:
    replica.apply(come(1, RUSH), RUSH)
    before = known(replica)
    point = "before_settle" if change is CHANGES[-1] else "before_replica_commit"
    with planned(Fault.parse(f"{point}:1:sqlite_error")), pytest.raises(ReplicaError):
        change(replica)
    assert known(replica) == before
    change(replica)
    replica.write()
    with closing(in_file(path, tmp_path / "killed")) as after:
        assert known(after) == known(replica)


def test_an_undo_is_durable_in_a_rush_and_moves_nothing(replica: Replica) -> None:
    replica.apply(come(1, RUSH), RUSH)
    replica.undo_log.remember(Undoable("c1", member(1).ref))
    assert replica.position == ("", RUSH)
    assert len(replica.visits.present()) == RUSH


async def test_what_a_rush_has_left_is_written_at_a_beat_once_no_more_comes(gym: Gym) -> None:
    async with gym.open() as connection:
        connection.events(*come(1, RUSH))
        await until(lambda: gym.replica.position[1] == RUSH)
        gym.pauses.end()
        await settle()
        assert gym.replica.visits.backlog  # some of it has just come
        gym.pauses.end()
        await until(lambda: not gym.replica.visits.backlog)
        assert gym.replica.position == ("epoch-1", RUSH)


async def test_what_a_rush_has_left_is_written_where_the_server_goes(gym: Gym) -> None:
    async with gym.open() as connection:
        connection.events(*come(1, RUSH))
        await until(lambda: gym.replica.position[1] == RUSH)
        connection.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        assert not gym.replica.visits.backlog
