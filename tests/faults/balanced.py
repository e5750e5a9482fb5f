"""Stops one of two servers behind a plain TCP proxy again and again while desks check in, and counts what was lost.

python -m tests.faults.balanced --times 5

It needs `nginx` with its `stream` (Debian: libnginx-mod-stream), and runs it with the lines of docs/POSTGRESQL.md.
Exit code 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gymtui.client.desk.desk import Desk
from gymtui.client.replica.replica import Replica
from server.admin.verify import check
from server.store.opening import audit
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.postgres_kit import ask_one, new_database
from tests.postgres_kit import served as database_server
from tests.serve_kit import ENVIRONMENT, ROOT
from tests.test_restore import desk_at

DESKS: Final = 8
EACH: Final = 5  # check-ins of a desk around each stop
WITHIN: Final = 60.0  # seconds
ESTABLISHED: Final = "01"
MODULE: Final = "/usr/lib/nginx/modules/ngx_stream_module.so"
OWN: Final = "load_module {module};\npid {folder}/pid;\nerror_log {folder}/log;\ndaemon off;\nevents {{}}\n"


class Balanced:
    """One gym, its two servers, the proxy before them, and the desks."""

    def __init__(self, database: str, folder: Path, times: int) -> None:
        self._database = database
        self._folder = folder
        self._times = times
        self._ports = [_free() for _ in range(3)]
        self._servers: dict[int, asyncio.subprocess.Process] = {}
        self._desks: list[Desk] = []
        self._replicas: list[Replica] = []
        self._given: list[str] = []
        make_gym(database, *(member_row(str(n), f"Member {n}") for n in range(DESKS * EACH * times)))

    async def run(self) -> list[str]:
        """The sentences on what is wrong in the end."""
        async with AsyncExitStack() as stack:
            for port in self._ports[:2]:
                await self._start(port)
                stack.push_async_callback(self._stop, port)
            await stack.enter_async_context(self._proxy())
            url = f"ws://127.0.0.1:{self._ports[2]}/ws/checkins/"
            access = token(self._database, "ana")
            for number in range(DESKS):
                replica = stack.enter_context(closing(Replica(self._folder / f"{number}.db")))
                desk, until = await stack.enter_async_context(desk_at(url, replica, access))
                await until(lambda replica=replica: replica.directory[1])
                self._desks.append(desk)
                self._replicas.append(replica)
            for number in range(self._times):
                await self._round(self._ports[number % 2])
        return self._wrong()

    async def _round(self, port: int) -> None:
        before, at = self._spread(), time.monotonic()
        stopping = asyncio.create_task(self._stop(port))
        for _ in range(EACH):
            for desk in self._desks:
                self._given.append(desk.check_in(str(len(self._given))).command_id)
            await asyncio.sleep(0.1)
        await stopping
        stopped = time.monotonic() - at
        await self._until(self._are_all_in)
        told = f"{before} connections; stopped after {stopped:.1f} s, all {len(self._given)} in after"
        print(f"{told} {time.monotonic() - at:.1f} s: {self._spread()}", flush=True)
        await self._start(port)

    def _are_all_in(self) -> bool:
        """In each desk's copy, and none has anything to tell."""
        here = {len(list(replica.visits.present())) for replica in self._replicas}
        return here == {len(self._given)} and not any(desk.queued for desk in self._desks)

    def _spread(self) -> list[int]:
        """How many connections each server has."""
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        here = [int(local.rpartition(":")[2], 16) for _, local, _, state, *_ in lines if state == ESTABLISHED]
        return [here.count(port) for port in self._ports[:2]]

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN):
            while not condition():
                await asyncio.sleep(0.05)

    async def _start(self, port: int) -> None:
        command = ("-m", "gymtui.cli", "serve", "--port", str(port), "--database", self._database)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *command),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd=ROOT,
        )
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN):
            assert b"listening on" in await process.stdout.readline()
        self._servers[port] = process

    async def _stop(self, port: int) -> None:
        if self._servers[port].returncode is None:
            self._servers[port].terminate()
        await self._servers[port].wait()

    @asynccontextmanager
    async def _proxy(self) -> AsyncIterator[None]:
        """The page's lines, with the addresses of here in the place of its own."""
        page = (ROOT / "docs/POSTGRESQL.md").read_text()
        lines = page.partition("```nginx\n")[2].partition("```")[0]
        addresses = iter(f"server 127.0.0.1:{port}" for port in self._ports)
        lines = re.sub(r"server 10\.0\.0\.\d+:8765", lambda _: next(addresses), lines)
        lines = lines.replace("listen 8765", f"listen 127.0.0.1:{self._ports[2]}")
        file = self._folder / "nginx.conf"
        file.write_text(OWN.format(module=MODULE, folder=self._folder) + lines)
        process = await asyncio.create_subprocess_exec("nginx", "-c", str(file), "-e", str(self._folder / "log"))
        try:
            yield
        finally:
            process.terminate()
            await process.wait()

    def _wrong(self) -> list[str]:
        wrong = []
        for id in self._given:
            count = ask_one(self._database, f"SELECT count(*) FROM gymtui.journal WHERE command_id = '{id}'")
            if count != 1:
                wrong.append(f"{id} is there {count} times")
        with audit(self._database) as tables:
            return wrong + check(tables).wrong


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def main() -> None:
    """Plays the stops; 1 where a promise was broken."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tests.faults.balanced", description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    if shutil.which("nginx") is None:
        sys.exit("There is no nginx here: please install it, `apt-get install nginx libnginx-mod-stream`.")
    with database_server() as url, TemporaryDirectory(prefix="gymtui-balanced-") as folder:
        wrong = asyncio.run(Balanced(new_database(url), Path(folder), options.times).run())
    print("\n".join(wrong[:20]) or f"{options.times} servers were stopped: nothing is lost, nothing is there twice.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
