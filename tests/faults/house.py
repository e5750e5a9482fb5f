"""A gym whose parts can go one by one: its server, the line to it, its console in a terminal, and their disks."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from gymtui.client.tasks import until_first
from gymtui.protocol import PATH
from server.store.opening import open_store
from tests.faults.audit import reading
from tests.faults.eye import Did, Eye, Journal
from tests.faults.program import Gym
from tests.faults.proxy import Proxy
from tests.gym_kit import add_members
from tests.small_disk import SmallDisk
from tests.terminal import Terminal

KINDS: Final[dict[str, Did]] = {"check_in": "in", "check_out": "out", "undo": "undone"}
LEAVE: Final = "\x11"  # Ctrl+Q


class ServerProcess:
    """`gymtui serve`; what it has said on stderr is in the gym's folder."""

    def __init__(self, gym: Gym) -> None:
        self.gym = gym
        self._program = gym.server()
        self._life: asyncio.Task[int] | None = None

    async def start(self) -> None:
        """From here on it listens."""
        listens = asyncio.Event()
        self._life = asyncio.create_task(self._program.live(lambda _: listens.set()))
        await until_first(listens.wait(), asyncio.shield(self._life))

    async def kill(self) -> None:
        """kill -9."""
        if self._life is not None:
            self._program.kill()
            await self._life

    def freeze(self) -> None:
        """It stands still (SIGSTOP)."""
        self._program.freeze()

    def thaw(self) -> None:
        """It goes on."""
        self._program.thaw()

    async def ready(self) -> int:
        """The status of /readyz."""
        return await asyncio.to_thread(self._ready)

    def _ready(self) -> int:
        with closing(HTTPConnection("127.0.0.1", self.gym.port, timeout=10)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status


class Console:
    """The real `gymtui` at 80x24, with an eye on it; its copy, queue and log stay in `folder`, whoever is killed."""

    def __init__(self, url: str, token: str, folder: Path, eye: Eye) -> None:
        self._url = url
        self._environment = {"GYMTUI_TOKEN": token, "XDG_DATA_HOME": str(folder), "COLORTERM": "truecolor"}
        self._folder = folder / "gymtui"
        self._eye = eye
        self._stack = AsyncExitStack()
        self.terminal: Terminal

    async def start(self) -> None:
        """From here on it takes keys."""
        arguments = ("--url", self._url, "--desk", "desk 1")
        terminal = Terminal.run(*arguments, columns=80, rows=24, environment=self._environment, drawn=self._eye.look)
        self.terminal = await self._stack.enter_async_context(terminal)
        await self.terminal.until("CHECK IN")

    async def kill(self) -> None:
        """kill -9; what it has drawn until then is still seen."""
        os.killpg(self.terminal.process.pid, signal.SIGKILL)
        await self.terminal.ended()
        await self._stack.aclose()

    async def leave(self) -> int:
        """As a person does; its exit code."""
        self.terminal.type(LEAVE)
        code = await self.terminal.ended()
        await self._stack.aclose()
        return code

    async def close(self) -> None:
        """Ends the console and its terminal."""
        await self._stack.aclose()

    @property
    def file(self) -> Path:
        """The desk's own copy."""
        (file,) = self._folder.glob("desk-*.db")
        return file

    @property
    def knows_all(self) -> bool:
        """Has it the whole directory?"""
        if not list(self._folder.glob("desk-*.db")):
            return False
        with reading(self.file) as db:
            found = db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'desk'").fetchone()[0]
            return bool(found and db.execute("SELECT complete FROM desk").fetchone()[0])

    def queue(self) -> set[tuple[str, Did]]:
        """What has no answer yet: with whom what is to be done."""
        sql = (
            "SELECT json_extract(CAST(body AS TEXT), '$.full_name'), kind FROM outbox "
            "JOIN members ON members.id = member_id WHERE state IN ('waiting', 'set_aside')"
        )
        with reading(self.file) as db:
            return {(name, KINDS[kind]) for name, kind in db.execute(sql)}


class House:
    """Open during its block. `server_disk` and `desk_disk` are small ones; without them, all is in `folder`."""

    def __init__(
        self,
        folder: Path,
        people: Sequence[dict[str, object]],
        server_disk: SmallDisk | None,
        desk_disk: SmallDisk | None,
    ) -> None:
        self.gym = Gym(server_disk.path if server_disk else folder, 0)
        with closing(open_store(self.gym.database)) as store:
            add_members(store, people)
        self.journal = Journal(self.gym.database)
        self.eye = Eye(self.journal)
        self.server = ServerProcess(self.gym)
        self.server_disk = server_disk
        self.desk_disk = desk_disk
        self._desk_folder = desk_disk.path if desk_disk else folder
        self.line: Proxy
        self.console: Console

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """From when everybody is there."""
        await self.server.start()
        try:
            async with Proxy(self.gym.port) as self.line:
                url = f"ws://127.0.0.1:{self.line.port}{PATH}"
                self.console = Console(url, self.gym.token, self._desk_folder, self.eye)
                try:
                    await self.console.start()
                    yield
                finally:
                    await self.console.close()
        finally:
            await self.server.kill()

    def type(self, keys: str) -> None:
        """At the console that there is now."""
        self.console.terminal.type(keys)

    @property
    def is_even(self) -> bool:
        """Has the desk heard of everything that the server has on disk?"""
        with reading(self.gym.database) as db:
            there = db.execute("SELECT epoch, last_seq FROM gym").fetchone()
        with reading(self.console.file) as db:
            return bool(db.execute("SELECT epoch, seq FROM desk").fetchone() == there)

    def fill(self, disk: SmallDisk, database: Path) -> None:
        """Leaves no byte; nor room in the write-ahead log, which would take hundreds of scans more."""
        with closing(sqlite3.connect(database, timeout=10, isolation_level=None)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        disk.fill()
