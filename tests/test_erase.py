"""A person is erased: nothing of them is left in any file, and all that was counted is as it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from gymtui.client.replica.replica import Replica
from gymtui.protocol import EVENTS, CheckIn, MembersPage, Notify, SaveCard
from server.admin import backup, lists
from server.admin.erasing import members_erase
from server.gym.erasing import about, erase
from server.store import Store
from server.store.opening import back_up, open_store
from tests.backup_kit import sound
from tests.factories import member_row
from tests.gym_kit import add_members, stored, token
from tests.kit import Wire, serving
from tests.till import DAY, HOUR, NINE, Till
from tests.verify_kit import looked_at

NAME = "Zoraïda Quigley"
# Long enough to stand in no id and no salt by chance.
SECRETS = [
    "Quigley",
    "ormerly",
    "Zora",
    "quigley",
    "zora",
    "old-card",
    "5551200555",
    "079 55",
    "peanuts",
    "in cash",
    "4711004711",
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


@pytest.fixture
def gym(path: Path) -> Iterator[Till]:
    """Zoraïda has done and left all that a member can; Ana was there with her."""
    fields: dict[str, Any] = {"phone": "079 555", "alerts": ("peanuts",), "visits_left": 3, "notes": "old friend"}
    till = Till(path, member_row("4711004711", "Zora Formerly", **fields), member_row("2", "Ana Silva"))
    with closing(till.store):
        zoe = stored(till.store, "4711004711").id
        till.give(SaveCard(member_id=zoe, code="5551200555"), user="mia")
        till.give(SaveCard(member_id=zoe, code="old-card"), user="mia")
        till.give(SaveCard(member_id=zoe, code="old-card", state="returned"), user="mia")
        till.now = NINE - DAY
        till.done(CheckIn(code="4711004711", notes="paid in cash"), id="came")
        till.check_in("2")
        till.refused(CheckIn(code="4711004711"), id="twice")
        till.now += HOUR
        till.check_out("4711004711", id="left")
        till.now = NINE
        add_members(till.store, [member_row("4711004711", NAME)])
        till.give(Notify(level="info", title="Lost", message=f"{NAME} has lost a key"), user="mia")
        till.give(Notify(level="info", title="Z.", message="Call Zora", member_id=zoe), user="mia")
        yield till


def left_in(path: Path) -> list[str]:
    """What of her is still in the file, as its tables have it, and as its bytes do."""
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        text = "".join(str(row) for table in tables for row in db.execute(f"SELECT * FROM {table}"))
    return [secret for secret in SECRETS if secret in text or secret.encode() in path.read_bytes()]


def test_nothing_is_left_of_her_and_what_was_counted_stays(gym: Till, path: Path) -> None:
    assert set(left_in(path)) >= {"Quigley", "ormerly", "peanuts", "in cash"}
    before, seq, others = gym.store.stats(), gym.seq, [gym.store.search_members("Ana", 9)]
    members_erase(database=str(path), member="4711004711")
    assert gym.seq == seq + 1
    assert gym.store.search_members("Quigley", 9) == gym.store.near_members("Quigly", 9) == []
    assert replace(gym.store.stats(), as_of_seq=0) == replace(before, as_of_seq=0)
    assert [gym.store.search_members("Ana", 9)] == others
    assert looked_at(path).wrong == []
    rows = [json.loads(row.payload) for row in gym.store.read(0, 999)]
    assert [row["seq"] for row in rows] == list(range(1, gym.seq + 1))
    gym.store.close()
    assert left_in(path) == []


def test_a_command_of_hers_is_still_the_one_it_was(gym: Till, path: Path) -> None:
    visits = len(list(gym.store.all_visits()))
    members_erase(database=str(path), member="4711004711")
    again = gym.give(CheckIn(code="4711004711", notes="paid in cash"), id="came")
    assert (again.duplicate, again.error) == (True, None)
    assert b"(erased)" in (again.result or b"")
    refused = gym.give(CheckIn(code="4711004711"), id="twice")
    assert refused.error is not None
    assert (refused.duplicate, refused.error.code) == (True, "already_checked_in")
    assert "Zora" not in str(refused.error)
    assert len(list(gym.store.all_visits())) == visits
    assert gym.refused(CheckIn(code="4711004711")).code == "unknown_member"


def test_who_is_in_is_checked_out_first(gym: Till, path: Path) -> None:
    gym.check_in("4711004711")
    assert gym.store.stats().currently_in == 2
    members_erase(database=str(path), member=stored(gym.store, "4711004711").id)
    assert gym.store.stats().currently_in == 1
    assert gym.recount().currently_in == 1
    assert looked_at(path).wrong == []


def test_what_is_written_between_the_look_and_the_erasure_is_found(gym: Till, path: Path) -> None:
    zoe = stored(gym.store, "4711004711").id
    seen = about(gym.store, zoe)
    gym.done(CheckIn(code="4711004711", notes="paid in cash"))
    gym.give(Notify(level="info", title="Lost", message=f"{NAME} is back"), user="mia")
    gym.store.write([partial(erase, member_id=zoe, about=seen)])
    gym.store.write_over()
    gym.store.close()
    assert left_in(path) == []
    assert looked_at(path).wrong == []


async def test_a_desk_that_is_connected_hears_of_it_at_once(gym: Till, path: Path) -> None:
    zoe = stored(gym.store, "4711004711").id
    async with serving(path) as server, Wire.open(server.url, token(path, "ana")) as wire:
        await wire.until("connection_status")
        members_erase(database=str(path), member="4711004711")
        await wire.covers(gym.seq)
        [gone] = [event for event in wire.events if event.get("id") == zoe]
    assert (gone["full_name"], gone["deleted"], gone["cards"]) == ("(erased)", True, [])


def test_a_desk_forgets_her_too(gym: Till, path: Path, tmp_path: Path) -> None:
    copy = Replica(tmp_path / "desk.db")
    with closing(copy):
        follow(copy, gym.store, 0)
        assert copy.members.search("Quigley", 9)
        assert copy.visits.recent(99)
        at = gym.seq
        members_erase(database=str(path), member="4711004711")
        follow(copy, gym.store, at)
        assert copy.members.search("Quigley", 9) == copy.members.nearest("Quigly", 9) == []
        assert "Zora" not in str(copy.visits.recent(99))
        assert "Ana Silva" in str(copy.visits.recent(99))
    with closing(sqlite3.connect(tmp_path / "desk.db")) as db:
        words = [word for (word,) in db.execute("SELECT word FROM leftovers UNION SELECT word FROM words")]
    assert [word for word in words if "zora" in word] == []


def follow(copy: Replica, store: Store, after: int) -> None:
    """The desk takes the rows behind that one."""
    rows = store.read(after, 999)
    copy.apply([msgspec.json.decode(row.payload, type=EVENTS[row.type]) for row in rows], rows[-1].seq)
    copy.fold_members(MembersPage(members=(), next_after_seq=rows[-1].seq, more=False, as_of_seq=rows[-1].seq))


def test_a_restored_backup_has_her_no_more(gym: Till, path: Path, tmp_path: Path, capsys: Any) -> None:
    gym.check_in("4711004711")
    back_up(path, tmp_path / "gym.bak")
    gym.check_out("4711004711")
    members_erase(database=str(path), member="4711004711")
    gym.store.close()
    backup.restore(database=str(path), file=tmp_path / "gym.bak")
    assert "Whoever of that backup was erased since is erased again: 1 member." in capsys.readouterr().out
    assert sound(path)
    assert left_in(path) == []
    with closing(open_store(path)) as store:
        assert [member.deleted for member in store.all_members()] == [True, False]
        assert store.to_erase() == []


def test_what_is_kept_of_whoever_was_erased_says_nothing(gym: Till, path: Path, tmp_path: Path) -> None:
    zoe = stored(gym.store, "4711004711").id
    members_erase(database=str(path), member="4711004711")
    lists.members_export(database=str(path), file=tmp_path / "zoe.json", member=zoe)
    text = (tmp_path / "zoe.json").read_text()
    assert [secret for secret in SECRETS if secret in text] == []
    assert [row["what"] for row in json.loads(text)["journal"]][-2:] == ["notify", "erase"]
