"""What the screen of an import shows: lines to read, or choices below a question. Pure, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import Final, NamedTuple

from gymtui.importing.questions import Question
from gymtui.importing.rows import Problem
from gymtui.importing.telling import counted, grouped, wrapped
from gymtui.printable import printable
from gymtui.protocol import ImportCompared, ImportProgress, Missing
from gymtui.ui.importing.errand import Result
from gymtui.ui.importing.listing import Listing

Lines = Callable[[int], Sequence[str]]
"""The lines, none longer than so many cells."""

LEAST: Final = 10  # cells of a progress bar


class Sheet(NamedTuple):
    """`lines` from the line `top` on; where there are `choices`, all of both, and one of these may be `chosen`, also by
    its digit where they are `numbered`."""

    lines: Lines = lambda _: ()
    choices: tuple[str, ...] = ()
    chosen: int | None = None
    top: int = 0
    numbered: bool = False

    def moved(self, step: int) -> Sheet:
        """Down from nothing is the first choice, up from the first one nothing again; without choices, it scrolls."""
        if not self.choices:
            return self._replace(top=max(0, self.top + step))
        row = (-1 if self.chosen is None else self.chosen) + step
        return self._replace(chosen=min(row, len(self.choices) - 1) if row >= 0 else None)


def of_text(*paragraphs: str) -> Sheet:
    """To be read."""
    return Sheet(lambda width: [line for text in paragraphs for line in wrap(printable(text), width) or [""]])


OTHERWISE: Final = "Is a column taken for something else? Type its heading and Enter."
START: Final = of_text(
    "Export the members from the program you have, as CSV or .xlsx, and copy the file to this machine. Please open it"
    " in no spreadsheet: that loses zeros and dates.",
    "",
    "It is looked at here, and nothing of it is in the gym before you have said yes.",
)


def of_question(question: Question, number: int) -> Sheet:
    """To be answered; what counts otherwise is said, and what was answered before is chosen."""
    text = [f"{number}. {question.text}"]
    if question.otherwise:
        text.append(f"Without an answer it is {question.otherwise}.")
    keys = list(question.choices)
    choices = (f"{key}: {meaning}" if meaning else key for key, meaning in question.choices.items())
    chosen = keys.index(question.answer) if question.answer in keys else None
    return of_text(*text)._replace(choices=tuple(map(printable, choices)), chosen=chosen, numbered=True)


def of_listing(listing: Listing) -> Sheet:
    """The plan, to be read; behind its figures, what to do where it is not right."""

    def lines(width: int) -> list[str]:
        told = list(listing.lines(width))
        if listing.compared is None or not listing.headings:
            return told
        figures = told.index("")
        return [*told[:figures], *wrapped(OTHERWISE, width), *told[figures:]]

    return Sheet(lines)


def doing(compared: ImportCompared, missing: Missing, nobodys: int) -> str:
    """What a yes does: `takes 412 people, makes 3 inactive, leaves 25 rows out`."""
    taken, gone = compared.new + compared.changed, compared.missing if missing == "inactive" else 0
    parts = [f"takes {counted(taken, 'person', 'people')}"] * (taken > 0) + [f"makes {gone:,} inactive"] * (gone > 0)
    parts = parts or ["changes nobody"]
    return ", ".join([*parts, f"leaves {counted(nobodys, 'row')} out"] if nobodys else parts)


def of_names(paths: Sequence[str]) -> Sheet:
    """Files to choose from."""
    return of_text("Which file?")._replace(choices=tuple(map(printable, paths)))


def of_progress(what: str, progress: ImportProgress, *, is_undo: bool = False) -> Sheet:
    """How far it is, as a bar and in figures; an undo makes nobody new."""

    def lines(width: int) -> list[str]:
        share = progress.behind / progress.of if progress.of else 1.0
        room = max(LEAST, width - 6)
        bar = "█" * round(share * room)
        told = f"{progress.behind:,} of {progress.of:,}"
        if not is_undo:
            told += f": {progress.new:,} new, {progress.changed:,} changed"
        return [*wrapped(what, width), "", f"{bar:·<{room}} {share:>4.0%}", *wrapped(told, width)]

    return Sheet(lines)


def of_result(result: Result, undo: str) -> Sheet:
    """What has become of an import; `undo` is the key that takes it back."""
    progress = result.progress
    told = [f"{progress.behind:,} of {progress.of:,} are done: {progress.new:,} new, {progress.changed:,} changed."]
    if result.nobodys:
        where = f", each with why in {result.left_out}" if result.left_out else ""
        told.append(f"{counted(result.nobodys, 'row')} left out{where}.")
    count, path = result.new_cards
    if count:
        told.append(f"{counted(count, 'person needs', 'people need')} a new card: who is in {path}.")
    if not result.all:
        told.append("It was stopped there. Look at the same list again for the rest.")
    if progress.number is not None:
        told.append(f"It is import {progress.number}. {undo} takes it back.")
    return of_text(*told, "", *_notes(result))


def of_undone(result: Result) -> Sheet:
    """What has become of an import that was taken back."""
    progress = result.progress
    told = [
        f"Of import {progress.number}, {progress.changed:,} of {counted(progress.of, 'person', 'people')} are taken"
        " back: whoever it has changed is as before, and whoever was new is gone."
    ]
    if not result.all:
        told.append("It was stopped there. Take it back again for the rest.")
    return of_text(*told, "", *_notes(result))


def _notes(result: Result) -> Iterator[str]:
    named = [note for note in result.notes if note.line]
    yield from (note.sentence for note in result.notes if not note.line)
    yield from grouped(Problem(note.line, note.sentence) for note in named)
