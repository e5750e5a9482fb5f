"""Commands that share a commit: what they ask first is asked at once, and each still finds what those before it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from gymtui.protocol import CheckIn, CheckOut, Correct, SaveCard, Undo
from server.admin.verify import check
from server.gym.commands import perform
from server.gym.erasing import about, erase
from server.gym.foresight import foreseen
from server.gym.orders import Order
from server.store import Outcome, Transaction, opening
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import stored
from tests.till import FRONT, Till


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    """Ana and Zoë, and Ben with a punch card. After each test the counters are a recount's, and the gym is sound."""
    till = Till(
        engine.database,
        member_row("1", "Ana Silva"),
        member_row("2", "Ben Ode", visits_left=5),
        member_row("3", "Zoë O'Neil"),
    )
    yield till
    assert till.store.stats() == till.recount()
    till.store.close()
    with opening.audit(engine.database) as tables:
        assert check(tables).wrong == []


def became(outcomes: Sequence[Outcome]) -> list[str]:
    return ["ok" if each.error is None else each.error.code for each in outcomes]


def test_a_command_sent_twice_is_done_once(till: Till) -> None:
    first, again, other = till.give_together(
        CheckIn(code="1"), CheckIn(code="1"), CheckIn(code="3"), ids=["a", "a", "a"]
    )
    assert again.duplicate
    assert again.result == first.result
    assert other.error is not None
    assert other.error.code == "id_reused"


def test_each_finds_the_visit_that_the_one_before_it_has_left(till: Till) -> None:
    come, go = CheckIn(code="1"), CheckOut(code="1")
    assert became(till.give_together(come, come, go, go, come)) == [
        *("ok", "already_checked_in", "ok", "not_checked_in", "ok")
    ]
    assert became(till.give_together(go, come, CheckIn(code="3"))) == ["ok"] * 3
    assert till.store.stats().currently_in == 2


def test_a_visit_that_is_taken_back_or_moved_is_nobodys_in_the_same_commit(till: Till) -> None:
    ana = till.check_in("1", id="ana")
    come = [CheckIn(code=code) for code in ("1", "3")]
    assert became(till.give_together(Undo(command_id="ana"), *come, CheckOut(code="3"))) == ["ok"] * 4
    ana = till.check_out("1")
    ana = till.check_in("1")
    zoe = stored(till.store, "3").id
    assert became(till.give_together(Correct(check_in_id=ana.id, member_id=zoe, reason="a namesake"), *come)) == [
        *("ok", "ok", "already_checked_in")
    ]


def test_a_card_that_moves_lets_in_whoever_has_it_now(till: Till) -> None:
    ana, zoe = stored(till.store, "1").id, stored(till.store, "3").id
    moved, came, left = till.give_together(
        *(SaveCard(member_id=zoe, code="1", moves_from=ana), CheckIn(code="1"), CheckOut(member_id=zoe))
    )
    assert became([moved, came, left]) == ["ok"] * 3
    assert [visit.member.full_name for visit in till.store.all_visits()] == ["Zoë O'Neil"]


def test_punches_of_one_commit_add_up(till: Till) -> None:
    come, go = CheckIn(code="2"), CheckOut(code="2")
    assert became(till.give_together(come, go, CheckIn(code="1"), come, go, come)) == ["ok"] * 6
    assert stored(till.store, "2").visits_left == 2


def test_what_is_written_behind_is_found_by_whoever_looks(till: Till) -> None:
    """Somebody who comes in and is erased in the same commit stands nowhere any more."""
    ana, others = stored(till.store, "1"), stored(till.store, "3")
    known = about(till.store, ana.id)
    order = Order(id="a", payload=CheckIn(code="1"), user="ana", role="staff", desk="Front", device=FRONT)

    def come_and_be_erased(tx: Transaction) -> None:
        perform(tx, order)
        erase(tx, ana.id, about=known)

    till.store.write([foreseen(order.id, order.payload, come_and_be_erased)])
    assert till.store.rows_with([ana.full_name]) == []
    assert till.store.rows_with([others.full_name]) != []
    assert became(till.give_together(CheckIn(code="1"), CheckIn(code="3"))) == ["unknown_member", "ok"]


def test_a_code_with_a_nul_is_nobodys(till: Till) -> None:
    assert became(till.give_together(CheckIn(code="1\0x"), CheckIn(member_id="1\0"), CheckIn(code="1"))) == [
        *("unknown_member", "unknown_member", "ok")
    ]
