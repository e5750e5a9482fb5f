"""Kills servers of a gym that have a real pooler before their PostgreSQL, and the pooler too, and counts what was lost.

python -m tests.faults.pooler --kills 20

It needs `pgbouncer` (Debian's package of that name), which gives each transaction to one of six connections.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import parse_qs, urlsplit

import psycopg

from tests import serve_kit
from tests.faults.blows import kill, repeated
from tests.faults.fleet import Nodes
from tests.postgres_kit import new_database
from tests.postgres_kit import served as database_server

PLACES: Final = 6  # connections to the database
INI: Final = """[databases]
* = host={host} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
admin_users = postgres
pool_mode = transaction
default_pool_size = {places}
max_client_conn = 200
query_wait_timeout = 10
"""


class Pooler:
    """PgBouncer before the database at `url`: `url` is the way through it."""

    def __init__(self, url: str, folder: Path) -> None:
        parts = urlsplit(url)
        host = parse_qs(parts.query)["host"][0]
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()
        port = self._port[1]
        self._file = folder / "pgbouncer.ini"
        self._file.write_text(INI.format(host=host, port=port, places=PLACES))
        for each in (folder, Path(host)):  # it does not run as root
            each.chmod(0o755)
        self._at = f"postgresql://postgres@127.0.0.1:{port}"
        self.url = f"{self._at}{parts.path}"
        self._start()

    def _start(self) -> None:
        command = ["pgbouncer", "-q", *(["-u", "nobody"] if os.geteuid() == 0 else []), str(self._file)]
        self._process = subprocess.Popen(command)
        while self._process.poll() is None:
            with suppress(OSError), socket.create_connection(self._port):
                return
            time.sleep(0.01)
        raise RuntimeError("pgbouncer ended at once.")

    def restart(self) -> None:
        """As after a crash."""
        self.stop()
        self._start()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def counted(self) -> dict[str, int]:
        """What it says of its clients and of its connections."""
        with psycopg.connect(f"{self._at}/pgbouncer", autocommit=True, prepare_threshold=None) as db:
            lists = dict(psycopg.ClientCursor(db).execute("SHOW LISTS").fetchall())
        return {name: lists[name] for name in ("used_clients", "used_servers", "free_servers")}


@contextmanager
def pooler(url: str) -> Iterator[Pooler]:
    with TemporaryDirectory(prefix="gymtui-pool-") as folder:
        started = Pooler(url, Path(folder))
        try:
            yield started
        finally:
            started.stop()


def main() -> None:
    """Plays the deaths; 1 where a promise was broken."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tests.faults.pooler", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if shutil.which("pgbouncer") is None:
        sys.exit("There is no pgbouncer here: please install it, `apt-get install pgbouncer`.")
    with database_server() as url:
        database = new_database(url)
        with pooler(database) as before:
            serve_kit.ENVIRONMENT["GYMTUI_LISTEN_DATABASE"] = database
            nodes = Nodes(before.url, options.servers, seed=options.seed)

            def say(line: str) -> None:
                print(line, before.counted())
                before.restart()

            asyncio.run(nodes.run(repeated(kill, options.kills, say=say)))
    print(f"pooler: {options.kills} kills, {options.kills // 10} of the pooler")
    print(nodes.page())
    sys.exit(bool(nodes.failures))


if __name__ == "__main__":
    main()
