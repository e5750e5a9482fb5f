"""What the tests of the replica share: a file that is opened again and again, and pages of the directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gymtui.client.replica.replica import Replica
from gymtui.protocol import Member, MembersPage
from tests.factories import member

Open = Callable[[], Replica]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a desk keeps its replica; the folder is not there yet."""
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
    """An empty replica on disk."""
    return open_replica()


def page(*members: Member, more: bool = False) -> MembersPage:
    """A page of the directory with these members."""
    last = max((m.seq for m in members), default=0)
    return MembersPage(members=members, next_after_seq=last, more=more, as_of_seq=last)


@pytest.fixture
def gym(replica: Replica) -> Replica:
    """A replica that knows five members, for searches."""
    people = [
        member(1, "Ana Silva", membership_number="1001", phone="+41 79 555 01 23"),
        member(2, "Anabel Sá", membership_number="A-77"),
        member(3, "Zoë O'Neil", membership_number="1003"),
        member(4, "Silvana Anders", membership_number="1004"),
        member(5, "陳大文", membership_number="1005"),
    ]
    replica.fold_members(page(*people))
    return replica
