"""What the choices of an import's question look like where they are long, and that a click finds its own."""

from __future__ import annotations

import pytest

from gymtui.importing.questions import Question
from gymtui.ui.box.importing import AnswerMode
from gymtui.ui.importing.sheet import of_question
from gymtui.ui.screens.importing import ImportScreen
from gymtui.ui.widgets.import_view import ImportView
from tests.settled import until_shown
from tests.ui_front_desk_kit import screen_text
from tests.ui_import_kit import at_the_import

pytestmark = pytest.mark.slow

LONG = "it fits 816 of 835 different dates, and the others are left out with their rows as dates that nobody can read"
DATES = Question(
    "dates", "Which day is “2024-12-31” in “Valid until”?", {"day": LONG, "month": LONG, "no": "none"}, "", ""
)


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_long_choice_is_shown_to_its_end(size: tuple[int, int]) -> None:
    async with at_the_import(size) as (app, _, _service, pilot):
        screen, answers = app.screen, list[str | None]()
        assert isinstance(screen, ImportScreen)
        screen.sheet = of_question(DATES, 1)
        screen.push(AnswerMode(screen, DATES, answers.append))
        await until_shown(pilot, lambda: "dates that nobody can read" in " ".join(screen_text(app).split()))
        view = screen.query_one(ImportView)
        last = max(row for row in view.window if view.choice_of(row) == 1)
        await pilot.click(ImportView, offset=(10, len(view.head()) + last - view.window.start))
        await until_shown(pilot, lambda: answers == ["month"])


async def test_each_choice_comes_into_sight_whole() -> None:
    async with at_the_import((60, 20)) as (app, _, _service, pilot):
        screen = app.screen
        assert isinstance(screen, ImportScreen)
        many = Question("dates", "Which?", {f"{n}": LONG for n in range(12)}, "", "")
        screen.sheet = of_question(many, 1)
        await until_shown(pilot, lambda: "show more of them" in screen_text(app))
        view = screen.query_one(ImportView)
        for chosen in (0, 5, 11, 4, 0):
            screen.sheet = screen.sheet._replace(chosen=chosen)
            await until_shown(pilot, lambda: view.sheet is screen.sheet)
            rows = [row for row, (at, _) in enumerate(view.written) if at == chosen]
            assert len(rows) > 1
            assert set(rows) <= set(view.window)


async def test_what_is_only_read_is_not_chosen_by_a_click() -> None:
    async with at_the_import() as (app, _, _service, pilot):
        await pilot.click(ImportView, offset=(10, 1))
        await until_shown(pilot, lambda: "Ready:" in screen_text(app))
