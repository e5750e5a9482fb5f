"""The import of a member list over the wire, for managers: its rows, how they compare, the taking and the undo of it,
a step at a time. Nothing of it is a command: a list that was sent is gone with its connection."""

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from gymtui.protocol.events import Card, Payload
from gymtui.protocol.limits import MAX_CARDS
from gymtui.protocol.requests import MemberFields
from gymtui.protocol.vocabulary import MANAGERS, Key, Role, Seq, Text

Missing = Literal["keep", "inactive"]
Doubt = Literal["same number", "same name", "moved"]
Clearable = Literal[
    "membership_number",
    "plan",
    "valid_from",
    "valid_until",
    "visits_left",
    "payment_overdue",
    "waiver_signed",
    "hours",
    "phone",
    "email",
    "birth_date",
    "home_location",
    "notes",
    "alerts",
    "cards",
    "external_id",
]
Line = Annotated[int, Meta(ge=0, le=10_000_000)]


class ListedMember(MemberFields, frozen=True, kw_only=True, omit_defaults=True):
    """What a list says of one person; of what is absent, it says nothing."""

    full_name: Annotated[str, Meta(min_length=1, max_length=300)]
    phone: Text | UnsetType | None = UNSET
    cards: Annotated[tuple[Card, ...], Meta(max_length=MAX_CARDS)] | UnsetType = UNSET
    external_id: Key | UnsetType | None = UNSET


class ImportRow(Struct, frozen=True):
    """One person of a list, by the line on which it has them."""

    line: Line
    member: ListedMember


class _Importing(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """Something a manager asks of an import; its connection has one at a time."""

    roles: ClassVar[frozenset[Role]] = MANAGERS


class ImportRows(_Importing, frozen=True, kw_only=True, omit_defaults=True):
    """More rows of the list; the first of a list `begins` it, and what was sent before is gone. `named` are names and
    numbers of rows that nobody is made of: whoever they may mean is not missing."""

    type: ClassVar[str] = "import_rows"
    rows: tuple[ImportRow, ...]
    begins: bool = False
    named: tuple[Text, ...] = ()


class ImportCompare(_Importing, frozen=True, kw_only=True, omit_defaults=True):
    """How the rows compare with the gym. `source` is what the list is called; one in our own headings is `trusted`: its
    numbers say whose a row is. `answers` are those to the questions, by line; `missing` is what becomes of whom the
    list does not name. Where it has `columns` for these fields, a row without one of them has an empty cell there,
    which `clears` what the gym has, or says nothing."""

    type: ClassVar[str] = "import_compare"
    source: Annotated[str, Meta(min_length=1, max_length=200)]
    trusted: bool = False
    answers: dict[int, bool] = field(default_factory=dict)
    missing: Missing = "keep"
    columns: tuple[Clearable, ...] = ()
    clears: bool = False


class ImportTake(_Importing, frozen=True, kw_only=True, omit_defaults=True):
    """Takes some more of what was compared last."""

    type: ClassVar[str] = "import_take"


class ImportUndo(_Importing, frozen=True, kw_only=True, omit_defaults=True):
    """Takes an import back: of that number, or the newest. The first time it is only told which that is."""

    type: ClassVar[str] = "import_undo"
    number: Seq | None = None


class ImportEnd(_Importing, frozen=True, kw_only=True, omit_defaults=True):
    """Ends it, done or not: the journal has its note, and the list that was sent is gone."""

    type: ClassVar[str] = "import_end"


class ImportNote(Struct, frozen=True):
    """A sentence about a line of the list; line 0 is in none."""

    line: Line
    sentence: str


class ImportQuestion(Struct, frozen=True):
    """What is to be answered by yes or no before a row can be taken. After a no to `moved` the row is left out; to the
    others, it is somebody new."""

    line: Line
    doubt: Doubt
    sentence: str


class AtTheDoor(Struct, frozen=True):
    """How many would come in today, and be refused, by the code of why."""

    come_in: Seq
    refused: dict[str, int]


class ImportCleared(Struct, frozen=True, kw_only=True):
    """Of how many members a field has what an empty cell of the list would clear: the first of them, by name."""

    field: Clearable
    count: Seq
    name: str
    value: str


class ImportStaged(Struct, frozen=True):
    """To `import_rows`: how many there are by now."""

    rows: Seq


class ImportCompared(Struct, frozen=True, kw_only=True):
    """To `import_compare`. `missing` is whom the list does not name, some by name; `questions` are all of them,
    answered or not; `left_out` are the rows that nobody is made of, `doubts` cards of the others to look at once more.
    `untold`: so many of these had no room. `cleared` is what empty cells clear, or would."""

    new: Seq
    changed: Seq
    unchanged: Seq
    missing: Seq
    missing_names: tuple[str, ...]
    questions: tuple[ImportQuestion, ...]
    left_out: tuple[ImportNote, ...]
    doubts: tuple[ImportNote, ...]
    untold: Seq
    with_it: AtTheDoor
    without_it: AtTheDoor
    cleared: tuple[ImportCleared, ...] = ()


class ImportProgress(Struct, frozen=True, kw_only=True):
    """To `import_take`, `import_undo` and `import_end`: so many are behind, of so many; the `number` by which it can be
    undone, null where nothing has changed; `notes` are those of this step: who was left out, or left as it is."""

    number: Seq | None
    behind: Seq
    of: Seq
    new: Seq
    changed: Seq
    notes: tuple[ImportNote, ...] = ()
