"""An import, or its undo, a step at a time: each is one short transaction among everybody's commands, and whoever asks
for the next one sees how far it is. Who asks for no more has stopped it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from functools import partial
from typing import Protocol

from gymtui.protocol import IMPORT_STEP, ErrorBody, ImportNote, ImportProgress
from server.gym.importing.comparison import Change
from server.gym.importing.taking import Import
from server.gym.importing.undoing import Undo
from server.store import Outcome, Transaction, Work

Write = Callable[[Work], Awaitable[Outcome]]


class NotWritten(Exception):
    """A step was not: nothing of it is done, and `error` says why."""

    def __init__(self, error: ErrorBody) -> None:
        super().__init__(error.message)
        self.error = error


class Steps(Protocol):
    """Work in steps. NotWritten where one cannot be."""

    async def step(self, write: Write) -> ImportProgress:
        """Does some more of it."""
        ...

    async def end(self, write: Write) -> ImportProgress:
        """The note in the journal, of what was done till now."""
        ...


class Taking:
    """Takes changes into the gym, from the list `source`, for the user `by`."""

    def __init__(self, changes: Sequence[Change], source: str, by: str) -> None:
        self._changes = changes
        self._import = Import(source, by)
        self._behind = 0

    async def step(self, write: Write) -> ImportProgress:
        part = self._changes[self._behind : self._behind + IMPORT_STEP]
        importing, notes = self._import, list[ImportNote]()

        def work(tx: Transaction) -> None:
            nonlocal importing
            importing = copy(self._import)  # from the beginning, each time that it is tried
            said = [(change.line, importing.take(tx, change)) for change in part]
            notes[:] = [ImportNote(line, sentence) for line, sentence in said if sentence is not None]

        await _written(write, work)
        self._import, self._behind = importing, self._behind + len(part)
        return self._progress(notes)

    async def end(self, write: Write) -> ImportProgress:
        await _written(write, self._import.tell)
        return self._progress(())

    def _progress(self, notes: Sequence[ImportNote]) -> ImportProgress:
        done = self._import
        counts = {"behind": self._behind, "of": len(self._changes), "new": done.new, "changed": done.changed}
        return ImportProgress(number=done.number, notes=tuple(notes), **counts)


class Undoing:
    """Takes the import of that `number` back."""

    def __init__(self, number: int, undo: Undo) -> None:
        self.number = number
        self._undo = undo
        self._members = undo.members
        self._behind = 0

    def about(self, note: str) -> ImportProgress:
        """What it would take back; `note` is what the journal says of it."""
        return self._progress([ImportNote(0, note)])

    async def step(self, write: Write) -> ImportProgress:
        part = self._members[self._behind : self._behind + IMPORT_STEP]
        undo = self._undo

        def work(tx: Transaction) -> None:
            nonlocal undo
            undo = self._undo.copy()
            for id in part:
                undo.take_back(tx, id)

        await _written(write, work)
        touched = undo.touched[len(self._undo.touched) :]
        self._undo, self._behind = undo, self._behind + len(part)
        names = (f"{member.full_name} ({member.membership_number or 'no number'})" for member in touched)
        return self._progress([ImportNote(0, f"{name} was changed since, and stays") for name in names])

    async def end(self, write: Write) -> ImportProgress:
        if self._behind:
            await _written(write, partial(self._undo.tell, number=self.number))
        return self._progress(())

    def _progress(self, notes: Sequence[ImportNote]) -> ImportProgress:
        counts = {"behind": self._behind, "of": len(self._members), "new": 0, "changed": self._undo.put_back}
        return ImportProgress(number=self.number, notes=tuple(notes), **counts)


async def _written(write: Write, work: Work) -> None:
    outcome = await write(work)
    if outcome.error is not None:
        raise NotWritten(outcome.error)
