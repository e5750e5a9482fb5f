"""Empty cells of a second list: what they would clear is counted, told and asked, where they would clear anything."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gymtui.errors import WrongUsage
from gymtui.importing.beside import plan_path
from gymtui.importing.empties import asked_of_empty_cells
from gymtui.protocol import Card, Clearable, ImportCleared, Member
from server.admin import members
from server.gym.importing.comparison import Comparison, Empty, compare
from server.store.opening import open_store
from tests.factories import NOW, member_row
from tests.gym_kit import make_gym
from tests.member_lists_kit import looked
from tests.plan_kit import answer, take

ANA = Member(id="a", full_name="Ana Silva", membership_number="1", valid_until="2027-01-31", visits_left=3)
BEN = Member(id="b", full_name="Ben Ode", membership_number="2", valid_until="2027-02-28", payment_overdue=True)
CEM = Member(id="c", full_name="Cem Abt", membership_number="3", cards=(Card(code="3"), Card(code="K3")))
ROWS: list[tuple[int, dict[str, object]]] = [
    (2, {"full_name": "Ana Silva", "membership_number": "1"}),
    (3, {"full_name": "Ben Ode", "membership_number": "2", "valid_until": "2027-12-31"}),
    (4, {"full_name": "Cem Abt", "membership_number": "3"}),
    (5, {"full_name": "Zoe Zen", "membership_number": "4"}),
]
COLUMNS: tuple[Clearable, ...] = ("valid_until", "visits_left", "payment_overdue", "notes", "cards")
LIST = "Member No,Name,Status,Expires,Remaining,Notes\n1,Ana Silva,Active,,,\n2,Ben Ode,Active,2027-12-31,4,\n"


def beside(*, clear: bool, columns: tuple[Clearable, ...] = COLUMNS) -> Comparison:
    return compare((ANA, BEN, CEM), ROWS, at=NOW, decisions={}, empty=Empty(columns, clear))


@pytest.mark.parametrize("clear", [False, True])
def test_what_they_clear_is_counted_by_field_whatever_is_said(clear: bool) -> None:
    assert beside(clear=clear).cleared == (
        ImportCleared(field="valid_until", count=1, name="Ana Silva", value="2027-01-31"),
        ImportCleared(field="visits_left", count=1, name="Ana Silva", value="3"),
        ImportCleared(field="payment_overdue", count=1, name="Ben Ode", value="yes"),
        ImportCleared(field="cards", count=1, name="Cem Abt", value="3 + K3"),
    )


def test_they_clear_where_that_is_said_and_nothing_else() -> None:
    cleared = {change.after.full_name: change.after for change in beside(clear=True).changes}
    assert (cleared["Ana Silva"].valid_until, cleared["Ana Silva"].visits_left) == (None, None)
    assert (cleared["Ben Ode"].valid_until, cleared["Ben Ode"].payment_overdue) == ("2027-12-31", False)
    assert {card.code: card.state for card in cleared["Cem Abt"].cards} == {"3": "in_use", "K3": "returned"}
    kept = {change.after.full_name: change.after for change in beside(clear=False).changes}
    assert kept.keys() == {"Ben Ode", "Zoe Zen"}
    assert kept["Ben Ode"].payment_overdue


def test_the_question_says_how_many_values_and_one_of_each() -> None:
    [question] = asked_of_empty_cells(beside(clear=False).cleared, {})
    assert question.text == (
        "What does an empty cell mean for whom the gym has already? Here it has 1 valid_until (such as 2027-01-31 of "
        "Ana Silva), 1 visits_left (such as 3 of Ana Silva), 1 payment_overdue (such as yes of Ben Ode), 1 cards (such "
        "as 3 + K3 of Cem Abt)."
    )
    assert question.is_open
    assert list(asked_of_empty_cells((), {})) == []


def test_a_column_that_fills_another_field_can_clear_that() -> None:
    seen = looked(b"Name,Barcode,Status,Remaining,Notes,Balance\nAna,1,Active,,,\nBen,2,Past due,3,knee,\n")
    assert seen.clearable == ("membership_number", "visits_left", "payment_overdue", "notes")


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "gym" / "gym.db")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(members, "ask_at_terminal", lambda: None)
    file = tmp_path / "clients.csv"
    file.write_text(LIST)
    return file


@pytest.mark.parametrize("before", [{}, {"status": "frozen"}])
def test_where_nobody_would_change_it_is_not_asked(database: str, file: Path, before: dict[str, str]) -> None:
    if before:
        Path(database).parent.mkdir()
        make_gym(database, member_row("1", "Ana Silva", **before))
    take(database, file, apply=False)
    take(database, file)
    take(database, file, apply=False)
    assert "empty cells" not in plan_path(file).read_text()


@pytest.mark.parametrize(("said", "kept"), [("clear", (None, None)), ("keep", ("2027-01-31", 3))])
def test_until_it_is_answered_nothing_is_imported(
    database: str, file: Path, said: str, kept: tuple[object, object]
) -> None:
    Path(database).parent.mkdir()
    make_gym(database, member_row("1", "Ana Silva", valid_until="2027-01-31", visits_left=3))
    for apply in (False, True):
        with pytest.raises(WrongUsage, match="1 of the questions has no answer"):
            take(database, file, apply=apply)
    assert "1 valid_until (such as 2027-01-31 of Ana Silva)" in plan_path(file).read_text()
    answer(plan_path(file), "empty cells", said)
    take(database, file)
    with closing(open_store(database)) as store:
        found = {member.full_name: (member.valid_until, member.visits_left) for member in store.all_members()}
    assert found == {"Ana Silva": kept, "Ben Ode": ("2027-12-31", 4)}
