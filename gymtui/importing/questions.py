"""What only a person can know of a file: a question with its choices, asked once and answered in the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from gymtui.importing.rows import MembersFileError

FEW: Final = 3  # questions of one kind that are asked one by one, at the most: of more it is asked what to do with all
ONE_BY_ONE: Final = "one by one"
LEFT_OUT: Final = "left out"


class Question(NamedTuple):
    """`choices` are the answers with what each means; `answer` is one of them, or "" while nobody has answered.
    `otherwise` is what counts until then; where it is "", nothing can be imported. `columns` are those whose field the
    answer says. One that is `of_people` is of those very people: its answer says nothing of others."""

    key: str
    text: str
    choices: Mapping[str, str]
    answer: str
    otherwise: str
    columns: tuple[str, ...] = ()
    of_people: bool = False

    @property
    def is_open(self) -> bool:
        """Does it keep the file from being imported?"""
        return not self.answer and not self.otherwise


class Questions:
    """Asks each question of a file, and answers it where a plan has the answer."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers
        self.asked: dict[str, Question] = {}

    @property
    def settling(self) -> set[str]:
        """The columns whose field an answer says."""
        return {heading for question in self.asked.values() for heading in question.columns}

    def ask(
        self,
        key: str,
        text: str,
        choices: Mapping[str, str],
        *,
        otherwise: str = "",
        columns: tuple[str, ...] = (),
        of_people: bool = False,
    ) -> str:
        """The answer, or what counts otherwise. MembersFileError where the plan has one that is no choice."""
        answer = self._answers.get(key, "")
        if answer and answer not in choices:
            raise MembersFileError(f"its plan answers “{key}” with {answer!r}: please take one of {', '.join(choices)}")
        self.asked[key] = Question(key, text, dict(choices), answer, otherwise, columns, of_people)
        return answer or otherwise
