"""Cards of a list that no reader tells apart are refused together; numbers that may be nobody's are named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gymtui.cards.nobody import CHANGES, PHONE, SHARED, TWICE
from server.admin import members
from server.admin.errors import AdminError
from server.store import Store
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import add_members

NONE_OF_THESE = "gymtui: m.csv: no reader tells these cards apart, and none of these rows is imported:"
AMONG_THEM = ("4,Ana Silva,", "036000291452,Ben Ode,", "abc,Cem Kaya,", "6,Dov Katz,0036000291452; ABC", "7,Eva Li,")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(open_store(path)) as store:
        yield store


def imported(path: Path, *lines: str, strict: bool = False, heading: str = "number,name,cards") -> None:
    file = path.with_name("m.csv")
    file.write_text("\n".join((heading, *lines)), encoding="utf-8")
    members.members_import(database=str(path), file=file, strict=strict)


def numbers(store: Store) -> set[str | None]:
    return {member.membership_number for member in store.all_members()}


def test_rows_whose_cards_are_one_are_refused_together(
    path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(path, *AMONG_THEM)
    said = capsys.readouterr()
    assert said.out == "2 members imported, 3 rows not.\n"
    assert said.err.splitlines() == [
        NONE_OF_THESE,
        "gymtui: 036000291452 (Ben Ode, line 3) · 0036000291452 (Dov Katz, line 5)",
        "gymtui: abc (Cem Kaya, line 4) · ABC (Dov Katz, line 5)",
    ]
    assert numbers(store) == {"4", "7"}


def test_a_row_and_somebody_on_file_are_told_together(
    path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    add_members(store, [member_row("0012345678", "Gil Sand") | {"id": "g"}, member_row("9", "Hal Om") | {"id": "h"}])
    with pytest.raises(AdminError, match="please mend the rows named above"):
        imported(path, "12345678,Ana Silva,", "0000012345678,Ben Ode,")
    assert capsys.readouterr().err.splitlines() == [
        NONE_OF_THESE,
        "gymtui: 0012345678 (Gil Sand, on file) · 12345678 (Ana Silva, line 2) · 0000012345678 (Ben Ode, line 3)",
    ]
    imported(path, "0012345678,Gil Sand,12345678", "9,Hal Om,")  # the cards of one may be alike
    assert capsys.readouterr().out == "2 members imported, 0 rows not.\n"


def test_a_number_that_its_owner_gives_up_in_the_same_list_is_free(
    path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    add_members(store, [member_row("abc", "Gil Sand") | {"id": "g"}])
    imported(path, "g,77,Gil Sand", "new,ABC,Ana Silva", heading="id,number,name")
    assert capsys.readouterr().out == "2 members imported, 0 rows not.\n"
    assert numbers(store) == {"77", "ABC"}


def test_a_strict_import_takes_none_where_cards_are_one(
    path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(AdminError):
        imported(path, *AMONG_THEM, strict=True)
    assert capsys.readouterr().out == "0 members imported, 3 rows not.\n"
    assert numbers(store) == set()


def test_what_may_be_nobody_s_is_named_and_what_is_for_sure_is_refused(
    path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(
        path,
        *("04A2B3C4,Ana Silva,", "4BC97B08,Ben Ode,", "5,Cem Kaya,0016909060; 04A2B3C5", "04A2B3C6,Dov Katz,"),
        *("08AB12CD,Eva Li,", "8,Fay Moss,01:02:03:04", "80AB12CD,Gil Sand,", "04A2B3C7,Hal Om,"),
        "08123456,Ira Voss,",
    )
    said = capsys.readouterr()
    assert said.out == "6 members imported, 3 rows not.\n"
    assert said.err.splitlines() == [
        *(f"gymtui: m.csv, line {line}: {why}" for line, why in ((6, PHONE), (7, SHARED), (8, CHANGES))),
        f"gymtui: m.csv, line 3: please look at card 4BC97B08 of Ben Ode: {TWICE}",
        f"gymtui: m.csv, line 4: please look at card 0016909060 of Cem Kaya: {SHARED}",
        f"gymtui: m.csv, line 10: please look at card 08123456 of Ira Voss: {PHONE}",
    ]
