"""A compared list into the gym: exactly what was compared and decided, and the same list again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gymtui.errors import WrongUsage
from gymtui.protocol import Card, Member
from server.admin.importing import members
from server.admin.importing.members import Imported, compared, import_members
from server.gym.importing.taking import Import
from server.store import Store, Transaction
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import add_members, stored
from tests.sqlite_kit import connection_of

FIRST = [
    member_row("1", "Ana Silva", external_id="x1", birth_date="1990-01-02", payment_overdue=True, visits_left=3),
    member_row("2", "Ben Ode", external_id="x2"),
    member_row("3", "Cem Ak", cards=(Card(code="B3"),)),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "gym.db")) as store:
        add_members(store, FIRST)
        yield store


def given(store: Store, *rows: dict[str, Any], decisions: dict[int, bool] | None = None, **more: Any) -> Imported:
    return import_members(store, enumerate(rows, 1), decisions=decisions or {}, **more)


def journal(store: Store) -> int:
    return store.head().seq


def test_the_same_list_again_makes_no_second_people_and_changes_nothing(store: Store) -> None:
    before, seq = list(store.all_members()), journal(store)
    again = given(store, *FIRST, {"full_name": "Dea Do"}, decisions={})
    assert (again.taken, again.questions, again.problems) == (4, [], [])
    assert given(store, *FIRST, {"full_name": "Dea Do"}).taken == 4
    assert journal(store) == seq + 1
    assert [member for member in store.all_members() if member.full_name != "Dea Do"] == before


def test_what_nobody_has_answered_is_left_out_and_listed(store: Store) -> None:
    row = member_row("3", "Zoe Zen")
    done = given(store, row, member_row("4", "Dea Do"))
    assert (done.taken, [question.line for question in done.questions]) == (1, [1])
    assert stored(store, "3").full_name == "Cem Ak"
    given(store, row, decisions={1: False})
    zoe, cem = stored(store, "3"), next(m for m in store.all_members() if m.full_name == "Cem Ak")
    assert (zoe.full_name, zoe.id != cem.id) == ("Zoe Zen", True)
    assert [(card.code, card.state) for card in cem.cards] == [("B3", "in_use"), ("3", "returned")]
    assert given(store, row).taken == 1
    assert stored(store, "3") == zoe


def test_who_is_not_in_the_list_stays_or_becomes_inactive(store: Store) -> None:
    given(store, FIRST[0])
    assert {member.status for member in store.all_members()} == {"active"}
    done = given(store, FIRST[0], missing="inactive")
    assert (done.taken, done.inactive) == (1, 2)
    assert [stored(store, number).status for number in "123"] == ["active", "inactive", "inactive"]
    assert given(store, FIRST[0], missing="inactive").inactive == 0


def test_who_paid_is_let_in_again(store: Store) -> None:
    given(store, {"full_name": "Ana Silva", "external_id": "x1", "payment_overdue": False, "visits_left": None})
    ana = stored(store, "1")
    assert (ana.payment_overdue, ana.visits_left, ana.external_id) == (False, None, "x1")


def test_two_who_have_changed_numbers_each_get_the_others(store: Store) -> None:
    done = given(store, FIRST[0] | {"membership_number": "2"}, FIRST[1] | {"membership_number": "1"})
    assert (done.taken, done.problems) == (2, [])
    assert [stored(store, number).full_name for number in "12"] == ["Ben Ode", "Ana Silva"]


def test_a_strict_import_is_none_while_anything_is_asked(store: Store) -> None:
    seq = journal(store)
    done = given(store, member_row("3", "Zoe Zen"), member_row("4", "Dea Do"), strict=True)
    assert (done.taken, len(done.questions), journal(store)) == (0, 1, seq)


def test_who_has_come_in_since_it_was_compared_does_not_come_in_twice(store: Store) -> None:
    [change] = compared(store, [(1, member_row("9", "Eva E", external_id="x9"))], {}).changes
    add_members(store, [member_row("8", "Eva E", external_id="x9")])
    said: list[str | None] = []

    def work(tx: Transaction) -> None:
        said.append(Import().take(tx, change))

    store.write([work])
    assert said == ["Eva E has come in meanwhile with the same id: please import the list again"]


def test_what_the_list_does_not_say_is_as_the_gym_has_it_by_now(store: Store) -> None:
    [change] = compared(store, [(1, FIRST[1] | {"plan": "Gold"})], {}).changes
    add_members(store, [FIRST[1] | {"phone": "044 123 45 67"}])

    def work(tx: Transaction) -> None:
        Import().take(tx, change)

    store.write([work])
    assert (stored(store, "2").plan, stored(store, "2").phone) == ("Gold", "044 123 45 67")


def test_an_id_of_the_program_before_is_one_seek(store: Store) -> None:
    found: list[Member | None] = []

    def work(tx: Transaction) -> None:
        found.extend([tx.called("x2"), tx.called("x9")])

    store.write([work])
    assert found == [stored(store, "2"), None]
    [(*_, plan)] = connection_of(store).execute(
        "EXPLAIN QUERY PLAN SELECT member FROM members WHERE external_id = ?", "x"
    )
    assert "USING INDEX members_by_external_id" in plan


def test_what_is_taken_in_one_commit_is_no_more_than_others_can_wait_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "AT_ONCE", 2)
    new, seq = [member_row(str(n), f"Dea {n}") for n in range(4, 7)], journal(store)
    with pytest.raises(WrongUsage, match="2 changes at the most, and this list makes 3"):
        given(store, *FIRST, *new, strict=True)
    assert journal(store) == seq
    assert given(store, *FIRST, *new[:2], strict=True).taken == 5
    assert given(store, *FIRST, *new).taken == 6
