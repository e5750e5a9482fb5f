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
from gymtui.protocol import Gym, Member, Policy
from server import admin, auth
from server.admin import AdminError
from server.auth import Auth
from server.database import Database
from server.exports import ExportError
from server.members_file import MembersFileError
from server.store import Outcome, StoreError, Transaction, User
from server.store.sqlite import SqliteStore
from tests.kit import PASSWORD, add_members, make_gym, member, stored
from tests.till import HOUR, Till


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "gym.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    path.parent.mkdir()
    with closing(SqliteStore(path)) as store:
        yield store


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password is kept as it is: no time for hashing."""
    monkeypatch.setattr(auth, "hash_password", lambda password: password)


def kinds(store: SqliteStore) -> list[str]:
    return [row[0] for row in store._reader.execute("SELECT kind FROM journal ORDER BY seq")]


# --- users and tokens --------------------------------------------------------------------------------------------


async def test_a_user_is_added_and_can_log_in(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\r\nnot this\n"))
    admin.users_add(database=str(path), name="zoë", role="manager", password_stdin=True)
    assert capsys.readouterr().out == "zoë can log in as manager.\n"
    database = Database(SqliteStore(path), lambda _: None)
    tokens = await Auth(database).log_in("zoë", PASSWORD)
    assert tokens.user.role == "manager"
    await database.close()


@pytest.mark.usefixtures("_quick")
def test_a_password_is_asked_for_twice(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([PASSWORD, PASSWORD, PASSWORD, "another password"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    admin.users_add(database=str(path), name="ana", role="staff", password_stdin=False)
    with pytest.raises(AdminError, match="The two passwords differ"):
        admin.users_add(database=str(path), name="ben", role="staff", password_stdin=False)
    with closing(SqliteStore(path)) as store:
        assert list(store.users()) == ["ana"]


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("name", ["", "x" * 65, "a:b", "a\nb", "\x1b[31m", "\udcff"])
def test_a_name_that_cannot_be(path: Path, name: str) -> None:
    with pytest.raises(AdminError, match="1 to 64 printable characters and no colon"):
        admin.users_add(database=str(path), name=name, role="staff", password_stdin=True)


@pytest.mark.usefixtures("_quick")
def test_a_name_that_is_taken_and_a_password_that_is_short(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\nlong enough\nlong enough\n"))
    with pytest.raises(AdminError, match="at least 8 characters"):
        admin.users_add(database=str(path), name="ana", role="staff", password_stdin=True)
    admin.users_add(database=str(path), name="ana", role="staff", password_stdin=True)
    with pytest.raises(AdminError, match="There is a user ana already"):
        admin.users_add(database=str(path), name="ana", role="manager", password_stdin=True)
    with closing(SqliteStore(path)) as store:
        assert store.users()["ana"].role == "staff"


def test_users_are_listed(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(SqliteStore(gym)) as store:

        def work(tx: Transaction) -> Outcome:
            tx.put_user(User(name="ben", role="staff", password_hash="", disabled=True))
            return Outcome()

        store.write([work])
    admin.users_list(database=str(gym))
    assert capsys.readouterr().out.splitlines() == [
        "ana\tstaff\tactive",
        "ben\tstaff\tdisabled",
        "mia\tmanager\tactive",
        "otto\toperator\tactive",
    ]
    with pytest.raises(AdminError, match="ben cannot log in: add the user first"):
        admin.tokens_issue(database=str(gym), name="ben", ttl=60)


async def test_a_token_is_issued(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = clock.now() // 1000
    admin.tokens_issue(database=str(gym), name="ana", ttl=366 * 86400)
    issued = capsys.readouterr().out.strip()
    database = Database(SqliteStore(gym), lambda _: None)
    claims = Auth(database).admit(issued)
    await database.close()
    assert claims.user == "ana"
    assert 0 <= claims.expires_at - before - 366 * 86400 < 60


@pytest.mark.parametrize("ttl", [0, -5, 366 * 86400 + 1, 10**30])
def test_a_life_that_no_token_has(gym: Path, ttl: int) -> None:
    with pytest.raises(AdminError, match="1 to 31622400 seconds"):
        admin.tokens_issue(database=str(gym), name="ana", ttl=ttl)


def test_a_token_for_nobody(gym: Path) -> None:
    with pytest.raises(AdminError, match="gymtui admin users add nobody"):
        admin.tokens_issue(database=str(gym), name="nobody", ttl=60)


@pytest.mark.parametrize("name", ["file/gym.db", "file"])
def test_a_database_that_cannot_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("no database")
    with pytest.raises((AdminError, StoreError), match=r"cannot be made|is not a database"):
        admin.users_list(database=str(tmp_path / name))
    assert (tmp_path / "file").read_text() == "no database"


# --- the gym -----------------------------------------------------------------------------------------------------


def test_the_gym_is_named_once(path: Path, store: SqliteStore) -> None:
    admin.name_gym(path, name="Zoë's", timezone="Europe/Zurich", capacity=80)
    gym = Gym(name="Zoë's", timezone="Europe/Zurich", capacity=80, policy=Policy(), seq=2)
    assert store.gym() == gym
    admin.name_gym(path, name=None, timezone=None, capacity=None)
    admin.name_gym(path, name="Zoë's", timezone=None, capacity=80)
    assert (store.gym(), kinds(store)) == (gym, ["found", "configure"])
    admin.name_gym(path, name=None, timezone=None, capacity=90)
    assert (store.gym().capacity, store.gym().seq, store.gym().name) == (90, 3, "Zoë's")


@pytest.mark.parametrize("timezone", ["Europe/Nowhere", "../../etc/passwd", "/etc/localtime", "x\x00y", "Europe"])
def test_a_time_zone_that_is_none(path: Path, timezone: str) -> None:
    with pytest.raises(AdminError, match="There is no time zone"):
        admin.name_gym(path, name=None, timezone=timezone, capacity=None)
    assert not path.exists()


# --- members -----------------------------------------------------------------------------------------------------


def write(file: Path, *lines: str) -> Path:
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_an_import_adds_and_changes_and_repeats_nothing(
    path: Path, store: SqliteStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "m.csv", "number,name,visits", "1,Ana,5", "2,Ben,")
    admin.members_import(database=str(path), file=file, strict=False)
    first = {number: stored(store, number) for number in "12"}
    assert (first["1"].full_name, first["1"].visits_left, first["1"].seq) == ("Ana", 5, 2)
    write(file, "number,name,visits", "1,Ana Abt,", "2,Ben,")
    admin.members_import(database=str(path), file=file, strict=True)
    again = stored(store, "1")
    assert (again.id, again.full_name, again.visits_left, again.seq) == (first["1"].id, "Ana Abt", 5, 4)
    assert stored(store, "2") == first["2"]
    assert kinds(store) == ["found", "import", "import", "import"]
    assert capsys.readouterr().out == "2 members imported, 0 rows not.\n" * 2


def test_bad_rows_are_named_and_the_good_ones_taken(
    path: Path, store: SqliteStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_members(store, [member("7", "Gil") | {"id": "g"}])
    file = write(
        tmp_path / "m.csv", "id,number,name,status", ",1,Ana,", ",2,,", "new,7,Not Gil,", ",3,Cem,gone", "g,8,Gil,"
    )
    admin.members_import(database=str(path), file=file, strict=False)
    said = capsys.readouterr()
    assert said.out == "2 members imported, 3 rows not.\n"
    assert said.err.splitlines() == [
        "gymtui: m.csv, line 3: has no name",
        "gymtui: m.csv, line 4: the number 7 belongs to Gil",
        "gymtui: m.csv, line 5: status is one of active, frozen, banned, inactive, not 'gone'",
    ]
    assert {m.membership_number for m in store.all_members()} == {"1", "8"}


@pytest.mark.parametrize("bad", [",2,,", "new,7,Not Gil,"])
def test_a_strict_import_takes_all_or_nothing(
    path: Path, store: SqliteStore, tmp_path: Path, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add_members(store, [member("7", "Gil") | {"id": "g"}])
    before = kinds(store)
    file = write(tmp_path / "m.csv", "id,number,name,status", *(f",x{n},Ana," for n in range(600)), bad)
    with pytest.raises(AdminError, match=r"m\.csv was not imported: please mend the rows named above"):
        admin.members_import(database=str(path), file=file, strict=True)
    said = capsys.readouterr()
    assert said.out == "0 members imported, 1 rows not.\n"
    assert said.err.startswith("gymtui: m.csv, line 602: ")
    assert kinds(store) == before
    write(file, "number,name", *(f"x{n},Ana" for n in range(600)))
    admin.members_import(database=str(path), file=file, strict=True)
    assert capsys.readouterr().out == "600 members imported, 0 rows not.\n"


def test_a_file_that_is_none_changes_nothing(path: Path, tmp_path: Path) -> None:
    with pytest.raises(MembersFileError):
        admin.members_import(database=str(path), file=tmp_path / "none.csv", strict=False)
    assert not path.exists()


def test_who_was_deleted_comes_back_with_an_import(store: SqliteStore) -> None:
    add_members(store, [member("1", "Ana")])
    gone = Member(**(asdict(stored(store, "1")) | {"deleted": True}))

    def work(tx: Transaction) -> Outcome:
        tx.put_member(gone)
        return Outcome()

    store.write([work])
    add_members(store, [member("1", "Ana")])
    assert stored(store, "1").deleted is False
    assert len(store.search_members("ana", 5)) == 1


def test_what_is_exported_can_be_imported(tmp_path: Path) -> None:
    fields = {
        "status": "frozen",
        "plan": "Gold; 12",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "visits_left": 0,
        "payment_overdue": True,
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
    make_gym(there, member("1", "Zoë, the first", **fields), member("2", "Ben"))
    admin.members_export(database=str(there), file=file)
    admin.members_import(database=str(back), file=file, strict=True)

    def everyone(path: Path) -> list[dict[str, object]]:
        with closing(SqliteStore(path)) as store:
            return [asdict(m) | {"seq": 0} for m in store.all_members()]

    assert everyone(back) == everyone(there)
    assert everyone(back)[0]["alerts"] == ("bad knee", "no card")


# --- exports -----------------------------------------------------------------------------------------------------


def test_an_export_has_everyone_who_is_not_deleted(
    path: Path, store: SqliteStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3", "\tx", "Ana"]
    add_members(store, [member(str(n), "x") for n in range(7)])

    def work(tx: Transaction) -> Outcome:
        for number, name in enumerate(names):
            found = tx.member_by_code(str(number))
            assert found is not None
            tx.put_member(Member(**(asdict(found) | {"full_name": name, "phone": "+41 44 123 45 67"})))
        gone = tx.member_by_code("6")
        assert gone is not None
        tx.put_member(Member(**(asdict(gone) | {"deleted": True})))
        return Outcome()

    store.write([work])
    file = tmp_path / "out.csv"
    admin.members_export(database=str(path), file=file)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert [row["full_name"] for row in rows] == [f"'{name}" for name in names[:5]] + ["Ana"]
    assert {row["phone"] for row in rows} == {"+41 44 123 45 67"}
    assert capsys.readouterr().out == "6 members exported.\n"


def test_check_ins_are_exported_as_scripts_rely_on_it(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.parent.mkdir()
    till = Till(path, member("1", "Zoë", payment_overdue=True), member("2", "Ben"))
    came = till.check_in("1", id="in")
    till.now += HOUR
    till.offline(till.now - HOUR // 2, "2")
    left = till.check_out("1", id="out", desk=None)
    till.store.close()
    file = tmp_path / "out.csv"
    admin.check_ins_export(database=str(path), file=file)
    heading, first, second = csv.reader(file.read_text(encoding="utf-8").splitlines())
    assert ",".join(heading) == (
        "check_in_id,command_id,member_id,membership_number,full_name,check_in_time,check_out_time,status,"
        "location,by,desk,flags"
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
    ]
    assert (left.id, second[4:8], second[-2:]) == (
        came.id,
        ["Ben", "2026-11-22T09:30:00.000Z", "", "checked_in"],
        ["Front", "offline"],
    )
    assert capsys.readouterr().out == "2 check-ins exported.\n"


def test_a_file_that_cannot_be_written(gym: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written: Is a directory"):
        admin.members_export(database=str(gym), file=tmp_path)
