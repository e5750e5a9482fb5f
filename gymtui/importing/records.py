"""Rows as people: what the cells of a row say together, and the several rows of one person as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from gymtui.importing.column import DOOR, NAMES, Column, has_yes_or_nothing
from gymtui.importing.dates import is_no_date
from gymtui.importing.empties import clearable
from gymtui.importing.numbers import taken_out
from gymtui.importing.questions import Questions
from gymtui.importing.rows import Problem, Row
from gymtui.importing.values import SOFT, Reader
from gymtui.importing.vocabulary import NO_PLAN, NOBODY, is_nothing, plain
from gymtui.protocol import MAX_CARDS, Card, Clearable

STATUSES: Final = ("banned", "inactive", "frozen", "active")  # the one that keeps out most first
STATES: Final = DOOR - {"valid_until", "visits_left"}  # what makes a status
PLAIN: Final = (
    "external_id",
    "valid_from",
    "valid_until",
    "visits_left",
    "waiver_signed",
    "hours",
    "phone",
    "email",
    "birth_date",
    "home_location",
    "guest",
)
DAYS: Final = ("valid_from", "valid_until", "frozen_until", "birth_date")
DEBTS: Final = frozenset({"payment_overdue", "owed", "balance", "paid"})

NOTHING: Final = object()  # what a cell says that is empty
SOME: Final = 2  # rows that a question of many shows
REMEMBERED: Final = 1 << 12  # cells of a column


class Cells(NamedTuple):
    """What a row says: its values by field, several where several columns have one, and which fields it says
    anything of."""

    line: int
    said: dict[str, list[object]]

    def any(self, field: str) -> bool:
        """Does one of its columns say yes?"""
        return True in self.said.get(field, ())

    def first(self, field: str) -> object:
        return self.said[field][0] if self.said.get(field) else None


class People(NamedTuple):
    """The rows that are people, those that cannot be, and what was not taken of a row that was. `columns` are the
    fields that an empty cell could clear."""

    rows: list[Row]
    left_out: list[Problem]
    remarks: list[Problem]
    columns: tuple[Clearable, ...] = ()


def people_of(
    rows: Iterable[tuple[int, list[str]]],
    read: Sequence[tuple[Column, Reader]],
    questions: Questions,
) -> People:
    """Each row as the fields of a member."""
    people = People([], [], [])
    said = list(_said(rows, read, people))
    fields = {column.field for column, _ in read}
    flip = _flips(said, questions)
    absent = _without_a_word(said, fields, questions)
    for row in said:
        try:
            member = _member(row, fields, flip=flip, absent=absent if _is_silent(row, fields) else "active")
        except ValueError as error:
            people.left_out.append(Problem(row.line, str(error)))
        else:
            people.rows.append((row.line, member))
    return people._replace(columns=_clearable(said, fields))


def _said(
    rows: Iterable[tuple[int, list[str]]], read: Sequence[tuple[Column, Reader]], people: People
) -> Iterable[Cells]:
    rows = list(rows)
    readers = [(column.at, column.field, _of_cells(column, reader, len(rows))) for column, reader in read]
    for line, row in rows:
        said: dict[str, list[object]] = {}
        try:
            for at, field, reader in readers:
                try:
                    value = reader(row[at])
                except ValueError as error:
                    if field not in SOFT:
                        raise
                    people.remarks.append(Problem(line, f"{error}; left empty"))
                else:
                    if value is not NOTHING:
                        said.setdefault(field, []).append(value)
        except ValueError as error:
            people.left_out.append(Problem(line, str(error)))
        else:
            yield Cells(line, said)


def _of_cells(column: Column, reader: Reader, rows: int) -> Reader:
    """What reads the cells of a column as they stand in a row, `NOTHING` where they say nothing: most columns have a
    few, again and again."""
    nothing = reader("no") if has_yes_or_nothing(column, rows) else NOTHING

    @lru_cache(maxsize=REMEMBERED)
    def read(cell: str) -> object:
        cell = cell.strip()
        is_empty = not cell or (column.field not in NAMES and is_nothing(cell)) or _is_no_day(column.field, cell)
        return nothing if is_empty else reader(taken_out(cell))

    return read


def _is_no_day(field: str, cell: str) -> bool:
    return field in DAYS and is_no_date(cell)


def _flips(said: Iterable[Cells], questions: Questions) -> bool:
    """Do names with a comma have the last name first? Where all have one, they do; where some have, it is asked."""
    names = [str(row.first("full_name")) for row in said if row.first("full_name")]
    with_comma = [name for name in names if _halves(name)]
    if not with_comma or len(with_comma) == len(names):
        return bool(with_comma)
    first, last = _halves(with_comma[0]) or ("", "")
    choices = {"last name first": f"{first} {last}", "as it stands": with_comma[0]}
    return questions.ask("names with a comma", f"Who is “{with_comma[0]}”?", choices) == "last name first"


def _halves(name: str) -> tuple[str, str] | None:
    """First and last name of `Silva, Ana`; `O'Brien, Jr.` is none."""
    last, _, first = (part.strip() for part in name.partition(","))
    is_title = "," in first or plain(first) in ("jr", "sr", "ii", "iii", "iv", "md", "phd")
    return None if not first or not last or is_title else (first, last)


def _is_silent(row: Cells, fields: set[str]) -> bool:
    """Does it say nothing of who may come in, where others do? Without a status it does not, though it has an end."""
    for field in ("status", "active"):
        if field in fields:
            return field not in row.said
    return bool(DOOR & fields) and not DOOR & set(row.said)


def _without_a_word(said: Sequence[Cells], fields: set[str], questions: Questions) -> str:
    """The status of those of whom the file says nothing."""
    silent = [row for row in said if _is_silent(row, fields)]
    count = len(silent)
    if not count:
        return "active"
    if fields & DOOR == {"fee_group"}:  # has been said with the question of them
        return "inactive"
    rows, names = "row has" if count == 1 else "rows have", ", ".join(sorted(fields & DOOR))
    some = "; ".join(f"line {row.line}: {_told(row)}" for row in silent[:SOME])
    return questions.ask(
        "nothing said",
        f"{count:,} {rows} nothing in what says who may come in ({names}), such as {some}. May they?",
        {"active": "they come in", "inactive": "they do not"},
        otherwise="inactive",
    )


def _told(row: Cells) -> str:
    """What its cells say, some of it."""
    return ", ".join(str(value) for values in row.said.values() for value in values if not isinstance(value, tuple))[
        :60
    ]


def _member(row: Cells, fields: set[str], *, flip: bool, absent: str) -> dict[str, object]:
    """The fields of the member, empty ones left out. ValueError: nobody."""
    member: dict[str, object] = {"full_name": _name(row, flip=flip)}
    member |= {field: row.first(field) for field in PLAIN if field in row.said}
    if ends := [end for end in row.said.get("valid_until", ()) if end is not None]:
        member["valid_until"] = min(map(str, ends))  # of several, where a person has said that the earlier counts
    states = [str(state) for state in row.said.get("status", [])]
    plan = row.first("plan") or ", ".join(map(str, row.said.get("fee_group", [])))
    if plan:
        member["plan"] = plan
    worst = {*states, absent}
    is_out = row.any("archived") or False in row.said.get("active", ()) or plain(str(plan)) in NO_PLAN
    worst |= {"inactive"} if is_out else set()
    worst |= {field for field in ("frozen", "banned") if row.any(field)}
    if (thaw := row.first("frozen_until")) is not None:
        worst.add("frozen")
        member["frozen_until"] = thaw
    if worst != {"active"} or STATES & fields:
        member["status"] = next(status for status in STATUSES if status in worst or status == "active")
    if "overdue" in states or not DEBTS.isdisjoint(row.said):
        member["payment_overdue"] = "overdue" in states or any(map(row.any, DEBTS))
    return member | _several(row)


def _name(row: Cells, *, flip: bool) -> str:
    name = " ".join(str(row.first(field)) for field in ("first_name", "last_name") if row.first(field))
    if not name and (whole := row.first("full_name")):
        halves = _halves(str(whole)) if flip else None
        name = " ".join(halves) if halves else str(whole)
    if not name:
        raise ValueError("has no name")
    if plain(name) in NOBODY:
        raise ValueError(f"{name!r} is nobody's name")
    return name


def _several(row: Cells) -> dict[str, object]:
    """Numbers, notes and alerts, which several columns may have."""
    member: dict[str, object] = {}
    cards = [*dict.fromkeys(Card(code=str(code)) for code in row.said.get("membership_number", []))]
    listed = [card for cell in row.said.get("cards", []) if isinstance(cell, tuple) for card in cell]
    cards += [card for card in listed if card not in cards]
    if len(cards) > MAX_CARDS:
        raise ValueError(f"has {len(cards)} cards, and a member has {MAX_CARDS} at the most")
    if cards:
        member["membership_number"] = cards[0].code
    if len(cards) > 1:
        member["cards"] = tuple(cards)
    if notes := row.said.get("notes"):
        member["notes"] = "\n".join(map(str, notes))[:1000]
    if alerts := [alert for cell in row.said.get("alerts", []) if isinstance(cell, tuple) for alert in cell]:
        member["alerts"] = tuple(alerts)
    return member


def _clearable(said: Iterable[Cells], fields: set[str]) -> tuple[Clearable, ...]:
    """The fields of a member that columns with these fields fill."""
    owes = fields & DEBTS or any("overdue" in row.said.get("status", []) for row in said)
    plan = {"plan"} if "fee_group" in fields else set[str]()
    return clearable(fields | plan | ({"payment_overdue"} if owes else set()))
