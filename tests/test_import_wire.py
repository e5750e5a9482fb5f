"""A list over the wire: sent in parts, compared, taken in steps, stopped, gone on with, and taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gymtui.protocol import IMPORT_STEP
from server.app import Server
from server.gym.importing import staged
from server.store import Committed
from tests.factories import member_row
from tests.gym_kit import token
from tests.import_kit import everybody, notes
from tests.kit import Wire, serving
from tests.waiting import until

Row = dict[str, Any]


def rows_of(*members: Row) -> list[Row]:
    return [{"line": line, "member": member} for line, member in enumerate(members, 2)]


def people(count: int) -> list[Row]:
    return rows_of(*({"full_name": f"New {n}", "membership_number": f"N{n}"} for n in range(count)))


@asynccontextmanager
async def manager(gym: Path, user: str = "mia") -> AsyncIterator[tuple[Server, Wire]]:
    async with serving(gym) as server, Wire.open(server.url, token(gym, user)) as wire:
        await wire.until("connection_status")
        yield server, wire


async def result(wire: Wire, type: str, **payload: Any) -> Row:
    reply = await wire.ask(type, payload)
    assert reply["ok"], reply
    found: Row = reply["result"]
    return found


async def refusal(wire: Wire, type: str, **payload: Any) -> tuple[str, str]:
    error = (await wire.ask(type, payload))["error"]
    return error["code"], error["message"]


async def compared(wire: Wire, rows: list[Row], **more: Any) -> Row:
    await result(wire, "import_rows", rows=rows, begins=True)
    return await result(wire, "import_compare", source="clients", **more)


async def test_nothing_is_written_before_it_is_taken(gym: Path) -> None:
    before = everybody(gym)
    async with manager(gym) as (server, wire):
        head = server.hub.head
        assert await result(wire, "import_rows", rows=people(3), begins=True) == {"rows": 3}
        assert await result(wire, "import_rows", rows=people(4)[3:]) == {"rows": 4}
        told = await result(wire, "import_compare", source="clients")
        assert (told["new"], told["changed"], told["missing"]) == (4, 0, len(before))
        assert told["with_it"]["come_in"] == told["without_it"]["come_in"] + 4
        assert (server.hub.head, everybody(gym)) == (head, before)
        assert (await refusal(wire, "import_undo"))[0] == "invalid"


async def test_it_is_taken_in_steps_and_told_once(gym: Path) -> None:
    count = 2 * IMPORT_STEP + 1
    async with manager(gym) as (_, wire):
        assert (await compared(wire, people(count)))["new"] == count
        steps = [await result(wire, "import_take") for _ in range(3)]
        assert [step["behind"] for step in steps] == [IMPORT_STEP, 2 * IMPORT_STEP, count]
        ended = await result(wire, "import_end")
        assert (ended["new"], ended["of"], ended["number"]) == (count, count, steps[0]["number"])
    assert len([name for name in everybody(gym) if name.startswith("New ")]) == count
    assert notes(gym) == [f"clients, by mia: {count} new, 0 changed. It is import {ended['number']}."]


async def test_no_commit_holds_more_than_others_can_wait_for(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard: however long a list is, and however fast it is asked for, a check-in waits for one step."""
    sizes: list[int] = []
    told = Server._committed

    def committed(server: Server, committed: Committed) -> None:
        sizes.append(len(committed.rows))
        told(server, committed)

    monkeypatch.setattr(Server, "_committed", committed)
    async with manager(gym) as (_, wire):
        await compared(wire, people(2 * IMPORT_STEP))
        for id in ("first", "second"):
            await wire.send("import_take", {}, id)
        replies = {(await wire.until("reply"))["id"]: wire.received[-1]["payload"] for _ in range(2)}
        assert replies["first"]["result"]["behind"] == IMPORT_STEP
        assert replies["second"]["error"]["message"].startswith("The import is busy")
        await result(wire, "import_take")
    assert [size for size in sizes if size > 1] == [IMPORT_STEP, IMPORT_STEP]


async def test_a_connection_that_goes_leaves_a_note_and_the_same_list_goes_on(gym: Path) -> None:
    rows = people(IMPORT_STEP + 2)
    async with serving(gym) as server:
        async with Wire.open(server.url, token(gym, "mia")) as wire:
            await compared(wire, rows)
            number = (await result(wire, "import_take"))["number"]
        await until(lambda: len(notes(gym)) == 1)
        async with Wire.open(server.url, token(gym, "mia")) as wire:
            assert (await refusal(wire, "import_take"))[0] == "invalid"
            told = await compared(wire, rows)
            assert (told["new"], told["unchanged"]) == (2, IMPORT_STEP)
            await result(wire, "import_take")
    assert notes(gym)[0].endswith(f"{IMPORT_STEP} new, 0 changed. It is import {number}.")
    assert notes(gym)[1].startswith("clients, by mia: 2 new, 0 changed.")


async def test_half_a_list_is_none(gym: Path) -> None:
    """Whoever it lacks would be missing, and might be made inactive for it."""
    async with serving(gym) as server:
        async with Wire.open(server.url, token(gym, "mia")) as wire:
            await result(wire, "import_rows", rows=people(2), begins=True)
        async with Wire.open(server.url, token(gym, "mia")) as wire:
            for type, payload in (
                ("import_rows", {"rows": people(4)[2:]}),
                ("import_compare", {"source": "clients", "missing": "inactive"}),
            ):
                code, sentence = await refusal(wire, type, **payload)
                assert (code, sentence.partition(":")[0]) == ("invalid", "This connection has no list")
            await result(wire, "import_rows", rows=[], begins=True)
            await result(wire, "import_end")
            assert (await refusal(wire, "import_compare", source="clients"))[0] == "invalid"


async def test_an_undo_goes_in_steps_too_and_leaves_who_was_touched_since(gym: Path) -> None:
    before = everybody(gym)
    async with manager(gym) as (_, wire):
        await compared(wire, people(IMPORT_STEP + 2))
        await result(wire, "import_take")
        await result(wire, "import_take")
        await result(wire, "import_end")
        await wire.ask("check_in", {"code": "N1"})
        about = await result(wire, "import_undo")
        [note] = about["notes"]
        assert (about["behind"], about["of"]) == (0, IMPORT_STEP + 2)
        assert note["sentence"].endswith(f": {notes(gym)[-1]}")
        first = await result(wire, "import_undo")
        assert (first["behind"], first["of"]) == (IMPORT_STEP, IMPORT_STEP + 2)
        assert (await refusal(wire, "import_rows", rows=[]))[1].startswith("An import or an undo is under way")
        last = await result(wire, "import_undo")
        assert last["notes"] == [{"line": 0, "sentence": "New 1 (N1) was changed since, and stays"}]
        await result(wire, "import_end")
        assert (await refusal(wire, "import_undo"))[1].startswith("Nothing is left to take back")
    assert everybody(gym).keys() == before.keys() | {"New 1"}
    assert notes(gym)[-1].endswith(f"0 as before, {IMPORT_STEP + 1} gone again, 1 changed since and left.")


async def test_questions_are_asked_until_they_are_answered(gym: Path) -> None:
    known = next(iter(everybody(gym).values()))
    rows = rows_of({"full_name": "Zoë Zen", "membership_number": known.membership_number})
    async with manager(gym) as (_, wire):
        told = await compared(wire, rows)
        [question] = told["questions"]
        assert (question["line"], question["doubt"], told["new"] + told["changed"]) == (2, "same number", 0)
        assert known.full_name in question["sentence"]
        again = await result(wire, "import_compare", source="clients", answers={"2": False})
        assert (again["new"], again["questions"]) == (1, [question])
        trusted = await result(wire, "import_compare", source="clients", trusted=True)
        assert (trusted["changed"], trusted["questions"]) == (1, [])


async def test_whom_the_list_does_not_name_stays_or_is_made_inactive(gym: Path) -> None:
    async with manager(gym) as (_, wire):
        told = await compared(wire, people(1), missing="inactive")
        steps = [await result(wire, "import_take") for _ in range(3)]
        step = steps[-1]
    assert (step["of"], step["changed"]) == (1 + told["missing"], told["missing"])
    assert {member.status for name, member in everybody(gym).items() if name != "New 0"} == {"inactive"}


async def test_whom_a_row_names_that_is_left_out_is_not_missing(gym: Path) -> None:
    first, second, *others = everybody(gym).values()
    named = [first.full_name, str(second.membership_number)]
    async with manager(gym) as (_, wire):
        await result(wire, "import_rows", rows=people(1), begins=True, named=named)
        told = await result(wire, "import_compare", source="clients", missing="inactive")
    assert (told["missing"], told["with_it"]["come_in"]) == (len(others), 3)
    assert told["without_it"]["come_in"] == len(others) + 2


async def test_an_undo_that_was_only_looked_at_has_done_nothing(gym: Path) -> None:
    async with manager(gym) as (_, wire):
        await compared(wire, people(1))
        number = (await result(wire, "import_take"))["number"]
        await result(wire, "import_end")
        assert (await result(wire, "import_undo", number=number))["behind"] == 0
        assert await result(wire, "import_rows", rows=people(2), begins=True) == {"rows": 2}
    assert "New 0" in everybody(gym)
    assert len(notes(gym)) == 1


async def test_a_server_that_stops_in_the_middle_leaves_a_note(gym: Path) -> None:
    async with AsyncExitStack() as outlasting:
        async with serving(gym) as server:
            wire = await outlasting.enter_async_context(Wire.open(server.url, token(gym, "mia")))
            await compared(wire, people(IMPORT_STEP + 1))
            number = (await result(wire, "import_take"))["number"]
        assert notes(gym) == [f"clients, by mia: {IMPORT_STEP} new, 0 changed. It is import {number}."]


async def test_an_import_without_an_end_is_known_by_its_people(gym: Path) -> None:
    async with manager(gym) as (server, wire):
        await compared(wire, people(2))
        await result(wire, "import_take")
        async with Wire.open(server.url, token(gym, "mia")) as other:
            [note] = (await result(other, "import_undo"))["notes"]
            assert note["sentence"].startswith("New 0 and 1 more rows. It is import ")


async def test_what_has_no_room_in_a_message_is_counted(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged, "MAX_PART", 300)
    rows = rows_of(*({"full_name": f"Zoë {n}", "membership_number": str(n)} for n in range(5)))
    async with manager(gym) as (_, wire):
        told = await compared(wire, rows)
    assert len(told["questions"]) + told["untold"] == 5
    assert 0 < len(told["questions"]) < 5
    assert told["left_out"] == told["doubts"] == []


@pytest.mark.parametrize(
    ("member", "why"),
    [
        ({"valid_until": "2026-02-30"}, "Line 2: `valid_until` cannot be '2026-02-30': please check it."),
        ({"membership_number": "12 "}, "Line 2 has the number '12 ', which is no card's: please leave it out."),
        ({"cards": [{"code": "a\nb"}]}, "Line 2 has the number 'a\\nb', which is no card's: please leave it out."),
        ({"full_name": " "}, "Line 2: A member has a name."),
    ],
)
async def test_what_nobody_can_be_is_not_kept(gym: Path, member: Row, why: str) -> None:
    async with manager(gym) as (_, wire):
        assert await refusal(wire, "import_rows", rows=rows_of({"full_name": "Zoë"} | member), begins=True) == (
            "invalid",
            why,
        )
        assert await result(wire, "import_rows", rows=people(1), begins=True) == {"rows": 1}


async def test_a_list_has_an_end(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged, "MAX_IMPORT_ROWS", 3)
    async with manager(gym) as (_, wire):
        await result(wire, "import_rows", rows=people(2), begins=True)
        assert (await refusal(wire, "import_rows", rows=people(2)))[0] == "too_large"
        monkeypatch.setattr(staged, "MAX_IMPORT_BYTES", 10)
        assert (await refusal(wire, "import_rows", rows=people(1), begins=True))[0] == "too_large"
        assert await result(wire, "import_rows", rows=[], begins=True) == {"rows": 0}


async def test_two_cards_that_no_reader_tells_apart_are_left_out(gym: Path) -> None:
    rows = rows_of(member_row("0012345678", "Zoë Zen"), member_row("12345678", "Yan Yu"))
    async with manager(gym) as (_, wire):
        told = await compared(wire, rows)
    assert told["new"] == 0
    assert [note["sentence"] for note in told["left_out"]] == ["no reader tells its card from another one"] * 2


async def test_who_may_not_is_told_so_in_words(gym: Path) -> None:
    async with manager(gym, "ana") as (_, wire):
        said = await refusal(wire, "import_rows", rows=[])
        assert said == ("not_allowed", "Only a manager may import members: please ask one.")


async def test_what_empty_cells_would_clear_is_told_and_done_where_that_is_asked(gym: Path) -> None:
    async with manager(gym) as (_, wire):
        first = rows_of({"full_name": "Zoe Zen", "membership_number": "Z1", "phone": "555", "plan": "Gold"})
        await compared(wire, first)
        await result(wire, "import_take")
        await result(wire, "import_end")
        rows = rows_of({"full_name": "Zoe Zen", "membership_number": "Z1", "plan": "Gold"})
        told = await compared(wire, rows, columns=["plan", "phone"])
        assert told["cleared"] == [{"field": "phone", "count": 1, "name": "Zoe Zen", "value": "555"}]
        assert (told["changed"], told["unchanged"]) == (0, 1)
        assert (await result(wire, "import_compare", source="clients", columns=["phone"], clears=True))["changed"] == 1
        await result(wire, "import_take")
        assert (await refusal(wire, "import_compare", source="clients", columns=["status"]))[0] == "invalid"
    zoe = everybody(gym)["Zoe Zen"]
    assert (zoe.phone, zoe.plan) == (None, "Gold")
