"""An import leaves a note, and can be taken back: whoever was touched since stays as he is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gymtui.errors import WrongUsage
from gymtui.protocol import Card, Member, SaveCard
from server.admin import members
from server.admin.erasing import erase_all
from server.admin.errors import AdminError
from server.admin.importing.members import Undone, import_members, undo_import
from server.admin.trim import forget
from server.store import Store
from tests.factories import member_row
from tests.gym_kit import stored
from tests.sqlite_kit import connection_of
from tests.till import Till

BEFORE = (
    member_row("1", "Ana Silva", external_id="x1", visits_left=5),
    member_row("2", "Ben Ode", external_id="x2"),
    member_row("3", "Cem Ak"),
)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path / "gym.db", *BEFORE)
    with closing(till.store):
        yield till


def given(till: Till, *rows: dict[str, Any], decisions: dict[int, bool] | None = None) -> int:
    done = import_members(till.store, enumerate(rows, 1), decisions=decisions or {}, source="list", by="mia")
    assert (done.problems, done.questions) == ([], [])
    assert done.number is not None
    return done.number


def undone(store: Store, number: int | None = None) -> Undone:
    done = undo_import(store, number, by="mia")
    assert done is not None
    return done


def everybody(store: Store) -> list[Member]:
    return [replace(member, seq=0) for member in store.all_members() if not member.deleted]


def notes(store: Store) -> list[tuple[str, str, str]]:
    asked = "SELECT kind, user, payload ->> '$.message' FROM journal WHERE type = 'notification' ORDER BY seq"
    return connection_of(store).execute(asked).fetchall()


def test_an_import_is_one_note_and_the_same_list_again_is_none(till: Till) -> None:
    rows = (BEFORE[0] | {"plan": "Gold"}, member_row("4", "Dea Do"))
    number = given(till, *rows)
    assert notes(till.store) == [("import", "mia", f"list, by mia: 1 new, 1 changed. It is import {number}.")]
    again = import_members(till.store, enumerate(rows, 1), decisions={}, source="list")
    assert (again.taken, again.number, len(notes(till.store))) == (2, None, 1)


def test_an_undo_puts_back_who_changed_and_takes_out_who_is_new(till: Till) -> None:
    before = everybody(till.store)
    number = given(till, BEFORE[0] | {"full_name": "Ana Abt", "visits_left": None}, member_row("4", "Dea Do"))
    assert undone(till.store) == Undone(number, 2, [], 1)
    assert everybody(till.store) == before
    assert till.store.search_members("dea", 5) == []
    assert notes(till.store)[-1] == (
        "import_undo",
        "mia",
        f"Import {number}: 1 as before, 1 gone again, 0 changed since and left.",
    )
    assert undo_import(till.store) is None
    assert undo_import(till.store, number) is None


def test_who_was_touched_since_stays_and_is_named(till: Till) -> None:
    given(
        till, BEFORE[0] | {"plan": "Gold"}, BEFORE[1] | {"plan": "Gold"}, member_row("4", "Dea"), member_row("5", "Eva")
    )
    till.check_in("1")  # takes a visit off the card
    till.check_in("2")  # changes nothing about him
    till.check_in("4")
    done = undone(till.store)
    assert (done.put_back, [member.full_name for member in done.touched]) == (2, ["Dea", "Ana Silva"])
    assert [stored(till.store, number).plan for number in "12"] == ["Gold", None]
    assert {member.full_name for member in everybody(till.store)} == {"Ana Silva", "Ben Ode", "Cem Ak", "Dea"}


def test_numbers_that_were_changed_over_go_back(till: Till) -> None:
    before = everybody(till.store)
    given(till, BEFORE[0] | {"membership_number": "2"}, BEFORE[1] | {"membership_number": "1"})
    assert undone(till.store).touched == []
    assert everybody(till.store) == before


def test_a_number_that_went_to_somebody_new_goes_back(till: Till) -> None:
    before = everybody(till.store)
    given(till, member_row("3", "Zoe Zen"), decisions={1: False})
    assert stored(till.store, "3").full_name == "Zoe Zen"
    assert undone(till.store).touched == []
    assert everybody(till.store) == before


def test_a_number_that_somebody_has_by_now_does_not_go_back(till: Till) -> None:
    given(till, BEFORE[1] | {"membership_number": "20"})
    ana = stored(till.store, "1")
    till.give(SaveCard(member_id=ana.id, code="2"))
    done = undone(till.store)
    assert [member.full_name for member in done.touched] == ["Ben Ode"]
    assert Card(code="20") not in stored(till.store, "1").cards
    assert stored(till.store, "20").full_name == "Ben Ode"


def test_one_import_after_the_other_is_taken_back(till: Till) -> None:
    before = everybody(till.store)
    first = given(till, BEFORE[0] | {"plan": "Gold"}, member_row("4", "Dea Do"))
    second = given(till, BEFORE[0] | {"plan": "Silver"}, member_row("4", "Dea Day"), decisions={2: True})
    assert [undone(till.store) for _ in range(2)] == [Undone(second, 2, []), Undone(first, 2, [], 1)]
    assert everybody(till.store) == before


def test_the_newest_import_is_undone_unless_another_one_is_named(till: Till) -> None:
    first = given(till, member_row("4", "Dea Do"))
    second = given(till, member_row("5", "Eva E"))
    assert undone(till.store, first).number == first
    assert undone(till.store).number == second


def test_what_was_trimmed_cannot_be_undone(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.admin.trim.KEPT", 1)
    given(till, member_row("4", "Dea Do"))
    forget(till.store, till.now + 1)
    assert undo_import(till.store) is None
    assert connection_of(till.store).execute("SELECT count(*) FROM imported").fetchone() == (0,)


def test_the_command_takes_back_the_last_import_and_names_whom_it_leaves(
    till: Till, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, database = tmp_path / "new.csv", str(tmp_path / "gym.db")
    file.write_text("number,name\n4,Dea Do\n5,Eva E\n")
    members.members_import(database=database, file=file, strict=False)
    [number] = [row[0] for row in connection_of(till.store).execute("SELECT DISTINCT number FROM imported")]
    assert capsys.readouterr().out == "2 members imported, 0 rows not.\n"
    till.check_in("5")
    members.members_import(database=database, file=None, strict=False, undo=0)
    said = capsys.readouterr()
    assert said.out == f"Import {number}: 0 as before, 1 gone again, 1 changed since and left.\n"
    assert said.err == "gymtui: Eva E (5) was changed since, and stays.\n"
    with pytest.raises(AdminError, match="Nothing is left to take back"):
        members.members_import(database=database, file=None, strict=False, undo=0)
    with pytest.raises(AdminError, match=f"Nothing is left of import {number} to take back"):
        members.members_import(database=database, file=None, strict=False, undo=number)


@pytest.mark.parametrize(("file", "undo"), [(None, None), (Path("x.csv"), 0)])
def test_an_import_is_of_a_file_or_taken_back(tmp_path: Path, file: Path | None, undo: int | None) -> None:
    with pytest.raises(WrongUsage, match="please give one of the two"):
        members.members_import(database=str(tmp_path / "gym.db"), file=file, strict=False, undo=undo)


def test_an_undo_that_was_interrupted_goes_on_where_it_was(till: Till) -> None:
    before = everybody(till.store)
    number = given(till, member_row("4", "Dea Do"), member_row("5", "Eva E"))
    done = undo_import(till.store, go_on=lambda behind, _: behind < 1)
    assert done is not None
    assert done.put_back == 1
    assert undone(till.store) == Undone(number, 1, [], 1)
    assert everybody(till.store) == before


def test_whoever_is_erased_is_not_kept_for_an_undo_either(till: Till) -> None:
    given(till, BEFORE[0] | {"full_name": "Ana Abt"}, BEFORE[1] | {"plan": "Gold"})
    ana = stored(till.store, "1")
    erase_all(till.store, [ana.id])
    kept = connection_of(till.store).execute("SELECT CAST(before AS TEXT) ->> '$.full_name' FROM imported").fetchall()
    assert kept == [("Ben Ode",)]
    assert (undone(till.store).put_back, stored(till.store, "2").plan) == (1, None)
    assert till.store.search_members("ana", 5) == []
