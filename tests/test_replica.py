"""The desk's own copy: what is on disk is on disk together, and the newest counts."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gymtui import clock, codec
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica, ReplicaError, ReplicaInUse
from gymtui.client.replica.schema import APPLICATION_ID, VERSIONS
from gymtui.client.replica.undo_log import Undoable
from gymtui.client.state import CommandKind
from gymtui.protocol import CheckIn, Event, Member, MemberRef, MembersPage, Notification, Refusal, Snapshot, Undo
from tests.client_kit import GYM, NOW, member, snapshot, stats, visit

Open = Callable[[], Replica]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk" / "replica.db"


@pytest.fixture
def open_replica(path: Path) -> Iterator[Open]:
    """Opens the same file, as often as a desk is started."""
    opened: list[Replica] = []

    def open_it() -> Replica:
        opened.append(Replica(path))
        return opened[-1]

    yield open_it
    for replica in opened:
        replica.close()


@pytest.fixture
def replica(open_replica: Open) -> Replica:
    return open_replica()


def page(*members: Member, more: bool = False) -> MembersPage:
    last = max((m.seq for m in members), default=0)
    return MembersPage(members=members, next_after_seq=last, more=more, as_of_seq=last)


def out(seq: int, who: Member) -> Event:
    return visit(seq, who, id="v1", status="checked_out", check_out_time="2026-11-18T17:00:00.000Z")


def row(id: str, kind: CommandKind = "check_in") -> Outgoing:
    request = Undo(command_id="a") if kind == "undo" else CheckIn(member_id="m1")
    return Outgoing(id=id, kind=kind, payload=codec.encode(request), member_id="m1", at=5)


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_new_file_knows_nothing(replica: Replica, path: Path) -> None:
    assert replica.position == ("", 0)
    assert (replica.gym, replica.stats) == (None, None)
    assert replica.directory == (0, False)
    assert (replica.present(), replica.recent(9), replica.outbox.rows(), replica.search("a", 9)) == ([], [], [], [])
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
    before = next(version for version, script in enumerate(VERSIONS) if "index_words" in script)
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
    assert replica.search("ansi", 9) == replica.search("silva", 9) == replica.search("ana", 9) == [ana]
    replica.apply([member(1, "Eva Silva", seq=9)], 9)
    assert (replica.search("ana", 9), len(replica.search("evsi", 9))) == ([], 1)


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


# --- events ----------------------------------------------------------------------------------------------------------


def test_events_and_position_survive_together(replica: Replica, open_replica: Open) -> None:
    ana = member(1, "Ana Silva")
    replica.restore(snapshot(10))
    replica.apply([visit(11, ana, id="v1"), visit(12)], 14)
    replica.close()
    again = open_replica()
    assert again.position == ("epoch-1", 14)
    assert {v.seq for v in again.present()} == {11, 12}
    assert again.gym == GYM
    assert again.stats == stats(10)
    assert again.visit("m1") == visit(11, ana, id="v1")


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
    assert after.present() == []
    after.apply([visit(11), visit(12)], 12)
    assert after.position == ("epoch-1", 12)
    assert len(after.present()) == 2
    after.close()


def test_an_event_that_the_disk_cannot_take_takes_none_along(replica: Replica) -> None:
    replica.restore(snapshot(10))
    with pytest.raises(OverflowError):
        replica.apply([visit(11), visit(2**70)], 12)
    assert replica.position == ("epoch-1", 10)
    assert replica.present() == []
    replica.apply([visit(11)], 11)
    assert replica.position == ("epoch-1", 11)


def test_a_check_out_closes_the_visit_and_an_undo_opens_it_again(replica: Replica) -> None:
    ana = member(1, "Ana Silva")
    replica.apply([visit(1, ana, id="v1")], 1)
    assert replica.visit("m1") is not None
    replica.apply([out(2, ana)], 2)
    assert replica.visit("m1") is None
    replica.apply([visit(3, ana, id="v1", flags=("undone",))], 3)
    assert [v.id for v in replica.present()] == ["v1"]


def test_in_and_out_in_one_batch_is_out(replica: Replica) -> None:
    ana = member(1, "Ana Silva")
    replica.apply([visit(1, ana, id="v1"), out(2, ana)], 2)
    assert replica.present() == []
    assert [event.seq for event in replica.recent(9)] == [2, 1]


def test_the_present_are_listed_the_newest_first(replica: Replica) -> None:
    replica.apply([visit(seq, check_in_time=f"2026-11-18T1{seq}:00:00.000Z") for seq in (3, 1, 2)], 3)
    assert [v.seq for v in replica.present()] == [3, 2, 1]


def test_a_visit_at_no_time_there_is_stops_nobody(replica: Replica) -> None:
    replica.apply([visit(1, check_in_time="soon"), visit(2)], 2)
    assert {v.seq for v in replica.present()} == {1, 2}


def test_the_recent_past_is_a_ring_of_news(replica: Replica) -> None:
    notice = Notification(id="n", level="info", title="Hello", message="", at="", seq=601)
    refusal = Refusal(
        id="r", member=None, code="x", reason="", message="", at="", by="", desk=None, command_id="", seq=602
    )
    replica.apply([visit(seq) for seq in range(1, 601)], 600)
    replica.apply([notice, refusal, member(603), GYM], 604)
    recent = replica.recent(1000)
    assert [event.seq for event in recent] == [*range(602, 102, -1)]
    assert recent[:2] == [refusal, notice]
    assert len(replica.recent(7)) == 7


def test_the_gym_and_the_counters_follow(replica: Replica) -> None:
    replica.apply([GYM], 1)
    assert replica.gym == GYM
    replica.fold_stats(stats(5))
    assert replica.stats == stats(5)
    assert replica.position == ("", 1)


# --- snapshots -------------------------------------------------------------------------------------------------------


def test_a_snapshot_counts_with_its_last_part_only(replica: Replica) -> None:
    replica.apply([visit(1)], 1)
    replica.restore(snapshot(40, visit(3), more=True))
    assert replica.position == ("", 1)
    assert [v.seq for v in replica.present()] == [1]
    replica.restore(snapshot(40, visit(4)))
    assert replica.position == ("epoch-1", 40)
    assert {v.seq for v in replica.present()} == {3, 4}


def test_half_a_snapshot_of_yesterday_is_not_mixed_into_todays(replica: Replica) -> None:
    replica.restore(snapshot(40, visit(3), more=True))
    replica.restore(snapshot(50, visit(5)))
    assert [v.seq for v in replica.present()] == [5]


# --- members ---------------------------------------------------------------------------------------------------------


def test_the_newest_member_wins_whichever_way_it_comes(replica: Replica) -> None:
    replica.apply([member(1, "Ana Costa", seq=9)], 9)
    replica.fold_members(page(member(1, "Ana Silva", seq=5)))
    known = replica.member("m1")
    assert known is not None
    assert known.full_name == "Ana Costa"
    replica.fold_members(page(member(1, "Ana Reis", seq=12)))
    assert [m.full_name for m in replica.search("ana", 9)] == ["Ana Reis"]
    assert replica.search("costa", 9) == []


def test_a_visit_moves_the_punch_card(replica: Replica) -> None:
    ana = member(1, "Ana Silva", seq=3, visits_left=10)
    replica.fold_members(page(ana))
    replica.apply([visit(4, ana, visits_left=9), visit(5, ana, visits_left=8)], 5)
    known = replica.member("m1")
    assert known is not None
    assert (known.visits_left, known.seq) == (8, 5)


def test_a_page_from_before_a_visit_brings_its_name_but_not_its_count(replica: Replica) -> None:
    replica.fold_members(page(member(1, "Ana Silva", seq=3, visits_left=10)))
    replica.apply([visit(8, member(1), visits_left=9)], 8)
    replica.fold_members(page(member(1, "Ana Costa", seq=7, visits_left=10)))
    known = replica.member("m1")
    assert known is not None
    assert (known.full_name, known.visits_left, known.seq) == ("Ana Costa", 9, 8)
    replica.apply([member(1, "Ana Costa", seq=9, visits_left=20)], 9)
    known = replica.member("m1")
    assert known is not None
    assert (known.visits_left, known.seq) == (20, 9)


def test_a_deleted_member_is_nobody_and_stays_so(replica: Replica) -> None:
    replica.fold_members(page(member(1, "Ana Silva", seq=3)))
    replica.apply([member(1, "Ana Silva", seq=8, deleted=True)], 8)
    replica.fold_members(page(member(1, "Ana Silva", seq=5)))
    assert replica.member("m1") is None
    assert replica.by_code("1001") is None
    assert replica.search("ana", 9) == []


def test_ten_thousand_members_are_fetched_across_a_restart(replica: Replica, open_replica: Open) -> None:
    members = [member(number) for number in range(1, 10_001)]

    def fetch(replica: Replica, pages: int) -> None:
        for _ in range(pages):
            after, _ = replica.directory
            found = members[after : after + 500]
            replica.fold_members(page(*found, more=found[-1].seq < 10_000))

    replica.restore(snapshot(10_000))
    fetch(replica, 9)
    replica.apply([member(1, "Live Update", seq=10_001)], 10_001)
    replica.close()
    again = open_replica()
    assert again.directory == (4500, False)
    assert again.member("m4501") is None
    fetch(again, 11)
    assert again.directory == (10_000, True)
    assert all(again.member(f"m{number}") is not None for number in (2, 4500, 4501, 10_000))
    assert [m.full_name for m in again.search("live up", 9)] == ["Live Update"]
    assert [m.id for m in again.search("11000", 9)] == ["m10000"]


def test_after_a_jump_the_directory_goes_on_from_where_the_journal_was(replica: Replica) -> None:
    replica.restore(snapshot(10))
    replica.fold_members(page(member(4), member(8)))
    replica.apply([member(9, seq=11)], 20)
    replica.restore(snapshot(9000))
    assert replica.directory == (20, False)


def test_a_jump_in_the_middle_of_the_first_fetch_skips_nobody(replica: Replica) -> None:
    replica.restore(snapshot(10))
    replica.fold_members(page(member(4), more=True))
    replica.apply([], 20)
    replica.restore(snapshot(9000))
    assert replica.directory == (4, False)


def test_a_new_epoch_drops_members_that_nobody_names(replica: Replica) -> None:
    replica.restore(snapshot(10))
    replica.fold_members(page(member(1, "Ana Silva", seq=900), member(2, "Ben Ode", seq=901, visits_left=4)))
    replica.apply([visit(902, member(9))], 902)
    replica.restore(snapshot(5, epoch="epoch-2"))
    assert replica.position == ("epoch-2", 5)
    assert replica.directory == (0, False)
    assert replica.recent(9) == []
    assert replica.present() == []
    assert replica.by_code("1001") is not None  # until the new directory is there, the old one serves
    replica.apply([visit(6, member(2), visits_left=3)], 6)
    replica.fold_members(page(member(2, "Ben Oda", seq=2, visits_left=4)))
    assert replica.directory == (2, True)
    assert replica.member("m1") is None
    assert replica.search("ana", 9) == []
    known = replica.member("m2")
    assert known is not None
    assert (known.full_name, known.visits_left) == ("Ben Oda", 3)


# --- finding somebody ------------------------------------------------------------------------------------------------


@pytest.fixture
def gym(replica: Replica) -> Replica:
    people = [
        member(1, "Ana Silva", phone="+41 79 555 01 23"),
        member(2, "Anabel Sá", membership_number="A-77"),
        member(3, "Zoë O'Neil"),
        member(4, "Silvana Anders"),
        member(5, "陳大文"),
    ]
    replica.fold_members(page(*people))
    return replica


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ana", ["Ana Silva", "Anabel Sá"]),
        ("ANA S", ["Ana Silva", "Anabel Sá"]),
        ("sil an", ["Ana Silva", "Silvana Anders"]),
        ("silva", ["Ana Silva", "Silvana Anders"]),
        ("sa", ["Ana Silva", "Anabel Sá", "Silvana Anders"]),
        ("ansi", ["Ana Silva", "Silvana Anders"]),
        ("asil", ["Ana Silva", "Silvana Anders"]),
        ("sila", ["Ana Silva", "Silvana Anders"]),
        ("oneil", ["Zoë O'Neil"]),
        ("aana", []),
        ("ana1001", []),
        ("zoe", ["Zoë O'Neil"]),
        ("o'neil", ["Zoë O'Neil"]),
        ("陳", ["陳大文"]),
        ("4179", ["Ana Silva"]),
        ("+41 79 555", ["Ana Silva"]),
        ("0795550123", ["Ana Silva"]),
        ("79 555 01 23", ["Ana Silva"]),
        ("79 555 01", []),
        ("1003", ["Zoë O'Neil"]),
        ("A-77", ["Anabel Sá"]),
        ("a 77", ["Anabel Sá"]),
        ("xyz", []),
        ("ana xyz", []),
        ("", []),
        ("   ", []),
        ("%", []),
        ("'; DROP TABLE members; --", []),
    ],
)
def test_words_typed_begin_words_of_the_member(gym: Replica, text: str, found: list[str]) -> None:
    assert sorted(m.full_name for m in gym.search(text, 9)) == found


def test_who_has_exactly_this_number_comes_first(gym: Replica) -> None:
    gym.fold_members(
        page(member(8, "Aaa", membership_number="100", seq=8), member(9, "Bbb", membership_number="1", seq=9))
    )
    assert [m.full_name for m in gym.search("100", 2)] == ["Aaa", "Ana Silva"]
    assert gym.search("1", 1)[0].full_name == "Bbb"


def test_a_word_comes_before_a_beginning_and_a_beginning_before_two_run_together(gym: Replica) -> None:
    people = [(11, "Kim Berg"), (12, "Zoe Kim"), (13, "Kimberley Alt"), (14, "Ida Kimura"), (15, "Kai Imhof")]
    gym.fold_members(page(*(member(number, name) for number, name in people), member(16, "Imre Kay")))
    found = [m.full_name for m in gym.search("kim", 9)]
    assert found == ["Kim Berg", "Zoe Kim", "Kimberley Alt", "Ida Kimura", "Kai Imhof", "Imre Kay"]


def test_two_of_one_name_are_in_the_order_of_their_numbers(gym: Replica) -> None:
    gym.fold_members(page(member(22, "Eva Ek"), member(21, "Eva Ek"), member(20, "Eva Eklund")))
    assert [m.membership_number for m in gym.search("evek", 9)] == ["1021", "1022", "1020"]


def test_a_code_is_exactly_a_number_and_never_a_name(gym: Replica) -> None:
    known = gym.by_code(" 1001 ")
    assert known is not None
    assert known.full_name == "Ana Silva"
    assert gym.by_code("100") is None
    assert gym.by_code("Ana Silva") is None


def test_the_limit_is_kept_and_nobody_is_twice_in_the_list(gym: Replica) -> None:
    gym.fold_members(page(member(7, "Ana Ana Anatol", seq=7)))
    found = [m.id for m in gym.search("ana", 9)]
    assert len(found) == len(set(found)) == 3
    assert len(gym.search("ana", 2)) == 2


# --- the outbox ------------------------------------------------------------------------------------------------------


def test_the_outbox_survives_a_restart_in_its_order(replica: Replica, open_replica: Open) -> None:
    rows = [row("c"), row("a", "check_out"), row("b", "undo")]
    for one in rows:
        replica.enqueue(one)
    replica.close()
    again = open_replica()
    assert again.outbox.rows() == rows
    again.settle("a", NOW)
    again.outbox.set_aside("c", "no such member")
    left = again.outbox.rows()
    assert [(one.id, one.state, one.reason) for one in left] == [
        ("c", "set_aside", "no such member"),
        ("b", "waiting", None),
    ]
    assert left[1].payload == rows[2].payload


@pytest.mark.parametrize(
    ("part", "again"),
    [
        (snapshot(10), ["b"]),
        (snapshot(99), ["b"]),
        (snapshot(9), ["a", "b"]),
        (snapshot(10, epoch="epoch-2"), ["a", "b"]),
    ],
    ids=["the same place", "further on", "less far", "another journal"],
)
def test_a_journal_from_a_backup_is_told_again_what_was_settled(path: Path, part: Snapshot, again: list[str]) -> None:
    now = clock.to_ms(part.stats.as_of)
    with closing(Replica(path)) as replica:
        replica.restore(snapshot(10))
        for id in ("old", "a", "b"):
            replica.enqueue(row(id))
        replica.settle("old", now - 24 * 3600 * 1000 - 1)
        replica.settle("a", now - 24 * 3600 * 1000)
        replica.restore(part)
        assert [(one.id, one.state) for one in replica.outbox.rows()] == [(id, "waiting") for id in again]


def test_a_file_is_one_programs(replica: Replica, open_replica: Open) -> None:
    with pytest.raises(ReplicaInUse, match="open in another program"):
        open_replica()
    replica.close()
    open_replica()


def test_what_is_queued_is_in_the_file_when_the_call_returns(replica: Replica, path: Path, tmp_path: Path) -> None:
    replica.enqueue(row("a"))
    for name in ("replica.db", "replica.db-wal"):  # what the disk has, as after the power went
        shutil.copy(path.with_name(name), tmp_path / name)
    after = Replica(tmp_path / "replica.db")
    assert [one.id for one in after.outbox.rows()] == ["a"]
    after.close()


def test_queueing_is_synchronous_full_and_folding_is_not(replica: Replica) -> None:
    statements: list[str] = []
    replica._db.set_trace_callback(statements.append)
    replica.enqueue(row("a"))
    replica.apply([visit(1)], 1)
    replica._db.set_trace_callback(None)
    levels = [statement for statement in statements if "synchronous" in statement or statement == "COMMIT"]
    assert levels == ["PRAGMA synchronous = FULL", "COMMIT", "PRAGMA synchronous = NORMAL", "COMMIT"]


def test_the_same_id_twice_is_told(replica: Replica) -> None:
    replica.enqueue(row("a"))
    with pytest.raises(ReplicaError, match="cannot write"):
        replica.enqueue(row("a"))
    assert len(replica.outbox.rows()) == 1
