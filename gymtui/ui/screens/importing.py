"""The import of a member list, for managers: the plan to read, its questions, the yes, how far it is, and the undo."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from msgspec.structs import replace
from textual.binding import BindingType
from textual.reactive import var

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.state import ConnectionState
from gymtui.errors import GymError
from gymtui.importing.questions import Question
from gymtui.importing.telling import counted
from gymtui.printable import printable
from gymtui.protocol import ImportProgress
from gymtui.ui.bindings import bind
from gymtui.ui.box.importing import NO, YES, AgreeMode, AnswerMode, PathMode, WorkMode
from gymtui.ui.box.told import told
from gymtui.ui.importing.errand import Back, Errand, Gym, LetBe, NotYet
from gymtui.ui.importing.listing import Listing
from gymtui.ui.importing.paths import named
from gymtui.ui.importing.saying import in_two, of_stopped
from gymtui.ui.importing.sheet import (
    START,
    Sheet,
    doing,
    of_listing,
    of_progress,
    of_question,
    of_result,
    of_text,
    of_undone,
)
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.listed import ListScreen
from gymtui.ui.widgets.import_view import ImportView

TAKEN_BACK: Final = (
    "Whoever was changed by it is as before, and whoever is new is gone. Whoever was changed at a desk since, or has"
    " come in as somebody new, stays and is named."
)
MEMBERS: Final = "MEMBERS"  # what the screen is about while it is no file


class ImportScreen(ListScreen):
    """The `Person` of an errand: what that asks stands on the sheet, and is answered in the box."""

    TITLE = "Import"
    PART = "import"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("history", show=False, app=True),
        bind("who", show=False, app=True),
        bind("connection", show=False, app=True),  # what goes one step back has its place
        bind("conflicts", show=False, app=True),
    ]

    sheet: var[Sheet] = var(START)

    def __init__(self, desk: Desk, *, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk, clock=clock)
        known = Gym(self._today, lambda: self.connection.phase == "live")
        self._errand = Errand(desk.service, known, self, lambda: random.randrange(1 << 30))
        self._last: int | None = None  # the import that this screen has made
        self._taken: ImportProgress | None = None  # how far the gym has come with what is under way
        self._about = MEMBERS
        self.has_stopped = False
        self.begin_with(PathMode(self))

    def make_list(self) -> ImportView:
        return ImportView().data_bind(ImportScreen.sheet)

    def on_mount(self) -> None:
        self._say_who_may()

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock() / 1000, self.zone).date()

    # --- who may ------------------------------------------------------------------------------------------------------

    def watch_connection(self, state: ConnectionState) -> None:
        super().watch_connection(state)
        self._say_who_may()

    def _is_about(self, what: str) -> None:
        self._about = what
        self._say_who_may()

    def _say_who_may(self) -> None:
        away = self.connection.phase != "live"
        words = "looked at and answered here; taking it waits for the server" if away else "a list of another program"
        words = self.locked[0] if self.locked else words
        self.entitle(f"IMPORT {self._about}", words)
        self.mutate_reactive(BoxScreen.modes)

    @property
    def locked(self) -> tuple[str, str] | None:
        """Whoever is no manager, as far as is known without the server too."""
        if self.desk.service.role in (None, "manager"):
            return None
        return "only a manager imports members", f"{self.key('log-in')} logs in somebody else"

    # --- what the person does -----------------------------------------------------------------------------------------

    def look_at(self, path: str) -> None:
        file = named(path)
        self._work(file.name, f"looking at {file.name}", lambda: self._bring(file), again=path)

    def take_back(self) -> None:
        self._work("Undo", "taking it back", self._undo)

    async def _bring(self, file: Path) -> Sheet:
        result = await self._errand.bring(file)
        self._last = result.progress.number
        return of_result(result, self.key("undo"))

    async def _undo(self) -> Sheet:
        result = await self._errand.undo(self._last)
        self._last = None if result.all else result.progress.number
        return of_undone(result)

    def move(self, step: int) -> None:
        self.sheet = self.sheet.moved(step)
        for view in self.query(ImportView):
            self.sheet = self.sheet._replace(top=min(self.sheet.top, view.furthest))

    # --- what takes its time ------------------------------------------------------------------------------------------

    def _work(self, subject: str, what: str, do: Callable[[], Awaitable[Sheet]], *, again: str = "") -> None:
        """Does it beside the screen, which shows what it comes to; where that is nothing, a path stands there again."""
        self.has_stopped, self._taken = False, None
        for screen in self._desk_screens():
            screen.verdict = None  # what was said last is of another file
        self._is_about(subject if again else MEMBERS)
        self._working = WorkMode(self, what, self._stop)
        self.push(self._working)
        self.run_worker(self._worked(printable(subject), do, again), group="import", exit_on_error=False)

    async def _worked(self, subject: str, do: Callable[[], Awaitable[Sheet]], again: str) -> None:
        sheet = START
        with self.answering(subject):
            try:
                sheet = await do()
            except LetBe:
                self.notice("")
            except NotYet as not_yet:
                self._say_no(subject, str(not_yet))
                sheet = START if self.sheet.choices else self.sheet  # a plan that waits is still to be read
            except RequestRefused as refused:
                say = self._say_no if self._taken is None else partial(self._say_stopped, again=again)
                say(subject, refused.body.message)
            except Disconnected:
                self._say_stopped(subject, "No connection.", again)
            except GymError as error:
                self._say_no(subject, str(error))
            else:
                again, done = "", "was stopped" if self.has_stopped else "is done"
                self.say(replace(self.refusal(subject, done, None), kind="done"))
        self.sheet = sheet
        self._is_about(MEMBERS)
        self.reset()
        if again and not self.text:
            self.write(again)

    def _say_no(self, subject: str, sentence: str) -> None:
        self.say(self.refusal(subject, *in_two(subject, sentence)))

    def _say_stopped(self, subject: str, why: str, again: str) -> None:
        """`again` is the path of a list, "" where one is taken back."""
        if self._taken is not None:
            self._last = self._taken.number
        said = of_stopped(self._taken, why, self.key("undo"), is_undo=not again)
        self.say(replace(self.refusal(subject, *said), kind="stopped"))

    def _stop(self) -> None:
        """What is under way is finished, and is the last of it."""
        self.has_stopped = True
        self._working.what = "stopping"

    # --- the person of an errand --------------------------------------------------------------------------------------

    async def answers(self, question: Question, number: int) -> str:
        self._go_on()
        self.sheet = of_question(question, number)
        if (said := await told(self, lambda tell: AnswerMode(self, question, tell))) is None:
            raise Back
        return said

    async def agrees(self, listing: Listing) -> str | None:
        self._go_on()
        self.sheet = of_listing(listing)
        if (compared := listing.compared) is None:
            return None
        what = doing(compared, listing.plan.missing, len({row.line for row in listing.nobodys(listing.refused)}))
        said = await told(self, lambda tell: AgreeMode(self, "IMPORT?", what, tell, listing.headings))
        if said is None:
            raise Back
        if said == NO:
            raise LetBe
        return None if said == YES else said

    async def agrees_to_undo(self, about: ImportProgress) -> None:
        self._go_on()
        notes = (note.sentence for note in about.notes)
        people = counted(about.of, "person", "people")
        self.sheet = of_text(f"Take back import {about.number}, of {people}?", "", *notes, "", TAKEN_BACK)
        what = f"takes import {about.number} back"
        if await told(self, lambda tell: AgreeMode(self, "TAKE BACK?", what, tell)) != YES:
            raise LetBe

    def _go_on(self) -> None:
        if self.has_stopped:
            raise LetBe

    def sees(self, what: str, progress: ImportProgress) -> None:
        self._working.what = what[:1].lower() + what[1:]
        if progress.number is not None:
            self._taken = progress
        self.sheet = of_progress(what, progress, is_undo=self._about == MEMBERS)
        self.mutate_reactive(BoxScreen.modes)
