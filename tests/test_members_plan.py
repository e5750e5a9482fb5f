"""A list of another program: a look that writes nothing but its plan, answers in it, and an import of exactly that."""

from __future__ import annotations

import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from gymtui.errors import WrongUsage
from gymtui.importing import beside
from gymtui.importing.questions import Question
from gymtui.importing.rows import MembersFileError
from server.admin import members
from server.admin.errors import AdminError
from server.store.opening import open_store
from tests.plan_kit import LIST, _nobody_to_ask, answer, database, file, plan, planned, stored, take

__all__ = ["_nobody_to_ask", "database", "file", "plan"]


def test_a_look_writes_its_plan_and_nothing_else(
    database: str, file: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WrongUsage, match="2 of the questions have no answer: please write it into"):
        take(database, file, apply=False)
    assert not Path(database).parent.exists()
    assert {path.name for path in file.parent.iterdir()} == {file.name, plan.name}
    assert plan.stat().st_mode & 0o777 == 0o600
    said = capsys.readouterr().out
    assert "1 row left out:\n  line 5: has no name\n" in said
    assert "With it, today 1 would come in, 2 be refused (1 not active, 1 expired)." in said
    assert max(map(len, said.splitlines())) <= 80
    kept = tomllib.loads(plan.read_text())
    assert [question["answer"] for question in kept["questions"]] == ["", ""]
    assert (kept["columns"][0]["heading"], kept["columns"][0]["field"]) == ("Client ID", "external_id")


def test_apply_takes_exactly_the_plan(
    database: str, file: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(database, file, plan)
    take(database, file, apply=False)
    assert "Nothing was imported yet." in capsys.readouterr().out
    take(database, file)
    assert set(stored(database)) == {
        ("Ana Silva", "100", "active", "2099-12-31"),
        ("Ben Ode", "101", "active", "2099-12-31"),
        ("Cem Abt", "102", "active", "2020-12-31"),
    }
    assert capsys.readouterr().out == "3 members imported, 1 row not.\n3 of them are new.\n"
    left_out = file.with_name("clients.csv.left-out.csv")
    assert left_out.stat().st_mode & 0o777 == 0o600
    assert left_out.read_text().splitlines() == [
        "why,Client ID,First Name,Last Name,Mobile Phone,Status,Expiration Date",
        "has no name,103,,,555-0103,Active,31/12/2099",
    ]


def test_a_word_that_nobody_has_explained_is_inactive(database: str, file: Path, plan: Path) -> None:
    with pytest.raises(WrongUsage):
        take(database, file, apply=False)
    answer(plan, "number on the card", "no")
    take(database, file)
    assert ("Ben Ode", None, "inactive", "2099-12-31") in set(stored(database))


def test_an_open_question_keeps_the_file_out(database: str, file: Path, plan: Path) -> None:
    with pytest.raises(WrongUsage, match="has no plan yet: `gymtui admin members import"):
        take(database, file)
    with pytest.raises(WrongUsage):
        take(database, file, apply=False)
    with pytest.raises(WrongUsage, match="2 of the questions have no answer"):
        take(database, file)
    assert not Path(database).exists()


def test_a_file_that_has_changed_is_another_one(database: str, file: Path, plan: Path) -> None:
    planned(database, file, plan)
    file.write_text(LIST.replace("2020", "2098"))
    with pytest.raises(WrongUsage, match=r"is of another clients\.csv"):
        take(database, file)
    assert not Path(database).exists()


def test_strict_takes_nothing_where_a_row_is_left_out(database: str, file: Path, plan: Path) -> None:
    planned(database, file, plan)
    with pytest.raises(AdminError, match="was not imported"):
        take(database, file, strict=True)
    assert set(stored(database)) == set()


def test_a_column_can_be_said_to_be_something_else(database: str, file: Path, plan: Path) -> None:
    planned(database, file, plan)
    plan.write_text(
        plan.read_text().replace(
            'heading = "Mobile Phone"\nfield = "phone"', 'heading = "Mobile Phone"\nfield = "notes"'
        )
    )
    take(database, file, apply=False)
    assert 'heading = "Mobile Phone"\nfield = "notes"' in plan.read_text()
    take(database, file)
    with closing(open_store(database)) as store:
        assert {(member.phone, member.notes) for member in store.all_members()} >= {(None, "555-0100")}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('field = "phone"', 'field = "fone"', "its plan takes “Mobile Phone” as 'fone': please take one of full_name"),
        (
            'answer = "yes"',
            'answer = "perhaps"',
            "answers “number on the card” with 'perhaps': please take one of yes, no",
        ),
        ("digest", "[", "is no plan any more"),
        ('missing = "keep"', 'missing = "delete"', "has an answer that is none"),
    ],
)
def test_a_plan_that_says_what_cannot_be(database: str, file: Path, old: str, new: str, sentence: str) -> None:
    planned(database, file, plan := beside.plan_path(file))
    plan.write_text(plan.read_text().replace(old, new))
    with pytest.raises(MembersFileError, match=sentence.replace("?", r"\?")):
        take(database, file)


def test_no_file_of_somebody_elses_is_written_over(database: str, file: Path, plan: Path) -> None:
    plan.write_text("digest = 'x'  # mine\n")
    with pytest.raises(MembersFileError, match="is there already, and is no plan"):
        take(database, file, apply=False)
    assert plan.read_text() == "digest = 'x'  # mine\n"


def test_a_list_that_refuses_nobody_needs_a_word(database: str, file: Path, plan: Path) -> None:
    file.write_text("First Name,Last Name,Barcode\nAna,Silva,00123\n")
    for apply in (False, True):
        with pytest.raises(WrongUsage, match=r"No column of clients\.csv says who may not come in"):
            take(database, file, apply=apply)
    plan.write_text(plan.read_text().replace("everybody_may_come_in = false", "everybody_may_come_in = true"))
    take(database, file)
    assert set(stored(database)) == {("Ana Silva", "00123", "active", None)}


def test_at_a_terminal_it_asks(database: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def ask(question: Question, number: int) -> str:
        asked.append((number, question.key))
        return {"number on the card": "yes"}.get(question.key, "frozen")

    monkeypatch.setattr(members, "ask_at_terminal", lambda: ask)
    take(database, file, apply=False)
    assert asked == [(1, "number on the card"), (2, "Status: grandfathered")]
    take(database, file)
    assert ("Ben Ode", "101", "frozen", "2099-12-31") in set(stored(database))


def test_what_was_answered_is_kept_when_somebody_is_called_away(
    database: str, file: Path, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(question: Question, number: int) -> str:
        if number == 2:
            raise KeyboardInterrupt
        return "yes"

    monkeypatch.setattr(members, "ask_at_terminal", lambda: ask)
    with pytest.raises(KeyboardInterrupt):
        take(database, file, apply=False)
    kept = beside.plan_of(file)
    assert kept is not None
    assert kept.answers.answers == {"number on the card": "yes", "Status: grandfathered": ""}


def test_nothing_in_a_file_reaches_a_terminal_or_an_editor_as_a_command(
    database: str, file: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text('Name,Barcode,Status,line 1,Odd\x1b[2J"\\\nEve\x1b[2J\x9b31m,1,"Act\x1bive",,x\n')
    with pytest.raises(WrongUsage):
        take(database, file, apply=False)
    said = capsys.readouterr().out + plan.read_text()
    assert all(character.isprintable() or character == "\n" for character in said)
    assert tomllib.loads(plan.read_text())["columns"][4]["heading"] == 'Odd\x1b[2J"\\'


def test_our_own_headings_in_letters_of_before_unicode_are_looked_at(
    database: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes("full_name,membership_number,status\nZoë,1,active\n".encode("cp1252"))
    with pytest.raises(WrongUsage):
        take(database, file, apply=False)
    assert "cp1252: Zoë (Western Europe)" in capsys.readouterr().out


def test_the_template_is_imported_at_once(database: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members.members_template()
    heading = capsys.readouterr().out
    cells = {"full_name": "Ana", "membership_number": "1"}
    file.write_text(heading + ",".join(cells.get(name, "") for name in heading.strip().split(",")))
    take(database, file, apply=False)
    assert capsys.readouterr().out == "1 member imported, 0 rows not.\n"
