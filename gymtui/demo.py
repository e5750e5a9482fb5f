"""`gymtui demo`: a whole gym on this machine, gone without a trace when the person leaves."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Final

from gymtui import config, logs
from gymtui.errors import GymError
from gymtui.people import members
from gymtui.protocol import BATCH_MS

MEMBERS: Final = 400
DAY: Final = 24 * 3600  # seconds: the demo's tokens outlive any demo
START: Final = 15.0  # seconds that the server has to come up
_spawn = get_context("spawn")


class DemoError(GymError):
    """The demo's server did not come up."""


def run(*, rate: float, seed: int) -> None:
    """Server, members, a simulated day and the front desk, until the person leaves."""
    with TemporaryDirectory(prefix="gymtui-demo-") as name:
        folder = Path(name)
        desk, simulator = _make_gym(folder, seed)
        here, there = _spawn.Pipe(duplex=False)
        with _child(_serve, folder, there) as server:
            from gymtui.console import open_desk  # noqa: PLC0415  while the server starts: this imports the screens

            if not here.poll(START) or not server.is_alive():
                raise DemoError(f"The demo's server did not start: {_log(folder, 'serve').read_text()[-500:]}")
            url: str = here.recv()
            with _child(_simulate, folder, url, simulator, rate, seed):
                open_desk(folder, url=url, user=None, desk="desk 1", token=desk)


def _make_gym(folder: Path, seed: int) -> tuple[str, str]:
    """A database with members and two users; gives a token for each."""
    from server.admin import add_user, import_members, name_gym  # noqa: PLC0415
    from server.auth import issue_by_hand  # noqa: PLC0415
    from server.store.sqlite import SqliteStore  # noqa: PLC0415

    database = folder / "gym.db"
    name_gym(database, name="Riverside", timezone=config.local_timezone(), capacity=120)
    with closing(SqliteStore(database)) as store:
        import_members(store, enumerate(members(MEMBERS, Random(seed), date.today()), 1))
        users = [add_user(store, name, "staff", secrets.token_urlsafe()) for name in ("demo", "door")]
        desk, simulator = (issue_by_hand(store, user, ttl=DAY) for user in users)
    return desk, simulator


def _serve(folder: Path, say: Connection) -> None:
    from server.app import run  # noqa: PLC0415

    def tell(line: str) -> None:
        say.send(line.rsplit(maxsplit=1)[-1])

    run(database=str(folder / "gym.db"), host="127.0.0.1", port=0, batch_ms=BATCH_MS, say=tell)


def _simulate(folder: Path, url: str, token: str, rate: float, seed: int) -> None:
    from gymtui.simulate import run  # noqa: PLC0415

    run(url=url, user=None, desk="door", token=token, rate=rate, desks=2, seed=seed)


@contextmanager
def _child(work: Any, folder: Path, *args: Any) -> Iterator[BaseProcess]:
    """A process of its own for `work`, which ends with the block, and also when this process is killed."""
    process = _spawn.Process(target=_with_parent, args=(work, folder, *args), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join(1)
        process.kill()
        process.join()


def _with_parent(work: Any, folder: Path, *args: Any) -> None:
    log = _log(folder, work.__name__.strip("_"))
    with log.open("a") as opened:
        for stream in (1, 2):
            os.dup2(opened.fileno(), stream)
    logs.start("info", as_json=False)
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)

    Thread(target=watch, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the console's
    try:
        work(folder, *args)
    except GymError as error:
        sys.exit(f"gymtui: {error}")


def _log(folder: Path, name: str) -> Path:
    return folder / f"{name}.log"
