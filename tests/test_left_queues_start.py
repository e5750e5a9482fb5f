"""Left queues while processes start and die, and which file a desk opens."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gymtui import logs
from gymtui.client.desk.desk import Desk
from gymtui.client.replica.replica import Replica
from gymtui.client.replica.schema import hold
from gymtui.programs.desk import DeskInUse, open_desk
from gymtui.ui import GymApp
from tests.desk_kit import BEN
from tests.left_queues_kit import OLD, Next, check_in, ids, leave, replica

pytestmark = pytest.mark.slow

DIES = """
import os, signal, sys
from pathlib import Path
from gymtui.client.replica.ownership import Ownership
from gymtui.client.replica.replica import Replica
Ownership.let_go = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
left, mine = (Replica(Path(path)) for path in sys.argv[1:])
mine.ownership.take(left.ownership, 0)
"""


def test_who_dies_between_the_two_writes_leaves_it_in_both_and_the_next_start_makes_one_of_it(tmp_path: Path) -> None:
    left, mine = tmp_path / "desk-a.db", tmp_path / "desk-b.db"
    leave(left, check_in("a1"), check_in("a2", BEN.id))
    with replica(mine):
        pass
    killed = subprocess.run([sys.executable, "-c", DIES, left, mine], check=False)
    assert killed.returncode == -signal.SIGKILL
    both = [("a1", "waiting"), ("a2", "waiting")]
    assert ids(left) == ids(mine) == both
    with closing(Replica(mine)) as copy:
        gym = Next(tmp_path, copy)
        gym.desk.left_queues.look()
        assert [row.id for row in gym.desk.queue] == ["a1", "a2"]
    assert (ids(left), ids(mine)) == ([], both)


LOOKS = """
import sys
from contextlib import closing
from pathlib import Path
from gymtui.client.replica.replica import Replica
from tests.left_queues_kit import Next
folder, name = Path(sys.argv[1]), sys.argv[2]
with closing(Replica(folder / name)) as copy:
    print("ready", flush=True)
    sys.stdin.readline()
    Next(folder, copy).desk.left_queues.look()
    print(*[row.id for row in copy.outbox.rows()], flush=True)
    sys.stdin.readline()
"""


def test_two_desks_that_start_at_once_adopt_each_command_once(tmp_path: Path) -> None:
    for number in range(8):
        leave(tmp_path / f"desk-{number}.db", *(check_in(f"{number}-{row}", BEN.id) for row in range(5)))
    desks = []
    for name in ("desk-x.db", "desk-y.db"):
        with replica(tmp_path / name):
            pass
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        desks.append(subprocess.Popen([sys.executable, "-c", LOOKS, tmp_path, name], **pipes))
    for stage in ("ready", "adopted"):
        said = [desk.stdout.readline().split() for desk in desks if desk.stdout]
        if stage == "ready":
            assert said == [["ready"], ["ready"]]
        for desk in desks:
            assert desk.stdin is not None
            desk.stdin.write("\n")
            desk.stdin.flush()
    for desk in desks:
        desk.communicate(timeout=10)
        assert desk.returncode == 0
    adopted = [id for part in said for id in part]
    kept = [id for number in range(8) for id, _ in ids(tmp_path / f"desk-{number}.db")]
    assert kept == []
    assert sorted(adopted) == sorted(f"{number}-{row}" for number in range(8) for row in range(5))


def open_at(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch, desk: str = "Front") -> str:
    """The name of the replica that the desk opens."""
    opened: list[Any] = []
    monkeypatch.setattr(logs, "to_file", lambda _: None)

    def app(shown: Desk, *_: object, **__: object) -> GymApp:
        return cast(GymApp, SimpleNamespace(show=lambda log: opened.append((log, shown.replica.ownership.owner()))))

    open_desk(folder, url=url, user=None, desk=desk, token=None, theme="slate", keys={}, app=app)
    log, owner = opened[0]
    assert owner.desk == desk
    return cast(Path, log).stem


def test_one_address_in_several_spellings_is_one_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = open_at(tmp_path, "ws://gym.test/ws/checkins/", monkeypatch)
    for same in ("ws://gym.test/ws/checkins", "ws://GYM.test:80/ws/checkins/", "WS://gym.test/ws/checkins//"):
        assert open_at(tmp_path, same, monkeypatch) == one
    for other in ("wss://gym.test/ws/checkins/", "ws://gym.test:81/ws/checkins/", "ws://[::1]:8765/ws/checkins/"):
        assert open_at(tmp_path, other, monkeypatch) != one


def test_a_file_that_has_the_name_of_before_is_still_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "ws://GYM.test/ws/checkins"
    before = f"desk-{hashlib.sha256(f'{url} Front'.encode()).hexdigest()[:12]}"
    leave(tmp_path / f"{before}.db", check_in("a1"))
    assert open_at(tmp_path, url, monkeypatch) == before


def test_a_desk_whose_file_is_held_for_a_moment_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = open_at(tmp_path, OLD, monkeypatch)
    held = hold(tmp_path / f"{name}.db")
    assert held is not None
    with pytest.raises(DeskInUse, match="Front is open in another window"):
        open_at(tmp_path, OLD, monkeypatch)
    monkeypatch.setattr("gymtui.programs.desk.time.sleep", lambda _: os.close(held))
    assert open_at(tmp_path, OLD, monkeypatch) == name
