"""The replica: its file, events, snapshots."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from gymtui import codec
from gymtui.client.replica.backlog import KEPT
from gymtui.client.replica.replica import Replica, ReplicaError
from gymtui.client.replica.schema import APPLICATION_ID, VERSIONS
from gymtui.client.replica.undo_log import Undoable
from gymtui.protocol import Event, Member, MemberRef, Notification
from tests.factories import GYM, member, refusal, snapshot, stats, visit
from tests.replica_kit import Open, gym, open_replica, path, replica

__all__ = ["gym", "open_replica", "path", "replica"]


def out(seq: int, who: Member) -> Event:
    return visit(seq, who, id="v1", status="checked_out", check_out_time="2026-11-18T17:00:00.000Z")


def test_a_new_file_knows_nothing(replica: Replica, path: Path) -> None:
    assert replica.position == ("", 0)
    assert (replica.gym, replica.stats) == (None, None)
    assert replica.directory == (0, False)
    assert (
        replica.visits.present(),
        replica.visits.recent(9),
        replica.outbox.rows(),
        replica.members.search("a", 9),
    ) == ([], [], [], [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE precious (x)")
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(ReplicaError, match="belongs to another program"):
        Replica(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ana, " * 100)
    with pytest.raises(ReplicaError, match="is no copy of a desk"):
        Replica(path)


def test_a_newer_file_asks_for_an_update(open_replica: Open, path: Path) -> None:
    open_replica().close()
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(ReplicaError, match="newer version"):
        open_replica()


def test_a_file_of_an_older_version_is_brought_up_to_date(path: Path, open_replica: Open) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as old:
        old.executescript(f"{VERSIONS[0]} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;")
        old.execute("UPDATE desk SET epoch = 'epoch-1', seq = 7")
    old.close()
    replica = open_replica()
    assert replica.position == ("epoch-1", 7)
    replica.undo_log.remember(Undoable("c1", MemberRef("m1", "Ana Silva")))
    replica.close()
    assert open_replica().undoable == Undoable("c1", MemberRef("m1", "Ana Silva"))


def test_whom_an_older_version_knew_is_found_by_beginnings_run_together(path: Path, open_replica: Open) -> None:
    before = next(version for version, script in enumerate(VERSIONS) if "COLUMN words" in script)
    ana, gone = member(1, "Ana Silva"), member(2, "Ana Sa", deleted=True)
    path.parent.mkdir()
    with sqlite3.connect(path) as old:
        versions = "".join(VERSIONS[:before])
        old.executescript(f"{versions} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {before};")
        old.executemany(
            "INSERT INTO members VALUES (?, ?, ?, ' ana silva', 1, 1, NULL, 0, ?, ?)",
            [(n, m.id, m.membership_number, m.deleted, codec.encode(m)) for n, m in enumerate((ana, gone))],
        )
        old.execute("INSERT INTO words VALUES ('ana', 0), ('silva', 0)")
    old.close()
    replica = open_replica()
    assert (
        replica.members.search("ansi", 9)
        == replica.members.search("silva", 9)
        == replica.members.search("ana", 9)
        == [ana]
    )
    replica.apply([member(1, "Eva Silva", seq=9)], 9)
    assert (replica.members.search("ana", 9), len(replica.members.search("evsi", 9))) == ([], 1)


def test_what_cannot_be_read_any_more_is_a_sentence(replica: Replica, open_replica: Open) -> None:
    replica._db.execute("UPDATE desk SET gym = '{'")
    with pytest.raises(ReplicaError, match=r"cannot read its own copy: .*[^.]\. Please check the disk\.$"):
        replica.fold_stats(stats(1))
    replica.close()
    for _ in range(2):  # and the file is left to the next one who tries
        with pytest.raises(ReplicaError, match="cannot read its own copy"):
            open_replica()


def test_a_directory_that_the_disk_does_not_give_is_a_sentence(replica: Replica) -> None:
    replica._db.execute("DROP TABLE desk")
    with pytest.raises(ReplicaError, match=r"cannot read its own copy: no such table: desk\. Please"):
        _ = replica.directory


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReplicaError, match="check the folder"):
        Replica(tmp_path / "file" / "replica.db")


def test_events_and_position_survive_together(replica: Replica, open_replica: Open) -> None:
    ana = member(1, "Ana Silva")
    replica.restore(snapshot(10))
    replica.apply([visit(11, ana, id="v1"), visit(12)], 14)
    replica.close()
    again = open_replica()
    assert again.position == ("epoch-1", 14)
    assert {v.seq for v in again.visits.present()} == {11, 12}
    assert again.gym == GYM
    assert again.stats == stats(10)
    assert again.visits.visit("m1") == visit(11, ana, id="v1")


@pytest.mark.parametrize("moment", ["INSERT INTO visits", "UPDATE desk SET seq", "COMMIT"])
def test_a_crash_at_any_moment_loses_neither_events_nor_position(
    replica: Replica, path: Path, tmp_path: Path, moment: str
) -> None:
    replica.restore(snapshot(10))

    def crash(statement: str) -> None:
        if statement.startswith(moment):  # what the disk has at this moment, as after the power went
            for name in ("replica.db", "replica.db-wal"):
                shutil.copy(path.with_name(name), tmp_path / name)

    replica._db.set_trace_callback(crash)
    replica.apply([visit(11), visit(12)], 12)
    replica._db.set_trace_callback(None)
    after = Replica(tmp_path / "replica.db")
    assert after.position == ("epoch-1", 10)
    assert after.visits.present() == []
    after.apply([visit(11), visit(12)], 12)
    assert after.position == ("epoch-1", 12)
    assert len(after.visits.present()) == 2
    after.close()


def test_an_event_that_the_disk_cannot_take_takes_none_along(replica: Replica) -> None:
    replica.restore(snapshot(10))
    with pytest.raises(OverflowError):
        replica.apply([visit(11), visit(2**70)], 12)
    assert replica.position == ("epoch-1", 10)
    assert replica.visits.present() == []
    replica.apply([visit(11)], 11)
    assert replica.position == ("epoch-1", 11)


def test_a_check_out_closes_the_visit_and_an_undo_opens_it_again(replica: Replica) -> None:
    ana = member(1, "Ana Silva")
    replica.apply([visit(1, ana, id="v1")], 1)
    assert replica.visits.visit("m1") is not None
    replica.apply([out(2, ana)], 2)
    assert replica.visits.visit("m1") is None
    replica.apply([visit(3, ana, id="v1", flags=("undone",))], 3)
    assert [v.id for v in replica.visits.present()] == ["v1"]


def test_in_and_out_in_one_batch_is_out(replica: Replica) -> None:
    ana = member(1, "Ana Silva")
    replica.apply([visit(1, ana, id="v1"), out(2, ana)], 2)
    assert replica.visits.present() == []
    assert [event.seq for event in replica.visits.recent(9)] == [2, 1]


def test_the_present_are_listed_the_newest_first(replica: Replica) -> None:
    replica.apply([visit(seq, check_in_time=f"2026-11-18T1{seq}:00:00.000Z") for seq in (3, 1, 2)], 3)
    assert [v.seq for v in replica.visits.present()] == [3, 2, 1]


def test_a_visit_at_no_time_there_is_stops_nobody(replica: Replica) -> None:
    replica.apply([visit(1, check_in_time="soon"), visit(2)], 2)
    assert {v.seq for v in replica.visits.present()} == {1, 2}


def test_the_recent_past_is_a_ring_of_news(replica: Replica) -> None:
    notice = Notification(id="n", level="info", title="Hello", message="", at="", seq=KEPT + 101)
    refused = refusal(KEPT + 102)
    replica.apply([visit(seq) for seq in range(1, KEPT + 101)], KEPT + 100)
    replica.apply([notice, refused, member(KEPT + 103), GYM], KEPT + 104)
    recent = replica.visits.recent(2 * KEPT)
    assert [event.seq for event in recent] == [*range(KEPT + 102, 102, -1)]
    assert recent[:2] == [refused, notice]
    assert len(replica.visits.recent(7)) == 7


def test_the_gym_and_the_counters_follow(replica: Replica) -> None:
    replica.apply([GYM], 1)
    assert replica.gym == GYM
    replica.fold_stats(stats(5))
    assert replica.stats == stats(5)
    assert replica.position == ("", 1)


def test_a_snapshot_counts_with_its_last_part_only(replica: Replica) -> None:
    replica.apply([visit(1)], 1)
    replica.restore(snapshot(40, visit(3), more=True))
    assert replica.position == ("", 1)
    assert [v.seq for v in replica.visits.present()] == [1]
    replica.restore(snapshot(40, visit(4)))
    assert replica.position == ("epoch-1", 40)
    assert {v.seq for v in replica.visits.present()} == {3, 4}


def test_half_a_snapshot_of_yesterday_is_not_mixed_into_todays(replica: Replica) -> None:
    replica.restore(snapshot(40, visit(3), more=True))
    replica.restore(snapshot(50, visit(5)))
    assert [v.seq for v in replica.visits.present()] == [5]
