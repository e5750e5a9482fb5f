"""The replica, a desk's own copy of the gym: one SQLite file with members, open visits, the recent past, the outbox."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import UNSET

from gymtui import clock
from gymtui.client.replica.desk_members import DeskMembers
from gymtui.client.replica.known_time import KnownTime
from gymtui.client.replica.members import MemberTable
from gymtui.client.replica.notices import NoticeTable
from gymtui.client.replica.outbox import Answer, Outbox, Outgoing
from gymtui.client.replica.ownership import Ownership
from gymtui.client.replica.roll_calls import RollCallTable
from gymtui.client.replica.schema import ReplicaError, ReplicaInUse, Told, hold, open_file, reading, transaction
from gymtui.client.replica.undo_log import Undoable, UndoLog
from gymtui.client.replica.visits import VisitTable
from gymtui.codec import convert, encode
from gymtui.faults import fault
from gymtui.protocol import (
    CheckInEvent,
    Event,
    Gym,
    Member,
    MembersPage,
    Refusal,
    RollCallUpdate,
    Snapshot,
    Stats,
    Undo,
)

__all__ = ["Outgoing", "Replica", "ReplicaError", "ReplicaInUse"]


class Replica:
    """A projection of the server's journal with its cursor (`position`, `apply`, `restore`), and the outbox of what
    this desk commands. `gym` and `stats` are the newest; None until something is known. `members`, `visits`,
    `roll_calls`, `notices`, `outbox`, `undo_log`, `ownership` and `known_time` are of the same file. Every method
    raises ReplicaError where the disk does not give or take what is asked.

    Args:
        path: A file, made with its folder where there is none, or `":memory:"`.
        told: Called with how many members of how many have been read, where an older file is brought up to date.

    Raises:
        ReplicaInUse: Another program has the file.
        ReplicaError: It is not a replica, was written by a newer version, or the disk does not take it.
    """

    def __init__(self, path: str | Path, told: Told = lambda _, __: None) -> None:
        self._lock = hold(path)
        try:
            self._db = open_file(path, told)
        except ReplicaError:
            self._release()
            raise
        self.members = DeskMembers(MemberTable(self._db))
        self.visits = VisitTable(self._db)
        self.roll_calls = RollCallTable(self._db)
        self.notices = NoticeTable(self._db)
        self.outbox = Outbox(self._db)
        self.undo_log = UndoLog(self._db)
        self.ownership = Ownership(self._db)
        self.known_time = KnownTime(self._db)
        self._parts: list[Snapshot] = []
        self._position = ("", 0)
        try:
            self._load()
        except ReplicaError:
            self.close()
            raise

    def close(self) -> None:
        """Lets go of the file; nothing else may be called after it."""
        self._db.close()
        self._release()

    def _release(self) -> None:
        held, self._lock = self._lock, None
        if held is not None:
            os.close(held)

    # --- the journal ----------------------------------------------------------------------------------------------

    @property
    def position(self) -> tuple[str, int]:
        """`(epoch, seq)` of the last event folded; `("", 0)` when nothing is known."""
        return self._position

    def apply(self, events: Sequence[Event], seq: int) -> None:
        """Folds events, in `seq` order, and moves the position to `seq`: both, or neither. Visits and refusals are in
        the file when it returns where they are few; of many only a share is, and the file's own position stands before
        the first that waits. Whoever is killed meanwhile begins there, and is told again."""
        others = [event for event in events if not isinstance(event, CheckInEvent)]
        with self.changing(seq, events, whole=not all(isinstance(event, Refusal) for event in others)):
            self.members.table.fold(event for event in others if isinstance(event, Member))
            self.members.table.fold_visits_left(_visits_left(events))
            self.roll_calls.fold(others)
            self.notices.fold(others)
            for gym in [event for event in others if isinstance(event, Gym)][-1:]:
                self._db.execute("UPDATE desk SET gym = ?", (encode(gym),))

    def write(self) -> None:
        """Nothing waits for its turn at the file any more."""
        if self.visits.backlog:
            with self.changing():
                pass

    def restore(self, part: Snapshot) -> None:
        """Takes one part of a snapshot; with the last (`more` is false) all of them count, at once. A journal that is
        another one, or goes less far than it did, comes from a backup: what it was told since is told again."""
        self._parts = [p for p in self._parts if (p.epoch, p.seq) == (part.epoch, part.seq)] + [part]
        if part.more:
            return
        parts, self._parts = self._parts, []
        with self.changing():
            # What happened to members up to here was folded as it came; what has happened since then was not.
            self._db.execute("UPDATE desk SET after_seq = max(after_seq, seq), complete = 0 WHERE complete")
            epoch, seq = self._position
            if part.epoch != epoch or part.seq < seq:
                self.outbox.reopen(clock.to_ms(part.stats.as_of))
                self.members.table.doubt()
                self.visits.forget()
                self.roll_calls.forget()
                self.notices.forget()
                self._db.execute("UPDATE desk SET after_seq = 0")
            self.visits.keep(sorted((event for p in parts for event in p.recent), key=lambda event: event.seq))
            self.visits.replace(event for p in parts for event in p.present)
            self.roll_calls.keep(step for p in parts if p.roll_call is not UNSET for step in p.roll_call)
            values = (part.epoch, part.seq, encode(part.gym), encode(part.stats))
            self._db.execute("UPDATE desk SET epoch = ?, seq = ?, gym = ?, stats = ?", values)

    def fold_stats(self, stats: Stats) -> None:
        """Takes the newest counters."""
        with self.changing(whole=False):
            self._db.execute("UPDATE desk SET stats = ?", (encode(stats),))

    # --- the directory --------------------------------------------------------------------------------------------

    @property
    def directory(self) -> tuple[int, bool]:
        """`(after_seq, complete)`: how far the members have been fetched, and whether those are all."""
        with reading():
            after_seq, complete = self._db.execute("SELECT after_seq, complete FROM desk").fetchone()
        return after_seq, bool(complete)

    def fold_members(self, page: MembersPage) -> None:
        """Takes a page that was asked for with `directory`'s `after_seq`. The last one completes the directory: members
        of an earlier epoch that none has named are gone."""
        with self.changing():
            self.members.table.fold(page.members)
            self._db.execute("UPDATE desk SET after_seq = ?, complete = ?", (page.next_after_seq, not page.more))
            if not page.more:
                self.members.table.drop_doubtful()

    # --- the outbox -----------------------------------------------------------------------------------------------

    def enqueue(self, row: Outgoing, done: Undoable | None = None) -> None:
        """Adds a command to the outbox, durable when it returns, whatever happens to the power.

        Args:
            row: The command. An undo takes what it undoes off the undo log.
            done: What can be taken back from now on.
        """
        with transaction(self._db, durable=True):
            self.outbox.add(row)
            if done is not None:
                self.undo_log.keep(done)
            if row.kind == "undo" and isinstance(request := row.request, Undo):
                self.undo_log.undo(request.command_id, row.id)
            fault("before_outbox_commit")
        fault("after_outbox_commit")

    def settle(self, id: str, at: int, event: Answer | None = None) -> None:
        """Answered at `at` (ms). What came of it counts from here on, ahead of the journal: a desk that dies
        before its event comes, and starts without the server, would not know of it."""
        # Not durable: where this is lost, the command is sent again and answered the same.
        with self.visits.all_or_nothing(), transaction(self._db):
            self.outbox.settle(id, at)
            if isinstance(event, RollCallUpdate):
                self.roll_calls.keep([event])
            elif isinstance(event, Member):
                self._write(self._position[1], whole=True)  # whoever is erased is in nothing that waits
                self.members.table.fold([event])
                self.outbox.forget_saves(self.members.table.hidden)
                self.members.table.has_forgotten = True  # its row of the journal comes, and with that the log goes
            elif event is not None:
                self.visits.settle(event, self._position[1])
            fault("before_settle")
        fault("after_settle")

    # --- what can be taken back -----------------------------------------------------------------------------------

    @property
    def undoable(self) -> Undoable | None:
        """The last command that can be taken back."""
        return self.undo_log.last()

    # --- what is kept at hand -------------------------------------------------------------------------------------

    @contextmanager
    def changing(self, seq: int | None = None, events: Sequence[Event] = (), *, whole: bool = True) -> Iterator[None]:
        """A transaction, in which what waits, and these events behind it, is written first, all of it or a share; `seq`
        is where the position moves to. What is at hand follows the file only once that has taken it."""
        seq = self._position[1] if seq is None else seq
        with self.visits.all_or_nothing(), transaction(self._db):
            self.visits.fold(events)
            self._write(seq, whole=whole)
            yield
            fault("before_replica_commit")
        self._load()
        if self.visits.backlog:
            self._position = (self._position[0], seq)
        self.members.table.write_over()
        fault("after_replica_commit")

    def _write(self, seq: int, *, whole: bool) -> None:
        self.visits.write(whole=whole)
        self._db.execute("UPDATE desk SET seq = ?", (self.visits.backlog.before(seq),))

    def _load(self) -> None:
        with reading():
            epoch, seq, gym, stats = self._db.execute("SELECT epoch, seq, gym, stats FROM desk").fetchone()
            self._position = (epoch, seq)
            self.gym: Gym | None = gym and convert(gym, Gym)
            self.members.table.card_check = None if self.gym is None else self.gym.policy.card_check
            self.stats: Stats | None = stats and convert(stats, Stats)


def _visits_left(events: Sequence[Event]) -> dict[str, tuple[int, int]]:
    """What is left on punch cards, `(visits_left, seq)` by member id: an event of the visit itself says so."""
    return {
        event.member.id: (event.visits_left, event.seq)
        for event in events
        if isinstance(event, CheckInEvent) and event.visits_left is not UNSET
    }
