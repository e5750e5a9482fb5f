"""From the path of a list to people in the gym: looked at, asked about, compared, agreed to, taken; and taken back.

It runs as one coroutine; the person whom it asks is a `Person`, behind whom there is a screen, or a test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from msgspec.structs import replace

from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.errors import GymError
from gymtui.importing.empties import are_cleared
from gymtui.importing.named import in_rows
from gymtui.importing.questions import Question
from gymtui.protocol import ImportCompare, ImportNote, ImportProgress, ImportTake, ImportUndo
from gymtui.ui.importing import sending
from gymtui.ui.importing.listing import Listing, opened
from gymtui.ui.importing.sending import Server
from gymtui.ui.importing.trail import Trail

LONGEST: Final = 1000  # characters of what a row names
NONE: ImportProgress = ImportProgress(number=None, behind=0, of=0, new=0, changed=0)


class LetBe(Exception):
    """The person goes no further; what was answered till then is kept in the plan."""


class Back(Exception):
    """The person goes one question back."""


class NotYet(GymError):
    """It cannot be taken as it is: a sentence that says why, and what to do."""


class Person(Protocol):
    """Whoever imports. What is asked may raise LetBe, or Back where there are `answers`."""

    @property
    def has_stopped(self) -> bool:
        """Is what takes its time to end with the step that is under way?"""
        ...

    async def answers(self, question: Question, number: int) -> str:
        """One of the choices, or "" where it is left open."""
        ...

    async def agrees(self, listing: Listing) -> str | None:
        """None: the plan has been read, and is to be done; else the heading of a column that is something else. Where
        it was not compared, there is nothing to agree to yet."""
        ...

    async def agrees_to_undo(self, about: ImportProgress) -> None:
        """That import, of which `notes` tell, is to be taken back."""
        ...

    def sees(self, what: str, progress: ImportProgress) -> None:
        """How far something is that takes its time."""
        ...


class Gym(NamedTuple):
    """What of the gym a look needs: its day, and whether it can be asked."""

    today: Callable[[], date]
    is_there: Callable[[], bool]


class Result(NamedTuple):
    """What has become of it: `all` of it is in, or not; of `nobodys` rows nobody was made, and the file `left_out` has
    them. `new_cards`: so many need one, and where the list of them is."""

    progress: ImportProgress
    all: bool
    nobodys: int = 0
    left_out: Path | None = None
    notes: tuple[ImportNote, ...] = ()
    new_cards: tuple[int, Path | None] = (0, None)


class Errand:
    """Of one desk. MembersFileError and NotYet are for the person; RequestRefused and Disconnected are the server's."""

    def __init__(self, server: Server, gym: Gym, person: Person, seed: Callable[[], int]) -> None:
        self._server = server
        self._gym = gym
        self._person = person
        self._seed = seed
        self._trail = Trail()

    async def bring(self, file: Path) -> Result:
        """All of the way, for the list in that file."""
        self._trail = Trail()
        listing = await asyncio.to_thread(opened, file, today=self._gym.today(), seed=self._seed())
        try:
            listing = await self._agreed(listing)
            if listing.compared is None:
                raise NotYet("Comparing and taking it wait for the server: its plan is kept; look at it again then.")
            return await self._take(listing)
        finally:
            await sending.leave(self._server)

    async def undo(self, number: int | None) -> Result:
        """Takes the import of that number back, or the newest, once the person knows which that is and agrees."""
        try:
            about = await sending.step(self._server, ImportUndo(number=number))
            await self._person.agrees_to_undo(about)
            notes = list[ImportNote]()
            request = ImportUndo(number=about.number)  # that one, also where another connection knows nothing of it yet
            progress = await self._step_on("Taking an import back", request, notes)
        finally:
            await sending.leave(self._server)
        return Result(progress, progress.behind >= progress.of, notes=tuple(notes))

    async def _agreed(self, listing: Listing) -> Listing:
        """As the person has read it, with the columns set right that were something else."""
        while True:
            listing = await self._whole(listing)
            try:
                heading = await self._person.agrees(listing)
            except Back:
                self._go_back(listing)
                continue
            if heading is None:
                return listing
            column = listing.of_column(heading)
            with suppress(Back):  # to the plan
                if answer := await self._person.answers(column, self._trail.number):
                    listing = listing.answered(column, answer)

    async def _whole(self, listing: Listing) -> Listing:
        """With no question left to put, and none open that keeps it out; compared with the gym, where that is there.
        The plan has the answers, whatever comes."""
        try:
            while True:
                if (question := self._trail.next(listing)) is not None:
                    listing = await self._put(question, listing)
                elif listing.is_old:
                    listing = await self._seen(listing)
                else:
                    self._none_is_open(listing)
                    if listing.compared is not None or not self._gym.is_there():
                        return listing
                    await asyncio.to_thread(listing.keep)
                    listing = await self._compared(await self._sent(listing))
        finally:
            await asyncio.to_thread(listing.keep)

    async def _put(self, question: Question, listing: Listing) -> Listing:
        try:
            answer = await self._person.answers(question, self._trail.number)
        except Back:
            self._go_back(listing, question)
            return listing
        self._trail.answered(question)
        return listing if answer == question.answer else listing.answered(question, answer)

    def _go_back(self, listing: Listing, question: Question | None = None) -> None:
        """To the question before; LetBe where this is the first."""
        if not self._trail.back(listing, question):
            raise LetBe

    async def _seen(self, listing: Listing) -> Listing:
        """Anew, with the answers that there are by now: in the gym, where only people were asked about."""
        if listing.compared is not None:
            return await self._compared(listing)
        return await asyncio.to_thread(listing.looked_at, self._gym.today())

    def _none_is_open(self, listing: Listing) -> None:
        """NotYet where one is."""
        if count := len(listing.open):
            raise NotYet(f"{count} of its questions {'has' if count == 1 else 'have'} no answer: look at it again.")

    async def _sent(self, listing: Listing) -> Listing:
        rows, bad = await asyncio.to_thread(sending.rows_to_send, listing.rows)
        lines = {problem.line for problem in bad}
        named = [*listing.named, *in_rows(row for row in listing.rows if row[0] in lines)]
        async for count in sending.send(self._server, rows, [text[:LONGEST] for text in named]):
            self._person.sees("Sending the list", replace(NONE, behind=count, of=len(rows)))
            if self._person.has_stopped:
                raise LetBe
        return listing._replace(left_out=sorted({*listing.left_out, *bad}))

    async def _compared(self, listing: Listing) -> Listing:
        """With what is decided, which shows only once the server has said of whom that was to be."""
        decisions = listing.decisions
        asked = ImportCompare(
            source=listing.file.stem[:200] or "list",
            trusted=listing.look is None,
            answers=decisions,
            missing=listing.plan.missing,
            columns=() if listing.look is None else listing.look.clearable,
            clears=are_cleared(listing.plan.answers.answers),
        )
        try:
            compared = await sending.compare(self._server, asked)
        except RequestRefused as refused:
            if refused.body.code != "invalid":
                raise
            listing = await self._sent(listing)  # the connection has gone meanwhile, and the list with it
            compared = await sending.compare(self._server, asked)
        listing = listing._replace(compared=compared, is_old=False)
        return listing if listing.decisions == decisions else await self._compared(listing)

    async def _take(self, listing: Listing) -> Result:
        notes = listing.refused
        progress = await self._step_on(f"Taking {listing.file.name}", ImportTake(), notes)
        left_out = await asyncio.to_thread(listing.keep_left_out, notes)
        new_cards = await asyncio.to_thread(listing.keep_new_cards, notes)
        nobodys = len({problem.line for problem in listing.nobodys(notes)})
        return Result(progress, progress.behind >= progress.of, nobodys, left_out, tuple(notes), new_cards)

    async def _step_on(self, what: str, request: ImportTake | ImportUndo, notes: list[ImportNote]) -> ImportProgress:
        """A step after the other until all is done, or the person has stopped it; what is done has its note then."""
        while True:
            try:
                progress = await sending.step(self._server, request)
            except RequestRefused as refused:
                if refused.body.code != "invalid":
                    raise
                raise Disconnected("The connection has gone meanwhile.") from refused  # nothing is known on this one
            notes += progress.notes
            self._person.sees(what, progress)
            if progress.behind >= progress.of or self._person.has_stopped:
                await sending.end(self._server)  # whose answer tells that the note is written
                return progress
