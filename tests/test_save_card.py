"""Cards: several of one member, given out, lost, returned, moved; each finds its owner, and a lost one nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gymtui.cards.nobody import CHANGES, NO_FACILITY, PHONE, SHARED, TWICE
from gymtui.protocol import (
    MAX_CARDS,
    Card,
    CheckIn,
    CheckOut,
    Configure,
    GymFields,
    Member,
    MemberFields,
    Override,
    SaveCard,
    Saved,
    SaveMember,
)
from server.store.opening import open_store
from server.store.sqlite.schema import MIGRATIONS
from tests.factories import member_row
from tests.gym_kit import stored
from tests.sqlite_kit import age
from tests.till import DAY, Till


@pytest.fixture
def till(engine: Any) -> Iterator[Till]:
    till = Till(engine.database, member_row("1001", "Ana Silva"), member_row("1002", "Ben Ode"))
    with closing(till.store):
        yield till


def saved(till: Till, code: str, of: str = "1001", *, user: str = "ana", **fields: Any) -> Member:
    """The member after a `save_card` that must not fail."""
    outcome = till.give(SaveCard(member_id=stored(till.store, of).id, code=code, **fields), user=user)
    assert outcome.error is None, outcome.error
    assert outcome.result is not None
    return msgspec.convert(msgspec.json.decode(outcome.result, type=Saved).member, Member)


def refused(till: Till, code: str, of: str = "1001", **fields: Any) -> str:
    return till.refused(SaveCard(member_id=stored(till.store, of).id, code=code, **fields)).message


def test_each_card_of_a_member_checks_in(till: Till) -> None:
    ana = saved(till, "B-77")
    assert [card.code for card in ana.cards] == ["1001", "B-77"]
    assert (ana.membership_number, ana.cards[1].by, ana.cards[1].since) == ("1001", "ana", "2026-11-22T09:00:00.000Z")
    assert till.check_in("B-77").member.id == ana.id
    assert till.check_out("1001").member.id == ana.id
    assert [json_id(found) for found in till.store.search_members("B-77", 5)] == [ana.id]


def json_id(found: bytes) -> str:
    return msgspec.json.decode(found, type=Member).id


def test_a_lost_card_is_refused_in_words_and_the_others_go_on(till: Till) -> None:
    saved(till, "B-77")
    till.now += DAY
    ana = saved(till, "B-77", state="lost")
    error = till.refused(CheckIn(code="B-77"))
    assert (error.code, error.message) == (
        "card_lost",
        "That card of Ana Silva was reported lost on Mon 23 Nov: please ask who it is.",
    )
    assert till.refused(CheckIn(member_id=ana.id, card="B-77")).code == "card_lost"
    assert till.check_in("1001").member.id == ana.id
    assert till.check_out("B-77").member.id == ana.id  # whoever is in may leave


def test_a_card_that_is_found_again_is_in_use(till: Till) -> None:
    saved(till, "1001", state="lost")
    assert till.refused(CheckIn(code="1001")).code == "card_lost"
    assert saved(till, "1001").cards == (Card(code="1001", since="2026-11-22T09:00:00.000Z", by="ana"),)
    till.check_in("1001")


def test_a_desk_that_was_alone_and_a_manager_let_a_lost_card_in(till: Till) -> None:
    ana = saved(till, "1001", state="lost")
    till.done(CheckIn(code="1001", override=Override(reason="it is her", manager="mia")))
    till.done(CheckOut(member_id=ana.id))
    till.done(CheckIn(member_id=ana.id, card="1001", offline=True))


def test_a_returned_card_is_nobody_s_until_it_is_given_out_again(till: Till) -> None:
    saved(till, "B-77")
    ana = saved(till, "1001", state="returned")
    assert (ana.membership_number, [card.code for card in ana.cards]) == ("B-77", ["B-77", "1001"])
    assert till.refused(CheckIn(code="1001")).code == "unknown_member"
    ben = saved(till, "1001", of="1002")
    assert till.check_in("1001").member.id == ben.id
    assert [card.code for card in ben.cards] == ["1002", "1001"]


def test_a_card_of_somebody_else_is_moved_only_by_whoever_asked(till: Till) -> None:
    ana, before = stored(till.store, "1001"), till.seq
    assert refused(till, "1001", of="1002") == "That card belongs to Ana Silva: please ask before it is moved."
    assert refused(till, "1001", of="1002", moves_from="another").startswith("That card belongs to Ana Silva")
    assert till.seq == before
    ben = saved(till, "1001", of="1002", moves_from=ana.id)
    assert till.seq == before + 2  # a row for each of the two
    assert [card.code for card in ben.cards] == ["1002", "1001"]
    left = msgspec.json.decode((till.store.get_member(ana.id) or (b"",))[0], type=Member)
    assert (left.membership_number, [(card.code, card.state) for card in left.cards]) == (None, [("1001", "returned")])
    assert till.check_in("1001").member.id == ben.id


def test_what_cannot_be_a_card_or_is_none_of_theirs(till: Till) -> None:
    assert refused(till, " \t") == "A card has a code that can be printed: please scan it again."
    assert refused(till, "B-77", state="lost") == "Ana Silva has no such card: please look at the cards there are."
    error = till.refused(SaveCard(member_id="nobody", code="B-77"))
    assert error.code == "unknown_member"


@pytest.mark.parametrize(
    ("kind", "code", "why"),
    [(None, "08AB12CD", PHONE), (None, "01:02:03:04", SHARED), (None, "80AB12CD", CHANGES), ("uid", "08123456", PHONE)],
)
def test_what_is_nobody_s_is_not_given_out(till: Till, kind: str | None, code: str, why: str) -> None:
    till.give(Configure(gym=GymFields(policy={"card_kind": kind})), user="mia")
    assert refused(till, code) == why
    fields = MemberFields(full_name="Cem Kaya", membership_number=code)
    assert till.refused(SaveMember(member=fields), user="mia").message == why


def test_what_may_be_nobody_s_is_given_out_unless_nobody_is_sure(till: Till) -> None:
    assert refused(till, "4BC97B08", sure=False) == TWICE
    saved(till, "4BC97B08")  # as clients of before say it
    saved(till, "4BC97B08", sure=False)  # it is on file
    assert saved(till, "4521", sure=False).cards[-1].code == "4521"
    till.give(Configure(gym=GymFields(policy={"card_kind": "hid26"})), user="mia")
    assert refused(till, "4522", sure=False) == NO_FACILITY
    saved(till, "B-4522", sure=False)


def test_a_member_has_a_number_of_cards_and_the_oldest_returned_ones_are_forgotten(till: Till) -> None:
    for number in range(MAX_CARDS - 1):
        saved(till, f"B-{number}")
    assert refused(till, "B-one-more") == "Ana Silva has 20 cards: please take one back first."
    saved(till, "B-0", state="returned")
    saved(till, "B-1", state="returned")
    ana = saved(till, "B-more")
    assert (len(ana.cards), ana.cards[-1].code) == (MAX_CARDS, "B-1")


def test_another_number_returns_the_card_of_the_old_one(till: Till) -> None:
    ana = saved(till, "B-77")
    outcome = till.give(SaveMember(member=MemberFields(id=ana.id, membership_number="2001")), user="mia")
    assert outcome.error is None
    ana = stored(till.store, "2001")
    assert [(card.code, card.state) for card in ana.cards] == [
        ("2001", "in_use"),
        ("B-77", "in_use"),
        ("1001", "returned"),
    ]
    assert till.refused(CheckIn(code="1001")).code == "unknown_member"


@pytest.mark.parametrize("number", ["B-77", "b-77"])
def test_no_number_is_a_card_of_somebody_else_however_it_is_written(till: Till, number: str) -> None:
    saved(till, "B-77")
    ben = stored(till.store, "1002")
    error = till.refused(SaveMember(member=MemberFields(id=ben.id, membership_number=number)), user="mia")
    assert error.code == "invalid"
    assert "belongs to Ana Silva: please choose another." in error.message


def test_a_lost_answer_is_the_same_again(till: Till) -> None:
    ana = stored(till.store, "1001")
    first = till.give(SaveCard(member_id=ana.id, code="B-77"), id="k1")
    before = till.seq
    again = till.give(SaveCard(member_id=ana.id, code="B-77"), id="k1")
    assert (again.duplicate, again.result, till.seq) == (True, first.result, before)


def test_an_older_database_finds_everybody_by_the_number(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db", member_row("1001", "Ana Silva"))
    age(till.store, next(version for version, script in enumerate(MIGRATIONS) if "card_entries" in script))
    till.store.close()
    till.store = open_store(tmp_path / "gym.db", now=lambda: till.now)
    assert till.check_in("1001").member.full_name == "Ana Silva"
    till.store.close()
