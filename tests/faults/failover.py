"""Fails over to an asynchronous standby that lacks what came last, again and again, and counts what the desks lost.

python -m tests.faults.failover --rounds 3

Two servers and two desks on this machine, and two clusters of PostgreSQL. In each round a standby is made and cut off,
more members are checked in, the primary is killed (SIGKILL), and the standby is promoted. Then the old primary comes
back, first in the servers' URL, and takes changes. Nobody touches the servers. Exit code 1 where anything is wrong.
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
from contextlib import AsyncExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from gymtui.client.desk.desk import Desk
from gymtui.client.replica.replica import Replica
from server.admin.verify import check
from server.store.opening import audit
from server.store.postgres.lineage import LEFT_BEHIND
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.postgres_kit import ask, ask_one, tools
from tests.serve_kit import served
from tests.test_restore import desk_at

TAIL: Final = 10  # check-ins that the standby lacks
WITHIN: Final = 90.0  # seconds
CONFIG: Final = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
hot_standby = on
"""


class Cluster:
    """A PostgreSQL at a port of this machine, in a folder of its own."""

    def __init__(self, folder: Path, bin: Path) -> None:
        self.folder = folder
        self._bin = bin
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"postgresql://postgres@{self.host}/gym"

    def found(self) -> None:
        self._run("initdb", "-D", str(self.folder), "-U", "postgres", "-A", "trust", "-E", "UTF8")
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(CONFIG)
        self.start()
        ask(self.url.replace("/gym", "/postgres"), "CREATE DATABASE gym TEMPLATE template0")

    def follow(self, primary: Cluster) -> None:
        """A standby, that has all that there is now."""
        shutil.rmtree(self.folder, ignore_errors=True)
        source = f"postgresql://postgres@{primary.host}"
        self._run("pg_basebackup", "-D", str(self.folder), "-R", "-X", "stream", "-c", "fast", "-d", source)

    def start(self) -> None:
        log = str(self.folder.with_suffix(".log"))
        self._run("pg_ctl", "start", "-w", "-D", str(self.folder), "-l", log, "-o", f"-p {self.port}")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-D", str(self.folder), "-m", mode)

    def kill(self) -> None:
        """Its postmaster, which takes the others along."""
        pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 9)
        while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
            time.sleep(0.01)
        (self.folder / "postmaster.pid").unlink()

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "-w", "-D", str(self.folder))

    def _run(self, name: str, *arguments: str) -> None:
        """Not as root, who may not."""
        who: dict[str, Any] = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        command = [str(self._bin / name), *arguments]
        done = subprocess.run(command, check=False, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **who)
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr}")


class Failover:
    """The gym, and what was done to it."""

    def __init__(self, folder: Path, bin: Path, rounds: int) -> None:
        self._rounds = rounds
        self._folder = folder
        self.primary, self.standby = Cluster(folder / "one", bin), Cluster(folder / "two", bin)
        self.primary.found()
        hosts = ",".join(cluster.host for cluster in (self.primary, self.standby))
        self._url = f"postgresql://postgres@{hosts}/gym?target_session_attrs=read-write"
        self._codes = [str(number) for number in range(rounds * (TAIL + 4))]
        make_gym(self.primary.url, *(member_row(code, f"Member {code}") for code in self._codes))
        self._desks: list[Desk] = []
        self._replicas: list[Replica] = []
        self._given: list[str] = []
        self._log: list[str] = []

    async def run(self) -> list[str]:
        """What is wrong after all rounds, as sentences."""
        async with AsyncExitStack() as stack:
            for number, user in enumerate(("ana", "ben")):
                process, url = await stack.enter_async_context(served(self._url))
                stack.callback(asyncio.create_task(self._hear(process)).cancel)
                replica = stack.enter_context(closing(Replica(self._folder / f"desk{number}.db")))
                entered = desk_at(url, replica, token(self.primary.url, user))
                desk, until = await stack.enter_async_context(entered)
                await until(lambda replica=replica: replica.directory[1])
                self._desks.append(desk)
                self._replicas.append(replica)
            for _ in range(self._rounds):
                await self._round()
        return self._wrong()

    async def _round(self) -> None:
        await self._check_in(2)
        self.standby.follow(self.primary)
        await self._check_in(TAIL)
        before = _seq(self.primary)
        self.primary.kill()
        self.standby.start()
        self.standby.promote()
        has, at = _seq(self.standby), time.monotonic()
        await self._until(lambda: self._are_all_in(self.standby))
        _say(f"{before - has} rows were lost; all {len(self._given)} are there after {time.monotonic() - at:.1f} s")
        self.primary, self.standby = self.standby, self.primary
        await self._comes_back()

    async def _comes_back(self) -> None:
        """The old primary, which takes changes."""
        old = self.standby
        self._log.clear()
        old.start()
        stood = _seq(old)
        ask(
            self.primary.url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gymtui'"
        )
        self._give(2)
        await asyncio.sleep(3)
        refused = any(LEFT_BEHIND in line for line in self._log)
        _say(f"the old primary has {_seq(old) - stood} rows more; refused: {refused}")
        if _seq(old) != stood:
            raise RuntimeError("The old primary was written to.")
        old.stop()
        at = time.monotonic()
        await self._until(lambda: self._are_all_in(self.primary))
        _say(f"without it, all {len(self._given)} are there after {time.monotonic() - at:.1f} s")

    def _give(self, count: int) -> None:
        for number in range(count):
            verdict = self._desks[number % 2].check_in(self._codes[len(self._given)])
            self._given.append(verdict.command_id)

    async def _check_in(self, count: int) -> None:
        self._give(count)
        await self._until(lambda: self._are_all_in(self.primary))

    def _are_all_in(self, cluster: Cluster) -> bool:
        """In the database, and at each desk, none of which has anything to tell."""
        here = [len(list(replica.visits.present())) for replica in self._replicas]
        is_quiet = not any(desk.queued for desk in self._desks)
        return is_quiet and [*here, self._kept(cluster)] == [len(self._given)] * 3

    def _kept(self, cluster: Cluster) -> int:
        kept: int = ask_one(cluster.url, "SELECT count(*) FROM gymtui.journal WHERE type = 'check_in_update'")
        return kept

    async def _until(self, condition: Any) -> None:
        async with asyncio.timeout(WITHIN):
            while not condition():
                await asyncio.sleep(0.05)

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self._log.append(line.decode())

    def _wrong(self) -> list[str]:
        wrong = []
        for id in self._given:
            count = ask_one(self.primary.url, f"SELECT count(*) FROM gymtui.journal WHERE command_id = '{id}'")
            if count != 1:
                wrong.append(f"{id} is there {count} times")
        with audit(self.primary.url) as tables:
            return wrong + check(tables).wrong


def _say(line: str) -> None:
    print(line, flush=True)


def _seq(cluster: Cluster) -> int:
    """Of the journal's newest row."""
    seq: int = ask_one(cluster.url, "SELECT last_seq FROM gymtui.gym")
    return seq


def main() -> None:
    """Plays the rounds; 1 where a promise was broken."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tests.faults.failover", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--bin", type=Path, default=tools(), help="the folder of PostgreSQL's programs")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="gymtui-failover-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        failover = Failover(folder, options.bin, options.rounds)
        try:
            wrong = asyncio.run(failover.run())
        finally:
            failover.primary.stop()
    print("\n".join(wrong[:20]) or f"{options.rounds} failovers: nothing is lost, nothing is there twice.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
