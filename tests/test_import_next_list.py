"""The next list of a program, under another name: what was answered of the last one is kept where it still fits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gymtui.errors import WrongUsage
from gymtui.importing.beside import plan_before, plan_of, plan_path
from gymtui.ui.importing.listing import opened
from server.admin import members
from tests.member_lists_kit import TODAY
from tests.plan_kit import answer, stored, take

HEADING = "Member ID,Name,Status,Ends\n"
OCTOBER = f"{HEADING}1,Ana Silva,Active,01/02/2027\n2,Ben Ode,Odd,03/04/2027\n"
NOVEMBER = f"{HEADING}1,Ana Silva,Active,01/03/2027\n2,Ben Ode,Odd,05/06/2027\n3,Cem Abt,Odder,03/04/2027\n"
ANSWERS = {"number on the card": "yes", "Status: odd": "frozen", "dates of Ends": "30/11/2026"}


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(members, "ask_at_terminal", lambda: None)
    return str(tmp_path / "gym" / "gym.db")


@pytest.fixture
def november(tmp_path: Path, database: str) -> Path:
    october = tmp_path / "members-2026-10.csv"
    october.write_text(OCTOBER)
    with pytest.raises(WrongUsage):
        take(database, october, apply=False)
    for key, said in ANSWERS.items():
        answer(plan_path(october), key, said)
    text = plan_path(october).read_text()
    plan_path(october).write_text(text.replace('missing = "keep"', 'missing = "inactive"'))
    return tmp_path / "members-2026-11.csv"


def test_what_still_fits_is_kept_and_said(database: str, november: Path, capsys: pytest.CaptureFixture[str]) -> None:
    november.write_text(NOVEMBER)
    with pytest.raises(WrongUsage, match="1 of the questions has no answer"):
        take(database, november, apply=False)
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "members-2026-11.csv has the headings of members-2026-10.csv. Kept of the plan of members-2026-10.csv:" in said
    )
    plan = plan_of(november)
    assert plan is not None
    assert plan.answers.answers == ANSWERS | {"Status: odder": ""}
    assert plan.missing == "keep"
    assert opened(november, today=TODAY).plan.answers == plan.answers


def test_a_column_that_says_which_is_the_month_is_read_as_it_says(database: str, november: Path) -> None:
    november.write_text(f"{HEADING}1,Ana Silva,Active,02/13/2027\n2,Ben Ode,Odd,03/04/2027\n")
    take(database, november, apply=False)
    plan = plan_of(november)
    assert plan is not None
    assert "dates of Ends" not in plan.answers.answers
    take(database, november)
    assert {(name, end) for name, _, _, end in stored(database)} == {
        ("Ana Silva", "2027-02-13"),
        ("Ben Ode", "2027-03-04"),
    }


def test_at_a_desk_it_is_the_same(november: Path) -> None:
    november.write_text(NOVEMBER)
    listing = opened(november, today=TODAY)
    assert listing.said[0] == "members-2026-11.csv has the headings of members-2026-10.csv."
    assert [question.key for question in listing.questions if not question.answer] == ["Status: odder"]


def test_other_headings_or_a_broken_plan_are_passed_over(november: Path) -> None:
    november.write_text(NOVEMBER)
    newer = plan_path(november.with_name("broken.csv"))
    newer.write_text("[")
    os.utime(newer, (2e9, 2e9))
    headings = HEADING.strip().split(",")
    found = plan_before(november, headings)
    assert found is not None
    assert (found[0], found[1].missing) == ("members-2026-10.csv", "keep")
    assert plan_before(november, [*headings, "More"]) is None
