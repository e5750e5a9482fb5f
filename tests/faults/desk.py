"""A desk without a screen, in a process of its own that may be killed: `python -m tests.faults.desk`.

It says `hello` on stdout, reads `go` and `stop` on stdin, and ends with it. What it would show a person it has written
to its diary, a file, before anything else happens: a line `VERDICT COMMAND_ID` each. It says `quiet SEQ HASH` whenever
it gives no commands, none of its own waits, and it has all that it knows the server to have.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from random import Random
from typing import Final

from gymtui import logs
from gymtui.client import Desk, Login, Replica, WebSocketService
from gymtui.client.state import Verdict
from gymtui.client.tasks import until_first
from tests.faults.hashes import of_replica

UNDOS: Final = 0.1  # of all commands
HURRY: Final = 0.01  # of the time that a desk otherwise waits until it tries again


class Diary:
    """What was shown, on disk before it is."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, verdict: Verdict) -> None:
        """Written before it returns: a kill of this process cannot take it back."""
        os.write(self._file, f"{verdict.kind} {verdict.command_id}\n".encode())


class Clerk:
    """Gives commands at a desk, `rate` a second: checks one of `codes` in or out, or takes the last thing back."""

    def __init__(self, desk: Desk, diary: Diary, codes: range, random: Random, *, rate: float) -> None:
        self._desk = desk
        self._diary = diary
        self._codes = codes
        self._random = random
        self._rate = rate
        self._going = asyncio.Event()
        self._said = ""
        desk.subscribe("verdict", self._later_word)
        desk.subscribe("queue", self._look)
        desk.subscribe("directory", self._look)
        for kind in ("connection", "snapshot", "events"):
            desk.service.subscribe(kind, self._look)

    async def obey(self) -> None:
        """Does what stdin says, until its end."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        print("hello", flush=True)
        async for line in reader:
            if line == b"go\n":
                self._going.set()
            else:
                self._going.clear()
                self._said = ""
                self._look(None)

    async def work(self) -> None:
        """Gives commands for ever, while it is going."""
        while True:
            await self._going.wait()
            verdict = self._command()
            if verdict is not None and verdict.kind == "queued":
                self._diary.write(verdict)
            await asyncio.sleep(self._random.expovariate(self._rate))

    def _command(self) -> Verdict | None:
        if self._random.random() < UNDOS:
            return self._desk.undo()
        member = self._desk.replica.members.by_code(str(self._random.choice(self._codes)))
        if member is None:  # the directory has not come yet
            return None
        return self._desk.check_in(member) if self._desk.in_since(member.id) is None else self._desk.check_out(member)

    def _later_word(self, verdict: Verdict) -> None:
        if verdict.kind != "queued":
            self._diary.write(verdict)

    def _look(self, _: object) -> None:
        desk = self._desk
        _, is_complete = desk.replica.directory
        if self._going.is_set() or desk.queued or not (desk.service.in_step and is_complete):
            return
        words = f"quiet {desk.replica.position[1]} {of_replica(desk.replica)}"
        if words != self._said:
            self._said = words
            print(words, flush=True)


async def run(*, url: str, folder: Path, name: str, members: int, rate: float, seed: int) -> None:
    """Until stdin ends. The desk's copy and its diary are in `folder`."""
    random = Random(seed)
    login = Login(url, token=os.environ["GYMTUI_TOKEN"])
    replica = Replica(folder / f"{name}.db")
    service = WebSocketService(url, login, replica, desk=name, random=lambda: random.random() * HURRY)
    desk = Desk(service, replica, name=name, sleep=lambda seconds: asyncio.sleep(seconds * HURRY))
    clerk = Clerk(desk, Diary(folder / f"{name}.diary"), range(members), random, rate=rate)

    async def until_the_end() -> None:
        await clerk.obey()
        await service.close()
        await asyncio.Event().wait()

    await until_first(desk.run(), clerk.work(), until_the_end())
    replica.close()


def main() -> None:
    """Works at the desk until stdin ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.desk", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--members", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    logs.start("error", as_json=False)
    asyncio.run(run(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
