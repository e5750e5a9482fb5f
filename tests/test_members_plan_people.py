"""A list of another program beside a gym: who may be whom is asked, of a few people one by one, of many together."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui.errors import WrongUsage
from gymtui.importing.questions import Question
from server.admin import members
from server.admin.errors import AdminError
from server.gym.importing.taking import put
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym
from tests.plan_kit import _nobody_to_ask, answer, database, file, plan, planned, stored, take

__all__ = ["_nobody_to_ask", "database", "file", "plan"]


def test_who_may_be_somebody_else_is_asked(
    database: str, file: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(database).parent.mkdir()
    make_gym(database, member_row("100", "Zoe Zed"), member_row("7", "Gil Ost"))
    planned(database, file, plan)
    with pytest.raises(WrongUsage, match="1 of the questions has no answer"):
        take(database, file, apply=False)
    said = capsys.readouterr().out
    assert "100 is the number of Zoe Zed here and of Ana Silva in the list: are they" in said
    assert "2 would come in, 0 be refused." in said
    assert "1 of the gym are not in it, and stay as they are: Gil Ost." in said
    answer(plan, "line 2", "yes")
    plan.write_text(plan.read_text().replace('missing = "keep"', 'missing = "inactive"'))
    take(database, file)
    found = set(stored(database))
    assert ("Ana Silva", "100", "active", "2099-12-31") in found
    assert ("Gil Ost", "7", "inactive", None) in found
    assert len(found) == 4


@pytest.mark.parametrize(
    ("answer_for_all", "names"),
    [
        ("no", {"Ana 0": "1", "Ana 1": "2", "Ana 2": "3", "Ana 3": "4", "Zoe 1": None, "Zoe 4": None}),
        ("left out", {"Zoe 1": "1", "Zoe 4": "4"}),
    ],
)
def test_what_is_asked_of_many_people_is_asked_once(
    database: str, file: Path, plan: Path, answer_for_all: str, names: dict[str, str | None]
) -> None:
    of_many(database, file)
    with pytest.raises(WrongUsage, match="1 of the questions has no answer"):
        take(database, file, apply=False)
    said = "4 rows have a number that somebody else has here, such as line 2: “1 is the number of Zoe 1 here and of"
    assert said in plan.read_text()
    answer(plan, "people: same number", answer_for_all)
    take(database, file, apply=False)
    if answer_for_all == "left out":
        with pytest.raises(AdminError):
            take(database, file)
    else:
        take(database, file)
    found = {name: number for name, number, _, _ in stored(database)}
    assert {name: found.get(name) for name in names} == names


def test_one_by_one_each_of_them_is_asked_about(
    database: str, file: Path, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_many(database, file)
    asked = []

    def ask(question: Question, number: int) -> str:
        asked.append((number, question.key, sorted(question.choices)))
        return {"people: same number": "one by one", "line 3": "yes"}.get(question.key, "no")

    monkeypatch.setattr(members, "ask_at_terminal", lambda: ask)
    take(database, file, apply=False)
    assert asked == [
        (1, "people: same number", ["left out", "no", "one by one"]),
        *((number, f"line {number}", ["no", "yes"]) for number in range(2, 6)),
    ]
    take(database, file)
    found = {name: number for name, number, _, _ in stored(database)}
    assert found == {
        "Zoe 1": None,
        "Ana 0": "1",
        "Ana 1": "2",
        "Zoe 3": None,
        "Ana 2": "3",
        "Zoe 4": None,
        "Ana 3": "4",
    }


def test_whom_a_row_names_that_is_left_out_does_not_become_inactive(
    database: str, file: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By number, by name, and by an id beside a date that nobody can read."""
    Path(database).parent.mkdir()
    make_gym(database, member_row("100", "Ana Silva"), member_row("7", "Cem Abt"), member_row("8", "Gil Ost"))
    file.write_text(
        "Name,Barcode,Status,Expiration Date\nAna Silva,100,Active,31/13/2099\nAbt Cem,1.23E+15,Active,31/12/2099\n"
        "Zoe Zed,9,Active,30/12/2099\n"
    )
    take(database, file, apply=False)
    plan.write_text(plan.read_text().replace('missing = "keep"', 'missing = "inactive"'))
    capsys.readouterr()
    take(database, file, apply=False)
    said = capsys.readouterr().out
    assert "1 new, 0 changed, 0 as they are.\nWith it, today 3 would come in, 1 be refused (1 not active).\n" in said
    assert "1 of the gym are not in it; 1 of them become inactive: Gil Ost." in said
    take(database, file)
    assert {name: status for name, _, status, _ in stored(database)} == {
        "Ana Silva": "active",
        "Cem Abt": "active",
        "Gil Ost": "inactive",
        "Zoe Zed": "active",
    }


def of_many(database: str, file: Path) -> None:
    """A gym, and a list with its numbers and other names."""
    Path(database).parent.mkdir()
    make_gym(database, *(member_row(str(n), f"Zoe {n}") for n in range(1, 5)))
    rows = "".join(f"Ana {n},{n + 1},Active\n" for n in range(4))
    file.write_text(f"Full Name,Barcode,Status\n{rows}")


def test_who_was_deleted_comes_back_as_he_was_in_the_look_and_in_the_import(
    database: str, file: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(database).parent.mkdir()
    make_gym(database, member_row("9", "Ana Silva", external_id="100", payment_overdue=True, status="banned"))
    with closing(open_store(database)) as store:
        [ana] = store.all_members()
        store.write([partial(put, member=replace(ana, deleted=True), by="", kind="save_member")])
    file.write_text("Client ID,Full Name,Visits Left\n100,Ana Silva,5\n101,Ben Ode,0\n")
    with pytest.raises(WrongUsage):
        take(database, file, apply=False)
    answer(plan, "number on the card", "no")
    capsys.readouterr()
    take(database, file, apply=False)
    assert "With it, today 0 would come in, 2 be refused (1 banned, 1 without a visit left)." in capsys.readouterr().out
    take(database, file)
    with closing(open_store(database)) as store:
        assert {(m.full_name, m.status, m.deleted) for m in store.all_members()} == {
            ("Ana Silva", "banned", False),
            ("Ben Ode", "active", False),
        }


def test_who_needs_a_new_card_is_told_after_the_import_too(
    database: str, file: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("Name,Barcode,Status\nAna Silva,7,Active\nBen Ode,7,Active\nCem Abt,8,Lapsed\n")
    with pytest.raises(WrongUsage):
        take(database, file, apply=False)
    answer(plan, "number 7", "line 3")
    take(database, file)
    assert "1 member needs a new card: who is in clients.csv.new-cards.csv.\n" in capsys.readouterr().out
    assert file.with_name("clients.csv.new-cards.csv").read_text().splitlines() == [
        "why,Name,Barcode,Status",
        '"has no card any more, and gets a new one",Ana Silva,7,Active',
    ]
