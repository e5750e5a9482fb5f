"""`gymtui demo`: a whole gym on this machine, gone without a trace when the person leaves."""

from __future__ import annotations

import os
import secrets
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from gymtui import config
from gymtui.errors import GymError
from gymtui.people import members

MEMBERS: Final = 400
DAY: Final = 24 * 3600  # seconds: the demo's tokens outlive any demo
START: Final = 15.0  # seconds that the server has to come up
STOP: Final = 1.0  # seconds that a child has to end by itself


class DemoError(GymError):
    """The demo's server did not come up."""


def run(*, rate: float, seed: int) -> None:
    """Server, members, a simulated day and the front desk, until the person leaves."""
    with TemporaryDirectory(prefix="gymtui-demo-") as name:
        folder = Path(name)
        token, door = _make_gym(folder, seed)
        with _child("serve", "--port", "0", folder=folder) as server:
            from gymtui.console import open_desk  # noqa: PLC0415  while the server starts: this imports the screens

            url = _listening(server, folder)
            arguments = ("--url", url, "--rate", str(rate), "--seed", str(seed))
            with _child("simulate", *arguments, folder=folder, environment={"GYMTUI_TOKEN": door}):
                open_desk(folder, url=url, user=None, desk="desk 1", token=token)


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
        desk, door = (issue_by_hand(store, user, ttl=DAY) for user in users)
    return desk, door


@contextmanager
def _child(
    command: str, *arguments: str, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A `gymtui` command in a process of its own, which ends with the block, and also when this process is killed."""
    with _log(folder, command).open("w") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "gymtui.tied", command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "GYMTUI_DATABASE": str(folder / "gym.db"), **(environment or {})},
        )
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP)
            except subprocess.TimeoutExpired:
                process.kill()


def _listening(server: subprocess.Popen[bytes], folder: Path) -> str:
    """Where the server listens, from the line that says so."""
    assert server.stdout is not None
    ready, _, _ = select.select([server.stdout], [], [], START)
    line = server.stdout.readline().decode() if ready else ""
    if not line:
        raise DemoError(
            f"The demo's server did not start: {_log(folder, 'serve').read_text()[-500:] or 'it was slow.'}"
        )
    return line.split()[-1]


def _log(folder: Path, command: str) -> Path:
    return folder / f"{command}.log"
