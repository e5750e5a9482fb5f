"""Members in the replica: how they come, how they are found; the outbox."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from gymtui import clock, codec
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica, ReplicaError, ReplicaInUse
from gymtui.client.state import CommandKind
from gymtui.protocol import CheckIn, Snapshot, Undo
from tests.factories import NOW, member, snapshot, visit
from tests.replica_kit import Open, gym, open_replica, page, path, replica

__all__ = ["gym", "open_replica", "path", "replica"]


def row(id: str, kind: CommandKind = "check_in") -> Outgoing:
    request = Undo(command_id="a") if kind == "undo" else CheckIn(member_id="m1")
    return Outgoing(id=id, kind=kind, payload=codec.encode(request), member_id="m1", at=5)


def test_the_newest_member_wins_whichever_way_it_comes(replica: Replica) -> None:
    replica.apply([member(1, "Ana Costa", seq=9)], 9)
    replica.fold_members(page(member(1, "Ana Silva", seq=5)))
    known = replica.members.member("m1")
    assert known is not None
    assert known.full_name == "Ana Costa"
    replica.fold_members(page(member(1, "Ana Reis", seq=12)))
    assert [m.full_name for m in replica.members.search("ana", 9)] == ["Ana Reis"]
    assert replica.members.search("costa", 9) == []


def test_a_visit_moves_the_punch_card(replica: Replica) -> None:
    ana = member(1, "Ana Silva", seq=3, visits_left=10)
    replica.fold_members(page(ana))
    replica.apply([visit(4, ana, visits_left=9), visit(5, ana, visits_left=8)], 5)
    known = replica.members.member("m1")
    assert known is not None
    assert (known.visits_left, known.seq) == (8, 5)


def test_a_page_from_before_a_visit_brings_its_name_but_not_its_count(replica: Replica) -> None:
    replica.fold_members(page(member(1, "Ana Silva", seq=3, visits_left=10)))
    replica.apply([visit(8, member(1), visits_left=9)], 8)
    replica.fold_members(page(member(1, "Ana Costa", seq=7, visits_left=10)))
    known = replica.members.member("m1")
    assert known is not None
    assert (known.full_name, known.visits_left, known.seq) == ("Ana Costa", 9, 8)
    replica.apply([member(1, "Ana Costa", seq=9, visits_left=20)], 9)
    known = replica.members.member("m1")
    assert known is not None
    assert (known.visits_left, known.seq) == (20, 9)


def test_a_deleted_member_is_nobody_and_stays_so(replica: Replica) -> None:
    replica.fold_members(page(member(1, "Ana Silva", seq=3)))
    replica.apply([member(1, "Ana Silva", seq=8, deleted=True)], 8)
    replica.fold_members(page(member(1, "Ana Silva", seq=5)))
    assert replica.members.member("m1") is None
    assert replica.members.by_code("1") is None
    assert replica.members.search("ana", 9) == []


@pytest.mark.slow
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
    assert again.members.member("m4501") is None
    fetch(again, 11)
    assert again.directory == (10_000, True)
    assert all(again.members.member(f"m{number}") is not None for number in (2, 4500, 4501, 10_000))
    assert [m.full_name for m in again.members.search("live up", 9)] == ["Live Update"]
    assert [m.id for m in again.members.search("10000", 9)] == ["m10000"]


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
    assert replica.visits.recent(9) == []
    assert replica.visits.present() == []
    assert replica.members.by_code("1") is not None  # until the new directory is there, the old one serves
    replica.apply([visit(6, member(2), visits_left=3)], 6)
    replica.fold_members(page(member(2, "Ben Oda", seq=2, visits_left=4)))
    assert replica.directory == (2, True)
    assert replica.members.member("m1") is None
    assert replica.members.search("ana", 9) == []
    known = replica.members.member("m2")
    assert known is not None
    assert (known.full_name, known.visits_left) == ("Ben Oda", 3)


def test_who_is_dropped_leaves_no_word_and_who_stays_keeps_theirs(replica: Replica, path: Path) -> None:
    benno = member(2, "Benno Odermatt", seq=2)
    replica.restore(snapshot(10))
    replica.fold_members(page(member(1, "Quirina Odermatt", seq=1), benno))
    replica.restore(snapshot(5, epoch="epoch-2"))
    replica.fold_members(page(benno))
    assert {word for (word,) in replica._db.execute("SELECT word FROM leftovers")} == {"benno", "odermatt"}
    assert [m.full_name for m in replica.members.nearest("odrmat", 9)] == ["Benno Odermatt"]
    files = b"".join(path.with_name(name).read_bytes() for name in ("replica.db", "replica.db-wal"))
    assert b"uirina" not in files


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
    assert sorted(m.full_name for m in gym.members.search(text, 9)) == found


def test_who_has_exactly_this_number_comes_first(gym: Replica) -> None:
    gym.fold_members(
        page(member(8, "Aaa", membership_number="100", seq=8), member(9, "Bbb", membership_number="1", seq=9))
    )
    assert [m.full_name for m in gym.members.search("100", 2)] == ["Aaa", "Ana Silva"]
    assert gym.members.search("1", 1)[0].full_name == "Bbb"


def test_a_word_comes_before_a_beginning_and_a_beginning_before_two_run_together(gym: Replica) -> None:
    people = [(11, "Kim Berg"), (12, "Zoe Kim"), (13, "Kimberley Alt"), (14, "Ida Kimura"), (15, "Kai Imhof")]
    gym.fold_members(page(*(member(number, name) for number, name in people), member(16, "Imre Kay")))
    found = [m.full_name for m in gym.members.search("kim", 9)]
    assert found == ["Kim Berg", "Zoe Kim", "Kimberley Alt", "Ida Kimura", "Kai Imhof", "Imre Kay"]


def test_two_of_one_name_are_in_the_order_of_their_numbers(gym: Replica) -> None:
    gym.fold_members(page(member(22, "Eva Ek"), member(21, "Eva Ek"), member(20, "Eva Eklund")))
    assert [m.membership_number for m in gym.members.search("evek", 9)] == ["21", "22", "20"]


def test_a_code_is_exactly_a_number_and_never_a_name(gym: Replica) -> None:
    known = gym.members.by_code(" 1001 ")
    assert known is not None
    assert known.full_name == "Ana Silva"
    assert gym.members.by_code("100") is None
    assert gym.members.by_code("Ana Silva") is None


def test_the_limit_is_kept_and_nobody_is_twice_in_the_list(gym: Replica) -> None:
    gym.fold_members(page(member(7, "Ana Ana Anatol", seq=7)))
    found = [m.id for m in gym.members.search("ana", 9)]
    assert len(found) == len(set(found)) == 3
    assert len(gym.members.search("ana", 2)) == 2


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
