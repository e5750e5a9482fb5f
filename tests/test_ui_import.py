"""`:import`: a manager brings a list into the gym, question by question, and sees how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.state import ConnectionState
from gymtui.importing import beside
from gymtui.protocol import ErrorBody, ImportCompare, ImportQuestion, ImportRows, ImportUndo
from gymtui.ui import GymApp
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.importing import ImportScreen
from tests.factories import NOW
from tests.import_kit import LIST
from tests.readers import scan
from tests.settled import until_shown
from tests.ui_front_desk_kit import screen_text
from tests.ui_import_kit import COMPARED, OF_IT, at_the_import

pytestmark = pytest.mark.slow


GONE = Disconnected("The connection has gone.")
NO_DISK = RequestRefused(ErrorBody(code="storage_unavailable", message="There is no room.", retryable=True))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "clients.csv"
    file.write_text(LIST, encoding="utf-8")
    return file


def words_of(app: GymApp) -> str:
    """What is on the screen, wherever its lines break."""
    return " ".join(screen_text(app).split())


async def shows(app: GymApp, pilot: Pilot[Any], words: str) -> None:
    await until_shown(pilot, lambda: words in words_of(app))


async def answer_all(app: GymApp, pilot: Pilot[Any]) -> None:
    """To the plan, by a digit, by an arrow, by the beginning of a word."""
    await pilot.press(*"clients.csv", "enter")
    await shows(app, pilot, "1. Is “Client ID” (900, 901, 902) what a card or a key tag has on it?")
    await pilot.press("1", "enter")
    await shows(app, pilot, "2. What is “Grandfathered” in “Status” (1 row)?")
    assert "Without an answer it is inactive." in words_of(app)
    await pilot.press("down")
    await shows(app, pilot, "› 1 active: comes in")
    await pilot.press("enter")
    await shows(app, pilot, "Here it has 2 valid_until (such as 2027-01-31 of Ana Silva).")
    await pilot.press(*"kee", "enter")
    await shows(app, pilot, "IMPORT?")


async def test_a_column_is_set_right_by_its_heading(file: Path) -> None:
    async with at_the_import() as (app, _, service, pilot):
        await answer_all(app, pilot)
        assert "Is a column taken for something else? Type its heading and Enter." in words_of(app)
        await pilot.press(*"mobile", "enter")
        await shows(app, pilot, "4. What is “Mobile Phone” (555-0100, 555-0101, 555-0102)?")
        assert "Without an answer it is phone." in words_of(app)
        await pilot.press(*"notes", "enter")
        await shows(app, pilot, "IMPORT?")
        await shows(app, pilot, "Mobile Phone notes")
        sent = [request.rows[0].member for request in service.told if isinstance(request, ImportRows)]
        assert [member.notes for member in sent] == [msgspec.UNSET, "555-0100"]


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_all_of_the_way(file: Path, size: tuple[int, int]) -> None:
    async with at_the_import(size) as (app, _, service, pilot):
        assert "Please open it in no" in words_of(app)
        await pilot.press("c", "tab")
        await shows(app, pilot, "clients.csv")
        await pilot.press(*["backspace"] * 11)
        await answer_all(app, pilot)
        assert "98 new, 2 changed, 3 as they are." in words_of(app)
        assert "With it, today 90 would come in, 13 be refused (13" in words_of(app)
        assert "yes takes 100 people, leaves 2 rows out" in words_of(app)
        kinds = ["import_rows", "import_compare", "import_compare"]
        assert service.kinds == kinds
        await pilot.press(*"ye", "enter")
        await shows(app, pilot, "“ye” is no answer")
        assert service.kinds == kinds
        await pilot.press(*"yes", "enter")
        await shows(app, pilot, "✓ clients.csv is done")
        assert service.kinds[3:] == ["import_take", "import_take"]
        assert "100 of 100 are done: 100 new, 0 changed." in words_of(app)
        assert "2 rows left out, each with why in" in words_of(app)
        assert "It is import 7. Ctrl+Z takes it back." in words_of(app)
    [sent] = [request for request in service.told if isinstance(request, ImportRows)]
    assert [row.member.full_name for row in sent.rows] == ["Ana Silva", "Ben Ode", "Cem Abt"]
    assert beside.plan_path(file).exists()


async def test_esc_stops_between_two_steps_and_says_what_is_in(file: Path) -> None:
    async with at_the_import() as (app, _, service, pilot):
        await answer_all(app, pilot)
        service.goes_on.clear()
        await pilot.press(*"yes", "enter")
        await shows(app, pilot, "WAIT")
        await pilot.press("f3")
        await shows(app, pilot, "it is under way — Esc stops it")
        assert isinstance(app.screen, ImportScreen)
        await pilot.press("escape")
        service.goes_on.set()
        await shows(app, pilot, "✓ clients.csv was stopped")
        assert "50 of 100 are done: 50 new, 0 changed." in words_of(app)
        assert "Look at the same list again for the rest." in words_of(app)


@pytest.mark.parametrize("breaks", [GONE, NO_DISK])
async def test_what_ends_in_the_middle_says_how_far_it_came(file: Path, breaks: Exception) -> None:
    async with at_the_import() as (app, _, service, pilot):
        service.breaks, service.breaks_at = breaks, 50
        await answer_all(app, pilot)
        await pilot.press(*"yes", "enter")
        await shows(app, pilot, "! clients.csv stopped: 50 of 100 are done")
        assert "look again for the rest; Ctrl+Z takes it back" in words_of(app)
        await pilot.press("ctrl+z")
        await shows(app, pilot, "TAKE BACK?")
        assert [request.number for request in service.told if isinstance(request, ImportUndo)] == [7]


async def test_a_new_look_is_of_its_own_file(file: Path) -> None:
    async with at_the_import() as (app, _, _service, pilot):
        await pilot.press(*"nothing.csv", "enter")
        await shows(app, pilot, "✗ nothing.csv")
        await pilot.press("escape", *"clients.csv", "enter")
        await shows(app, pilot, "ANSWER")
        assert "IMPORT clients.csv" in words_of(app)
        assert "nothing.csv" not in words_of(app)


async def test_a_burst_that_is_a_choice_is_an_answer(file: Path) -> None:
    async with at_the_import() as (app, desk, _, pilot):
        await pilot.press(*"clients.csv", "enter")
        await shows(app, pilot, "1. Is “Client ID”")
        scan(app, "1", "enter")
        await shows(app, pilot, "2. What is “Grandfathered”")
        scan(app, *"active", "enter")
        await shows(app, pilot, "3. What does an empty cell mean")
        scan(app, "9", "enter")
        await shows(app, pilot, "✗ Unknown card")
        assert "3. What does an empty cell mean" in words_of(app)
        scan(app, "1", "enter")
        await shows(app, pilot, "IMPORT?")
        scan(app, *"yes", "enter")
        await shows(app, pilot, "✓ clients.csv is done")
        assert desk.done == [("check_in", "9")]


async def test_an_undo_wants_a_yes_too(file: Path) -> None:
    async with at_the_import() as (app, desk, service, pilot):
        await pilot.press("ctrl+z")
        await shows(app, pilot, "Take back import 7, of 100 people?")
        assert OF_IT in words_of(app)
        await pilot.press(*"no", "enter")
        await shows(app, pilot, "LIST")
        assert (service.kinds, desk.done) == (["import_undo"], [])


async def test_an_undo_goes_to_its_end(file: Path) -> None:
    async with at_the_import() as (app, _, service, pilot):
        await pilot.press("ctrl+z")
        await shows(app, pilot, "TAKE BACK?")
        await pilot.press(*"yes", "enter")
        await shows(app, pilot, "✓ Undo is done")
        assert [request for request in service.told if isinstance(request, ImportUndo)] == [
            ImportUndo(),
            *[ImportUndo(number=7)] * 2,
        ]
        assert "Of import 7, 100 of 100 people are taken back: whoever it has changed is as before" in words_of(app)


async def test_without_the_server_it_is_looked_at_and_answered(file: Path) -> None:
    async with at_the_import() as (app, _, service, pilot):
        service.becomes(ConnectionState(phase="waiting", since=NOW, user="mia", role="manager"))
        await shows(app, pilot, "looked at and answered here; taking it waits for the server")
        await pilot.press(*"clients.csv", "enter")
        for _ in range(2):
            await shows(app, pilot, "ANSWER")
            await pilot.press("1", "enter")
        await shows(app, pilot, "wait for the server")
        assert "4 rows, 3 people." in words_of(app)
        assert "clients.csv" in words_of(app)  # stands in the box again
        assert beside.plan_path(file).exists()


async def test_whose_a_row_is_is_asked_and_compared_with_the_answer(file: Path) -> None:
    async with at_the_import() as (app, _, service, pilot):
        asked = ImportQuestion(2, "same number", "900 is the number of Eva here: are they one person?")
        service.compared = replace(COMPARED, questions=(asked,))
        await pilot.press(*"clients.csv", "enter")
        for key, words in (("1", "1. Is"), ("1", "2. What"), ("2", "3. What")):
            await shows(app, pilot, words)
            await pilot.press(key, "enter")
        await shows(app, pilot, "4. 900 is the number of Eva here: are they one person?")
        await pilot.press("down", "down", "enter")
        await shows(app, pilot, "IMPORT?")
        answers = [request.answers for request in service.told if isinstance(request, ImportCompare)]
        assert answers == [{}, {2: False}]


async def test_who_is_no_manager_is_told_so(file: Path) -> None:
    async with at_the_import(role="staff") as (app, _, service, pilot):
        assert "only a manager imports members" in words_of(app)
        await pilot.press(*"clients.csv", "enter")
        await shows(app, pilot, "Import: only a manager imports members — Ctrl+L logs in somebody else")
        await pilot.press("ctrl+z")
        await shows(app, pilot, "Undo: only a manager imports members")
        assert service.told == []


async def test_a_card_that_is_scanned_meanwhile_comes_in(file: Path) -> None:
    async with at_the_import() as (app, desk, _, pilot):
        await pilot.press(*"clients.csv", "enter")
        await shows(app, pilot, "ANSWER")
        scan(app, *"4711", "enter")
        await shows(app, pilot, "✓ Ana Silva checked in")
        assert desk.done == [("check_in", "Ana Silva")]
        assert "1. Is “Client ID”" in words_of(app)


async def test_esc_goes_back_step_by_step(file: Path) -> None:
    async with at_the_import((60, 20)) as (app, _, _service, pilot):
        await pilot.press(*"clients.csv", "enter")
        await shows(app, pilot, "ANSWER ↑ ↓ or a digit; Enter leaves it open")
        assert "Esc back" in words_of(app)
        await pilot.press("1", "enter")
        await shows(app, pilot, "2. What is “Grandfathered”")
        await pilot.press("escape")
        await shows(app, pilot, "1. Is “Client ID”")
        await shows(app, pilot, "Enter answers “yes”")
        await pilot.press("down", "escape")
        await shows(app, pilot, "Enter answers “yes”")
        await pilot.press("escape")
        await shows(app, pilot, "LIST clients.csv")
        await pilot.press("escape", "escape")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))


async def test_from_the_plan_esc_goes_back_to_the_last_question_and_no_lets_it_be(file: Path) -> None:
    async with at_the_import() as (app, _, service, pilot):
        await answer_all(app, pilot)
        await pilot.press("escape")
        await shows(app, pilot, "3. What does an empty cell mean")
        await pilot.press("x", "enter")
        await shows(app, pilot, "✗ Answer: “x” is none of them")
        await pilot.press("enter")
        await shows(app, pilot, "IMPORT?")
        assert "refused:" not in words_of(app)
        assert service.kinds == ["import_rows", "import_compare", "import_compare"]
        await pilot.press(*"no", "enter")
        await shows(app, pilot, "LIST clients.csv")


async def test_what_is_no_list_is_said(file: Path) -> None:
    async with at_the_import() as (app, _, _service, pilot):
        await pilot.press(*"nothing.csv", "enter")
        await shows(app, pilot, "✗ nothing.csv: cannot be read — No such file or directory")
