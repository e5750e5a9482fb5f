"""Empty cells of a second list: what they would clear of whom the gym has already, told and asked before they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from gymtui.importing.questions import Question
from gymtui.protocol import Clearable, ImportCleared, Member

KEY: Final = "empty cells"
CLEAR: Final = "clear"
CHOICES: Final = {CLEAR: "what the gym has there is gone", "keep": "the gym keeps what it has"}
LONG: Final = 30  # characters of a value that is shown
_NOBODY: Final = Member(id="", full_name="")


def blank(columns: Sequence[Clearable]) -> dict[str, Any]:
    """These fields as they are where nothing is."""
    return {field: getattr(_NOBODY, field) for field in columns}


def clearable(fields: set[str]) -> tuple[Clearable, ...]:
    """Those of a list's fields that an empty cell could clear."""
    return tuple(field for field in get_args(Clearable) if field in fields)


class Tally:
    """What the empty cells of a list would clear, or do: by field how often, and of whom the first is."""

    def __init__(self, columns: Sequence[Clearable]) -> None:
        self._columns = columns
        self._found: dict[Clearable, ImportCleared] = {}

    def note(self, known: Member, cleared: Member, fields: Mapping[str, object]) -> None:
        """Of somebody whom the list says these `fields` of: as he is known, and as he is `cleared`."""
        for field in self._columns:
            value = getattr(known, field)
            if field not in fields and value != getattr(cleared, field):
                first = self._found.get(field)
                name, shown = (first.name, first.value) if first else (known.full_name, _shown(value))
                count = first.count + 1 if first else 1
                self._found[field] = ImportCleared(field=field, count=count, name=name, value=shown)

    @property
    def told(self) -> tuple[ImportCleared, ...]:
        """In the order of the fields."""
        return tuple(self._found[field] for field in self._columns if field in self._found)


def asked_of_empty_cells(cleared: Sequence[ImportCleared], answers: Mapping[str, str]) -> Iterator[Question]:
    """The question, where somebody would change by it; answered as a plan has it."""
    if cleared:
        values = ", ".join(f"{one.count:,} {one.field} (such as {one.value} of {one.name})" for one in cleared)
        text = f"What does an empty cell mean for whom the gym has already? Here it has {values}."
        yield Question(KEY, text, CHOICES, answers.get(KEY, ""), "", of_people=True)


def are_cleared(answers: Mapping[str, str]) -> bool:
    """Has somebody said so?"""
    return answers.get(KEY) == CLEAR


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        value = " + ".join(getattr(one, "code", str(one)) for one in value)
    text = "yes" if value is True else str(value)
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
