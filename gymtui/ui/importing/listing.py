"""A member list as a manager has it open at a desk: its file, its plan, what there is to ask and what there is to read.

Each step makes the next `Listing`. What reads the file or works through it takes its time, and belongs on a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from gymtui.importing import plan_file
from gymtui.importing.beside import keep_left_out, keep_new_cards, keep_plan, plan_before, plan_of
from gymtui.importing.door import in_words
from gymtui.importing.empties import KEY as EMPTY
from gymtui.importing.empties import asked_of_empty_cells
from gymtui.importing.headings import FIELDS
from gymtui.importing.looking import Look, digest_of, look, names_in
from gymtui.importing.ours import is_ours, read_members
from gymtui.importing.people import TOGETHER, asked_of, decided
from gymtui.importing.plan_file import LINE, Plan
from gymtui.importing.questions import LEFT_OUT, Question
from gymtui.importing.renewed import renewed, what_is_kept
from gymtui.importing.rows import MembersFileError, Problem, Row
from gymtui.importing.telling import WIDTH, counted, grouped, in_full, told, wrapped
from gymtui.protocol import ImportCompared, ImportNote

COLUMN: Final = "field of "  # begins the key of a question about a column, which a person has asked for
IGNORED: Final = "ignored"
EVERYBODY: Final = "everybody"
MISSING: Final = "missing"
BEFORE: Final = "As it was answered before, when there was a server to ask."
NO_PLAN: Final = "our own headings, so that nothing is to be asked of them"


class Listing(NamedTuple):
    """`look` is what was seen in the file, None where its headings are our own; `rows` are its people, `left_out` the
    rows that are not. `compared` is what the server says of it, once it has been asked. `seed` picks the people who are
    shown in full; what is `said` is of the plan of a file that has changed since. `named` are the names and numbers of
    the rows left out."""

    file: Path
    content: bytes
    plan: Plan
    look: Look | None
    rows: list[Row]
    left_out: list[Problem]
    seed: int = 0
    compared: ImportCompared | None = None
    said: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    is_old: bool = False  # it has answers with which it was not seen yet

    @property
    def questions(self) -> list[Question]:
        """All that there are by now, answered or not: of people only once the file itself leaves none open."""
        questions = [] if self.look is None else list(self.look.questions)
        if any(question.is_open for question in questions):
            return questions
        return [*questions, *self._of_everybody(), *self._of_people()]

    @property
    def open(self) -> list[Question]:
        """Those that keep it from being imported."""
        return [question for question in self.questions if question.is_open]

    @property
    def decisions(self) -> dict[int, bool]:
        """What is decided of people, by line."""
        return {} if self.compared is None else decided(self.compared.questions, self.plan.answers.answers)

    @property
    def refused(self) -> list[ImportNote]:
        """The rows that the gym cannot take, and those of which nobody has said who they are."""
        if self.compared is None:
            return []
        decisions = self.decisions
        undecided = (ImportNote(q.line, q.sentence) for q in self.compared.questions if q.line not in decisions)
        return [*self.compared.left_out, *undecided]

    def nobodys(self, notes: Iterable[ImportNote]) -> list[Problem]:
        """All rows that nobody is made of; `notes` are of those that the gym did not take."""
        return sorted({*self.left_out, *(Problem(note.line, note.sentence) for note in notes)})

    def _of_everybody(self) -> Iterator[Question]:
        if self.look is not None and not self.look.keeps_out:
            answer = "yes" if self.plan.everybody_may_come_in else ""
            text = f"No column of {self.file.name} says who may not come in. May everybody?"
            yield Question(
                EVERYBODY, text, {"yes": "everybody in it comes in", "no": "nothing is imported"}, answer, ""
            )

    def _of_people(self) -> Iterator[Question]:
        if self.compared is None:
            return
        answers = self.plan.answers.answers
        yield from asked_of_empty_cells(self.compared.cleared, answers)
        yield from asked_of(self.compared.questions, answers)
        if self.compared.missing:
            choices = {"keep": "they stay as they are", "inactive": "they do not come in any more"}
            answer = "" if self.plan.missing == "keep" else self.plan.missing
            yield Question(MISSING, f"{_missing(self.compared)} What becomes of them?", choices, answer, "keep")

    @property
    def headings(self) -> list[str]:
        """Of the columns, whose fields a person may change."""
        return [] if self.look is None else list(self.look.table.heading)

    def of_column(self, heading: str) -> Question:
        """What that column is, whatever it was taken for."""
        columns = [] if self.look is None else self.look.columns
        column = next(column for column in columns if column.heading == heading)
        choices = {IGNORED: "it says nothing that is needed", **dict.fromkeys(FIELDS, "")}
        now = column.field or IGNORED
        return Question(f"{COLUMN}{heading}", f"What is “{heading}” ({', '.join(column.shown)})?", choices, now, now)

    def answered(self, question: Question, answer: str) -> Listing:
        """With that answer in its plan; "" leaves it open. What is compared is another list, unless it is of people."""
        plan = self.plan
        of_people = question.key == MISSING or question.key in {each.key for each in self._of_people()}
        if question.key == EVERYBODY:
            plan = plan._replace(everybody_may_come_in=answer == "yes")
        elif question.key == MISSING:
            plan = plan._replace(missing="inactive" if answer == "inactive" else "keep")
        elif question.key.startswith(COLUMN):
            plan = plan.with_field(question.key.removeprefix(COLUMN), "" if answer == IGNORED else answer)
        else:
            plan = plan.with_answers({question.key: answer})
        return self._replace(plan=plan, is_old=True, compared=self.compared if of_people else None)

    # --- what takes its time ------------------------------------------------------------------------------------------

    def looked_at(self, today: date) -> Listing:
        """Seen with the answers that there are by now. MembersFileError."""
        if self.look is None:
            return self._replace(is_old=False)
        try:
            seen = look(self.content, self.plan.answers, today=today)
        except MembersFileError as error:
            raise MembersFileError(f"{self.file.name} cannot be imported: {error}.") from error
        return self._replace(look=seen, rows=seen.rows, left_out=seen.left_out, named=seen.named, is_old=False)

    def keep(self) -> None:
        """Keeps the plan beside the file, as the command line does. MembersFileError."""
        if self.look is not None:
            seen = self.look._replace(questions=[q for q in self._with_answers() if q.key not in (EVERYBODY, MISSING)])
            keep_plan(self.file, plan_file.written(seen, self.plan, self.file.name, list(self.lines(WIDTH))))

    def keep_left_out(self, notes: Sequence[ImportNote]) -> Path | None:
        """The rows that nobody was made of as a file beside it; `notes` are those whom the server did not take."""
        if self.look is None:
            return None
        return keep_left_out(self.file, self.look.table, self.nobodys(notes))

    def keep_new_cards(self, notes: Sequence[ImportNote]) -> tuple[int, Path | None]:
        """Of those who are in, who needs a new card, as a file beside it, and how many."""
        if self.look is None:
            return 0, None
        out = {problem.line for problem in self.nobodys(notes)}
        return keep_new_cards(self.file, self.look.table, [each for each in self.look.remarks if each.line not in out])

    def _with_answers(self) -> list[Question]:
        """As they are answered by now, with what was answered of people whom only the server knows."""
        given = self.plan.answers.answers
        asked = [q._replace(answer=given[q.key]) if given.get(q.key) in q.choices else q for q in self.questions]
        of_people = {key for key, answer in given.items() if key.startswith((LINE, TOGETHER, EMPTY)) and answer}
        unasked = of_people - {question.key for question in asked}
        return asked + [Question(key, BEFORE, {given[key]: ""}, given[key], LEFT_OUT) for key in sorted(unasked)]

    # --- what there is to read ----------------------------------------------------------------------------------------

    def lines(self, width: int) -> Iterator[str]:
        """The plan: what would become of the gym, and what is in the file."""
        yield from (line for said in self.said for line in wrapped(said, width))
        if self.compared is not None:
            yield from (line for said in _beside(self.compared) for line in wrapped(said, width))
            yield ""
        if self.look is not None:
            yield from told(self.look, Random(self.seed), width)
        else:
            yield from wrapped(f"{counted(len(self.rows), 'row')} in {NO_PLAN}.", width)
            yield from (line for said in grouped(self.left_out) for line in wrapped(said, width))
            yield from ["", *in_full(self.rows, Random(self.seed), width)] if self.rows else ()


def opened(file: Path, *, today: date, seed: int = 0) -> Listing:
    """The list in a file, with the plan that is beside it. MembersFileError."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise MembersFileError(f"{file.name} cannot be read: {error.strerror}.") from error
    plan = Plan(digest_of(content))
    if is_ours(content):
        rows, bad = read_members(file, content)
        named = names_in(content, bad, today) if bad else ()
        return Listing(file, content, plan, None, rows, bad, seed, named=named)
    before, said = plan_of(file), tuple[str, ...]()

    def see(plan: Plan) -> Look:
        try:
            return look(content, plan.answers, today=today)
        except MembersFileError as error:
            raise MembersFileError(f"{file.name} cannot be imported: {error}.") from error

    other = ""
    if before is None:
        other, before = plan_before(file, see(plan).table.heading) or ("", plan)
    if before.digest == plan.digest:
        seen = see(plan := before)
    else:
        plan, seen = renewed(before, see)
        said = tuple(what_is_kept(before, plan, seen, file.name, other))
    return Listing(file, content, plan, seen, seen.rows, seen.left_out, seed, said=said, named=seen.named)


def _beside(compared: ImportCompared) -> Iterator[str]:
    """How it compares with the gym, and who would come in."""
    yield f"{compared.new:,} new, {compared.changed:,} changed, {compared.unchanged:,} as they are."
    yield f"With it, today {in_words(compared.with_it)}."
    if compared.unchanged or compared.changed or compared.missing:
        yield f"Without it, {in_words(compared.without_it)}."
    if compared.missing:
        yield _missing(compared)
    yield from grouped(Problem(note.line, note.sentence) for note in (*compared.left_out, *compared.doubts))
    if compared.untold:
        yield f"{compared.untold:,} more remarks had no room here: the command line tells all of them."


def _missing(compared: ImportCompared) -> str:
    more = ", …" if compared.missing > len(compared.missing_names) else ""
    return f"{compared.missing:,} of the gym are not in it: {', '.join(compared.missing_names)}{more}."
