"""A desk in 2000 and a real server: what is in the journal after it is back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.login.login import Login
from gymtui.client.replica.replica import Replica
from gymtui.protocol import CheckInEvent
from server.gym.conflicts import report
from server.store.opening import open_store
from tests.client_kit import running
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import serving
from tests.network_kit import in_a_hurry
from tests.waiting import until

HOUR = 3_600_000


class Machine:
    """A machine whose clock is 26 years behind once its battery is dead; `passed` is milliseconds that it was on."""

    def __init__(self) -> None:
        self.passed = self.behind = 0

    def wall(self) -> int:
        return clock.now() + self.passed - self.behind

    def timer(self) -> float:
        return (clock.now() + self.passed) / 1000

    def desk(self, url: str, ticket: str, replica: Replica) -> Desk:
        """The desk, started anew."""
        desk_clock = DeskClock(replica, self.wall, self.timer)
        login = Login(url, token=ticket)
        service = WebSocketService(url, login, replica, desk="Front", clock=desk_clock.now, sleep=in_a_hurry)
        return Desk(service, replica, name="Front", clock=desk_clock, sleep=in_a_hurry)


async def test_one_program_leaves_nothing_to_look_at_and_a_restart_both_times(tmp_path: Path) -> None:
    path, machine = tmp_path / "gym.db", Machine()
    make_gym(path, *(member_row(str(n), f"Member {n}", valid_from="2020-01-01") for n in (1, 2)))
    with closing(Replica(tmp_path / "desk.db")) as replica:
        async with serving(path, now=lambda: clock.now() + machine.passed) as server:
            ticket = token(path, "ana", ttl=30 * 86_400)
            known = machine.desk(server.url, ticket, replica)
            async with running(known.run, known.service.close):
                await until(lambda: replica.directory[1] and replica.known_time.read() > 0)
            machine.behind = 26 * 365 * clock.DAY
            first = machine.desk(server.url, ticket, replica)
            assert first.check_in("1").kind == "queued"
            machine.passed += HOUR
            second = machine.desk(server.url, ticket, replica)
            assert second.check_in("2").kind == "queued"
            machine.passed += HOUR
            came = clock.now()
            async with running(second.run, second.service.close):
                await until(lambda: not second.queued and len(replica.visits.recent(9)) == 2)
            later, earlier = replica.visits.recent(9)
            assert isinstance(later, CheckInEvent)
            assert isinstance(earlier, CheckInEvent)
            assert (earlier.flags, later.flags) == (("offline", "clock"), ("offline",))
            gaps = [abs(clock.to_ms(event.check_in_time) - at) for event, at in ((earlier, came), (later, came + HOUR))]
            assert max(gaps) < 60_000
    with closing(open_store(path)) as store:
        (line,) = report(store, 0)
    assert "Member 1 (1), Front (ana): the desk's clock was wrong, and said" in line
