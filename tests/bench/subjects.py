"""Who is measured: the server with a gym of its own, and the peers, each in a process on a core of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from gymtui import clock, codec
from gymtui.protocol import CheckInEvent, MemberRef
from tests.bench.lines import Messages, framed
from tests.bench.machine import on_core
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.measured_programs import running

FIRST: Final = 1_000_000  # the number of the first member
ANYBODY: Final = clock.new_id(0)


class Subject(Struct, frozen=True, kw_only=True):
    """A server: its process, where subscribers and the publisher go, and what the latter says for the member with that
    number, under that id."""

    pid: int
    subscribe: str
    publish: str
    says: Callable[[int, str], bytes]

    def messages(self, numbers: range) -> Messages:
        """One for each of them."""
        ids = ((number, f"b{number:07}") for number in numbers)
        return [(id.encode(), framed(self.says(number, id))) for number, id in ids]


def plain_gym(folder: Path, count: int) -> Path:
    """The database of a gym of so many members whom nothing keeps out; made once in a folder, and then a copy of it."""
    made, copy = folder / f"made-{count}.db", folder / "gym.db"
    if not made.exists():
        make_gym(made, *people(count))
    for each in folder.glob("gym.db*"):
        each.unlink()
    shutil.copy(made, copy)
    return copy


def people(count: int) -> Iterator[dict[str, object]]:
    """So many members whom nothing keeps out."""
    return (member_row(_code(number), f"Alex Morgan {number}") for number in range(count))


@contextmanager
def gymtui(database: Path | str, *, core: int | None = 0) -> Iterator[Subject]:
    """The server itself: it decodes, decides, commits, answers and tells everyone. It has that core, or any."""
    with (
        nullcontext() if core is None else on_core(core),
        running("serve", "--port", "0", "--database", str(database), "--max-rate", "1000000") as server,
    ):
        assert server.stdout is not None
        url = f"{server.stdout.readline().split()[-1]}?token={token(database, 'ana')}"
        yield Subject(pid=server.pid, subscribe=url, publish=url, says=_check_in)
        server.kill()  # nobody waits for its goodbyes


@contextmanager
def peer(kind: Literal["each", "batch"]) -> Iterator[Subject]:
    """The library's own `broadcast`, which relays events of the same size."""
    command = (sys.executable, "-m", "tests.bench.peer", kind)
    with (
        on_core(0),
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdout is not None
        url = f"ws://127.0.0.1:{process.stdout.readline().strip()}"
        yield Subject(pid=process.pid, subscribe=f"{url}/sub", publish=f"{url}/pub", says=_event)
        process.kill()


def _code(number: int) -> str:
    return str(FIRST + number)


def _check_in(number: int, id: str) -> bytes:
    return msgspec.json.encode({"type": "check_in", "id": id, "payload": {"code": _code(number)}})


def _event(number: int, id: str) -> bytes:
    event = CheckInEvent(
        id=ANYBODY,
        member=MemberRef(ANYBODY, f"Alex Morgan {number}", _code(number)),
        check_in_time=clock.to_text(0),
        check_out_time=None,
        status="checked_in",
        by="ana",
        command_id=id,
        seq=number,
    )
    return codec.encode(event)
