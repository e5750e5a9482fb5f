"""Each threshold of the monitor, over it and back: it rings once, and stays until somebody has seen it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from gymtui import clock
from gymtui.client.state import ConnectionState, Phase
from gymtui.protocol import AbsentDesk
from gymtui.ui.lookout import Alarm, Bell, alarms, away_since, standings
from gymtui.ui.traffic import MINUTE, Traffic
from tests.factories import GYM, NOW, refusal, visit
from tests.played_connections import SERVER, client, connected
from tests.played_people import TODAY

DESK: Final = client("desk 2", "jonas", "staff", 14)
WELL: Final = replace(connected(), connections=(DESK,), absent=())
CUT: Final = AbsentDesk(desk="desk 2", user="jonas", heard=clock.to_text(NOW), said_goodbye=False)


class Evening:
    """All that the monitor goes by."""

    def __init__(self) -> None:
        self.now = NOW
        self.traffic = Traffic(NOW)
        self.seen = WELL
        self.server = SERVER
        self.quiet_for: int | None = 0
        self.inside(1)
        self.away(None)

    def passes(self, milliseconds: int) -> None:
        """So long, while somebody looks each second."""
        for _ in range(milliseconds // 1000):
            self.now += 1000
            self.traffic.figures(self.now)

    def come(self, count: int, *, late: int = 0, refused: bool = False) -> None:
        """So many events, so many milliseconds after they happened."""
        make = refusal if refused else visit
        told = [make(seq, "Ana") for seq in range(1, count + 1)]
        at = clock.to_text(self.now - late)
        events = [replace(one, **{"at" if refused else "check_in_time": at}) for one in told]
        self.traffic.came(events, self.now, since=NOW - MINUTE, offset=0)

    def told(self, **figures: int | None) -> None:
        """What the server says of itself."""
        self.server = replace(SERVER, **figures)

    def inside(self, count: int) -> None:
        self.stats = replace(TODAY, currently_in=count, capacity=60)

    def nothing_for(self, milliseconds: int) -> None:
        self.quiet_for = milliseconds

    def away(self, since: str | None) -> None:
        self.away_since = since

    def absent(self, *, said_goodbye: bool) -> None:
        self.seen = replace(WELL, connections=(), absent=(replace(CUT, said_goodbye=said_goodbye),))

    def heard(self, ago: int) -> None:
        self.seen = replace(WELL, connections=(replace(DESK, heard=clock.to_text(NOW - ago)),))

    def waits(self, bytes: int) -> None:
        self.seen = replace(WELL, connections=(replace(DESK, waiting=bytes, behind=1204),))

    def alarms(self) -> list[Alarm]:
        figures, standing = self.traffic.figures(self.now), standings(self.seen, GYM, UTC)
        return list(
            alarms(standing, figures, self.stats, self.server, quiet_for=self.quiet_for, away_since=self.away_since)
        )


Step = Callable[[Evening], None]


def step(act: Callable[..., None], *args: Any, **words: Any) -> Step:
    return lambda evening: act(evening, *args, **words)


E = Evening
THRESHOLDS: Final[list[tuple[str, Step, Step, Step]]] = [  # what it says; just below it, over it, and back
    ("desk 2 (jonas) not heard for 16 s", step(E.heard, 15_000), step(E.heard, 16_000), step(E.heard, 0)),
    (
        "desk 2 (jonas) missing since 16:24",
        step(E.absent, said_goodbye=True),
        step(E.absent, said_goodbye=False),
        step(E.heard, 0),
    ),
    (
        "desk 2 (jonas) takes nothing: 1,204 rows behind",
        step(E.waits, 65_535),
        step(E.waits, 65_536),
        step(E.waits, 0),
    ),
    (
        "10 refusals in the last minute",
        step(E.come, 9, refused=True),
        step(E.come, 1, refused=True),
        step(E.passes, MINUTE),
    ),
    (
        "events come late: p95 1.2 s",
        step(E.come, 20, late=1000),
        step(E.come, 20, late=1200),
        step(E.passes, 5 * MINUTE),
    ),
    ("the gym is full: 60 of 60", step(E.inside, 59), step(E.inside, 60), step(E.inside, 59)),
    (
        "nothing has happened for 30 min, and the gym is open",
        step(E.nothing_for, 30 * MINUTE - 1),
        step(E.nothing_for, 30 * MINUTE),
        step(E.nothing_for, 0),
    ),
    (
        "the server's disk has 1.1 GB left",
        step(E.told, free_bytes=1 << 30),
        step(E.told, free_bytes=(1 << 30) - 1),
        step(E.told, free_bytes=None),
    ),
    (
        "the newest backup is 7 days old",
        step(E.told, backup_age_seconds=7 * 86_400 - 1),
        step(E.told, backup_age_seconds=7 * 86_400),
        step(E.told, backup_age_seconds=60),
    ),
    ("no connection to the server since 17:24:00", step(E.away, None), step(E.away, "17:24:00"), step(E.away, None)),
]


@pytest.mark.parametrize(("sentence", "below", "over", "back"), THRESHOLDS, ids=[words for words, *_ in THRESHOLDS])
def test_each_threshold_rings_once_and_stays_until_it_was_seen(
    sentence: str, below: Step, over: Step, back: Step
) -> None:
    evening, bell = Evening(), Bell()
    assert not bell.hear(evening.alarms())
    below(evening)
    assert not bell.hear(evening.alarms())
    over(evening)
    assert bell.hear(evening.alarms())
    assert list(bell.sentences) == [sentence]
    assert not bell.hear(evening.alarms())
    back(evening)
    assert not bell.hear(evening.alarms())
    assert list(bell.sentences) == [f"{sentence}; over"]
    bell.seen()
    assert list(bell.sentences) == []


def test_of_a_backup_that_nobody_has_looked_for_nothing_is_said() -> None:
    evening = Evening()
    evening.told(backup_age_seconds=None)
    assert evening.alarms() == []


@pytest.mark.parametrize(
    ("phase", "after", "told"),
    [
        ("waiting", 15_001, "17:24:00"),
        ("connecting", 15_001, "17:24:00"),
        ("waiting", 15_000, None),
        ("live", 60_000, None),
        ("logged_out", 60_000, None),
    ],
)
def test_a_server_that_has_gone_is_said_so_after_a_while(phase: Phase, after: int, told: str | None) -> None:
    assert away_since(ConnectionState(phase=phase, since=NOW), NOW + after, ZoneInfo("Europe/Zurich")) == told
