"""A list beside the gym: who is new, who changes, who is not in it, and what only a person can say. Nothing is written.

A record is somebody's by our id or by that of the program before; else by the number, where nothing else tells the two
apart; else by name and birth date, which is a question. One number with two names is a question too: two people are
never made one without a word. `trusted` is a list in our own headings: its numbers say whose a row is, whatever the
name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from itertools import islice
from typing import Any, Final, Literal, NamedTuple

from msgspec.structs import replace

from gymtui import clock
from gymtui.importing.empties import Tally, blank
from gymtui.importing.named import in_rows
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import Clearable, ImportCleared, Member, Missing
from server.gym.importing.directory import Called, Directory, as_the_list_says, called, codes_of, without

Doubt = Literal["same number", "same name", "moved"]
LIKELY: Final = 100  # of those of one name, so many are looked at for whom nothing would change
SENTENCES: Final[dict[Doubt, str]] = {
    "same number": "{code} is the number of {known} here and of {name} in the list: are they one person?",
    "same name": "{known} is in the gym with another number than {name} in the list: are they one person?",
    "moved": "{code} is a card of {known} here and of {name} in the list: does it move to {name}?",
}


class Question(NamedTuple):
    """What is to be answered by yes or no before a record can be taken: about `member`, who is in the gym, and the
    `name` and `code` of the list. After a no to `moved` the record is left out; to the others, it is somebody new."""

    line: int
    doubt: Doubt
    name: str
    code: str | None
    member: Member

    @property
    def sentence(self) -> str:
        return SENTENCES[self.doubt].format(code=self.code, known=self.member.full_name, name=self.name)


class Empty(NamedTuple):
    """For which fields the list has `columns`, and whether an empty cell in one clears what the gym has."""

    columns: tuple[Clearable, ...] = ()
    clear: bool = False


KEPT: Final = Empty()


class Change(NamedTuple):
    """One member to be written: who it is now, None where new, and who then. `fields` are what the list says, `frees`
    the `(member id, code)` of cards that leave their holders for it."""

    line: int
    before: Member | None
    after: Member
    fields: dict[str, Any]
    frees: tuple[tuple[str, str], ...] = ()


class Comparison(NamedTuple):
    """What an import would do. `missing` is who of the gym the list does not name, in no row that is left out either:
    neither guests nor the deleted. `after` is everybody once the changes are made, `cleared` what empty cells clear, or
    would."""

    changes: list[Change]
    unchanged: int
    questions: list[Question]
    problems: list[Problem]
    missing: list[Member]
    after: Directory
    cleared: tuple[ImportCleared, ...] = ()

    def changes_with(self, missing: Missing) -> list[Change]:
        """All of them, those of who is missing last."""
        return [*self.changes, *(made_inactive(self.missing) if missing == "inactive" else ())]

    def there_with(self, missing: Missing) -> list[Member]:
        """Who is there once these are made."""
        out = {change.after.id: change.after for change in self.changes_with(missing)}
        return [out.get(member.id, member) for member in self.after.by_id.values() if not member.deleted]


def compare(
    members: Iterable[Member],
    rows: Iterable[Row],
    *,
    at: int,
    decisions: Mapping[int, bool] | None = None,
    trusted: bool = False,
    named: Iterable[str] = (),
    empty: Empty = KEPT,
) -> Comparison:
    """The list beside these members; `decisions` are the answers to the questions, by line. `at` is now (ms). `named`
    are names and numbers in rows that are left out already."""
    comparing = _Comparing(Directory(members), decisions or {}, at, empty, trusted=trusted)
    return comparing.done(list(rows), named)


def made_inactive(missing: Iterable[Member]) -> list[Change]:
    """Those who are not in the list, as changes: whoever could come in does so no more."""
    could = [member for member in missing if member.status in {"active", "frozen"}]
    return [Change(0, member, replace(member, status="inactive"), {"status": "inactive"}) for member in could]


class _Comparing:
    def __init__(
        self, directory: Directory, decisions: Mapping[int, bool], at: int, empty: Empty, *, trusted: bool
    ) -> None:
        self._directory = directory
        self._everybody = list(directory.by_id.values())
        self._decisions = decisions
        self._at = at
        self._since = clock.to_text(at)
        self._blank = blank(empty.columns)
        self._clears = empty.clear
        self._tally = Tally(empty.columns)
        self._trusted = trusted
        self._changes: list[Change] = []
        self._unchanged = 0
        self._questions: list[Question] = []
        self._problems: list[Problem] = []
        self._listed: dict[str, dict[str, Any]] = {}  # what the list says of whom it knows by an id
        self._lines: dict[str, int] = {}  # the line of each member who has one

    def done(self, rows: list[Row], named: Iterable[str]) -> Comparison:
        self._listed = {known.id: fields for _, fields in rows if (known := self._known(fields)) is not None}
        if not self._trusted:  # who is known for certain comes first: their old numbers are free for the others then
            rows = sorted(rows, key=lambda row: self._known(row[1]) is None)
        for line, fields in rows:
            if (known := self._known(fields)) is not None:
                self._take(line, fields, known)
            else:
                self._take_other(line, fields)
        problems, missing = sorted(self._problems), self._missing(rows, named)
        return Comparison(
            self._changes, self._unchanged, self._questions, problems, missing, self._directory, self._tally.told
        )

    def _missing(self, rows: list[Row], named: Iterable[str]) -> list[Member]:
        taken = set(self._lines.values())
        texts = {*named, *in_rows(row for row in rows if row[0] not in taken)}
        names = {called(text) for text in texts}
        others = (m for m in self._everybody if m.id not in self._lines and not m.deleted and not m.guest)
        return [member for member in others if not _is_named(member, texts, names)]

    def _known(self, fields: dict[str, Any]) -> Member | None:
        by_id, by_external_id = self._directory.by_id, self._directory.by_external_id
        external_id = by_external_id.get(fields.get("external_id") or "", "")
        return by_id.get(fields.get("id", "")) or by_id.get(external_id)

    def _take_other(self, line: int, fields: dict[str, Any]) -> None:
        """Somebody whom no id tells: by number, by name, or new."""
        name, number = fields["full_name"], fields.get("membership_number")
        holder = None if "id" in fields else self._directory.holder(number)
        if holder is not None and (self._trusted or _is_same(holder, fields)):
            self._take(line, fields, holder)
        elif holder is not None and not holder.deleted and holder.id not in self._lines:
            self._ask(Question(line, "same number", name, number, holder), fields)
        elif (namesake := self._namesake(fields)) is None or self._says(namesake, fields) == namesake:
            self._take(line, fields, namesake)
        else:
            self._ask(Question(line, "same name", name, number, namesake), fields)

    def _namesake(self, fields: dict[str, Any]) -> Member | None:
        """Who is called so and born on that day; where the list tells people by their names alone, who may be."""
        if self._trusted:
            return None
        name, born = fields["full_name"], fields.get("birth_date")
        if fields.get("membership_number") or fields.get("external_id"):
            return None if born is None else next(self._directory.named(name, born), None)
        likely = self._directory.named(name) if born is None else self._directory.named(name, born, None)
        some = list(islice(likely, LIKELY))
        return next((m for m in some if self._says(m, fields) == m), some[0] if some else None)

    def _ask(self, question: Question, fields: dict[str, Any]) -> None:
        answer = self._decisions.get(question.line)
        if answer is None:
            self._questions.append(question)
        else:
            self._take(question.line, fields, question.member if answer else None, asked=question)

    def _take(self, line: int, fields: dict[str, Any], known: Member | None, *, asked: Question | None = None) -> None:
        if known is not None and known.id in self._lines:
            sentence = f"{fields['full_name']} is the member of line {self._lines[known.id]} already"
            self._problems.append(Problem(line, sentence))
            return
        new = Member(id=fields.get("id") or clock.new_id(self._at), full_name=fields["full_name"])
        after = self._says(known or new, fields)
        frees = self._frees(line, after, known, asked)
        if frees is None:
            return
        for holder, code in frees:
            self._directory.put(without(self._directory.by_id[holder.id], code, self._since, ""))
        self._lines[after.id] = line
        if known is not None and self._blank:
            self._tally.note(known, as_the_list_says(known, self._blank | fields, self._since), fields)
        if after != known:
            self._directory.put(after)
        self._directory.settle(after)
        if after == known and not frees:
            self._unchanged += 1
            return
        self._changes.append(
            Change(line, known, after, self._whole(fields), tuple((holder.id, code) for holder, code in frees))
        )

    def _frees(
        self, line: int, after: Member, known: Member | None, asked: Question | None
    ) -> list[tuple[Member, str]] | None:
        """The cards that others have to leave for it; None where they do not, and that is said."""
        fresh = codes_of(after) - (codes_of(known) if known else set())
        if self._trusted:  # of any other card the gym itself says so, when it is to be written
            fresh &= {str(after.membership_number)}
        frees = [(holder, code) for code in sorted(fresh) if (holder := self._directory.holder(code)) is not None]
        asking = [Question(line, "moved", after.full_name, code, holder) for holder, code in frees]
        return frees if all(self._may_leave(question, asked) for question in asking) else None

    def _may_leave(self, question: Question, asked: Question | None) -> bool:
        """May the card leave its holder: by the list, or by an answer to this or to what was `asked` before?"""
        holder = question.member
        if self._leaves(holder, question.code) or (asked is not None and asked.member.id == holder.id):
            return True
        is_settled = self._trusted or asked is not None or holder.id in self._lines
        answer = False if is_settled else self._decisions.get(question.line)
        if answer is None:
            self._questions.append(question)
        elif not answer:
            sentence = f"the number {question.code} belongs to {holder.full_name}"
            self._problems.append(Problem(question.line, sentence))
        return bool(answer)

    def _leaves(self, holder: Member, code: str | None) -> bool:
        """Is the card the holder's no longer, by the list itself or because nobody is there any more?"""
        if self._trusted:
            return False
        listed = self._listed.get(holder.id)
        return holder.deleted or (listed is not None and code not in codes_of(self._says(holder, listed)))

    def _says(self, known: Member, fields: dict[str, Any]) -> Member:
        return as_the_list_says(known, self._whole(fields), self._since)

    def _whole(self, fields: dict[str, Any]) -> dict[str, Any]:
        """With what its empty cells say."""
        return self._blank | fields if self._clears else fields


def _is_named(member: Member, texts: Set[str], names: Set[Called]) -> bool:
    """May one of these mean the member: a number, an id, a name?"""
    return not texts.isdisjoint({member.id, member.external_id, *codes_of(member)}) or called(member.full_name) in names


def _is_same(holder: Member, fields: dict[str, Any]) -> bool:
    """Is the holder of a number the one whom the list means: by name, and by all else that tells people apart?"""
    told = ((holder.external_id, fields.get("external_id")), (holder.birth_date, fields.get("birth_date")))
    alike = all(None in both or both[0] == both[1] for both in told)
    return alike and called(holder.full_name) == called(fields["full_name"])
