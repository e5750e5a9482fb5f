"""The gym's check character: cards with it and without are one, where the gym says so, and never of two members."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from gymtui.cards.checks import checked, unchecked
from gymtui.cards.keys import collisions
from gymtui.client.replica.replica import Replica
from gymtui.errors import WrongUsage
from gymtui.importing.rows import Row
from gymtui.protocol import CardCheck, CheckIn, Configure, GymFields, MemberFields, Policy, SaveCard, SaveMember
from server.admin import gym as admin
from server.gym.importing.collisions import told_apart
from server.gym.settings import configure
from tests.cards_kit import CardFile
from tests.factories import GYM, member, member_row, snapshot
from tests.gym_kit import stored
from tests.replica_kit import open_replica, page, path, replica
from tests.till import Till

__all__ = ["open_replica", "path", "replica"]

ANA, BEN = "100060", "GYM12W"  # the second is on file with its check character
CHECKS: Final[tuple[CardCheck, ...]] = ("mod10", "luhn", "mod43", "mod16")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


@pytest.fixture
def till(database: Path) -> Iterator[Till]:
    till = Till(database, member_row(ANA, "Ana Silva"), member_row(BEN, "Ben Ode"))
    with closing(till.store):
        yield till


def set_to(till: Till, check: str | None) -> None:
    outcome = till.give(Configure(gym=GymFields(policy={"card_check": check})), user="mia")
    assert outcome.error is None, outcome.error


def nobody(till: Till, scan: str) -> bool:
    return till.refused(CheckIn(code=scan)).code == "unknown_member"


def test_a_card_is_found_with_it_and_without_once_the_gym_says_so(till: Till) -> None:
    for scan in ("1000607", "GYM12"):
        assert nobody(till, scan)
    set_to(till, "mod43")
    assert till.check_in("1000607").member.full_name == "Ana Silva"
    assert till.check_out("*1000607*").member.full_name == "Ana Silva"
    assert till.check_in("gym12").member.full_name == "Ben Ode"
    assert [b"Ana Silva" in found for found in till.store.search_members("1000607", 5)] == [True]
    for scan in ("1000608", "GYM12A", "10006", "1000607L"):
        assert nobody(till, scan)
    set_to(till, None)
    assert nobody(till, "1000607")


def test_it_is_refused_with_the_cards_of_two_that_it_would_make_one(till: Till, database: Path) -> None:
    ben = stored(till.store, BEN)
    till.give(SaveCard(member_id=ben.id, code="1000607"))
    before = till.seq
    error = till.refused(Configure(gym=GymFields(policy={"card_check": "mod43"})), user="mia")
    assert error.message == (
        "That cannot be set: with card_check mod43 no reader tells these cards apart: "
        "100060 of Ana Silva and 1000607 of Ben Ode."
    )
    with pytest.raises(WrongUsage, match="100060 of Ana Silva and 1000607 of Ben Ode"):
        admin.gym_set(database=str(database), settings=["card_check=mod43"], file=None)
    policy = till.store.gym().policy
    assert (policy.card_check, till.seq) == (None, before)
    set_to(till, "luhn")  # under another one they are two


def test_a_server_does_not_start_with_one_that_it_cannot_have(till: Till) -> None:
    till.give(SaveCard(member_id=stored(till.store, BEN).id, code="1000607"))
    policy = Policy(card_check="mod43")
    with pytest.raises(WrongUsage, match="no reader tells these cards apart"):
        till.store.write([configure(name=None, timezone=None, capacity=None, policy=policy)])


def test_no_card_is_given_out_that_would_be_somebody_else_s(till: Till) -> None:
    set_to(till, "mod43")
    ben = stored(till.store, BEN)
    asked = till.refused(SaveCard(member_id=ben.id, code="1000607")).message
    assert asked == "That card belongs to Ana Silva: please ask before it is moved."
    number = SaveMember(member=MemberFields(full_name="Cem Kaya", membership_number="gym12"))
    assert "belongs to Ben Ode: please choose another." in till.refused(number, user="mia").message
    rows: list[Row] = [(2, {"full_name": "Dov Katz", "membership_number": "1000607"})]
    _, [alike] = told_apart(till.store.all_members(), rows, "mod43")
    assert [(held.code, held.line) for held in alike] == [("100060", None), ("1000607", 2)]


def test_a_desk_reads_as_its_gym_says(replica: Replica) -> None:
    replica.fold_members(page(member(1, "Ana Silva", membership_number=ANA), member(2, membership_number=BEN)))
    replica.restore(snapshot(seq=5))
    assert replica.members.by_code("1000607") is None
    replica.apply([replace(GYM, policy=Policy(card_check="mod43"), seq=6)], 6)
    for scan in ("1000607", ANA):
        found = replica.members.by_code(scan)
        assert found is not None
        assert found.full_name == "Ana Silva"
    assert [found.full_name for found in replica.members.search("1000607", 5)] == ["Ana Silva"]
    replica.restore(snapshot(seq=7))  # of a gym that has none
    assert replica.members.by_code("1000607") is None


CODES: Final = st.text("0123456789", min_size=1, max_size=13) | st.text("aAB1-9", min_size=1, max_size=6)


@given(codes=st.lists(CODES, max_size=30, unique=True), check=st.sampled_from(CHECKS))
def test_no_card_with_it_or_without_is_somebody_else_s(codes: list[str], check: CardCheck) -> None:
    with_it = [checked(code, check) for code in codes[::3]]
    whole = [code for code in with_it if code and code.strip() == code]  # some are on file with it
    codes = list(dict.fromkeys([*codes[1::3], *codes[2::3], *whole]))
    assume(not collisions(((code, code) for code in codes), check))
    gym = CardFile(codes, check)
    for code in codes:
        assert gym.find(code) == {code}
        for scan in (checked(code.upper(), check), unchecked(code, check) if code in whole else None):
            assert scan is None or code in gym.find(scan)


@given(code=CODES, check=st.sampled_from(CHECKS))
def test_a_code_and_the_same_with_it_are_one_too_many(code: str, check: CardCheck) -> None:
    with_it = checked(code.upper(), check)
    assume(with_it is not None)
    assert collisions([(code, "ana"), (str(with_it), "ben")], check)
    assert not collisions([(code, "ana"), (str(with_it), "ana")], check)
