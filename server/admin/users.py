"""`gymtui admin users`: who may log in; servers that run notice within a second."""

from __future__ import annotations

import getpass
import sys

from msgspec.structs import replace

from gymtui.errors import WrongUsage
from gymtui.names import folded, known_as, may_be_name, tidy
from gymtui.output import say
from gymtui.passwords import MANAGERS, NO_PIN, PIN, unfit
from gymtui.printable import printable
from gymtui.protocol import Role
from server.admin.errors import AdminError
from server.admin.operator import note
from server.auth import hashing
from server.store import Store, Transaction, User
from server.store.opening import opened


def users_add(*, database: str, name: str, role: Role, password_stdin: bool) -> None:
    """Adds a user; asks for the password, or reads one line of stdin."""
    name = tidy(name)
    if not name or not may_be_name(name):
        raise WrongUsage("A user's name has 1 to 64 printable characters and no colon.")
    password = _new_password(name, role, from_stdin=password_stdin)
    with opened(database) as store:
        add_user(store, name, role, password)
    say(f"{name} can log in as {role}.")


def add_user(store: Store, name: str, role: Role, password: str) -> User:
    """A new user who logs in with `password`; AdminError where the name is taken."""
    taken = next((known for known in store.users() if folded(known) == folded(name)), None)
    user = User(name=name, role=role, password_hash=hashing.hash_password(password))

    def work(tx: Transaction) -> None:
        if taken is not None:
            raise AdminError(f"There is a user {taken} already: please choose another name.")
        tx.put_user(user)
        note(tx, "user_add", name, role)

    store.write([work])
    return user


def users_password(*, database: str, name: str, password_stdin: bool) -> None:
    """Sets another password; what the user is logged in with ends, and connections within a second."""
    with opened(database) as store:
        user = _known(store, name)
    password = _new_password(user.name, user.role, from_stdin=password_stdin)
    hashed = hashing.hash_password(password)
    _change_user(database, name, "user_password", ends_logins=True, password_hash=hashed)
    say(f"{name} has another password now, and has to log in again everywhere.")


def _new_password(name: str, role: Role, *, from_stdin: bool) -> str:
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else _ask_password(name)
    if (why := unfit(password, role=role, name=name)) is not None:
        raise AdminError(why)
    return password


def _ask_password(name: str) -> str:
    first = getpass.getpass(f"Password for {name}: ")
    if first != getpass.getpass("The same again: "):
        raise AdminError("The two passwords differ: please try again.")
    return first


def users_list(*, database: str) -> None:
    """One line a user."""
    with opened(database) as store:
        for user in store.users().values():
            print(f"{printable(user.name)}\t{user.role}\t{'disabled' if user.disabled else 'active'}")


def users_disable(*, database: str, name: str) -> None:
    """Ends all that a user may do: logins end, and connections within a second."""
    _change_user(database, name, "user_disable", disabled=True)
    say(f"{name} can no longer log in.")


def users_enable(*, database: str, name: str) -> None:
    """Lets a disabled user log in again."""
    _change_user(database, name, "user_enable", disabled=False)
    say(f"{name} can log in again.")


def users_role(*, database: str, name: str, role: Role) -> None:
    """Gives a user another role; connections of the old one end within a second."""
    _change_user(database, name, "user_role", role, role=role)
    say(f"{name} is {role} now.")
    if role == "manager":
        say(f"A manager's password has {MANAGERS} characters or more: `gymtui admin users password {name}` sets one.")


def users_pin(*, database: str, name: str, pin_stdin: bool) -> None:
    """Sets the PIN with which a manager lets somebody in against the rules."""
    pin = sys.stdin.readline().rstrip("\r\n") if pin_stdin else getpass.getpass(f"PIN for {name}: ")
    if not PIN.fullmatch(pin):
        raise AdminError(f"{NO_PIN}: please choose another.")
    _change_user(database, name, "user_pin", pin_hash=hashing.hash_password(pin))
    say(f"{name} has a PIN now.")


def _change_user(
    database: str, name: str, what: str, outcome: str = "", *, ends_logins: bool = False, **changes: object
) -> None:
    with opened(database) as store:
        user = _known(store, name)

        def work(tx: Transaction) -> None:
            tx.put_user(replace(tx.user(user.name) or user, **changes))
            if "pin_hash" in changes:
                tx.forgive_pins(user.name)
            if ends_logins:
                tx.end_logins(user.name)
            note(tx, what, user.name, outcome)

        store.write([work])


def _known(store: Store, name: str) -> User:
    users = store.users()
    known = known_as(name, users)
    if known is None:
        raise AdminError(f"There is no user {name}: `gymtui admin users list` shows who there is.")
    return users[known]
