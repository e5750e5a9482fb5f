"""The replica in random schedules of rushes, kills, answers, snapshots and disks that fail: it is what one is that has
folded the same journal event by event."""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Final

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from gymtui.client.replica import backlog, visits
from gymtui.client.replica.replica import Replica, ReplicaError
from gymtui.faults import Fault, planned
from gymtui.protocol import CheckInEvent, Event, Member, Notification
from tests.factories import member, refusal, snapshot, stats, visit
from tests.replica_kit import page

PEOPLE: Final = [member(number, seq=0, visits_left=0) for number in range(1, 20)]
AT_ONCE: Final = 4  # rows that are written at once in here, so that a few events are a rush
KEPT: Final = 30  # events of the past
SCHEDULES: Final = 6
STEPS: Final = 60  # of one schedule


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "AT_ONCE", AT_ONCE)
    for module in (backlog, visits):
        monkeypatch.setattr(module, "KEPT", KEPT)


class Gym:
    """A server's journal, as random as `random`."""

    def __init__(self, random: Random) -> None:
        self.random, self.epoch, self.journal, self.restored = random, "epoch-1", list[Event](), 0

    @property
    def inside(self) -> dict[str, CheckInEvent]:
        """The open visits by id."""
        last = {event.id: event for event in self.journal if isinstance(event, CheckInEvent)}
        return {id: visit for id, visit in last.items() if visit.status == "checked_in"}

    def happen(self, count: int) -> None:
        for seq in range(len(self.journal) + 1, len(self.journal) + 1 + count):
            self.journal.append(self._event(seq))

    def _event(self, seq: int) -> Event:
        who, inside, chance = self.random.choice(PEOPLE), self.inside, self.random.random()
        if chance < 0.08:
            return refusal(seq, who)
        if chance < 0.1:
            return Notification(id=f"n{seq}", level="info", title="Hello", message="", at="", seq=seq)
        if chance < 0.12:
            return replace(self.members()[who.id], full_name=f"Renamed {seq}", seq=seq)
        if inside and chance < 0.55:
            [gone] = self.random.sample(list(inside.values()), 1)
            return replace(gone, seq=seq, status="checked_out", check_out_time=gone.check_in_time)
        return visit(seq, who, id=f"{self.epoch}-{seq}", minutes=self.random.randrange(90), visits_left=seq)

    def from_a_backup(self) -> None:
        """Some of what has happened has not, and the journal is another one."""
        del self.journal[self.random.randrange(len(self.journal) + 1) :]
        self.restored += 1
        self.epoch = f"epoch-{self.restored + 1}"

    def snapshot(self, desk: Replica) -> None:
        """In two parts, the first of which comes again."""
        seq, present = len(self.journal), list(self.inside.values())
        past = [event for event in self.journal if not isinstance(event, Member)][-KEPT:]
        half = len(present) // 2
        for _ in range(2):
            desk.restore(snapshot(seq, *present[:half], epoch=self.epoch, more=True))
        desk.restore(snapshot(seq, *present[half:], epoch=self.epoch, recent=past))

    def members(self) -> dict[str, Member]:
        """The directory, by id."""
        found = {one.id: one for one in PEOPLE}
        for event in self.journal:
            if isinstance(event, Member):
                found[event.id] = event
            elif isinstance(event, CheckInEvent) and event.visits_left is not UNSET:
                found[event.member.id] = replace(found[event.member.id], visits_left=event.visits_left, seq=event.seq)
        return found


class Schedule:
    """What becomes of one desk of a gym."""

    def __init__(self, gym: Gym, folder: Path) -> None:
        self.gym, self.folder, self.starts, self.behind = gym, folder, 0, 0
        self.answered = dict[str, CheckInEvent]()  # what the desk did itself, by visit: it knows of that on its own
        self.desk = Replica(folder / "0.db")
        often = (self.rush, self.rush, self.rush, self.answer, self.answer, self.kill, self.failing, self.count)
        self.steps = (*often, *often, self.catch_up, self.begin_again, self.restore)
        gym.happen(10)
        self.begin_again()

    def play(self, steps: int) -> None:
        for _ in range(steps):
            self.gym.random.choice(self.steps)()
        self.kill()
        self.catch_up()

    def tell(self, most: int) -> None:
        """One window of what the desk has not heard yet."""
        at = self.desk.position[1]
        window = self.gym.journal[at : at + most]
        self.desk.apply(window, at + len(window))

    def rush(self) -> None:
        self.gym.happen(self.gym.random.choice((1, 10, 80)))
        self.tell(self.gym.random.choice((5, 90)))

    def answer(self) -> None:
        """To a command of this desk, whose event has come, or has not. From here on the desk knows of it alone."""
        at, known = self.desk.position[1], dict[str, list[CheckInEvent]]()
        for event in self.gym.journal:
            if isinstance(event, CheckInEvent):
                known.setdefault(event.id, []).append(event)
        words = self.gym.random.choice(list(known.values())[-20:])
        heard = [event for event in words if event.seq <= at]
        done = self.gym.random.choice(words[: len(heard) + 1])
        self.desk.settle(f"c{done.seq}", 0, done)
        before = [self.answered[done.id]] if done.id in self.answered else []
        self.answered[done.id] = max([done, *heard[-1:], *before], key=lambda event: event.seq)

    def kill(self) -> None:
        """It starts anew, from what is on its disk."""
        position = self.desk.position[1]
        before, self.starts = self.folder / f"{self.starts}.db", self.starts + 1
        after = self.folder / f"{self.starts}.db"
        for end in ("", "-wal"):
            shutil.copy(f"{before}{end}", f"{after}{end}")
        self.desk.close()
        self.desk = Replica(after)
        self.behind += self.desk.position[1] < position
        assert all(event.seq <= self.desk.position[1] for event in self.desk.visits.recent(KEPT))
        here = {visit.id for visit in self.desk.visits.present()}
        for id, answer in self.answered.items():
            since = [event for event in self.gym.journal[answer.seq - 1 :] if isinstance(event, CheckInEvent)]
            assert (id in here) in {event.status == "checked_in" for event in since if event.id == id}
        self.answered.clear()  # a replay that has not come so far yet says what was before

    def failing(self) -> None:
        """The disk takes nothing: the desk is as it was."""
        self.gym.happen(10)
        before = known(self.desk)
        with planned(Fault.parse("before_replica_commit:1:sqlite_error")), suppress(ReplicaError):
            self.gym.random.choice([lambda: self.tell(20), self.desk.write, self.count])()
            assert not self.desk.visits.backlog
        assert known(self.desk) == before

    def count(self) -> None:
        self.desk.fold_stats(stats(len(self.gym.journal)))

    def begin_again(self) -> None:
        """The server makes up by a snapshot for what the desk has missed."""
        self.gym.snapshot(self.desk)
        self.desk.fold_members(page(*self.gym.members().values()))
        self.answered.clear()

    def restore(self) -> None:
        self.gym.from_a_backup()
        self.gym.happen(5)
        self.begin_again()

    def catch_up(self) -> None:
        while self.desk.position[1] < len(self.gym.journal):
            self.tell(30)


def known(desk: Replica) -> tuple[object, ...]:
    told = [desk.members.member(one.id) for one in PEOPLE]
    table = desk.visits
    inside = [table.visit(one.id) for one in PEOPLE]
    return desk.position, table.present(), sorted(table.present_ids()), inside, table.recent(KEPT), told


def event_by_event(gym: Gym, desk: Replica) -> None:
    """Nothing ever waits, and nothing breaks."""
    desk.restore(snapshot(0, epoch=gym.epoch))
    desk.fold_members(page(*PEOPLE))
    for event in gym.journal:
        desk.apply([event], event.seq)
        assert not desk.visits.backlog


def test_whatever_happens_to_a_desk_in_a_rush_it_ends_as_one_to_which_nothing_has(tmp_path: Path) -> None:
    behind = 0
    for seed in range(SCHEDULES):
        gym, folder = Gym(Random(seed)), tmp_path / str(seed)
        schedule = Schedule(gym, folder)
        schedule.play(STEPS)
        with closing(schedule.desk) as desk, closing(Replica(":memory:")) as other:
            event_by_event(gym, other)
            assert known(desk) == known(other), seed
            desk.write()
            assert known(desk) == known(other), seed
        behind += schedule.behind
    assert behind > SCHEDULES  # there were rushes, and whoever was killed in one had some of it to hear again
