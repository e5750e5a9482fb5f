"""Somebody who imports goes back question by question, and forward again, and loses no answer by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymtui.importing import beside
from gymtui.importing.questions import Question
from gymtui.ui.importing.errand import Back, LetBe
from gymtui.ui.importing.listing import Listing
from tests.factories import member_row
from tests.gym_kit import make_gym
from tests.import_kit import ANSWERS, LIST, Fake, at_a_desk, everybody

NUMBER, STATUS, EMPTY, MISSING = "number on the card", "Status: grandfathered", "empty cells", "missing"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "clients.csv"
    file.write_text(f"{LIST}5,Name,5,,Active,31/12/2099\n", encoding="utf-8")  # whose phone an empty cell may clear
    return file


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    path = tmp_path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Name {n}", phone="555") for n in range(100)))
    return path


class Hesitating(Fake):
    """Says one of `says` to each question, "back" among them, and then what is `given`; `before` is how each was
    answered when it was put. Goes back from the plan `turns` times."""

    def __init__(self, *says: str, turns: int = 0) -> None:
        super().__init__()
        self.says = list(says)
        self.turns = turns
        self.before: list[str] = []
        self.numbers: list[int] = []

    async def answers(self, question: Question, number: int) -> str:
        self.before.append(question.answer)
        self.numbers.append(number)
        answer = await super().answers(question, number)
        said = self.says.pop(0) if self.says else answer
        if said == "back":
            raise Back
        return said

    async def agrees(self, listing: Listing) -> str | None:
        self.turns -= 1
        if self.turns >= 0:
            raise Back
        return await super().agrees(listing)


async def test_the_question_before_is_put_again_with_its_answer(gym: Path, file: Path) -> None:
    person = Hesitating("yes", "inactive", "back", "back", "yes", "active")
    async with at_a_desk(gym, person) as (errand, _):
        result = await errand.bring(file)
    assert person.asked == [NUMBER, STATUS, EMPTY, STATUS, NUMBER, STATUS, EMPTY, MISSING]
    assert person.before == ["", "", "", "inactive", "yes", "inactive", "", ""]
    assert person.numbers == [1, 2, 3, 2, 1, 2, 3, 4]
    assert (result.all, everybody(gym)["Ben Ode"].status) == (True, "active")


async def test_from_the_plan_it_goes_back_to_the_last_one_and_compares_anew(gym: Path, file: Path) -> None:
    person = Hesitating(*ANSWERS.values(), "keep", "back", "clear", "inactive", turns=1)
    async with at_a_desk(gym, person) as (errand, _):
        result = await errand.bring(file)
    assert person.asked == [NUMBER, STATUS, EMPTY, MISSING, MISSING, EMPTY, MISSING]
    plan = beside.plan_of(file)
    assert plan is not None
    assert plan.answers.answers[EMPTY] == "clear"
    assert (result.progress.of, everybody(gym)["Name 6"].status) == (103, "inactive")


async def test_from_the_first_one_it_is_let_be_and_the_answers_are_kept(gym: Path, file: Path) -> None:
    async with at_a_desk(gym, Hesitating("yes", "active", "back", "back", "back")) as (errand, _):
        with pytest.raises(LetBe):
            await errand.bring(file)
    plan = beside.plan_of(file)
    assert plan is not None
    assert (plan.answers.answers[NUMBER], plan.answers.answers[STATUS]) == ("yes", "active")


async def test_from_a_column_it_goes_back_to_the_plan(gym: Path, file: Path) -> None:
    person = Hesitating(*ANSWERS.values(), "keep", "back")
    person.wrong = ["Mobile Phone"]
    async with at_a_desk(gym, person) as (errand, _):
        result = await errand.bring(file)
    assert (person.asked[-1], result.all, everybody(gym)["Ben Ode"].phone) == (
        "field of Mobile Phone",
        True,
        "555-0101",
    )
