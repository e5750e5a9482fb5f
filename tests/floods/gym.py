"""What is flooded: a server in a process of its own over a gym with a past; its memory, its log, and what it wrote."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
from argon2 import PasswordHasher

from gymtui import clock
from gymtui.protocol import Notification
from server.auth.hashing import COST
from server.store.opening import listed, open_store
from tests.big_gym import fill
from tests.floods.pouring import Target
from tests.forged_tokens import cut, headers, keys, other_things
from tests.forger import Forger
from tests.gym_kit import PASSWORD, add_user, make_gym, token
from tests.tls_kit import Authority
from tests.websocket_server_kit import change_user

PEOPLE: Final = 5000
VISITS: Final = 100_000
PIN: Final = "904517"
FLOODERS: Final = ("ben", "mia", "otto")
URL_MOST: Final = 8000  # bytes of a line that the library takes


class Gym:
    """A gym that is served: `target` says to whom, `pid` is the server's."""

    def __init__(self, database: Path, log: Path, pid: int, target: Target) -> None:
        self.database = database
        self.target = target
        self.pid = pid
        self._log = log
        self._began = clock.now()

    @property
    def memory(self) -> float:
        """MiB of the server that are in memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def said(self) -> list[str]:
        """What was said of it afterwards: the lines of the log by their kinds, the rows of the journal, what the desks
        were told, and what is in the audit."""
        lines = self._log.read_text(errors="replace").splitlines()
        kinds = Counter(_kind(line) for line in lines)
        with listed(str(self.database)) as lists:
            rows = [row for row in lists.journal(clock.now() + clock.DAY) if row.at >= self._began]
            audit = Counter(f"{each.what} {each.outcome}" for each in lists.accesses(clock.now() + clock.DAY))
        told = [msgspec.json.decode(row.payload, type=Notification).title for row in rows if row.type == "notification"]
        return [
            f"log: {len(lines):,} lines, {self._log.stat().st_size / 1024:,.0f} KiB",
            *(f"log, {count:,} times: {kind}" for kind, count in kinds.most_common() if " INFO " not in kind),
            f"journal: {len(rows):,} rows; the file {self.database.stat().st_size / 2**20:.0f} MiB",
            f"audit: {', '.join(f'{what} ({count:,} rows)' for what, count in audit.most_common(6))}",
            f"told to the desks: {len(told):,}, first {told[:3]}",
        ]


def _kind(line: str) -> str:
    """A line without what is another in each."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", line)[:120]


def made(folder: Path) -> Path:
    """The database of a gym with a past, and with hashes that cost what they cost."""
    database = folder / "made.db"
    make_gym(database)
    hasher = PasswordHasher(*COST)
    with closing(open_store(database)) as store:
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        fill(store, PEOPLE, VISITS, until=midnight)
        add_user(store, "gone", "staff")
    for name in ("ana", *FLOODERS):
        change_user(database, name, password_hash=hasher.hash(PASSWORD), pin_hash=hasher.hash(PIN))
    return database


@contextmanager
def served(folder: Path, database: Path, door: Literal["plain", "tls"], files: int | None) -> Iterator[Gym]:
    """Until the end of the block; with no more than so many open files."""
    authority = Authority(folder)
    chain, key = authority.issue()
    tls = ("--tls-cert", chain, "--tls-key", key) if door == "tls" else ()
    limited = () if files is None else ("sh", "-c", f'ulimit -n {files} && exec "$@"', "sh")
    serve = (sys.executable, "-m", "gymtui.child_process", "serve", "--port", "0", "--database", str(database), *tls)
    log = folder / "log"
    with (
        log.open("wb") as written,
        subprocess.Popen([*limited, *serve], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=written) as server,
    ):
        assert server.stdout is not None
        url = server.stdout.readline().decode().split()[-1]
        target = Target(
            url=url,
            ca=authority.file if tls else None,
            tokens={user: token(database, user) for user in ("ana", *FLOODERS)},
            wrong=_wrong(database),
            people=_people(database),
        )
        yield Gym(database, log, server.pid, target)


def _wrong(database: Path) -> tuple[str, ...]:
    """What strangers can make up, and the library can send in all three ways."""
    forger = Forger(database)
    found = cut(forger) | headers(forger) | keys(forger) | other_things(forger)
    return tuple(t for t in found.values() if t.isascii() and t.isprintable() and 0 < len(t.strip()) < URL_MOST)


def _people(database: Path) -> tuple[str, ...]:
    with closing(open_store(database)) as store:
        return tuple(member.id for member in store.all_members())
