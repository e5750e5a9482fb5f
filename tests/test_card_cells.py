"""A member's cards in a CSV file: out and in again, and what an import says of a cell that cannot be."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gymtui.importing.card_cells import card_cell, cards_in
from gymtui.importing.ours import read_members
from gymtui.protocol import Card, SaveCard
from server.admin.exports import refuse_to_replace, write_members
from server.admin.importing.members import import_members
from tests.factories import member_row
from tests.gym_kit import stored
from tests.till import Till

CARDS = (Card(code="1001"), Card(code="B;77", state="lost"), Card(code="C (3)", state="returned"))


def test_cards_come_back_from_a_cell() -> None:
    assert card_cell(CARDS) == "1001; B;;77 (lost); C (3) (returned)"
    assert cards_in(card_cell(CARDS)) == CARDS


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("1; 1 (lost)", "names one of them twice"),
        ("; ".join(str(n) for n in range(21)), "has 21, and a member has 20 at the most"),
        ("1; ", "one that is empty, has more than 64"),
        ("x" * 65, "one that is empty, has more than 64"),
    ],
)
def test_a_cell_that_cannot_be_says_why(cell: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        cards_in(cell)


def imported(till: Till, tmp_path: Path, *lines: str) -> list[str]:
    file = tmp_path / "in.csv"
    file.write_text("\n".join(("number,name,cards", *lines)))
    rows, problems = read_members(file)
    more = import_members(till.store, rows).problems
    return [problem.sentence for problem in problems + more]


def test_an_import_gives_and_takes_cards(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db", member_row("1001", "Ana Silva"), member_row("1002", "Ben Ode"))
    with closing(till.store):
        assert imported(till, tmp_path, "1001,Ana Silva,B1; B2", "1002,Ben Ode,") == []
        assert till.check_in("B2").member.full_name == "Ana Silva"
        till.give(SaveCard(member_id=stored(till.store, "1001").id, code="B1", state="lost"))
        since = [card.since for card in stored(till.store, "1001").cards]
        assert imported(till, tmp_path, "1001,Ana Silva,B1 (lost); B3") == []
        ana = stored(till.store, "1001")
        assert [(card.code, card.state) for card in ana.cards] == [
            ("1001", "in_use"),
            ("B1", "lost"),
            ("B3", "in_use"),
            ("B2", "returned"),
        ]
        assert [card.since for card in ana.cards][:2] == since[:2]  # what is known of a card stays
        assert imported(till, tmp_path, "1002,Ben Ode,B1") == [
            "The number B1 belongs to Ana Silva: please choose another."
        ]


def test_an_export_is_read_again_with_its_cards(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db", member_row("1001", "Ana Silva"))
    with closing(till.store):
        imported(till, tmp_path, "1001,Ana Silva,B1; B2 (lost)")
        before = stored(till.store, "1001")
        write_members(tmp_path / "out.csv", [before])
        rows, problems = read_members(tmp_path / "out.csv")
        assert problems == []
        import_members(till.store, rows)
        assert stored(till.store, "1001") == before


def test_an_export_from_before_there_were_cards_may_be_replaced(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    write_members(file, [])
    for newer in (",frozen_until,host_id", ",payment_overdue_since", ",external_id", ",cards"):
        file.write_text(file.read_text().replace(newer, ""))
        refuse_to_replace(file)
