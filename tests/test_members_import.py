"""Members out of a file into the gym: good rows and bad ones, how far it is, and an end in the middle."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import asdict

from gymtui.importing.rows import MembersFileError
from gymtui.protocol import Member
from server.admin import members
from server.admin.errors import AdminError
from server.store import Store, Transaction
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import add_members, stored
from tests.sqlite_kit import connection_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "gym.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    path.parent.mkdir()
    with closing(open_store(path)) as store:
        yield store


def kinds(store: Store) -> list[str]:
    return [row[0] for row in connection_of(store).execute("SELECT kind FROM journal ORDER BY seq")]


def write(file: Path, *lines: str) -> Path:
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_an_import_adds_and_changes_and_repeats_nothing(
    path: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "m.csv", "number,name,visits", "1,Ana,5", "2,Ben,")
    members.members_import(database=str(path), file=file, strict=False)
    first = {number: stored(store, number) for number in "12"}
    assert (first["1"].full_name, first["1"].visits_left, first["1"].seq) == ("Ana", 5, 2)
    write(file, "number,name,visits", "1,Ana Abt,", "2,Ben,")
    members.members_import(database=str(path), file=file, strict=True)
    again = stored(store, "1")
    assert (again.id, again.full_name, again.visits_left, again.seq) == (first["1"].id, "Ana Abt", 5, 5)
    assert stored(store, "2") == first["2"]
    assert kinds(store) == ["found", *["import"] * 5]  # two people and a note, one of them once more and a note
    assert capsys.readouterr().out == "2 members imported, 0 rows not.\n" * 2


def test_bad_rows_are_named_and_the_good_ones_taken(
    path: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_members(store, [member_row("7", "Gil") | {"id": "g"}])
    file = write(
        tmp_path / "m.csv", "id,number,name,status", ",1,Ana,", ",2,,", "new,7,Not Gil,", ",3,Cem,gone", "g,8,Gil,"
    )
    members.members_import(database=str(path), file=file, strict=False)
    said = capsys.readouterr()
    assert said.out == "2 members imported, 3 rows not.\n"
    assert said.err.splitlines() == [
        "gymtui: m.csv, line 3: has no name",
        "gymtui: m.csv, line 4: the number 7 belongs to Gil",
        "gymtui: m.csv, line 5: status is one of active, frozen, banned, inactive, not 'gone'",
    ]
    assert {m.membership_number for m in store.all_members()} == {"1", "8"}


def test_nothing_in_a_file_reaches_the_terminal_as_a_command(
    path: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "Eve\x1b[2J\x9b31m\u202e"
    add_members(store, [member_row("7", evil)])
    file = write(tmp_path / "m\x1b[2J.csv", "id,number,name", ",1,Ana", "new,7,Not Eve")
    members.members_import(database=str(path), file=file, strict=False)
    said = capsys.readouterr().err
    assert said == "gymtui: m[2J.csv, line 3: the number 7 belongs to Eve[2J31m\n"


@pytest.mark.parametrize("bad", [",2,,", "new,7,Not Gil,"])
def test_a_strict_import_takes_all_or_nothing(
    path: Path, store: Store, tmp_path: Path, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add_members(store, [member_row("7", "Gil") | {"id": "g"}])
    before = kinds(store)
    file = write(tmp_path / "m.csv", "id,number,name,status", *(f",x{n},Ana," for n in range(600)), bad)
    with pytest.raises(AdminError, match=r"m\.csv was not imported: please mend the rows named above"):
        members.members_import(database=str(path), file=file, strict=True)
    said = capsys.readouterr()
    assert said.out == "0 members imported, 1 row not.\n"
    assert said.err.startswith("gymtui: m.csv, line 602: ")
    assert kinds(store) == before
    write(file, "number,name", *(f"x{n},Ana" for n in range(600)))
    members.members_import(database=str(path), file=file, strict=True)
    assert capsys.readouterr().out == "600 members imported, 0 rows not.\n"


class Screen(io.StringIO):
    """A stderr that is a terminal; `at` is called with what was written, as it is."""

    def __init__(self, at: Callable[[str], None] = lambda _: None) -> None:
        super().__init__()
        self._at = at

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._at(text)
        return super().write(text)


def test_a_long_import_says_on_a_terminal_how_far_it_is(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "m.csv", "number,name", *(f"x{n},Ana" for n in range(1200)))
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    members.members_import(database=str(path), file=file, strict=False)
    assert screen.getvalue() == (
        f"\r500 of 1,200 members\r1,000 of 1,200 members\r{' ' * len('1,000 of 1,200 members')}\r"
    )
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    members.members_import(database=str(path), file=file, strict=False)
    assert pipe.getvalue() == ""


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """As at a terminal: a program that was started in the background may not hear of Ctrl+C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
@pytest.mark.parametrize(("strict", "taken"), [(False, 1000), (True, 0)])
def test_ctrl_c_ends_an_import_between_two_commits(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], strict: bool, taken: int
) -> None:
    path.parent.mkdir()
    file = write(path.parent / "m.csv", "number,name", *(f"x{n},Ana" for n in range(1800)))
    screen = Screen(lambda text: signal.raise_signal(signal.SIGINT) if "1,000 of" in text else None)
    monkeypatch.setattr("sys.stderr", screen)
    with pytest.raises(KeyboardInterrupt):
        members.members_import(database=str(path), file=file, strict=strict)
    assert capsys.readouterr().out == f"{taken} members imported, 0 rows not.\n"
    assert screen.getvalue().endswith(
        f"\rgymtui: interrupted with {taken} of 1800 members in: import m.csv again for the rest.\n"
    )
    with closing(open_store(path)) as store:
        assert len(list(store.all_members())) == taken
        assert kinds(store) == ["found", *["import"] * (taken and taken + 1)]  # and the note
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    monkeypatch.setattr("sys.stderr", io.StringIO())
    members.members_import(database=str(path), file=file, strict=strict)
    assert capsys.readouterr().out == "1800 members imported, 0 rows not.\n"


def test_a_list_may_come_through_a_pipe(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        written = pool.submit(pipe.write_text, "number,name\n1,Ana\n")
        members.members_import(database=str(path), file=pipe, strict=False)
        written.result()
    assert capsys.readouterr().out == "1 member imported, 0 rows not.\n"


def test_a_file_that_is_none_changes_nothing(path: Path) -> None:
    with pytest.raises(MembersFileError):
        members.members_import(database=str(path), file=path.parent / "none.csv", strict=False)
    assert not path.exists()


def test_who_was_deleted_comes_back_with_an_import(store: Store) -> None:
    add_members(store, [member_row("1", "Ana")])
    gone = Member(**(asdict(stored(store, "1")) | {"deleted": True}))

    def work(tx: Transaction) -> None:
        tx.put_member(gone)

    store.write([work])
    add_members(store, [member_row("1", "Ana")])
    assert stored(store, "1").deleted is False
    assert len(store.search_members("ana", 5)) == 1
