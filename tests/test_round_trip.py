"""Members out to a file and in again: every field comes back as it was."""

from __future__ import annotations

import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import asdict

from gymtui.importing.ours import read_members
from gymtui.printable import showable
from gymtui.protocol import Member, MemberStatus
from server.admin import lists, members
from server.admin.exports import write_members
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym

WRITTEN = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
TEXT = WRITTEN.map(showable).filter(lambda text: text == text.strip())  # a list has nothing that a terminal obeys
DAY = st.dates().map(date.isoformat)
HOURS = st.times().map(lambda time: f"{time:%H:%M}")
ANYBODY: dict[str, st.SearchStrategy[object]] = {
    "full_name": TEXT,
    "status": st.sampled_from(get_args(MemberStatus)),
    "plan": st.none() | TEXT,
    "valid_from": st.none() | DAY,
    "valid_until": st.none() | DAY,
    "visits_left": st.none() | st.integers(0, 1_000_000),
    "payment_overdue": st.booleans(),
    "waiver_signed": st.none() | st.booleans(),
    "hours": st.none() | st.tuples(HOURS, HOURS).map("-".join),
    "phone": st.none() | TEXT,
    "email": st.none() | TEXT,
    "birth_date": st.none() | DAY,
    "home_location": st.none() | TEXT,
    "notes": st.none() | TEXT,
    "alerts": st.lists(TEXT, max_size=3).map(tuple),
    "guest": st.booleans(),
    "external_id": st.none() | st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=64),
    "payment_overdue_since": st.none() | DAY,
    "frozen_until": st.none() | DAY,
    "host_id": st.none() | st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=64),
}
UNKNOWN = (None, UNSET, ())
OWN = {"id", "membership_number", "cards", "acknowledged", "deleted", "merged_into", "seq"}
ODD = [
    "=1+1",
    "'=1+1",
    "''x",
    "'",
    "-2+3",
    "+41 44",
    "@a",
    "a;b",
    ";",
    "a; b",
    ";;",
    '"',
    'a"b',
    "a\rb",
    "a\r\nb",
    "a,b",
]


@given(st.fixed_dictionaries(ANYBODY))
def test_every_field_comes_back_as_it_was(fields: dict[str, object]) -> None:
    comes_back(Member(id="m1", membership_number="1", **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_come_back_as_they_were(text: str) -> None:
    comes_back(Member(id="=m", membership_number="-a", full_name=text, notes=text, alerts=(text, "x", text)))


def comes_back(member: Member) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "m.csv"
        write_members(file, [member])
        [(_, read)], problems = read_members(file)
    assert problems == []
    known = {name: value for name, value in asdict(member).items() if value not in UNKNOWN}
    assert read | {"deleted": False, "seq": 0} == known


def test_the_fields_that_come_back_are_all_there_are() -> None:
    assert {*ANYBODY, *OWN} == set(Member.__struct_fields__)


def test_what_is_exported_can_be_imported(tmp_path: Path) -> None:
    fields = {
        "status": "frozen",
        "plan": "Gold; 12",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "visits_left": 0,
        "payment_overdue": True,
        "payment_overdue_since": "2026-01-31",
        "waiver_signed": False,
        "hours": "22:00-02:00",
        "phone": "+41 (44) 123-45.67",
        "email": "a@b.ch",
        "birth_date": "2000-02-29",
        "home_location": "West",
        "notes": 'two\nlines, "quoted"',
        "alerts": ("bad knee", "no card"),
        "guest": True,
    }
    there, back, file = tmp_path / "a.db", tmp_path / "b.db", tmp_path / "m.csv"
    make_gym(there, member_row("1", "Zoë, the first", **fields), member_row("2", "Ben"))
    lists.members_export(database=str(there), file=file)
    members.members_import(database=str(back), file=file, strict=True)

    def everyone(path: Path) -> list[dict[str, object]]:
        with closing(open_store(path)) as store:
            return [asdict(m) | {"seq": 0} for m in store.all_members()]

    assert everyone(back) == everyone(there)
    assert everyone(back)[0]["alerts"] == ("bad knee", "no card")
