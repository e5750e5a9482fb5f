"""The questions of one list in the order in which they were put, and where among them the person is: one goes back
question by question, and forward over those that are answered."""

from __future__ import annotations

from gymtui.importing.questions import Question
from gymtui.ui.importing.listing import Listing


class Trail:
    """By their keys, for each look finds them anew. What was answered stays answered, also of one that is put again."""

    def __init__(self) -> None:
        self._behind: list[str] = []
        self._ahead: list[str] = []  # those that the person went back over, the next one last

    @property
    def number(self) -> int:
        """Of the question that is put next, from 1."""
        return len(self._behind) + 1

    def next(self, listing: Listing) -> Question | None:
        """The one to be put: None where the list has to be seen first, or there is no other."""
        if self._ahead and listing.is_old:
            return None
        there = {question.key: question for question in listing.questions}
        while self._ahead:
            if (question := there.get(self._ahead.pop())) is not None:
                return question
        return next((each for key, each in there.items() if not each.answer and key not in self._behind), None)

    def answered(self, question: Question) -> None:
        """It was, or left open."""
        self._behind.append(question.key)

    def back(self, listing: Listing, question: Question | None = None) -> bool:
        """The one before comes next, and then this one; is there one?"""
        there = {each.key for each in listing.questions}
        self._behind = [key for key in self._behind if key in there]
        if not self._behind:
            return False
        if question is not None:
            self._ahead.append(question.key)
        self._ahead.append(self._behind.pop())
        return True
