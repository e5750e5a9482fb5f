"""Fixtures that tests of the server share."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import settings

from gymtui.database_url import with_gym
from tests import templates
from tests.engines import ENGINES, Engine
from tests.factories import member_row
from tests.gym_kit import make_gym

if TYPE_CHECKING:
    from tests.postgres_kit import Emptied

# Where an environment forbids byte code, each program that a test starts would compile the project again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
gc.disable()  # until all is imported and collected, which stays

# How long an example takes on a busy machine says nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# What is tested is that a disk is waited for, and not the disk: memory says at once that it has written.
MEMORY: Final = Path("/dev/shm")  # noqa: S108
ROOM: Final = 2 << 30  # bytes, at the least
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM and "TMPDIR" not in os.environ:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One file alone runs in this process: two workers would take longer to start than it takes."""
    alone = len(config.args) == 1 and ".py" in config.args[0]
    return 0 if alone else 2


@pytest.fixture
def quick_watchdog(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watchdog that looks all the time: how long it may take is another test's."""
    monkeypatch.setattr("server.net.watchdog.EVERY", 0.01)
    monkeypatch.setattr("server.net.watchdog.ROUND", 0.01)


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    """A gym with `ana` and `ben` (staff), `mia` (manager), `otto` (operator), and members 0 to 99."""
    path = tmp_path / "gym.db"
    templates.copy(_hundred, path)
    return path


def _hundred(path: Path) -> None:
    make_gym(path, *(member_row(str(n), f"Name {n}") for n in range(100)))


@pytest.fixture(params=[ENGINES[0], *(pytest.param(engine, marks=pytest.mark.slow) for engine in ENGINES[1:])])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Each engine in turn, with an empty database."""
    if request.param == "postgres":
        return Engine(request.param, request.getfixturevalue("postgres_database"))
    return Engine(request.param, tmp_path / "gym.db")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this process's own."""
    from tests.postgres_kit import served

    with served() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_gym(postgres: str) -> Iterator[Emptied]:
    """A gym there that becomes a new one for each test."""
    from tests.postgres_kit import Emptied

    with closing(Emptied(postgres)) as gym:
        yield gym


@pytest.fixture
def postgres_database(postgres_gym: Emptied) -> str:
    """The URL of a database with a new gym, as it is when it was opened once."""
    postgres_gym.begin_anew()
    return postgres_gym.url


@pytest.fixture(scope="session")
def postgres_chain(postgres: str) -> Iterator[Emptied]:
    """Two gyms there in one database, of the names in `tests.postgres_kit.CHAIN`."""
    from tests.postgres_kit import CHAIN, Emptied

    with closing(Emptied(postgres, *CHAIN)) as gyms:
        yield gyms


@pytest.fixture
def postgres_gyms(postgres_chain: Emptied) -> tuple[str, str]:
    """What names each of two gyms in one database; both are new."""
    from tests.postgres_kit import CHAIN

    postgres_chain.begin_anew()
    first, second = (with_gym(postgres_chain.url, name) for name in CHAIN)
    return first, second


@pytest.fixture
def postgres_nothing(postgres: str) -> str:
    """The URL of a database without a gym, and without tables."""
    from tests.postgres_kit import new_database

    return new_database(postgres)


def pytest_collection_finish() -> None:
    """Where screens are tested, they cost what they must; where none is, Textual is not even imported."""
    gc.freeze()  # all that was imported and collected stays: the garbage collector need not look through it again
    gc.set_threshold(100_000, 20, 100)  # as on a console: a look through a screen's tree of widgets is dear
    gc.enable()
    if "textual" in sys.modules:
        from tests.idle import wait_for_messages
        from tests.style_sheets import parse_once

        wait_for_messages()
        parse_once()
