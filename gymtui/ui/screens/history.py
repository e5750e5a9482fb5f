"""The history: who came and when, who was in at a time, what was refused; of everybody, or of one member."""

from __future__ import annotations

from asyncio import shield, sleep, wait_for
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType
from textual.reactive import var
from textual.worker import Worker, WorkerError

from gymtui import clock, codec
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.history import Answer, HistoryReader, Past, after, time_of
from gymtui.client.desk.history_queue import waiting
from gymtui.client.desk.history_words import Question, WrongWords, read_words
from gymtui.client.desk.refusals import untold
from gymtui.client.desk.verdicts import policy_of
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.replica.undo_log import Undoable
from gymtui.client.state import ConnectionState
from gymtui.gym_zone import zone_of
from gymtui.private_file import write_private
from gymtui.protocol import CheckInEvent, Correct, Event, MemberRef, Stats
from gymtui.ui.bindings import bind
from gymtui.ui.box.correct import CorrectMode
from gymtui.ui.box.history import HistoryMode
from gymtui.ui.history import History
from gymtui.ui.history_file import as_csv, as_json_lines
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.listed import ListScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.wall import wall
from gymtui.ui.widgets.history_list import HistoryList

REST = 0.1  # seconds that somebody may go on typing before the server is asked
SOON = 0.3  # seconds until it says what the desk knows meanwhile
LATELY = 50  # events of the desk's own copy
PATIENCE = 1.0  # seconds that a key waits for the list it is about
MOST = 20_000  # rows of a file that a desk writes


class HistoryScreen(ListScreen):
    """The list around the box. It is asked for with each text; what happens since is added."""

    TITLE = "History"
    gives_way = True
    PART = "history"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("history", "front desk", app=True),
        bind("who", app=True),
        bind("correct"),
        bind("connection", show=False, app=True),
        bind("conflicts", show=False, app=True),
    ]

    history: var[History] = var(History())
    is_live: var[bool] = var(False, init=False)

    def __init__(self, desk: Desk, folder: Path, words: str = "", *, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk, clock=clock)
        self._folder, self._words = folder, words
        self._reader = HistoryReader(desk.service, desk.replica, self._waiting, clock=clock)
        self._member: MemberRef | None = None
        self.set_reactive(HistoryScreen.is_live, self.connection.is_live)
        self.begin_with(HistoryMode(self))

    def make_list(self) -> HistoryList:
        return HistoryList(self._clock).data_bind(HistoryScreen.history, LiveScreen.zone, DeskScreen.masked)

    def on_mount(self) -> None:
        self.look_for(self._words)

    def subscriptions(self) -> list[Callable[[], None]]:
        return [
            *super().subscriptions(),
            self.desk.service.subscribe("events", self.telling("history", self._happened)),
        ]

    def watch_connection(self, state: ConnectionState) -> None:
        super().watch_connection(state)
        self.is_live = state.is_live

    def _happened(self, events: Sequence[Event]) -> None:
        if self.history.answer is not None and self.history.wrong is None:
            self.history = self.history.answered(after(self.history.answer, events))

    def _queue_changed(self, queued: int) -> None:
        """What waits here is told by nobody else."""
        super()._queue_changed(queued)
        if self.history.answer is not None and self.history.answer.problem is not None:
            self._look_again()

    def _waiting(self) -> list[Past]:
        desk = self.desk
        about = desk.replica, desk.queue, desk.name
        return [*waiting(*about), *untold(*about)]

    def watch_stats(self, stats: Stats | None) -> None:
        self.history = replace(self.history, counted=None if stats is None else stats.today_total)

    def watch_is_live(self) -> None:
        self._look_again()

    # --- what is asked ------------------------------------------------------------------------------------------------

    def look_for(self, words: str) -> None:
        """As if they were typed here."""
        self.write(words)
        self.look(words, None)

    def look(self, text: str, member: MemberRef | None) -> None:
        self._member = member
        now, gym = self.now(), self.desk.replica.gym
        try:
            question = read_words(text, wall(now, zone_of(gym)), policy_of(gym), member)
        except WrongWords as wrong:
            self.workers.cancel_group(self, "history")  # no answer to what stood there before takes the word away
            self.history = replace(self.history, text=text, wrong=str(wrong))
        else:
            is_new = text != self.history.text or member != self.history.question.member
            chosen = None if is_new else self.history.chosen
            self.history = replace(self.history, text=text, wrong=None, asked=question, chosen=chosen)
            self.run_worker(self._ask(question, text), group="history", exclusive=True, exit_on_error=False)

    async def _ask(self, question: Question, text: str) -> None:
        await sleep(REST if text else 0)
        waiting = self.set_timer(SOON, lambda: self._tell_what_is_known(question))
        with self.answering("The history"):
            try:
                answer = await self._reader.ask(question)
            finally:
                waiting.stop()
            lately = self.desk.replica.visits.recent(LATELY)  # what has come while the answer was on its way
            self.history = self.history.answered(after(answer, lately) if answer.problem is None else answer)

    def _tell_what_is_known(self, question: Question) -> None:
        """Whoever asks does not wait for a server that says nothing."""
        with self.answering("The history"):
            self.history = self.history.answered(self._reader.here(question, "no answer yet"))

    def _look_again(self) -> None:
        if self.history.wrong is None:
            self.look(self.history.text, self._member)

    async def _ask_more(self) -> None:
        with self.answering("The history"):
            answer = self.history.answer
            more = None if answer is None else await self._reader.more(answer)
            if more is not None and self.history.answer is answer:
                self.history = self.history.answered(more)

    # --- what follows -------------------------------------------------------------------------------------------------

    def watch_masked(self) -> None:
        self.watch_history(self.history)

    def watch_history(self, history: History) -> None:
        member = history.question.member
        title = history.title if member is None or not self.masked else self.named(member.full_name)
        self.entitle(title, history.words)
        is_far_down = (history.index or 0) + self.page >= len(history.rows)
        fetches = any(worker.group == "history-more" and worker.is_running for worker in self.workers)
        if history.index is not None and is_far_down and history.answer and history.answer.cursor and not fetches:
            self.run_worker(self._ask_more(), group="history-more", exit_on_error=False)

    # --- what the person does -----------------------------------------------------------------------------------------

    def action_history(self, words: str = "") -> None:
        """Typed here, with words behind it, it asks for them."""
        self.look_for(words)

    def action_undo(self) -> None:
        """Takes back what was done last with the chosen visit; where none is chosen, what this desk did last."""
        visit = self.history.pick
        if not isinstance(visit, CheckInEvent):
            super().action_undo()
            return
        with self.answering("Undo"):
            began = time_of(visit) if visit.status == "checked_out" else None
            if visit.flags and not {"undone", "corrected"}.isdisjoint(visit.flags):
                what = f"the visit of {self.named(visit.member.full_name)} was put right already"
                self.say(self.refusal("Undo", what, f"{self.key('correct')} corrects it (manager)"))
            elif (verdict := self.desk.undo(Undoable(visit.command_id, visit.member, began))) is not None:
                self.say(verdict)

    async def action_correct(self) -> None:
        """The chosen visit; where none is, the newest of those that were typed for, once they are there."""
        with self.answering("The correction"):
            await come(worker for worker in self.workers if worker.group == "history")
            self.history = self.history.with_newest()
            CorrectMode.begin(self, self.history.pick)

    def action_export(self) -> None:
        """All that was asked for, not only what is on the screen."""
        self.run_worker(self._export(), group="export", exclusive=True, exit_on_error=False)

    async def _export(self) -> None:
        with self.answering("The list"):
            answer = self.history.answer or Answer()
            while answer.cursor is not None and len(answer.rows) < MOST:
                self.notice(f"{len(answer.rows):,} rows so far; {self.key('history')} leaves it")
                more = await self._reader.more(answer)
                if more == answer:
                    self.say(self.refusal("History", "the rest did not come", "again once the connection is back"))
                    return
                answer = more
            self.notice("")
            self._write(answer)

    def _write(self, answer: Answer) -> None:
        rows, refused = answer.rows, answer.question.refused
        name = f"history-{wall(self.now(), self.zone):%Y-%m-%d-%H%M%S}"
        write_private(self._folder / f"{name}.csv", as_csv(rows, self.zone, refused=refused).encode())
        write_private(self._folder / f"{name}.jsonl", as_json_lines(rows).encode())
        place = f"~/{name}" if self._folder == Path.home() else str(self._folder / name)
        step = None if answer.cursor is None else "those are the newest: gymtui admin check-ins export has all"
        said = self.refusal("History", f"{rows_are(len(rows))} in {place}.csv, and as JSON in .jsonl", step)
        self.say(replace(said, kind="done"))

    def correct(self, visit: CheckInEvent, request: Correct) -> None:
        self.run_worker(self._ask_to_correct(visit, request), group="correct", exit_on_error=False)

    async def _ask_to_correct(self, visit: CheckInEvent, request: Correct) -> None:
        with self.answering("The correction"):
            try:
                now = codec.convert(await self.desk.service.request(request), CheckInEvent)
            except Disconnected:
                CorrectMode.again(self, visit, request)
                step = "Enter asks again once the connection is back"
                self.say(self.refusal("Correction", "the server has not answered", step))
            except RequestRefused as problem:
                self.say(self.refusal("Correction", *why_not(problem)))
            else:
                was = f", was {self.named(visit.member.full_name)}" if now.member.id != visit.member.id else ""
                said = self.refusal(now.member.full_name, f"corrected{was}: {request.reason}", None)
                self.say(replace(said, kind="done", member=now.member, next_command="correct"))
                self.look(self.history.text, self._member)

    def move(self, step: int) -> None:
        self.history = self.history.moved(step)


async def come(asked: Iterable[Worker[object]]) -> None:
    """Until what was asked is there; for a moment at the most."""
    for worker in [worker for worker in asked if not worker.is_finished]:
        with suppress(TimeoutError, WorkerError):
            await wait_for(shield(worker.wait()), PATIENCE)


def why_not(problem: RequestRefused) -> tuple[str, str | None]:
    """In words, and what to do; by which other visit somebody was in without a name, which a mask may cover."""
    if problem.body.code == "already_checked_in" and problem.body.details:
        return f"that member was {problem.body.details.get('reason')} by another visit", "correct that one first"
    detail, _, step = str(problem).rstrip(".").partition(": ")
    return detail, step or None


def rows_are(count: int) -> str:
    return "1 row is" if count == 1 else f"{count:,} rows are"
