"""What a person does to a gym from the command line; it goes through the journal, so servers that run tell everyone."""

from __future__ import annotations

import getpass
import re
import secrets
import sys
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from gymtui.errors import GymError, WrongUsage
from gymtui.protocol import Role
from server.admin.exports import write_check_ins, write_members
from server.admin.importing.csv_members import read_members
from server.admin.importing.members import import_members
from server.admin.progress import Progress
from server.auth import auth
from server.store import Transaction, User
from server.store.opening import opened
from server.store.sqlite.store import SqliteStore

PIN: Final = re.compile(r"[0-9]{4,12}")
PASSWORD: Final = 8  # characters of a password at the least
TTL: Final = 366 * 24 * 3600  # seconds of a token issued by hand at the most


class AdminError(GymError):
    """What could not be done."""


# --- users and tokens --------------------------------------------------------------------------------------------


def users_add(*, database: str, name: str, role: Role, password_stdin: bool) -> None:
    """Adds a user; asks for the password, or reads one line of stdin."""
    if not (0 < len(name) <= 64 and name.isprintable() and ":" not in name):
        raise WrongUsage("A user's name has 1 to 64 printable characters and no colon.")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask_password(name)
    if len(password) < PASSWORD:
        raise AdminError(f"A password has at least {PASSWORD} characters: please choose a longer one.")
    with opened(Path(database)) as store:
        add_user(store, name, role, password)
    print(f"{name} can log in as {role}.")


def add_user(store: SqliteStore, name: str, role: Role, password: str) -> User:
    """A new user who logs in with `password`; AdminError where the name is taken."""
    user = User(name=name, role=role, password_hash=auth.hash_password(password))

    def work(tx: Transaction) -> None:
        if tx.user(name) is not None:
            raise AdminError(f"There is a user {name} already: please choose another name.")
        tx.put_user(user)

    store.write([work])
    return user


def _ask_password(name: str) -> str:
    first = getpass.getpass(f"Password for {name}: ")
    if first != getpass.getpass("The same again: "):
        raise AdminError("The two passwords differ: please try again.")
    return first


def users_list(*, database: str) -> None:
    """One line a user."""
    with opened(Path(database)) as store:
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
    def work(tx: Transaction) -> None:
        user = tx.user(name)
        if user is None:
            raise AdminError(f"There is no user {name}: `gymtui admin users list` shows who there is.")
        tx.put_user(replace(user, **changes))

    with opened(Path(database)) as store:
        store.write([work])


def keys_rotate(*, database: str) -> None:
    """Signs from now on with a new key; what older keys have signed is good until it ends by itself."""

    def work(tx: Transaction) -> None:
        tx.add_signing_key(secrets.token_hex(4), secrets.token_bytes(32))

    with opened(Path(database)) as store:
        store.write([work])
    print("Tokens are signed with a new key.")


def tokens_issue(*, database: str, name: str, ttl: int) -> None:
    """Prints one access token for a user, good for `ttl` seconds."""
    if not 1 <= ttl <= TTL:
        raise WrongUsage(f"A token is good for 1 to {TTL} seconds: please give another --ttl.")
    with opened(Path(database)) as store:
        user = store.users().get(name)
        if user is None or user.disabled:
            raise AdminError(f"{name} cannot log in: add the user first with `gymtui admin users add {name}`.")
        print(auth.issue_by_hand(store, user, ttl=ttl))


# --- members and check-ins ---------------------------------------------------------------------------------------


def members_import(*, database: str, file: Path, strict: bool) -> None:
    """Adds or changes members; every bad row is named, and the good ones are taken, or none with `strict`.

    Ctrl+C ends it between two commits, and it says how many are in.
    """
    rows, problems = read_members(file)
    with opened(Path(database)) as store, Progress(len(rows), "members") as progress:
        if strict and problems:
            rows = []
        taken, more = import_members(store, rows, strict=strict, go_on=progress.go_on)
    problems = sorted([*problems, *more])
    for problem in problems:
        print(f"gymtui: {file.name}, line {problem.line}: {problem.sentence}", file=sys.stderr)
    print(f"{_count(taken, 'member')} imported, {_count(len(problems), 'row')} not.")
    if progress.is_interrupted and taken < len(rows):
        sentence = f"interrupted with {taken} of {len(rows)} members in: import {file.name} again for the rest."
        print(f"gymtui: {sentence}", file=sys.stderr)
        raise KeyboardInterrupt
    if problems and not taken:
        raise AdminError(f"{file.name} was not imported: please mend the rows named above and import it again.")


def members_export(*, database: str, file: Path) -> None:
    """Every member as a row, in the columns that the import takes."""
    with opened(Path(database)) as store:
        count = write_members(file, store.all_members())
    print(f"{_count(count, 'member')} exported.")


def check_ins_export(*, database: str, file: Path) -> None:
    """Every check-in as a row, the oldest first."""
    with opened(Path(database)) as store:
        count = write_check_ins(file, store.all_visits())
    print(f"{_count(count, 'check-in')} exported.")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
