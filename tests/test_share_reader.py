"""A reader that one desk has learned is the gym's, for the others to choose: kept, told to all, taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gymtui.cards.profile import ReaderProfile, of_gym, shared
from gymtui.client.replica.replica import Replica
from gymtui.protocol import MAX_READERS, Configure, Configured, Gym, GymFields, Reader, ShareReader
from server.admin.verify import verify
from tests.factories import snapshot
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.replica_kit import Open, open_replica, path
from tests.till import Till

__all__ = ["open_replica", "path"]

FRONT, SIDE = Reader(name="Front", prefix="M#"), Reader(name="Side", steps=("chip:hex4:backwards:hex4",))


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path / "gym.db")
    with closing(till.store):
        yield till


def share(till: Till, reader: Reader, **fields: Any) -> Gym:
    outcome = till.give(ShareReader(reader=reader, **fields))
    assert outcome.result is not None, outcome.error
    return msgspec.json.decode(outcome.result, type=Configured).gym


def names(gym: Gym) -> list[str]:
    """Those that a desk is offered."""
    return [*of_gym(gym)]


def test_it_is_kept_under_its_name_and_the_first_is_the_default(till: Till, tmp_path: Path) -> None:
    gym = share(till, FRONT)
    assert (gym.by, gym.seq, of_gym(gym)) == ("ana", till.seq, {"Front": ReaderProfile(prefix="M#")})
    assert names(share(till, SIDE)) == ["Front", "Side"]
    assert names(share(till, msgspec.structs.replace(SIDE, is_default=True))) == ["Side", "Front"]
    again = share(till, Reader(name="FRONT", suffix="$"))
    assert of_gym(again)["FRONT"] == ReaderProfile(suffix="$")
    assert till.store.gym() == again
    till.give(Configure(gym=GymFields(capacity=5)), user="mia")
    assert names(till.store.gym()) == ["Side", "FRONT"]
    assert names(share(till, Reader(name="front"), withdraw=True)) == ["Side"]
    assert share(till, Reader(name="side"), withdraw=True).readers is msgspec.UNSET
    verify(database=str(tmp_path / "gym.db"))


@pytest.mark.parametrize(
    ("reader", "fields", "sentence"),
    [
        (Reader(name=" "), {}, "A reader has a name that can be printed: please type one."),
        (Reader(name="X", layout="xx"), {}, "No desk can use that: no keyboard is called 'xx'"),
        (Reader(name="X", steps=("teleport",)), {}, "No desk can use that: a profile has no step 'teleport'"),
        (Reader(name="X"), {"withdraw": True}, "The gym has no reader of that name"),
    ],
)
def test_what_no_desk_could_use_is_refused(till: Till, reader: Reader, fields: dict[str, Any], sentence: str) -> None:
    before = till.seq
    error = till.refused(ShareReader(reader=reader, **fields))
    assert (error.code, till.seq) == ("invalid", before)
    assert error.message.startswith(sentence)


def test_a_gym_has_so_many(till: Till) -> None:
    for number in range(MAX_READERS):
        share(till, Reader(name=f"Desk {number}"))
    assert till.refused(ShareReader(reader=FRONT)).message.startswith("The gym has 20 readers")
    share(till, Reader(name="desk 7", prefix="M#"))


def test_what_this_program_does_not_know_is_passed_over() -> None:
    gym = snapshot(9).gym
    known = msgspec.structs.replace(gym, readers=(Reader(name="Of tomorrow", steps=("teleport",)), SIDE))
    assert names(known) == ["Side"]
    assert of_gym(gym) == of_gym(None) == {}


def test_a_profile_comes_back_from_the_gym() -> None:
    profile = ReaderProfile(prefix="#", suffix=".", layout="fr", caps_lock=True, steps=("inside", "no_zeros"))
    assert of_gym(msgspec.structs.replace(snapshot(9).gym, readers=(shared("X", profile),))) == {"X": profile}


async def test_every_desk_has_it_live_and_from_a_snapshot(gym: Path, open_replica: Open) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "mia")) as mia,
        Wire.open(server.url, token(gym, "otto")) as otto,
    ):
        await otto.until("connection_status")
        head = server.hub.head
        await mia.ask("share_reader", {"reader": {"name": "Front", "prefix": "M#"}})
        await otto.covers(head + 1)
        [update] = otto.received[-1]["payload"]["batches"]["gym_update"]
        assert names(msgspec.convert(update, Gym)) == ["Front"]
        await otto.ask("resume", {})
        await otto.until("snapshot")
        assert names(msgspec.convert(otto.received[-1]["payload"]["gym"], Gym)) == ["Front"]
    replica = open_replica()
    replica.apply([msgspec.convert(update, Gym)], update["seq"])
    assert offered(replica) == ["Front"]
    replica.close()
    replica = open_replica()
    assert offered(replica) == ["Front"]
    replica.restore(snapshot(update["seq"] + 1))  # of a gym that has none
    assert offered(replica) == []


def offered(replica: Replica) -> list[str]:
    return names(replica.gym) if replica.gym else []
