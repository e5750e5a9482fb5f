"""The plug is pulled while somebody scans at the real console: the short form, and that the eye would see a lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from gymtui.protocol import CheckIn
from tests.factories import member_row
from tests.faults.eye import COLOURS, Eye, Journal
from tests.faults.outages import DISKS, Plug
from tests.faults.plug import Pulling
from tests.small_disk import SmallDisk
from tests.till import Till

pytestmark = pytest.mark.slow

said: list[str] = []


async def test_nothing_is_green_that_is_not_on_disk_whatever_goes(tmp_path: Path) -> None:
    plugs: tuple[Plug, ...] = ("kill -9 the server", "black hole")
    pulling = Pulling(tmp_path, rounds=len(plugs), seed=5)
    await pulling.run(plugs, say=said.append)
    assert pulling.failures == []
    assert set(pulling.pulled) == set(plugs)
    assert {"green", "amber"} <= set(pulling.house.eye.verdicts)
    assert pulling.page().endswith("every promise was kept")


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[dict[str, SmallDisk]]:
    with SmallDisk.mounted(tmp_path / "server", "16m") as server, SmallDisk.mounted(tmp_path / "desk", "16m") as desk:
        yield {"server_disk": server, "desk_disk": desk}


async def test_a_full_disk_is_amber_or_red_and_over_by_itself(tmp_path: Path, disks: dict[str, SmallDisk]) -> None:
    pulling = Pulling(tmp_path, rounds=len(DISKS), seed=5, **disks)
    await pulling.run(DISKS, say=said.append)
    assert pulling.failures == []
    assert set(pulling.pulled) == set(DISKS)
    assert {"green", "amber", "red"} <= set(pulling.house.eye.verdicts)


# --- the eye sees what is wrong -----------------------------------------------------------------------------------


class Played:
    """A gym with Ana and Ben, and a screen that says what the test lets it say."""

    def __init__(self, folder: Path) -> None:
        self.till = Till(folder / "gym.db", member_row("1", "Ana Silva"), member_row("2", "Ben Ode", status="frozen"))
        self.eye = Eye(Journal(folder / "gym.db"))
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self._screen)

    def shows(self, line: str, colour: str) -> list[str]:
        """What is wrong with that."""
        rgb = ";".join(str(channel) for channel in bytes.fromhex(colour.removeprefix("#")))
        self._stream.feed(f"\x1b[10;1H\x1b[K  \x1b[38;2;{rgb}m{line}\x1b[0m")
        self.eye.look(self._screen)
        return self.eye.problems


GREEN, AMBER, BLUE = (COLOURS[name] or "" for name in ("green", "amber", "blue"))
QUIET = "#8a94a8"


@pytest.fixture
def played(tmp_path: Path) -> Played:
    return Played(tmp_path)


def test_what_is_on_disk_may_be_shown(played: Played) -> None:
    ana = played.till.check_in()
    assert played.shows("✓ Ana Silva checked in", GREEN) == []
    assert played.shows(f"{ana.check_in_time[11:19]}  ▲ Ana Silva   in   desk 1", QUIET) == []
    played.till.check_out()
    assert played.shows("✓ Ana Silva checked out", GREEN) == []
    again = played.till.check_in()
    played.till.undo(again.command_id)
    assert played.shows("✓ Ana Silva undone: check-in", GREEN) == []
    played.till.refused(CheckIn(code="2"))
    assert played.shows("09:00:00  ✗ Ben Ode   refused   membership frozen", QUIET) == []
    assert played.shows("… Ben Ode queued, not sent yet", AMBER) == []
    assert played.shows("Ready:  ✓ checked in   … queued   ✗ refused", QUIET) == []
    assert played.eye.queued == {("Ben Ode", "in")}
    assert played.eye.verdicts == {"green": 3, "amber": 1}


@pytest.mark.parametrize(
    ("line", "colour"),
    [
        ("✓ Ana Silva checked in", GREEN),
        ("! Ana Silva checked in: payment overdue", COLOURS["yellow"]),
        ("✓ Ana Silva checked out", GREEN),
        ("✓ Ana Silva undone: check-in", GREEN),
        ("09:00:00  ▲ Ana Silva   in   desk 1", QUIET),
    ],
)
def test_what_is_not_on_disk_is_seen(played: Played, line: str, colour: str) -> None:
    (problem,) = played.shows(line, colour)
    assert problem.endswith("not on disk at the server")
    assert "Ana Silva" in problem


@pytest.mark.parametrize(
    ("line", "colour"),
    [("… Ana Silva queued, not sent yet", GREEN), ("✓ Ana Silva checked in", AMBER), ("anything else", GREEN)],
)
def test_words_in_the_colour_of_others_are_seen(played: Played, line: str, colour: str) -> None:
    played.till.check_in()
    (problem,) = played.shows(line, colour)
    assert "is shown in" in problem


def test_what_was_lost_and_what_was_done_too_often_is_found(tmp_path: Path) -> None:
    pulling = Pulling(tmp_path, rounds=1, seed=1)
    pulling.scanner.expected["Ana Silva", "in"] = 1
    Till(pulling.house.gym.database, member_row("1", "Ben Ode")).check_in()
    pulling._audit()
    assert pulling.failures == [
        "Ana Silva (in) is 0 times in the journal, and not 1",
        "Ben Ode (in) is 1 times in the journal, and not 0",
    ]
