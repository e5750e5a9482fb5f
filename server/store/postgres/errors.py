"""What goes wrong with a database server, as sentences with a next step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import errors

from gymtui.printable import printable
from server.store.errors import StoreError, StoreUnavailable, TooLong

TOO_LONG: Final = "That takes the server too long: please ask for less."
STEPS: Final[dict[type[psycopg.Error], str]] = {
    errors.DiskFull: "please free some space on its disk",
    errors.TooManyConnections: "please let it have more connections, or end some",
    errors.ReadOnlySqlTransaction: "it is a standby, please name the one that takes changes",
    errors.InsufficientPrivilege: "please give the user of the URL the right to make and change tables there",
    errors.LockNotAvailable: "another program keeps the gym to itself, please end it",
    errors.AdminShutdown: "it is being stopped, please start it again",
    errors.CrashShutdown: "it has just crashed, and comes back by itself",
    errors.CannotConnectNow: "it is just starting",
}
# Whoever is not even let in gets words and no code.
BEFORE_IN: Final = {
    "too many": STEPS[errors.TooManyConnections],
    "no more connections allowed": STEPS[errors.TooManyConnections],  # as PgBouncer says it, and the next too
    "query_wait_timeout": "its pooler has no connection left, please let it have more",
    "starting up": STEPS[errors.CannotConnectNow],
    "shutting down": STEPS[errors.AdminShutdown],
    "password": "please look at its user and password (PGPASSFILE, PGPASSWORD)",
    "does not exist": "please make it first, or look at its name",
}
PASSING: Final = (
    psycopg.OperationalError,
    errors.IdleInTransactionSessionTimeout,
    errors.InsufficientPrivilege,
    errors.ReadOnlySqlTransaction,
)


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Whatever keeps a database from being opened, as a StoreError with a sentence."""
    try:
        yield
    except psycopg.Error as error:
        if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
            # It says which part of the URL is not understood, and that may be one of the password.
            raise StoreError("The database cannot be used: its URL is not understood, please look at it.") from None
        raise StoreError(f"The database cannot be used ({said(error)}): {next_step(error)}.") from error


@contextmanager
def as_unavailable() -> Iterator[None]:
    """Whatever goes wrong with one that is open, as StoreUnavailable; what is our own mistake stays one."""
    try:
        yield
    except errors.QueryCanceled as error:
        raise TooLong(TOO_LONG) from error
    except PASSING as error:
        sentence = f"The server cannot use its database just now ({said(error)}): {next_step(error)}."
        raise StoreUnavailable(sentence) from error


@contextmanager
def as_not_written() -> Iterator[None]:
    """The same for a write, which is nobody's question that takes long."""
    with as_unavailable():
        try:
            yield
        except errors.QueryCanceled as error:
            raise StoreUnavailable(
                "Somebody ended what the server wrote into its database: please try again."
            ) from error


def next_step(error: psycopg.Error) -> str:
    """What somebody can do about it."""
    steps = [step for kind, step in STEPS.items() if isinstance(error, kind)]
    steps += [step for words, step in BEFORE_IN.items() if words in str(error)]
    return next(iter(steps), "please look whether it runs, and whether the URL is right")


def said(error: psycopg.Error) -> str:
    """The first line of what PostgreSQL or its library says; neither says the password."""
    return printable(str(error).partition("\n")[0].strip() or type(error).__name__)
