"""What a person does to a gym from the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import asdict

from gymtui import clock
from gymtui.cards.keys import find
from gymtui.errors import WrongUsage
from gymtui.protocol import Member, MemberFields, SaveMember
from server.admin import lists, tokens, users
from server.admin.errors import AdminError
from server.admin.export_file import ExportError
from server.auth import hashing
from server.auth.auth import Auth
from server.auth.logins import Logins
from server.auth.source import Source
from server.store import Store, StoreError, Transaction, User
from server.store.group_commit import GroupCommit
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import PASSWORD, add_members
from tests.till import HOUR, Till

HERE = Source("here", "127.0.0.1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "gym.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    path.parent.mkdir()
    with closing(open_store(path)) as store:
        yield store


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password is kept as it is: no time for hashing."""
    monkeypatch.setattr(hashing, "hash_password", lambda password: password)


# --- users and tokens --------------------------------------------------------------------------------------------


async def test_a_user_is_added_and_can_log_in(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\r\nnot this\n"))
    users.users_add(database=str(path), name="zoë", role="manager", password_stdin=True)
    assert capsys.readouterr().out == "zoë can log in as manager.\n"
    database = GroupCommit(open_store(path), lambda _: None)
    tokens = await Logins(Auth(database), database).log_in("zoë", PASSWORD, HERE)
    assert tokens.user.role == "manager"
    await database.close()


@pytest.mark.usefixtures("_quick")
def test_a_password_is_asked_for_twice(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([PASSWORD, PASSWORD, PASSWORD, "another password"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    users.users_add(database=str(path), name="ana", role="staff", password_stdin=False)
    with pytest.raises(AdminError, match="The two passwords differ"):
        users.users_add(database=str(path), name="ben", role="staff", password_stdin=False)
    with closing(open_store(path)) as store:
        assert list(store.users()) == ["ana"]


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("name", ["", "x" * 65, "a:b", "a\nb", "\x1b[31m", "\udcff"])
def test_a_name_that_cannot_be(path: Path, name: str) -> None:
    with pytest.raises(WrongUsage, match="1 to 64 printable characters and no colon"):
        users.users_add(database=str(path), name=name, role="staff", password_stdin=True)


@pytest.mark.usefixtures("_quick")
def test_a_name_that_is_taken_and_a_password_that_is_short(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\nlong enough\nlong enough for both\n"))
    with pytest.raises(AdminError, match="at least 8 characters"):
        users.users_add(database=str(path), name="ana", role="staff", password_stdin=True)
    users.users_add(database=str(path), name="ana", role="staff", password_stdin=True)
    with pytest.raises(AdminError, match="There is a user ana already"):
        users.users_add(database=str(path), name="ana", role="manager", password_stdin=True)
    with closing(open_store(path)) as store:
        assert store.users()["ana"].role == "staff"


def test_users_are_listed(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_store(gym)) as store:

        def work(tx: Transaction) -> None:
            tx.put_user(User(name="ben", role="staff", password_hash="", disabled=True))

        store.write([work])
    users.users_list(database=str(gym))
    assert capsys.readouterr().out.splitlines() == [
        "ana\tstaff\tactive",
        "ben\tstaff\tdisabled",
        "mia\tmanager\tactive",
        "otto\toperator\tactive",
    ]
    with pytest.raises(AdminError, match="ben cannot log in: add the user first"):
        tokens.tokens_issue(database=str(gym), name="ben", ttl=60)


async def test_a_token_is_issued(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = clock.now() // 1000
    tokens.tokens_issue(database=str(gym), name="ana", ttl=366 * 86400)
    issued = capsys.readouterr().out.strip()
    database = GroupCommit(open_store(gym), lambda _: None)
    claims = Auth(database).admit(issued)
    await database.close()
    assert claims.user == "ana"
    assert 0 <= claims.expires_at - before - 366 * 86400 < 60


@pytest.mark.parametrize("ttl", [0, -5, 366 * 86400 + 1, 10**30])
def test_a_life_that_no_token_has(gym: Path, ttl: int) -> None:
    with pytest.raises(WrongUsage, match="1 to 31622400 seconds"):
        tokens.tokens_issue(database=str(gym), name="ana", ttl=ttl)


def test_a_token_for_nobody(gym: Path) -> None:
    with pytest.raises(AdminError, match="gymtui admin users add nobody"):
        tokens.tokens_issue(database=str(gym), name="nobody", ttl=60)


@pytest.mark.parametrize("name", ["file/gym.db", "file"])
def test_a_database_that_cannot_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("no database")
    with pytest.raises(StoreError, match=r"cannot be made|is not a database"):
        users.users_list(database=str(tmp_path / name))
    assert (tmp_path / "file").read_text() == "no database"


# --- exports -----------------------------------------------------------------------------------------------------


def test_an_export_has_everyone_who_is_not_deleted(
    path: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3", " =x", "Ana"]
    add_members(store, [member_row(str(n), "x") for n in range(7)])

    def work(tx: Transaction) -> None:
        for number, name in enumerate(names):
            ((found, _),) = find(str(number), tx.cards)
            tx.put_member(Member(**(asdict(found) | {"full_name": name, "phone": "+41 44 123 45 67"})))
        ((gone, _),) = find("6", tx.cards)
        tx.put_member(Member(**(asdict(gone) | {"deleted": True})))

    store.write([work])
    file = tmp_path / "out.csv"
    lists.members_export(database=str(path), file=file)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert [row["full_name"] for row in rows] == [f"'{name}" for name in names[:5]] + ["Ana"]
    assert {row["phone"] for row in rows} == {"+41 44 123 45 67"}
    assert capsys.readouterr().out == "6 members exported.\n"


def test_check_ins_are_exported_as_scripts_rely_on_it(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.parent.mkdir()
    till = Till(path, member_row("1", "Zoë", payment_overdue=True), member_row("2", "Ben"))
    came = till.check_in("1", id="in")
    till.now += HOUR
    till.offline(till.now - HOUR // 2, "2")
    left = till.check_out("1", id="out", desk=None)
    till.store.close()
    file = tmp_path / "out.csv"
    lists.check_ins_export(database=str(path), file=file)
    heading, first, second = csv.reader(file.read_text(encoding="utf-8").splitlines())
    assert ",".join(heading) == (
        "check_in_id,command_id,member_id,membership_number,full_name,check_in_time,check_out_time,status,"
        "location,by,desk,flags,let_in_by,let_in_desk,let_out_by,let_out_desk,corrected_by"
    )
    assert first == [
        came.id,
        "out",
        came.member.id,
        "1",
        "Zoë",
        "2026-11-22T09:00:00.000Z",
        "2026-11-22T10:00:00.000Z",
        "checked_out",
        "",
        "ana",
        "",
        "",
        *("ana", "Front", "ana", "", ""),
    ]
    assert (left.id, second[4:8], second[10:12]) == (
        came.id,
        ["Ben", "2026-11-22T09:30:00.000Z", "", "checked_in"],
        ["Front", "offline"],
    )
    assert capsys.readouterr().out == "2 check-ins exported.\n"


def test_a_file_that_cannot_be_written(gym: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written: Is a directory"):
        lists.members_export(database=str(gym), file=tmp_path)


def test_check_ins_are_exported_by_the_names_of_today(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    till = Till(path, member_row("1", "Zoë"))
    zoe = till.check_in("1").member.id
    till.give(SaveMember(member=MemberFields(id=zoe, full_name="Zoë Quist", membership_number="88")), user="mia")
    till.store.close()
    file = tmp_path / "out.csv"
    lists.check_ins_export(database=str(path), file=file)
    [row] = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    assert (row["full_name"], row["membership_number"]) == ("Zoë Quist", "88")
