"""The import of one connection: what it has sent, and the steps that it asks for, one after the other. It is dropped
with the connection, and what was taken till then has its note in the journal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from gymtui import clock, codec
from gymtui.protocol import (
    ErrorBody,
    ErrorCode,
    ImportCompare,
    ImportCompared,
    ImportEnd,
    ImportProgress,
    ImportRequest,
    ImportRows,
    ImportStaged,
    ImportTake,
    ImportUndo,
    Member,
)
from server.gym.importing.staged import Staged
from server.gym.importing.steps import NotWritten, Steps, Taking, Undoing
from server.gym.importing.undoing import Undo, note_of, nothing_left
from server.gym.orders import Rejected
from server.net.admitted import Admitted
from server.net.entitled import by_right
from server.net.sender import Sender
from server.store import StoreUnavailable
from server.store.group_commit import GroupCommit

log = logging.getLogger(__name__)

PAGE: Final = 500  # members that are read at once: others look things up in between
NOTHING: Final = ImportProgress(number=None, behind=0, of=0, new=0, changed=0)
NO_LIST: Final = "This connection has no list: `import_rows` with `begins` comes first, and then all of it."


class Importing:
    """Answers each request once, while the connection goes on with its others; `who` has the connection."""

    __slots__ = ("_database", "_has_begun", "_now", "_reads", "_sender", "_staged", "_steps", "_task", "_user", "_who")

    def __init__(self, database: GroupCommit, sender: Sender, now: clock.Clock, who: Admitted) -> None:
        self._database = database
        self._sender = sender
        self._now = now
        self._who = who
        self._user = who.claims.user
        self._reads = database.reads_of(self._user)
        self._staged: Staged | None = None
        self._steps: Steps | None = None
        self._has_begun = False  # the steps: until they are ended, there is nothing else
        self._task: asyncio.Task[None] | None = None

    def ask(self, request: ImportRequest, id: str | None) -> None:
        """Has it done, unless the request before is not answered yet."""
        if self._task is not None and not self._task.done():
            self._refuse(id, "invalid", "The import is busy: please wait for the answer to what was asked before.")
        elif isinstance(request, ImportRows):  # at once: more of them may be on their way
            with self._refusing(id):
                self._sender.reply(id, codec.encode(self._stage(request)))
        else:
            self._task = asyncio.create_task(self._answer(request, id))

    async def over(self) -> None:
        """The connection is: what is being written is waited for, and the note of it."""
        if self._task is not None:
            await asyncio.wait([self._task])
        try:
            await self._end()
        except NotWritten as error:
            log.error("The journal has no note of what %s has imported: %s", self._user, error)

    async def _answer(self, request: ImportCompare | ImportTake | ImportUndo | ImportEnd, id: str | None) -> None:
        with self._refusing(id):
            match request:
                case ImportCompare():
                    answer: ImportCompared | ImportProgress = await self._compare(request)
                case ImportTake():
                    answer = await self._take(request)
                case ImportUndo():
                    answer = await self._undo(request)
                case ImportEnd():
                    answer = await self._end()
            self._sender.reply(id, codec.encode(answer))

    def _stage(self, request: ImportRows) -> ImportStaged:
        self._is_free()
        staged = Staged() if request.begins else self._list
        staged.add(request.rows, request.named)
        self._staged, self._steps = staged, None  # what was compared before is another list
        return ImportStaged(rows=len(staged.rows))

    @property
    def _list(self) -> Staged:
        """What has been sent. Rejected where that was on a connection before this one: half a list is none."""
        if self._staged is None:
            raise Rejected("invalid", NO_LIST)
        return self._staged

    async def _compare(self, request: ImportCompare) -> ImportCompared:
        self._is_free()
        staged = self._list
        gym = await self._reads(self._database.store.gym)
        members = await self._everybody()
        compared = await asyncio.to_thread(staged.compared, members, gym, request, self._now())
        self._steps = Taking(compared.changes, request.source, self._user)
        return compared.told

    async def _take(self, request: ImportTake) -> ImportProgress:
        if not isinstance(self._steps, Taking):
            raise Rejected("invalid", "Nothing has been compared that could be taken: `import_compare` comes first.")
        return await self._step(self._steps, request)

    async def _undo(self, request: ImportUndo) -> ImportProgress:
        """The first time, what it is about; then a step of it."""
        if isinstance(self._steps, Undoing) and request.number in (None, self._steps.number):
            return await self._step(self._steps, request)
        self._is_free()
        reads, store = self._reads, self._database.store
        found, rows = await reads(store.imported, request.number)
        if not rows:
            raise Rejected("invalid", nothing_left(request.number))
        self._steps = Undoing(found, Undo(rows, self._user))
        return self._steps.about(await reads(note_of, store, found, rows))

    async def _step(self, steps: Steps, request: ImportRequest) -> ImportProgress:
        """For as long as they may; what was done until then has its note all the same."""
        self._has_begun = True
        return await steps.step(
            lambda work: self._database.write(by_right(self._who.claims, request, lambda tx, _: work(tx)))
        )

    async def _end(self) -> ImportProgress:
        steps, begun = self._steps, self._has_begun
        self._staged, self._steps, self._has_begun = None, None, False
        return await steps.end(self._database.write) if steps is not None and begun else NOTHING

    def _is_free(self) -> None:
        if self._has_begun:
            raise Rejected("invalid", "An import or an undo is under way here: `import_end` ends it first.")

    async def _everybody(self) -> list[Member]:
        """Everyone in the directory, by number; read a page at a time, for others look things up in between."""
        found: dict[str, Member] = {}
        after, more = 0, True
        while more:
            page, after, more, _ = await self._reads(self._database.store.sync_members, after, PAGE)
            members = [msgspec.json.decode(member, type=Member) for member in page]
            found |= {member.id: member for member in members}
        return sorted(found.values(), key=lambda member: member.membership_number or "")

    @contextmanager
    def _refusing(self, id: str | None) -> Iterator[None]:
        """What is raised is the answer; nothing of it ends the connection."""
        try:
            yield
        except Rejected as rejected:
            self._refuse(id, rejected.code, str(rejected))
        except NotWritten as failed:
            self._sender.refuse(id, failed.error)
        except StoreUnavailable as unavailable:
            self._refuse(id, "storage_unavailable", str(unavailable), retryable=True)
        except Exception:
            log.exception("an import of %s failed", self._user)
            self._refuse(id, "internal", "The server could not do that; its log says why.")

    def _refuse(self, id: str | None, code: ErrorCode, message: str, *, retryable: bool = False) -> None:
        self._sender.refuse(id, ErrorBody(code=code, message=message, retryable=retryable))
