"""What is asked of people whom a list may mean: of each, where they are few; else of all that are alike together. No
answer for all of them makes one person of two who have one number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from gymtui.importing.plan_file import LINE
from gymtui.importing.questions import FEW, LEFT_OUT, ONE_BY_ONE, Question
from gymtui.protocol import Doubt

ALIKE: Final[dict[Doubt, str]] = {
    "same number": "rows have a number that somebody else has here",
    "same name": "rows may be people who are here with another number",
    "moved": "rows have a card that somebody else has here",
}
FOR_ALL: Final[dict[Doubt, dict[str, str]]] = {
    "same number": {"no": "each is somebody new, and the number is theirs from now on"},
    "same name": {
        "yes": "each is that person with a new card: what the file says becomes theirs",
        "no": "each is somebody new",
    },
    "moved": {"yes": "each card moves to whom the file says"},
}
OTHERS: Final = {LEFT_OUT: "these rows are left out", ONE_BY_ONE: "of each it is asked"}
TOGETHER: Final = "people: "  # begins the key of a question about many of them


class Doubtful(Protocol):
    """A row of which it is not known who that is."""

    @property
    def line(self) -> int: ...
    @property
    def doubt(self) -> Doubt: ...
    @property
    def sentence(self) -> str: ...


def asked_of(found: Sequence[Doubtful], answers: Mapping[str, str]) -> Iterator[Question]:
    """The questions that a person gets, answered as a plan has it."""
    for doubt in ALIKE:
        alike, key = [row for row in found if row.doubt == doubt], f"{TOGETHER}{doubt}"
        if are_together := len(alike) > FEW:
            choices = FOR_ALL[doubt] | OTHERS
            yield Question(key, _of_all(doubt, alike), choices, answers.get(key, ""), LEFT_OUT, of_people=True)
        if not are_together or answers.get(key) == ONE_BY_ONE:
            yield from (_of_one(row, answers.get(f"{LINE}{row.line}", "")) for row in alike)


def decided(found: Sequence[Doubtful], answers: Mapping[str, str]) -> dict[int, bool]:
    """What is decided of each row, by its line, also where that was said of all of them."""
    said = {question.key: question.answer for question in asked_of(found, answers)}
    each = {row.line: said.get(f"{LINE}{row.line}", said.get(f"{TOGETHER}{row.doubt}", "")) for row in found}
    return {line: answer == "yes" for line, answer in each.items() if answer in ("yes", "no")}


def _of_all(doubt: Doubt, alike: Sequence[Doubtful]) -> str:
    first = alike[0]
    return f"{len(alike):,} {ALIKE[doubt]}, such as line {first.line}: “{first.sentence}” What becomes of all of them?"


def _of_one(row: Doubtful, answer: str) -> Question:
    no = "they are two people" if row.doubt != "moved" else "this row is left out"
    choices = {"yes": "what the file says becomes theirs" if row.doubt != "moved" else "it moves", "no": no}
    return Question(f"{LINE}{row.line}", row.sentence, choices, answer, LEFT_OUT, of_people=True)
