"""What a person does to a gym from the command line; it goes through the journal, so servers that run tell everyone."""

from __future__ import annotations

import getpass
import re
import secrets
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import asdict, replace

from gymtui import clock
from gymtui.errors import GymError
from gymtui.protocol import Gym, Member, Policy, Role
from server import auth
from server.exports import write_check_ins, write_members
from server.members_file import Problem, read_members
from server.store import Outcome, Transaction, User
from server.store.sqlite import SqliteStore

PIN: Final = re.compile(r"[0-9]{4,12}")
PASSWORD: Final = 8  # characters of a password at the least
TTL: Final = 366 * 24 * 3600  # seconds of a token issued by hand at the most
CHUNK: Final = 500  # members in one commit of an import: a server beside it has its turn in between


class AdminError(GymError):
    """What could not be done."""


# --- users and tokens --------------------------------------------------------------------------------------------


def users_add(*, database: str, name: str, role: Role, password_stdin: bool) -> None:
    """Adds a user; asks for the password, or reads one line of stdin."""
    if not (0 < len(name) <= 64 and name.isprintable() and ":" not in name):
        raise AdminError("A user's name has 1 to 64 printable characters and no colon.")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask_password(name)
    if len(password) < PASSWORD:
        raise AdminError(f"A password has at least {PASSWORD} characters: please choose a longer one.")
    with _store(database) as store:
        add_user(store, name, role, password)
    print(f"{name} can log in as {role}.")


def add_user(store: SqliteStore, name: str, role: Role, password: str) -> User:
    """A new user who logs in with `password`; AdminError where the name is taken."""
    user = User(name=name, role=role, password_hash=auth.hash_password(password))

    def work(tx: Transaction) -> Outcome:
        if tx.user(name) is not None:
            raise AdminError(f"There is a user {name} already: please choose another name.")
        tx.put_user(user)
        return Outcome()

    store.write([work])
    return user


def _ask_password(name: str) -> str:
    first = getpass.getpass(f"Password for {name}: ")
    if first != getpass.getpass("The same again: "):
        raise AdminError("The two passwords differ: please try again.")
    return first


def users_list(*, database: str) -> None:
    """One line a user."""
    with _store(database) as store:
        for user in store.users().values():
            print(f"{user.name}\t{user.role}\t{'disabled' if user.disabled else 'active'}")


def users_disable(*, database: str, name: str) -> None:
    """Ends all that a user may do: logins end, and connections within a second."""
    _change_user(database, name, disabled=True)
    print(f"{name} can no longer log in.")


def users_enable(*, database: str, name: str) -> None:
    """Lets a disabled user log in again."""
    _change_user(database, name, disabled=False)
    print(f"{name} can log in again.")


def users_role(*, database: str, name: str, role: Role) -> None:
    """Gives a user another role; connections of the old one end within a second."""
    _change_user(database, name, role=role)
    print(f"{name} is {role} now.")


def users_pin(*, database: str, name: str, pin_stdin: bool) -> None:
    """Sets the PIN with which a manager lets somebody in against the rules."""
    pin = sys.stdin.readline().rstrip("\r\n") if pin_stdin else getpass.getpass(f"PIN for {name}: ")
    if not PIN.fullmatch(pin):
        raise AdminError("A PIN has 4 to 12 digits: please choose another.")
    _change_user(database, name, pin_hash=auth.hash_password(pin))
    print(f"{name} has a PIN now.")


def _change_user(database: str, name: str, **changes: object) -> None:
    def work(tx: Transaction) -> Outcome:
        user = tx.user(name)
        if user is None:
            raise AdminError(f"There is no user {name}: `gymtui admin users list` shows who there is.")
        tx.put_user(replace(user, **changes))
        return Outcome()

    with _store(database) as store:
        store.write([work])


def keys_rotate(*, database: str) -> None:
    """Signs from now on with a new key; what older keys have signed is good until it ends by itself."""

    def work(tx: Transaction) -> Outcome:
        tx.add_signing_key(secrets.token_hex(4), secrets.token_bytes(32))
        return Outcome()

    with _store(database) as store:
        store.write([work])
    print("Tokens are signed with a new key.")


def tokens_issue(*, database: str, name: str, ttl: int) -> None:
    """Prints one access token for a user, good for `ttl` seconds."""
    if not 1 <= ttl <= TTL:
        raise AdminError(f"A token is good for 1 to {TTL} seconds: please give another --ttl.")
    with _store(database) as store:
        user = store.users().get(name)
        if user is None or user.disabled:
            raise AdminError(f"{name} cannot log in: add the user first with `gymtui admin users add {name}`.")
        print(auth.issue_by_hand(store, user, ttl=ttl))


# --- the gym -----------------------------------------------------------------------------------------------------


def read_policy(file: Path) -> Policy:
    """The policy in a TOML file, `payment_overdue = "refuse"` a line; what it does not name is as without a file."""
    try:
        with file.open("rb") as opened:
            lines = tomllib.load(opened)
        unknown = set(lines) - set(Policy.__struct_fields__)
        if unknown:
            raise AdminError(f"{file} has a line that no policy has: {', '.join(sorted(unknown))}.")
        return msgspec.convert(lines, Policy)
    except OSError as error:
        raise AdminError(f"{file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AdminError(f"{file} is not a TOML file: {error}.") from error
    except msgspec.ValidationError as error:
        raise AdminError(f"{file} is no policy: {error}.") from error


def name_gym(
    path: Path,
    *,
    name: str | None,
    timezone: str | None,
    capacity: int | None,
    policy: Policy | None = None,
) -> None:
    """Changes what the gym is called, where its clock is, how many may be in, and its policy; what is None stays."""
    if timezone is not None:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError) as error:
            raise AdminError(f"There is no time zone {timezone}: please name one such as Europe/Zurich.") from error

    def work(tx: Transaction) -> Outcome:
        gym = Gym(
            name=name or tx.gym.name,
            timezone=timezone or tx.gym.timezone,
            capacity=tx.gym.capacity if capacity is None else capacity,
            policy=policy or tx.gym.policy,
            seq=tx.gym.seq,
        )
        if gym != tx.gym:
            gym = replace(gym, seq=tx.next_seq)
            tx.put_gym(gym)
            tx.append(gym, kind="configure", user="")
        return Outcome()

    with _store(str(path)) as store:
        store.write([work])


# --- members and check-ins ---------------------------------------------------------------------------------------


def members_import(*, database: str, file: Path, strict: bool) -> None:
    """Adds or changes members; every bad row is named, and the good ones are taken, or none with `strict`."""
    members, problems = read_members(file)
    with _store(database) as store:
        taken, more = import_members(store, members, strict=strict and not problems, dry=strict and bool(problems))
    problems = sorted([*problems, *more])
    for problem in problems:
        print(f"gymtui: {file.name}, line {problem.line}: {problem.sentence}", file=sys.stderr)
    print(f"{taken} members imported, {len(problems)} rows not.")
    if problems and not taken:
        raise AdminError(f"{file.name} was not imported: please mend the rows named above and import it again.")


class _Spoiled(Exception):
    """A strict import met a bad row."""


def import_members(
    store: SqliteStore, members: Iterable[tuple[int, dict[str, object]]], *, strict: bool = False, dry: bool = False
) -> tuple[int, list[Problem]]:
    """Takes members by line and fields; gives how many are as the file says now, and the rows that could not be."""
    problems: list[Problem] = []
    rows = [] if dry else list(members)
    taken = 0
    step = max(len(rows), 1) if strict else CHUNK
    for start in range(0, len(rows), step):
        chunk = rows[start : start + step]

        def work(tx: Transaction, chunk: list[tuple[int, dict[str, object]]] = chunk) -> Outcome:
            for line, fields in chunk:
                if (sentence := _take(tx, fields)) is not None:
                    problems.append(Problem(line, sentence))
            if strict and problems:
                raise _Spoiled
            return Outcome()

        try:
            store.write([work])
        except _Spoiled:
            return 0, problems
        taken = start + len(chunk) - len(problems)
    return taken, problems


def _take(tx: Transaction, fields: dict[str, object]) -> str | None:
    """One row of the file; a sentence where it cannot be."""
    id, number = fields.get("id"), fields.get("membership_number")
    holder = tx.member_by_code(str(number)) if number is not None else None
    before = tx.member(str(id)) if id is not None else holder
    if holder is not None and before is not holder and (before is None or before.id != holder.id):
        return f"the number {number} belongs to {holder.full_name}"
    known = asdict(before) if before is not None else {"id": id or clock.new_id(tx.at)}
    member = Member(**(known | fields | {"deleted": False}))  # read_members has checked every field
    if member != before:
        member = replace(member, seq=tx.next_seq)
        tx.put_member(member)
        tx.append(member, kind="import", user="")
    return None


def members_export(*, database: str, file: Path) -> None:
    """Every member as a row, in the columns that the import takes."""
    with _store(database) as store:
        count = write_members(file, store.all_members())
    print(f"{count} members exported.")


def check_ins_export(*, database: str, file: Path) -> None:
    """Every check-in as a row, the oldest first."""
    with _store(database) as store:
        count = write_check_ins(file, store.all_visits())
    print(f"{count} check-ins exported.")


@contextmanager
def _store(database: str) -> Iterator[SqliteStore]:
    path = Path(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AdminError(f"{path.parent} cannot be made: {error.strerror}.") from error
    with closing(SqliteStore(path)) as store:
        yield store
