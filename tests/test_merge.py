"""Two records of one person become one, and two again; the counters still add up, and no card is anybody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui.client.replica.replica import Replica
from gymtui.protocol import CheckIn, CheckOut, Member, SaveCard
from server.admin import lists
from server.admin.erasing import members_erase
from server.admin.errors import AdminError
from server.admin.merging import members_merge
from server.gym.conflicts import report
from tests.factories import member_row
from tests.gym_kit import add_members, stored
from tests.sqlite_kit import connection_of
from tests.test_erase import follow
from tests.till import HOUR, MINUTE, Till
from tests.verify_kit import looked_at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


@pytest.fixture
def gym(path: Path) -> Iterator[Till]:
    """Ana is there twice, and came by both of her cards."""
    till = Till(
        path,
        member_row("1", "Ana Silva", phone="079", status="frozen"),
        member_row("2", "Anna Silva", phone="044", email="a@b.ch", alerts=("knee",), external_id="old-4711-7"),
        member_row("3", "Ben Ode"),
    )
    with closing(till.store):
        till.give(SaveCard(member_id=stored(till.store, "2").id, code="B2"), user="mia")
        till.give(SaveCard(member_id=stored(till.store, "2").id, code="B2", state="lost"), user="mia")
        till.check_in("2", id="came")
        till.now += HOUR
        till.check_out("2", id="left")
        yield till


def by_id(gym: Till) -> dict[str, Member]:
    return {member.id: replace(member, seq=0) for member in gym.store.all_members()}


def visits(gym: Till, member_id: str) -> int:
    found = gym.store.get_member(member_id)
    return len(found[1]) if found else 0


def test_the_fields_the_cards_and_the_visits_are_together(gym: Till, path: Path) -> None:
    keep, gone, before = stored(gym.store, "1").id, stored(gym.store, "2").id, gym.store.stats()
    members_merge(database=str(path), keep="1", gone="2")
    ana = by_id(gym)[keep]
    assert (ana.full_name, ana.phone, ana.status) == ("Ana Silva", "079", "frozen")
    assert (ana.email, ana.alerts, ana.external_id) == ("a@b.ch", ("knee",), "old-4711-7")
    assert [(card.code, card.state) for card in ana.cards] == [("1", "in_use"), ("2", "in_use"), ("B2", "lost")]
    assert (by_id(gym)[gone].deleted, by_id(gym)[gone].merged_into) == (True, keep)
    assert (visits(gym, keep), visits(gym, gone)) == (1, 0)
    assert replace(gym.store.stats(), as_of_seq=0) == replace(before, as_of_seq=0)
    assert looked_at(path).wrong == []
    gym.store.write([lambda tx: tx.forget(gym.seq - 1)])
    assert looked_at(path).wrong == []
    assert gym.refused(CheckIn(code="2")).message.startswith("Ana Silva may not come in")


@pytest.mark.parametrize("first", ["1", "2"])
def test_who_is_in_is_in_once(gym: Till, path: Path, first: str) -> None:
    add_members(gym.store, [member_row("1", "Ana Silva", status="active")])
    gym.check_in(first)
    keep = stored(gym.store, "1").id
    members_merge(database=str(path), keep="1", gone="2")
    assert gym.store.stats().currently_in == 1
    [now] = [json.loads(visit) for visit in gym.store.list_present(9, None)[0]]
    assert now["member"]["id"] == keep
    assert gym.refused(CheckIn(code="2")).code == "already_checked_in"
    assert gym.recount().currently_in == 1
    assert looked_at(path).wrong == []
    gym.check_out("2")
    assert looked_at(path).wrong == []


def test_who_was_in_twice_is_in_once(gym: Till, path: Path) -> None:
    add_members(gym.store, [member_row("1", "Ana Silva", status="active")])
    gym.check_in("1")
    gym.check_in("2")
    members_merge(database=str(path), keep="1", gone="2")
    assert (gym.store.stats().currently_in, gym.store.stats().today_total) == (1, 3)
    assert gym.recount().hours == gym.store.stats().hours
    assert looked_at(path).wrong == []


def test_both_are_as_they_were_once_it_is_undone(gym: Till, path: Path) -> None:
    before, gone, keep = by_id(gym), stored(gym.store, "2").id, stored(gym.store, "1").id
    members_merge(database=str(path), keep="1", gone="2")
    members_merge(database=str(path), keep="1", gone=gone, undo=True)
    assert by_id(gym) == before
    assert (visits(gym, keep), visits(gym, gone)) == (0, 1)
    assert looked_at(path).wrong == []
    with pytest.raises(AdminError, match="was not made one with another"):
        members_merge(database=str(path), keep="1", gone=gone, undo=True)


def test_what_has_changed_since_stays(gym: Till, path: Path) -> None:
    gone = stored(gym.store, "2").id
    members_merge(database=str(path), keep="1", gone="2")
    add_members(gym.store, [member_row("1", "Ana Silva", email="new@b.ch")])
    members_merge(database=str(path), keep="1", gone=gone, undo=True)
    assert (stored(gym.store, "1").email, stored(gym.store, "2").email) == ("new@b.ch", "a@b.ch")
    assert (stored(gym.store, "1").alerts, stored(gym.store, "1").external_id) == ((), None)


def test_a_card_that_is_somebody_elses_by_now_is_not_taken(gym: Till, path: Path) -> None:
    gone, keep, ben = (stored(gym.store, number).id for number in ("2", "1", "3"))
    members_merge(database=str(path), keep="1", gone="2")
    gym.give(SaveCard(member_id=ben, code="2", moves_from=keep), user="mia")
    before = by_id(gym)
    with pytest.raises(AdminError, match="The card 2 is somebody else's by now"):
        members_merge(database=str(path), keep="1", gone=gone, undo=True)
    assert by_id(gym) == before


def test_only_two_who_are_there_are_made_one(gym: Till, path: Path) -> None:
    gone = stored(gym.store, "2").id
    members_merge(database=str(path), keep="3", gone="2")
    for keep, other in (("1", "1"), ("1", gone)):
        with pytest.raises(AdminError, match="please name two of them"):
            members_merge(database=str(path), keep=keep, gone=other)


def test_a_desk_hears_of_it_and_may_still_tell_of_the_record_of_before(gym: Till, path: Path, tmp_path: Path) -> None:
    keep, gone = stored(gym.store, "1").id, stored(gym.store, "2").id
    copy = Replica(tmp_path / "desk.db")
    with closing(copy):
        follow(copy, gym.store, 0)
        gym.check_in("2")
        at = gym.seq - 1
        members_merge(database=str(path), keep="1", gone="2")
        follow(copy, gym.store, at)
        assert [owned.member.id for owned in copy.members.owners("2")] == [keep]
        assert copy.members.member(gone) is None
        assert [visit.member.id for visit in copy.visits.present()] == [keep]
    left = gym.done(CheckOut(member_id=gone, offline=True, occurred_at="2026-11-22T11:00:00Z"))
    assert left.member.id == keep


def test_what_one_record_did_is_told_of_the_person(gym: Till, path: Path, tmp_path: Path) -> None:
    keep = stored(gym.store, "1").id
    gym.check_in("2")
    gym.offline(gym.now + MINUTE, "2", desk="Side")
    before = report(gym.store, 0)
    members_merge(database=str(path), keep="1", gone="2")
    assert report(gym.store, 0) == before
    assert "checked in a second time" in before[0]
    lists.check_ins_export(database=str(path), file=tmp_path / "v.jsonl", format="jsonl")
    rows = [json.loads(line) for line in (tmp_path / "v.jsonl").read_text().splitlines()]
    assert {(row["member_id"], row["full_name"]) for row in rows} == {(keep, "Ana Silva")}


def test_a_record_that_is_brought_back_can_take_the_other(gym: Till, path: Path) -> None:
    gone = stored(gym.store, "2").id
    members_merge(database=str(path), keep="1", gone="2")
    add_members(gym.store, [member_row("7", "Anna Silva") | {"id": gone}])
    assert gym.check_in("7").member.id == gone
    assert gym.check_out("7").member.id == gone
    assert looked_at(path).wrong == []
    members_merge(database=str(path), keep="7", gone="1")  # and this time the other way
    members_erase(database=str(path), member="7")
    assert looked_at(path).wrong == []
    assert {member.full_name for member in gym.store.all_members()} == {"(erased)", "Ben Ode"}


def test_a_record_that_is_brought_back_can_go_again(gym: Till, path: Path) -> None:
    gone = stored(gym.store, "2").id
    members_merge(database=str(path), keep="1", gone="2")
    add_members(gym.store, [member_row("7", "Anna Silva") | {"id": gone}])
    gym.check_in("7")
    gym.check_out("7")
    members_merge(database=str(path), keep="1", gone="7")
    assert visits(gym, stored(gym.store, "1").id) == 2
    assert looked_at(path).wrong == []


def test_a_visit_that_was_given_to_somebody_else_by_hand_is_found(gym: Till, path: Path) -> None:
    members_merge(database=str(path), keep="1", gone="2")
    connection_of(gym.store).execute("UPDATE visits SET member_id = ?", (stored(gym.store, "3").id,))
    assert len(looked_at(path).wrong) == 1


def test_whoever_is_erased_is_so_in_both_records(gym: Till, path: Path, tmp_path: Path) -> None:
    members_merge(database=str(path), keep="1", gone="2")
    lists.members_export(database=str(path), file=tmp_path / "ana.json", member="1")
    assert "Anna Silva" in (tmp_path / "ana.json").read_text()
    members_erase(database=str(path), member="1")
    gym.store.close()
    assert [word for word in (b"Silva", b"silva", b"a@b.ch", b"knee", b"old-4711-7") if word in path.read_bytes()] == []
    assert looked_at(path).wrong == []
