"""Lists out of the gym: every form and range, nothing a spreadsheet would run, and a whole gym as it was."""

from __future__ import annotations

import csv
import io
import json
import stat
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.protocol import Card, CardState, CheckIn, Member, Override
from server.admin import lists, members
from server.admin.conflicts import conflicts
from server.admin.errors import AdminError
from server.admin.exports import write_check_ins, write_members
from server.store import Store, Transaction
from server.store.opening import open_store
from tests.factories import member, member_row, visit
from tests.test_round_trip import ANYBODY
from tests.test_round_trip import DAY as A_DAY
from tests.till import DAY, HOUR, MINUTE, NINE, Till

pytestmark = pytest.mark.slow

TIME = st.integers(0, NINE).map(clock.to_text)
BY = st.none() | st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="()"), max_size=20).map(
    str.strip
)
HELD: st.SearchStrategy[CardState] = st.sampled_from(("in_use", "lost"))
ENDS = st.sampled_from(("", " (lost)", " (in use)", ";", "; x", "=", " by x)"))


@st.composite
def people(draw: st.DrawFn) -> list[Member]:
    """Some who have all that a member can have; of a card, a number is what every reader tells from the others."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        held = [f"{number}{n}-{'x' * 9}{draw(ENDS)}" for n in range(draw(st.integers(0, 3)))]
        gone = [f"{number}{n}-{'y' * 9}{draw(ENDS)}" for n in range(draw(st.integers(0, 3)))]
        cards = [Card(code=code, state=draw(HELD), since=draw(TIME), by=draw(BY)) for code in held]
        cards += [Card(code=code, state="returned", since=draw(TIME), by=draw(BY)) for code in gone]
        fields: Any = draw(st.fixed_dictionaries(ANYBODY)) | {"external_id": draw(st.none() | st.just(f"e{number}"))}
        fields["payment_overdue_since"] = draw(A_DAY) if fields["payment_overdue"] else None  # as the gym dates them
        first = held[0] if held else None
        found.append(Member(id=f"m{number}", membership_number=first, cards=tuple(cards), **fields))
    return found


@settings(max_examples=40)
@given(people())
def test_a_gym_that_is_exported_is_the_same_in_an_empty_one(everybody: list[Member]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        there, back, file = Path(folder) / "a.db", Path(folder) / "b.db", Path(folder) / "m.csv"
        with closing(open_store(there)) as store:
            put(store, everybody)
        lists.members_export(database=str(there), file=file)
        members.members_import(database=str(back), file=file, strict=True)
        with closing(open_store(back)) as store:
            read = {member.id: replace(member, seq=0) for member in store.all_members()}
    assert read == {member.id: member for member in everybody}


def test_no_list_has_what_a_terminal_obeys(tmp_path: Path) -> None:
    obeyed = "\x07\x1b[31m\x7f\x9b2J\u202e\u2066\u200f"
    everybody = [member(1, f"Ana {obeyed}", notes=f"a\n\tb{obeyed}", alerts=(obeyed,))]
    for format in ("csv", "jsonl"):
        file = tmp_path / f"m.{format}"
        write_members(file, everybody, format)
        assert not set(file.read_bytes().decode()) & set(obeyed) - set("[31m2J")
    row = json.loads((tmp_path / "m.jsonl").read_text())
    assert (row["full_name"], row["notes"]) == (f"Ana {obeyed}", f"a\n\tb{obeyed}")
    assert "a\n\tb�" in (tmp_path / "m.csv").read_text()


def put(store: Store, everybody: list[Member]) -> None:
    def work(tx: Transaction) -> None:
        for one in everybody:
            after = replace(one, seq=tx.next_seq)
            tx.put_member(after)
            tx.append(after, kind="import", user="")

    store.write([work])


@pytest.mark.parametrize(
    "text", ["=1+1", "a;=1+1", "a\n=1+1", 'a;"=1', "a\t@x", "+41 44;-5", " =1", "bad knee; +1", "'=1", "a;'=1"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula_whatever_separates_them(tmp_path: Path, text: str, delimiter: str) -> None:
    write_members(tmp_path / "m.csv", [member(1, "Ana", notes=text, alerts=(text, "x"))])
    whole = (tmp_path / "m.csv").read_text()
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        for row in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter, quoting=quoting):
            assert [cell for cell in row if cell.strip(' "\r\n')[:1] in {"=", "@", "+", "-"} and cell] == []


@pytest.fixture
def gym(tmp_path: Path) -> Iterator[Till]:
    """Ana came yesterday and is in now; Ben was let in by a manager; Cem was in twice, as two desks have it."""
    till = Till(
        tmp_path / "gym.db",
        member_row("1", "Ana Silva", notes="knee", alerts=("ask her",)),
        member_row("2", "Ben Ode", status="frozen"),
        member_row("3", "Cem Ak"),
    )
    with closing(till.store):
        till.now = NINE - DAY
        till.check_in("1")
        till.now += HOUR
        till.check_out("1")
        till.now = NINE
        till.check_in("1", desk="Side")
        till.done(CheckIn(code="2", override=Override(reason="paid in cash", manager="mia")))
        till.check_in("3")
        till.offline(NINE + MINUTE, "3", desk="Side")
        till.refused(CheckIn(code="3"))
        yield till


def exported(tmp_path: Path) -> list[dict[str, Any]]:
    file = tmp_path / "out.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.usefixtures("gym")
def test_members_as_json_lines(tmp_path: Path) -> None:
    lists.members_export(database=str(tmp_path / "gym.db"), file=tmp_path / "out.jsonl", format="jsonl")
    ana, *_ = exported(tmp_path)
    assert (ana["full_name"], ana["alerts"], ana["valid_until"], ana["guest"]) == (
        "Ana Silva",
        ["ask her"],
        None,
        False,
    )
    lists.members_export(database=str(tmp_path / "gym.db"), file=tmp_path / "out.jsonl")  # in its place


@pytest.mark.usefixtures("gym")
def test_check_ins_of_a_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, database = tmp_path / "out.jsonl", str(tmp_path / "gym.db")

    def times(**asked: datetime) -> list[str]:
        lists.check_ins_export(database=database, file=file, format="jsonl", **asked)
        return [row["check_in_time"][:16] for row in exported(tmp_path)]

    today, yesterday = "2026-11-22T09:00", "2026-11-21T09:00"
    assert times() == [yesterday, today, today, today, today]
    assert times(until=datetime.fromisoformat("2026-11-22")) == [yesterday]  # on the gym's own clock
    assert times(since=datetime.fromisoformat("2026-11-22T09:00Z")) == [today] * 4
    assert capsys.readouterr().out.splitlines() == [
        "5 check-ins exported.",
        "1 check-in exported.",
        "4 check-ins exported.",
    ]


@pytest.mark.usefixtures("gym")
def test_the_roll_call_is_who_is_in_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "out.jsonl"
    lists.roll_call_export(database=str(tmp_path / "gym.db"), file=file, format="jsonl")
    assert [(row["full_name"], row["desk"]) for row in exported(tmp_path)] == [
        ("Ana Silva", "Side"),
        ("Ben Ode", "Front"),
        ("Cem Ak", "Front"),
    ]
    assert capsys.readouterr().out == "3 people in.\n"


@pytest.mark.usefixtures("gym")
def test_conflicts_as_rows(tmp_path: Path) -> None:
    file, database = tmp_path / "out.jsonl", str(tmp_path / "gym.db")
    begin = datetime.fromisoformat("2026-11-22T00:00Z")
    conflicts(database=database, days=7, export=file, format="jsonl", since=begin)
    [row] = exported(tmp_path)
    assert (row["full_name"], row["desk"]) == ("Cem Ak", "Side")
    assert row["sentence"].startswith("checked in a second time")
    conflicts(database=database, days=7, export=file, format="jsonl", since=begin, until=begin)
    assert exported(tmp_path) == []
    with pytest.raises(WrongUsage, match="please add --export FILE"):
        conflicts(database=database, days=7, since=begin)


def test_all_that_is_kept_of_a_person(gym: Till, tmp_path: Path) -> None:
    file, database = tmp_path / "ben.json", str(tmp_path / "gym.db")
    lists.members_export(database=database, file=file, member="2")
    lists.members_export(database=database, file=file, member="2")  # an older one is replaced
    ben = json.loads(file.read_text())
    assert ben["member"]["full_name"] == "Ben Ode"
    assert [(visit["notes"], visit["event"]["flags"]) for visit in ben["check_ins"]] == [("paid in cash", ["override"])]
    assert [row["what"] for row in ben["journal"]] == ["import", "check_in"]
    assert "Ana" not in file.read_text()
    lists.members_export(database=database, file=file, member=next(m.id for m in gym.store.all_members()))
    ana = json.loads(file.read_text())
    assert (ana["member"]["notes"], ana["member"]["alerts"], len(ana["check_ins"])) == ("knee", ["ask her"], 2)
    with pytest.raises(AdminError, match="Nobody here has the id or number 77"):
        lists.members_export(database=database, file=file, member="77")


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_a_list_of_any_length_fits(tmp_path: Path, format: Any) -> None:
    def peak(rows: int) -> int:
        tracemalloc.start()
        visits = ((visit(n), member(n).ref) for n in range(rows))
        assert write_check_ins(tmp_path / "out.csv", visits, format) == rows
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(5000) < peak(50) + 64 * 1024
