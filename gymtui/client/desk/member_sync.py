"""Member sync: fetches the members page by page, from a cursor, after a snapshot and on the first day, and again where
whoever is at the desk sees more of them than the one before; what they do not see goes at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Final

from msgspec import Raw, Struct
from msgspec.structs import replace

from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import Disconnected, ProcessingProblem, RequestRefused
from gymtui.client.replica.keeping import keep_to
from gymtui.client.replica.replica import Replica, ReplicaError
from gymtui.codec import Unreadable, convert
from gymtui.protocol import Member, MembersPage, Seq, SyncMembers
from gymtui.sight import hidden_from

PAGE: Final = 100  # members that are asked for
FOLDED: Final = 20  # and are taken between two looks at the keys: more would be felt there
LEAST: Final = 5  # members: two kilobytes
SOON: Final = 1.0  # seconds until a page that did not come is asked for again
LATER: Final = 30.0  # seconds until one that the server would not give is


class _Page(Struct, frozen=True, kw_only=True):
    """A page whose members are looked at one by one."""

    members: tuple[Raw, ...]
    next_after_seq: Seq
    more: bool
    as_of_seq: Seq


class MemberSync:
    """Asks for the next page whenever the journal is in step and the directory is not complete. How far it has come is
    in the replica, so it goes on where it was after any cut; `on_progress` gets it too, 0 to 1, after every page."""

    def __init__(
        self,
        service: WebSocketService,
        replica: Replica,
        on_progress: Callable[[float], None],
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._service = service
        self._replica = replica
        self._on_progress = on_progress
        self._sleep = sleep
        self._limit = PAGE
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Syncs for ever."""
        leave = [self._service.subscribe(kind, self._look) for kind in ("connection", "snapshot", "events")]
        try:
            while True:
                self._wake.clear()
                try:
                    after_seq, complete = self._replica.directory
                    if self._has_other_sight():
                        continue
                    if complete or not self._service.in_step:
                        await self._wake.wait()
                    else:
                        await self._next_page(after_seq)
                except (Unreadable, ReplicaError) as error:
                    await self._fail(str(error), LATER)
        finally:
            for unsubscribe in leave:
                unsubscribe()

    def _look(self, _: object) -> None:
        with suppress(ReplicaError):  # what `run` tries again, and says why not
            self._has_other_sight()
        self._wake.set()

    def _has_other_sight(self) -> bool:
        """Does whoever is at the desk see other fields of members than the one before? Then the copy is kept to it."""
        state, gym = self._service.state, self._replica.gym
        if not state.is_live or state.role is None or gym is None:
            return False
        hidden = hidden_from(state.role, gym.policy)
        if hidden == self._replica.members.table.hidden:
            return False
        keep_to(self._replica, hidden)
        return True

    async def _next_page(self, after_seq: int) -> None:
        before = self._cursor
        try:
            result = await self._service.request(SyncMembers(after_seq=after_seq, limit=self._limit))
            page = self._read(result)
            if page.more and page.next_after_seq <= after_seq:
                await self._fail("The server gives the same page of members again and again.", LATER)
            elif self._cursor == before and await self._fold(page):
                self._limit = self._limit if page.more else PAGE
                self._on_progress(page.next_after_seq / max(page.as_of_seq, 1) if page.more else 1.0)
        except Disconnected:
            self._limit = max(self._limit // 4, LEAST)  # on a line that is slow, or breaks often, a page may never come
            await self._sleep(SOON)
        except RequestRefused as refused:
            await self._fail(str(refused), SOON if refused.body.retryable else LATER)

    async def _fold(self, page: MembersPage) -> bool:
        """Takes a page part by part; not to its end where a snapshot comes meanwhile: it belongs to the past then."""
        for part in _parts(page):
            self._replica.fold_members(part)
            reached = self._cursor
            await asyncio.sleep(0)
            if self._cursor != reached:
                return False
        return True

    def _read(self, result: Raw) -> MembersPage:
        """The page; a member that cannot be read is told of, and missing, and keeps nobody else out."""
        page, members = convert(result, _Page), []
        for body in page.members:
            try:
                members.append(convert(body, Member))
            except Unreadable as error:
                self._service.report(ProcessingProblem(f"A member cannot be read: {error}", kind=SyncMembers.type))
        return MembersPage(
            members=tuple(members), next_after_seq=page.next_after_seq, more=page.more, as_of_seq=page.as_of_seq
        )

    @property
    def _cursor(self) -> tuple[str, tuple[int, bool]]:
        return self._replica.position[0], self._replica.directory

    async def _fail(self, sentence: str, delay: float) -> None:
        self._service.report(ProcessingProblem(sentence, kind=SyncMembers.type))
        await self._sleep(delay)


def _parts(page: MembersPage) -> Iterator[MembersPage]:
    """A page in several, each with the cursor behind it: whoever is cut off between two goes on there."""
    members = sorted(page.members, key=lambda member: member.seq)
    while len(members) > FOLDED:
        part, members = members[:FOLDED], members[FOLDED:]
        yield replace(page, members=tuple(part), next_after_seq=part[-1].seq, more=True)
    yield replace(page, members=tuple(members))
