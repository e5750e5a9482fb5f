"""What the screen of an import shows and completes, without a screen."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gymtui.importing import looking
from gymtui.importing.looking import Look
from gymtui.importing.questions import Question
from gymtui.protocol import ImportNote, ImportProgress
from gymtui.ui.importing import listing
from gymtui.ui.importing.errand import LetBe, Result
from gymtui.ui.importing.paths import completed, completions, named
from gymtui.ui.importing.sending import rows_to_send
from gymtui.ui.importing.sheet import doing, of_names, of_progress, of_question, of_result, of_text, of_undone
from tests.import_kit import LIST, Fake, at_a_desk
from tests.ui_import_kit import COMPARED

ASKED = Question("k", "Which \x1b[31mone?", {"yes": "it is", "no": "it is not"}, "no", "no")


def test_a_question_says_what_counts_otherwise_and_what_was_answered() -> None:
    sheet = of_question(ASKED, 3)
    assert list(sheet.lines(80)) == ["3. Which [31mone?", "Without an answer it is no."]
    assert (sheet.choices, sheet.chosen, sheet.numbered) == (("yes: it is", "no: it is not"), 1, True)
    assert [sheet.moved(step).chosen for step in (1, -1, -2)] == [1, 0, None]
    assert not of_names(["a"]).numbered


def test_lines_are_no_longer_than_there_is_room() -> None:
    progress = ImportProgress(number=7, behind=1, of=3, new=1, changed=0)
    left_out = Path("/lists/clients.csv.left-out.csv")
    result = Result(
        progress, False, 25, left_out, notes=(ImportNote(2, "has no name"), ImportNote(0, "Ana was changed since"))
    )
    for sheet in (
        of_text("many words " * 20, "", "x" * 90),
        of_progress("Taking", progress),
        of_result(result, "Ctrl+Z"),
    ):
        assert max(map(len, sheet.lines(30))) <= 30
    assert "33%" in of_progress("Taking", progress).lines(30)[2]
    assert "It is import 7. Ctrl+Z takes it back." in of_result(result, "Ctrl+Z").lines(80)
    said = " ".join(of_result(result, "Ctrl+Z").lines(200))
    assert "25 rows left out, each with why in /lists/clients.csv.left-out.csv." in said
    assert of_progress("Taking it back", progress, is_undo=True).lines(30)[3] == "1 of 3"
    assert list(of_undone(result).lines(80))[-2:] == ["Ana was changed since", "line 2: has no name"]
    assert of_text("a").moved(3).moved(-1).top == 2


def test_what_a_yes_does_is_said() -> None:
    nobody = replace(COMPARED, new=0, changed=0)
    assert doing(COMPARED, "inactive", 0) == "takes 100 people"
    assert doing(replace(nobody, new=1, missing=3), "inactive", 0) == "takes 1 person, makes 3 inactive"
    assert doing(replace(nobody, missing=3), "inactive", 0) == "makes 3 inactive"
    assert doing(replace(nobody, missing=3), "keep", 0) == "changes nobody"
    assert doing(COMPARED, "keep", 25) == "takes 100 people, leaves 25 rows out"


def test_a_path_is_completed_as_far_as_it_is_certain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists").mkdir()
    for name in ("clients.csv", "clients 2.csv", "clients.csv.plan.toml", ".hidden"):
        (tmp_path / name).touch()
    assert completions("") == ["lists/", "clients 2.csv", "clients.csv"]
    assert completions(f"{tmp_path}/cl") == [f"{tmp_path}/clients 2.csv", f"{tmp_path}/clients.csv"]
    assert (completed("cl", completions("cl")), completed("l", completions("l"))) == ("clients", "lists/")
    assert (completions(".h"), completions("nowhere/x"), completed("zz", [])) == ([".hidden"], [], "zz")
    assert completions("~nobody-is-called-so/") == []
    assert named("'clients 2.csv'") == named("clients\\ 2.csv") == Path("clients 2.csv")


def test_what_the_wire_cannot_have_is_left_out_by_its_line() -> None:
    rows = [(2, {"full_name": "Zoë"}), (3, {"full_name": "Yan", "membership_number": "7" * 65})]
    good, bad = rows_to_send(rows)  # type: ignore[arg-type]  # a list of what is in it
    assert [row.line for row in good] == [2]
    assert bad[0].sentence.startswith("the server takes no such person: ")
    long = [(4, {"full_name": "Zoë", "alerts": ("x" * 1000,) * 20, "notes": "é" * 1000, "email": "\x01" * 1000})]
    assert rows_to_send(long)[1] == []  # type: ignore[arg-type]
    longer = [(4, {"full_name": "Zoë", "alerts": ("\x01" * 1000,) * 20})]
    assert rows_to_send(longer)[1][0].sentence == "it is too long for one person"  # type: ignore[arg-type]


async def test_no_file_is_read_or_worked_through_where_the_screen_is_drawn(
    gym: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(LIST)
    threads: list[threading.Thread] = []

    def looked(content: bytes, answers: Any, *, today: date) -> Look:
        threads.append(threading.current_thread())
        return looking.look(content, answers, today=today)

    monkeypatch.setattr(listing, "look", looked)
    async with at_a_desk(gym, Fake(is_willing=False)) as (errand, _):
        with pytest.raises(LetBe):
            await errand.bring(file)
    assert len(threads) >= 2
    assert threading.current_thread() not in threads
