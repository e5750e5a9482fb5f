"""An import from a desk, without a screen: the same questions, words and plan as the command line's, and a server."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.importing import beside
from gymtui.importing.questions import Question
from gymtui.importing.rows import MembersFileError
from gymtui.protocol import IMPORT_STEP, ImportProgress
from gymtui.ui.importing.errand import Errand, Gym, LetBe, NotYet
from server.admin import members
from server.app import Server
from tests.import_kit import ANSWERS, LIST, TODAY, Fake, at_a_desk, everybody, many, notes
from tests.waiting import until


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "clients.csv"
    file.write_text(LIST, encoding="utf-8")
    return file


async def test_a_list_goes_from_its_file_into_the_gym(gym: Path, file: Path) -> None:
    person = Fake()
    async with at_a_desk(gym, person) as (errand, _):
        result = await errand.bring(file)
    assert person.asked == ["number on the card", "Status: grandfathered", "missing"]
    assert (result.all, result.progress.new, result.progress.behind) == (True, 3, 3)
    assert {"Ana Silva", "Ben Ode", "Cem Abt"} <= everybody(gym).keys()
    assert notes(gym) == [f"clients, by mia: 3 new, 0 changed. It is import {result.progress.number}."]
    assert result.left_out == file.with_name("clients.csv.left-out.csv")
    with result.left_out.open() as rows:
        assert [row[:2] for row in csv.reader(rows)][1:] == [["has no name", "903"]]
    assert "3 new, 0 changed, 0 as they are." in person.read
    assert any(line.startswith("With it, today 102 would come in, 1 be refused (1 expired).") for line in person.read)


async def test_the_command_line_goes_on_with_what_was_answered_at_the_desk(
    gym: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with at_a_desk(gym, Fake(is_willing=False)) as (errand, _):
        with pytest.raises(LetBe):
            await errand.bring(file)
    assert "Ana Silva" not in everybody(gym)
    members.members_import(database=str(gym), file=file, strict=False, apply=True)
    assert "3 members imported, 1 row not." in capsys.readouterr().out


async def test_and_the_desk_with_what_was_answered_there(gym: Path, file: Path) -> None:
    with pytest.raises(Exception, match="of the questions"):
        members.members_import(database=str(gym), file=file, strict=False)
    plan = beside.plan_path(file)
    text = plan.read_text()
    for key, answer in ANSWERS.items():
        before, _, after = text.partition(f'key = "{key}"')
        text = before + f'key = "{key}"' + after.replace('answer = ""', f'answer = "{answer}"', 1)
    plan.write_text(text)
    person = Fake({})
    async with at_a_desk(gym, person) as (errand, _):
        assert (await errand.bring(file)).progress.new == 3
    assert person.asked == ["missing"]


async def test_what_was_answered_is_kept_when_somebody_lets_it_be(gym: Path, file: Path) -> None:
    async with at_a_desk(gym, Fake(ANSWERS | {"Status: grandfathered": "let be"})) as (errand, _):
        with pytest.raises(LetBe):
            await errand.bring(file)
    plan = beside.plan_of(file)
    assert plan is not None
    assert plan.answers.answers["number on the card"] == "yes"


async def test_a_column_that_is_taken_for_the_wrong_thing_is_set_right(gym: Path, file: Path) -> None:
    person = Fake(ANSWERS | {"field of Mobile Phone": "notes", "field of Status": "ignored"})
    person.wrong = ["Mobile Phone", "Status"]
    async with at_a_desk(gym, person) as (errand, _):
        result = await errand.bring(file)
    ben = everybody(gym)["Ben Ode"]
    assert (result.progress.new, ben.phone, ben.notes, ben.status) == (3, None, "555-0101", "active")
    plan = beside.plan_of(file)
    assert plan is not None
    assert (plan.answers.fields["Mobile Phone"], plan.answers.fields["Status"]) == ("notes", "")
    assert person.asked.count("Status: grandfathered") == 1


@pytest.mark.parametrize("heading", ["Name,Card No,Status", "full_name,membership_number,status"])
async def test_whom_a_row_names_that_is_left_out_stays(gym: Path, file: Path, heading: str) -> None:
    known = next(iter(everybody(gym).values()))
    file.write_text(f"{heading}\nZoe Zed,Z1,active\n{known.full_name},1.23E+15,active,too much\n")
    async with at_a_desk(gym, Fake(ANSWERS | {"missing": "inactive"})) as (errand, _):
        assert (await errand.bring(file)).progress.new == 1
    assert {name for name, member in everybody(gym).items() if member.status == "active"} == {
        "Zoe Zed",
        known.full_name,
    }


async def test_a_question_that_stays_open_keeps_it_out(gym: Path, file: Path) -> None:
    async with at_a_desk(gym, Fake({})) as (errand, _):
        with pytest.raises(NotYet, match=r"^1 of its questions has no answer: look at it again"):
            await errand.bring(file)
    assert "Ana Silva" not in everybody(gym)


async def test_without_a_server_it_is_looked_at_and_answered(file: Path) -> None:
    class Nobody:
        async def request(self, _: object) -> None:
            raise Disconnected("There is no connection to the server.")

    person = Fake()
    alone = Errand(Nobody(), Gym(lambda: TODAY, lambda: False), person, lambda: 7)  # type: ignore[arg-type]
    with pytest.raises(NotYet, match="wait for the server"):
        await alone.bring(file)
    assert person.read[0] == "4 rows, 3 people."
    assert beside.plan_path(file).exists()


async def test_it_is_stopped_between_two_steps_and_can_go_on_or_be_taken_back(gym: Path, file: Path) -> None:
    file.write_text(many(IMPORT_STEP * 2 + 1))
    before = everybody(gym)
    person = Fake()
    person.stop_at = IMPORT_STEP
    async with at_a_desk(gym, person) as (errand, _):
        result = await errand.bring(file)
        assert (result.all, result.progress.behind, result.progress.new) == (False, IMPORT_STEP, IMPORT_STEP)
        person.stop_at = 0
        rest = await errand.bring(file)
        assert (rest.all, rest.progress.new) == (True, IMPORT_STEP + 1)
        assert f"{IMPORT_STEP + 1} new, 0 changed, {IMPORT_STEP} as they are." in person.read
        person.is_willing = False
        with pytest.raises(LetBe):
            await errand.undo(None)
        person.is_willing = True
        for number in (None, result.progress.number):
            assert (await errand.undo(number)).all
        assert person.read[0].endswith(f"clients, by mia: {IMPORT_STEP} new, 0 changed. It is import {number}.")
        with pytest.raises(RequestRefused, match="Nothing is left to take back"):
            await errand.undo(None)
    assert everybody(gym).keys() == before.keys()
    assert [note.partition(":")[0] for note in notes(gym)][:2] == ["clients, by mia"] * 2


async def test_a_connection_that_goes_in_the_middle_is_told(gym: Path, file: Path) -> None:
    file.write_text(many(IMPORT_STEP * 2))

    class Cut(Fake):
        def sees(self, what: str, progress: object) -> None:
            if what.startswith("Taking"):
                for connection in list(server._door._connections):
                    connection.hang_up()

    async with at_a_desk(gym, Cut()) as (errand, server):
        with pytest.raises(Disconnected):
            await errand.bring(file)
        await until(lambda: len(notes(gym)) == 1)
        assert notes(gym)[0].startswith(f"clients, by mia: {IMPORT_STEP} new, 0 changed.")


async def come_back(person: Fake, server: Server) -> None:
    """The connection goes, and there is another one."""
    line = person.line
    assert line is not None
    before = line.state.session_id
    for connection in list(server._door._connections):
        connection.hang_up()
    await until(lambda: line.state.is_live and line.state.session_id != before)


async def test_what_is_taken_back_is_what_was_agreed_to(gym: Path, file: Path) -> None:
    """Also on another connection, and where there is a newer import by now."""

    class Agreeing(Fake):
        async def agrees_to_undo(self, about: ImportProgress) -> None:
            await come_back(self, server)

    async with at_a_desk(gym, person := Agreeing()) as (errand, server):
        first = await errand.bring(file)
        file.write_text(many(2))
        person.given = ANSWERS
        await errand.bring(file)
        assert (await errand.undo(first.progress.number)).progress.number == first.progress.number
    assert {"Zoe1000 Zen", "Zoe1001 Zen"} <= everybody(gym).keys()
    assert "Ana Silva" not in everybody(gym)


async def test_a_connection_that_goes_while_somebody_thinks_costs_nothing(gym: Path, file: Path) -> None:
    """The list is sent again: what is compared is never half of it, or nothing."""
    file.write_text(LIST.replace("900", "7"))

    class Thinking(Fake):
        async def answers(self, question: Question, number: int) -> str:
            if question.key == "line 2":
                await come_back(self, server)
            return await super().answers(question, number)

    person = Thinking(ANSWERS | {"line 2": "no"})
    async with at_a_desk(gym, person) as (errand, server):
        result = await errand.bring(file)
    assert (result.all, result.progress.new) == (True, 3)


async def test_a_list_in_our_own_headings_has_no_questions(gym: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours.csv"
    file.write_text("membership_number,full_name,cards\n1,Another Name,1; B7 (lost)\n777,Zoe Zen,\n")
    person = Fake({})
    async with at_a_desk(gym, person) as (errand, _):
        result = await errand.bring(file)
    assert (person.asked, result.progress.new, result.progress.changed) == (["missing"], 1, 1)
    assert [(card.code, card.state) for card in everybody(gym)["Another Name"].cards] == [
        ("1", "in_use"),
        ("B7", "lost"),
    ]
    assert not beside.plan_path(file).exists()


async def test_people_are_never_made_one_without_a_word(gym: Path, file: Path) -> None:
    file.write_text(LIST.replace("900", "7").replace("902", "8"))
    person = Fake(ANSWERS | {"line 2": "no"})
    async with at_a_desk(gym, person) as (errand, _):
        result = await errand.bring(file)
    assert person.asked[2:] == ["line 2", "line 4", "missing"]
    assert (result.progress.new, result.progress.changed) == (2, 0)
    assert result.left_out is not None
    assert "8 is the number of Name 8 here and of Cem Abt in the list" in result.left_out.read_text()


async def test_what_is_asked_of_many_people_is_asked_once_and_kept(gym: Path, file: Path) -> None:
    file.write_text(LIST.replace("903,,", "10,Dea,Do").replace("900", "7").replace("901", "8").replace("902", "9"))
    person = Fake(ANSWERS | {"people: same number": "no"}, is_willing=False)
    async with at_a_desk(gym, person) as (errand, _):
        with pytest.raises(LetBe):
            await errand.bring(file)
    assert person.asked[2:] == ["people: same number", "missing"]
    again = Fake()
    async with at_a_desk(gym, again) as (errand, _):
        result = await errand.bring(file)
    assert (again.asked, result.progress.new, result.left_out) == (["missing"], 4, None)


async def test_missing_people_are_made_inactive_where_somebody_says_so(gym: Path, file: Path) -> None:
    async with at_a_desk(gym, Fake(ANSWERS | {"missing": "inactive"})) as (errand, _):
        result = await errand.bring(file)
    assert (result.progress.of, result.progress.changed) == (103, 100)
    assert everybody(gym)["Name 5"].status == "inactive"


async def test_what_is_no_list_is_said(gym: Path, file: Path) -> None:
    async with at_a_desk(gym, Fake()) as (errand, _):
        with pytest.raises(MembersFileError, match=r"cannot be read: No such file or directory\."):
            await errand.bring(file.with_name("nothing.csv"))
        file.write_bytes(b"PK\x03\x04 nothing")
        with pytest.raises(MembersFileError, match="it is a workbook that is damaged"):
            await errand.bring(file)


async def test_who_may_not_is_told_so_by_the_server_too(gym: Path, file: Path) -> None:
    async with at_a_desk(gym, Fake(), "ana") as (errand, _):
        with pytest.raises(RequestRefused, match="Only a manager may import members"):
            await errand.bring(file)
    assert "Ana Silva" not in everybody(gym)
