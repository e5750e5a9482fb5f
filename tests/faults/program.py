"""Programs in processes of their own: started, killed, asked to end, started again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, Final

from gymtui.client import Journal, Login, WebSocketService
from gymtui.client.tasks import until_first
from gymtui.protocol import PATH
from tests.factories import member_row
from tests.gym_kit import make_gym, token

ROOT: Final = Path(__file__).parent.parent.parent
PORTS: Final = range(20_000, 32_000)  # below those that a client's end of a connection gets
LIFE: Final = 7 * 24 * 3600  # seconds that a token is good for: longer than any run


class Gym:
    """A gym in `folder`, members 0 to `members` - 1, not served yet; its `token` is a manager's."""

    def __init__(self, folder: Path, members: int) -> None:
        self.folder = folder
        self.database = folder / "gym.db"
        self.members = members
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}{PATH}"
        make_gym(self.database, *(member_row(str(n), f"Member {n}") for n in range(members)))
        self.token = token(self.database, "mia", ttl=LIFE)

    def server(self) -> Program:
        """`gymtui serve`, as anybody would start it."""
        serve = ("serve", "--database", str(self.database), "--port", str(self.port), "--log-level", "error")
        return Program("server", self.folder, "gymtui.child_process", *serve)

    def desk(self, name: str, *, rate: float, seed: int) -> Program:
        """A desk that gives commands, `rate` a second."""
        where = ("--url", self.url, "--folder", str(self.folder), "--name", name)
        how = ("--members", str(self.members), "--rate", str(rate), "--seed", str(seed))
        return Program(name, self.folder, "tests.faults.desk", *where, *how, GYMTUI_TOKEN=self.token)

    def service(self, journal: Journal, **options: Any) -> WebSocketService:
        """A client in this process; `options` are the service's own."""
        return WebSocketService(self.url, Login(self.url, token=self.token), journal, **options)


@asynccontextmanager
async def serving(gym: Gym, **environment: str) -> AsyncIterator[asyncio.Task[int]]:
    """The gym's server, from when it listens; it is told to end with the block. What is given is its life, which has
    its exit code."""
    server, listens = gym.server(), asyncio.Event()
    life = asyncio.create_task(server.live(lambda _: listens.set(), **environment))
    try:
        await until_first(listens.wait(), asyncio.shield(life))
        yield life
    finally:
        if not life.done():
            server.terminate()
            assert await life == 0, server.log.read_text()


class Program:
    """`python -m MODULE ARGUMENTS`, which ends when its stdin does; what it says on stderr is in `NAME.log`."""

    def __init__(self, name: str, folder: Path, module: str, *arguments: str, **environment: str) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = (sys.executable, "-m", module, *arguments)
        self._environment = os.environ | environment
        self._process: Process | None = None

    @property
    def is_running(self) -> bool:
        """Has it been started, and not ended since?"""
        return self._process is not None

    async def live(self, heard: Callable[[str], None], **environment: str) -> int:
        """From its start to its end; `heard` gets every line of its stdout. Gives its exit code."""
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=log, cwd=ROOT, env=self._environment | environment
            )
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        try:
            async for line in process.stdout:
                heard(line.decode().rstrip("\n"))
        finally:
            self._process = None
            process.stdin.close()
            if process.returncode is None:
                await process.wait()
        return process.returncode or 0

    def tell(self, line: str) -> None:
        """A line on its stdin; one that is not running hears nothing."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(f"{line}\n".encode())

    def kill(self) -> None:
        """SIGKILL: it can do nothing more."""
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM: it is asked to end."""
        self._send(signal.SIGTERM)

    def freeze(self) -> None:
        """It stands still until `thaw`."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it stood still."""
        self._send(signal.SIGCONT)

    def end(self) -> None:
        """Ends its stdin, and so the program."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def _send(self, number: signal.Signals) -> None:
        # Not by `send_signal`: that looks whether the process has ended, and then asyncio never learns its exit code.
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)


def free_port() -> int:
    """A port that nobody listens on, and that no client is given by chance while the server is away."""
    random = Random()
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
