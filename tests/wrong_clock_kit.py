"""What the tests of a desk with a wrong clock share: a desk that has heard a server, and is alone now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from gymtui import clock
from gymtui.client.replica.replica import Replica
from gymtui.protocol import CheckIn, CheckOut, Member, MembersPage, Policy
from tests.desk_kit import ANA, MEMBERS, Gym
from tests.factories import GYM, NOW, member, snapshot

IN_2000: Final = clock.to_ms("2000-01-01T00:04:00Z") - NOW  # the clock of a machine whose battery is dead
IN_2031: Final = clock.to_ms("2031-05-03T10:00:00Z") - NOW
HOUR: Final = 3_600_000
LONG: Final = member(4, "Lia Long", valid_from="2024-01-01", valid_until="2026-12-31")
EARLY: Final = member(5, "Eda Early", hours="06:00-08:00")
SOON: Final = member(6, "Sun Soon", valid_from="2026-12-01")
PEOPLE: Final = (*MEMBERS, LONG, EARLY, SOON)
STRICT: Final = replace(GYM, policy=Policy(outside_hours="refuse"))


@contextmanager
def started(path: Path, ahead: int, *, now: int = NOW, **options: Any) -> Iterator[Gym]:
    """The desk of `path`, started at `now` by a clock that is `ahead` ms wrong; it has heard its server at `NOW`."""
    if not path.exists():
        with closing(Replica(path)) as replica:
            replica.restore(replace(snapshot(0), gym=STRICT))
            replica.fold_members(MembersPage(members=PEOPLE, next_after_seq=9, more=False, as_of_seq=9))
            replica.known_time.keep(NOW)
    gym = Gym(path, ahead=ahead, now=now, **options)
    try:
        yield gym
    finally:
        gym.replica.close()


def asked(gym: Gym, row: int = 0) -> CheckIn | CheckOut:
    """What waits in the outbox."""
    request = gym.replica.outbox.rows()[row].request
    assert isinstance(request, CheckIn | CheckOut)
    return request


def detail_of(gym: Gym, who: Member = ANA) -> tuple[str, str | None]:
    """What is said at once to somebody who wants to come in: the verdict's kind, and the refusal or the warning."""
    verdict = gym.desk.check_in(who)
    return verdict.kind, verdict.warning or verdict.detail
