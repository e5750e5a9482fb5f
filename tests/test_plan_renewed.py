"""The plan of a file that has changed: what still fits is kept and said, the rest is asked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymtui.errors import WrongUsage
from gymtui.importing import plan_file
from gymtui.importing.beside import plan_path
from gymtui.importing.looking import Answers, Look
from gymtui.importing.plan_file import Plan
from gymtui.importing.renewed import renewed, what_is_kept
from server.admin import members
from tests.member_lists_kit import looked
from tests.plan_kit import LIST, planned, stored, take

ENDS = "Name,Barcode,Ends\n"


def before(content: str, answers: dict[str, str]) -> Plan:
    """The plan of a file, as it was kept with these answers."""
    seen = looked(content.encode(), answers)
    return plan_file.read(plan_file.written(seen, Plan(seen.digest, Answers({}, answers)), "clients.csv", []))


def after(content: str, plan: Plan) -> tuple[dict[str, str], list[str]]:
    """The answers that the file has now by that plan, and what is said."""

    def see(plan: Plan) -> Look:
        return looked(content.encode(), dict(plan.answers.answers), dict(plan.answers.fields))

    new, seen = renewed(plan, see)
    assert new.digest == seen.digest != plan.digest
    return dict(new.answers.answers), list(what_is_kept(plan, new, seen, "clients.csv"))[1:]


def test_what_was_answered_and_edited_is_kept_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(members, "ask_at_terminal", lambda: None)
    database, file = str(tmp_path / "gym.db"), tmp_path / "clients.csv"
    file.write_text(LIST)
    planned(database, file, plan := plan_path(file))
    text = plan.read_text().replace('field = "phone"', 'field = "notes"')
    plan.write_text(text.replace('missing = "keep"', 'missing = "inactive"'))
    file.write_text(f"{LIST}104,Dea,Do,555-0104,Platinum,31/12/2099\n")
    with pytest.raises(WrongUsage, match="1 of the questions has no answer"):
        take(database, file, apply=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "clients.csv has changed since its plan was made. Kept of that plan: “Mobile Phone” is notes; " in said
    assert "number on the card; Status: grandfathered; missing = inactive." in said
    assert "To be answered again" not in said
    take(database, file)
    assert ("Ben Ode", "101", "active", "2099-12-31") in set(stored(database))


def test_with_other_columns_everything_is_asked_anew() -> None:
    plan = before(f"{ENDS}Ana,1,01/02/2027\n", {"dates of Ends": "30/11/2026"})
    assert after("Name,Barcode,Ends,Club\nAna,1,01/02/2027,A\n", plan) == (
        {},
        ["To be answered again: dates of Ends."],
    )
    assert after("Ends,Name,Barcode\n01/02/2027,Ana,1\n", plan)[0] == {"dates of Ends": "30/11/2026"}


def test_a_question_with_other_choices_is_asked_again() -> None:
    plan = before(f"{ENDS}Ana,1,01/02/2027\n", {"dates of Ends": "30/11/2026"})
    assert after(f"{ENDS}Ana,1,04/05/2027\n", plan) == (
        {"dates of Ends": "30/11/2026"},
        ["Kept of that plan: dates of Ends."],
    )
    assert after(f"{ENDS}Ana,1,01/02/27\n", plan) == ({}, ["To be answered again: dates of Ends."])


def test_what_was_said_of_people_is_of_those_alone() -> None:
    two = "Name,Barcode,Status\nAna,7,Active\nBen,7,Active\n"
    plan = before(two, {"number 7": "line 2"})
    assert after(f"{two}Cem,8,Active\n", plan)[0] == {"number 7": "line 2"}
    assert after(two.replace("Ana", "Eva"), plan) == ({}, ["To be answered again: number 7."])


def test_a_plan_of_before_that_does_not_have_its_questions_is_none() -> None:
    text = 'digest = "x"\n[[questions]]\nkey = "dates of Ends"\nanswer = "30/11/2026"\n'
    columns = "".join(f'[[columns]]\nheading = "{heading}"\n' for heading in ENDS.strip().split(","))
    assert after(f"{ENDS}Ana,1,01/02/2027\n", plan_file.read(text + columns))[0] == {}
