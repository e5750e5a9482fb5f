"""A desk's copy has of members what whoever is at the desk sees, and its file and the log beside it nothing else."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gymtui import codec
from gymtui.client.mock import MockConnection
from gymtui.client.replica.desk_members import Expected
from gymtui.client.replica.keeping import keep_to
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica
from gymtui.protocol import ERASED, Gym, Member, MembersPage, Policy, SaveMember, SyncMembers
from gymtui.saving import edited
from gymtui.sight import PRIVATE
from tests.desk_kit import Gym as Played
from tests.factories import GYM, member, snapshot, visit
from tests.replica_kit import open_replica, page, path, replica
from tests.sqlite_kit import age_copy
from tests.waiting import until

__all__ = ["open_replica", "path", "replica"]

ANA = member(
    1,
    "Ana Silva",
    phone="+41 79 555 01 23",
    email="ana@gym.test",
    birth_date="1990-05-01",
    home_location="Lakeside",
    notes="heart condition",
    alerts=("has a key",),
)
SECRETS = ["555 01 23", "41795550123", "3210555979", "ana@gym", "1990-05-01", "Lakeside", "heart"]
PHONE_ONLY = PRIVATE - {"phone"}


def left_in(path: Path) -> list[str]:
    """What of Ana is in the files of a copy, which may be open."""
    files = [path, path.with_name(path.name + "-wal")]
    data = b"".join(file.read_bytes() for file in files if file.exists())
    return [secret for secret in SECRETS if secret.encode() in data]


def test_what_is_hidden_is_gone_from_the_file_while_it_is_open(replica: Replica, path: Path) -> None:
    replica.fold_members(page(ANA, *(member(n) for n in range(2, 40))))
    assert {"heart", "555 01 23"} <= set(left_in(path))
    keep_to(replica, PRIVATE)
    assert left_in(path) == []
    assert replica.members.member("m1") == replace(ANA, **dict.fromkeys(PRIVATE))
    assert replica.members.search("555", 9) == replica.members.near("550123", 9) == []
    assert [found.id for found in replica.members.search("ana", 9)] == ["m1"]
    assert replica.directory == (39, True)


def test_a_phone_that_is_seen_still_finds(replica: Replica, path: Path) -> None:
    replica.fold_members(page(ANA))
    keep_to(replica, PHONE_ONLY)
    assert "heart" not in left_in(path)
    assert [found.phone for found in replica.members.search("+41 79 555", 9)] == [ANA.phone]


def test_what_comes_later_is_kept_without_it_also_from_a_server_that_tells_all(replica: Replica, path: Path) -> None:
    keep_to(replica, PRIVATE)
    replica.apply([replace(ANA, seq=5)], 5)
    replica.fold_members(page(replace(ANA, seq=6)))
    replica.close()
    with closing(Replica(path)) as again:  # nor after a restart
        again.apply([replace(ANA, seq=7)], 7)
        found = again.members.member("m1")
        assert (found and found.seq, left_in(path)) == (7, [])


def test_what_is_seen_again_comes_with_the_directory_and_nobody_is_missing_meanwhile(replica: Replica) -> None:
    left = replace(ANA, visits_left=5)
    replica.fold_members(page(left, member(2)))
    keep_to(replica, PRIVATE)
    replica.apply([visit(8, ANA, visits_left=4)], 8)
    keep_to(replica, PHONE_ONLY)
    assert replica.directory == (0, False)
    assert [found.id for found in replica.members.search("ana", 9)] == ["m1"]
    replica.fold_members(page(replace(left, **dict.fromkeys(PHONE_ONLY)), member(2)))
    found = replica.members.member("m1")
    assert found is not None
    assert (found.phone, found.notes, found.visits_left) == (ANA.phone, None, 4)
    assert [one.id for one in replica.members.search("+41 79 555", 9)] == ["m1"]
    assert replica.directory == (2, True)


def save(id: str, request: SaveMember) -> Outgoing:
    return Outgoing(id=id, kind="save_member", payload=codec.encode(request), member_id="m1", at=5)


def test_a_change_of_it_waits_and_is_forgotten_once_it_is_answered(replica: Replica, path: Path) -> None:
    replica.fold_members(page(ANA))
    changed, plan = edited(ANA, notes="heart condition, pills"), edited(ANA, plan="Gold")
    for id, request in (("a", changed), ("b", plan), ("c", changed)):
        replica.enqueue(save(id, request))
    replica.settle("a", 6)
    keep_to(replica, PRIVATE)
    assert [(row.id, row.request) for row in replica.outbox.rows()] == [("b", plan), ("c", changed)]
    for id in ("b", "c"):
        replica.settle(id, 7, replace(ANA, seq=9))
    replica.apply([], 9)
    replica.outbox.reopen(8)
    assert [row.id for row in replica.outbox.rows()] == ["b"]  # told again to a server from a backup
    keep_to(replica, frozenset())
    keep_to(replica, PRIVATE)
    assert left_in(path) == []


def test_what_waits_shows_nothing_of_it(replica: Replica) -> None:
    replica.fold_members(page(ANA))
    keep_to(replica, PRIVATE)
    replica.members.expect("a", Expected(edited(ANA, notes="new", plan="Gold"), "2026-11-22T09:00:00.000Z", "mia"))
    found = replica.members.member("m1")
    assert found is not None
    assert (found.notes, found.plan) == (None, "Gold")


def test_a_copy_of_before_has_nothing_more_of_who_was_deleted(replica: Replica, path: Path) -> None:
    replica.fold_members(page(member(2)))
    before = replica.members.table
    before._db.execute("UPDATE members SET deleted = 1, body = ?", (codec.encode(replace(ANA, deleted=True)),))
    replica.close()
    age_copy(path, 14)
    assert "heart" in left_in(path)
    Replica(path).close()
    assert left_in(path) == []


# --- who was erased while a desk was away -----------------------------------------------------------------------------


@pytest.mark.parametrize("by_snapshot", [True, False])
def test_who_was_erased_meanwhile_is_gone_when_the_desk_is_back(
    replica: Replica, path: Path, by_snapshot: bool
) -> None:
    secrets = ["Silva", "silva", "heart", "555"]
    replica.restore(snapshot(3))
    replica.apply([visit(4, ANA), replace(ANA, seq=5)], 5)
    replica.fold_members(page(replace(ANA, seq=5)))
    erased = Member(id="m1", full_name=ERASED, status="inactive", deleted=True, seq=9000)
    if by_snapshot:  # the journal does not reach back so far: the directory tells it
        replica.restore(snapshot(9001))
        assert replica.directory == (5, False)
        replica.fold_members(page(erased))
    else:
        gone = visit(8999, erased, status="checked_out", id="v4")
        replica.apply([gone, erased], 9001)
    assert replica.members.search("ana", 9) == []
    data = path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
    assert [secret for secret in secrets if secret.encode() in data] == []


# --- a desk and its server --------------------------------------------------------------------------------------------


@pytest.fixture
def played(tmp_path: Path) -> Any:
    played = Played(tmp_path / "desk.db")
    played.replica.fold_members(MembersPage(members=(ANA,), next_after_seq=3, more=False, as_of_seq=3))
    played.replica.apply([replace(ANA, seq=4)], 4)
    played.server.seq = 4
    yield played
    played.replica.close()


async def directory_from(connection: MockConnection) -> int:
    request, _ = await connection.received(SyncMembers)
    return request.after_seq


async def test_another_person_at_the_desk_leaves_only_what_that_one_sees(played: Played, tmp_path: Path) -> None:
    played.server.role = "manager"
    async with played.open() as connection:
        assert "heart" in left_in(tmp_path / "desk.db")
        played.server.role = "staff"
        connection.cut()
        await until(lambda: played.service.state.phase == "waiting")
        await played.come_back()
        await until(lambda: not left_in(tmp_path / "desk.db")[2:])
        known = played.replica.members.member("m1")
        assert known is not None
        assert (known.phone, known.notes, known.alerts) == (ANA.phone, None, ANA.alerts)


async def test_a_policy_that_hides_takes_away_and_one_that_shows_asks_for_all(played: Played, tmp_path: Path) -> None:
    def policy(seq: int, **lines: Any) -> Gym:
        return replace(GYM, policy=Policy(**lines), seq=seq)

    played.server.role = "staff"
    async with played.open() as connection:
        await until(lambda: played.replica.members.table.hidden == PHONE_ONLY)
        connection.events(policy(5, staff_sees="nothing"))
        await until(lambda: left_in(tmp_path / "desk.db") == [])
        assert played.replica.members.search("555", 9) == []
        connection.events(policy(6, staff_sees="everything"))
        assert await directory_from(connection) == 0
        assert played.replica.members.table.hidden == frozenset()


# --- where nobody is logged in any more -------------------------------------------------------------------------------


def wiping(played: Played) -> None:
    """The gym says that copies are wiped."""
    played.replica.apply([replace(GYM, policy=Policy(after_log_out="wipe", staff_sees="everything"), seq=5)], 5)


@pytest.mark.parametrize("says_so", [True, False])
async def test_a_copy_is_wiped_at_log_out_if_the_gym_says_so(played: Played, tmp_path: Path, says_so: bool) -> None:
    played.replica.apply([visit(5, ANA)], 5)
    if says_so:
        wiping(played)
    played.server.seq = 5
    async with played.open():
        queued = played.desk.check_out(ANA)
        await played.login.log_out()
        played.service.logged_out()
        await until(lambda: played.service.state.phase == "logged_out")
        assert [row.id for row in played.replica.outbox.rows()] == [
            queued.command_id
        ]  # what waits is sent all the same
        found = [one.id for one in played.replica.members.search("ana", 9)]
        assert found == ([] if says_so else ["m1"])
        assert played.replica.position == (("", 0) if says_so else ("epoch-1", 5))
    if says_so:
        assert left_in(tmp_path / "desk.db") == []
        assert not played.replica.visits.recent(9)
        assert not played.desk.present()
        assert played.replica.gym is not None  # who may come in is still known, of whoever is found


async def test_a_login_that_is_only_over_wipes_nothing(played: Played) -> None:
    wiping(played)
    played.server.seq = 5
    async with played.open() as connection:
        connection.close_with(4003)
        await until(lambda: played.service.state.phase == "logged_out")
        assert [one.id for one in played.replica.members.search("ana", 9)] == ["m1"]
