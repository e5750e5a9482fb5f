"""What the tests of finding people share: members whose names and phones are spelled in every way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest

from gymtui.client import Replica
from gymtui.protocol import Member, MembersPage

PHONES: Final = {"Ana Silva": "+41 79 111 00 05", "Bea Mohr": "079 222 01 02", "Kai Lind": "0041 (0)79 333 44 55"}
NAMES: Final = (
    *PHONES,
    "Jürgen Müller",
    "Eva Mueller",
    "Michael Manuel",
    "Ronald McDonald",
    "Zoë O'Neil",
    "Uma Oneil",
    "Inés de la Cruz",
    "Łukasz Đorđević",
    "Søren Åström",
    "Þór Æbeltoft",
    "Işıl Yıldız",
    "Σίσυφος Γεωργίου",
    "Мария Иванова",
    "王小明",
    "김민수",
    "Maria Luisa Zuber",
    "Joe Ode",
    "Jo Hansen",
)


def filled(replica: Replica, people: list[Member]) -> Replica:
    """With these members, all that there are."""
    replica.fold_members(MembersPage(members=tuple(people), next_after_seq=1, more=False, as_of_seq=1))
    return replica


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    """The copy of a desk that knows them."""
    with closing(Replica(":memory:")) as empty:
        people = enumerate(NAMES, 1)
        yield filled(
            empty,
            [
                Member(id=f"m{n}", seq=n, full_name=name, membership_number=f"{1000 + n}", phone=PHONES.get(name))
                for n, name in people
            ],
        )
