"""Several rows of one person: of their contracts the one that lets in longest counts. Two people are never made one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from gymtui.importing.questions import Questions
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import Card, Member, Policy
from gymtui.rules import NOON, decide
from gymtui.search.folding import fold

DIFFERENT, ONE = "different people", "one person"


def one_each(rows: Sequence[Row], questions: Questions, today: date) -> tuple[list[Row], list[Problem], list[Problem]]:
    """A row a person; those that are left out; and what is to be said of those with several."""
    people, left_out = _by_number(rows)
    people = _by_name(people, questions)
    merged, remarks = list[Row](), list[Problem]()
    for group in people:
        line, fields = _best(group, today)
        merged.append((line, fields))
        if len(group) > 1:
            remarks.append(Problem(line, f"of {len(group)} rows of one person the one that lets in longest counts"))
    merged, taken = _without_taken_cards(merged)
    return merged, [*left_out, *taken], remarks


def _by_number(rows: Sequence[Row]) -> tuple[list[list[Row]], list[Problem]]:
    """Rows with one id, or one number where they have no id, together, where they have one name too."""
    groups: dict[object, list[Row]] = {}
    left_out = []
    for row in rows:
        line, fields = row
        id, number = fields.get("external_id"), fields.get("membership_number")
        group = groups.setdefault(("id", id) if id else ("number", number) if number else ("row", line), [])
        if group and _name(group[0]) != _name(row):
            what = f"the id {id}" if id else f"the number {number}"
            left_out.append(Problem(line, f"{what} is on line {group[0][0]} already, of {group[0][1]['full_name']}"))
        else:
            group.append(row)
    return list(groups.values()), left_out


def _by_name(groups: list[list[Row]], questions: Questions) -> list[list[Row]]:
    """Who has no id and no number, but one name with one e-mail address or birth date, may be one: it is asked."""
    alike: dict[object, list[Row]] = {}
    for group in groups:
        fields = group[0][1]
        known = fields.get("email"), fields.get("birth_date")
        nameless = fields.get("external_id") or fields.get("membership_number") or not any(known)
        alike.setdefault(("line", group[0][0]) if nameless else (_name(group[0]), *known), []).extend(group)
    repeated = [rows for rows in alike.values() if len({line for line, _ in rows}) > 1 and not _numbered(rows)]
    if not repeated:
        return groups
    line, fields = repeated[0][0]
    answer = questions.ask(
        "rows of one name",
        f"“{fields['full_name']}” has {len(repeated[0])} rows with one e-mail address or birth date (line {line}"
        f"{'' if len(repeated) == 1 else f'; {len(repeated):,} such names'}). Are they one person?",
        {ONE: "the contract that lets in longest counts", DIFFERENT: "each is somebody"},
    )
    return list(alike.values()) if answer == ONE else groups


def _numbered(rows: list[Row]) -> bool:
    return any(fields.get("external_id") or fields.get("membership_number") for _, fields in rows)


def _best(group: list[Row], today: date) -> Row:
    """The row that lets in longest, with the cards and the debts of all; a ban in one is a ban."""
    if len(group) == 1:
        return group[0]
    line, fields = max(group, key=lambda row: _lets_in(row, today))
    all_fields = [fields for _, fields in group]
    fields = dict(fields)
    if any(one.get("status") == "banned" for one in all_fields):
        fields["status"] = "banned"
    if any(one.get("payment_overdue") for one in all_fields):
        fields["payment_overdue"] = True
    cards = list(dict.fromkeys(card for one in all_fields for card in _cards(one)))
    if len(cards) > 1:
        fields["cards"] = tuple(cards)
    return line, fields


def _lets_in(row: Row, today: date) -> tuple[bool, str, float]:
    member = as_member(row)
    comes_in = decide(member, Policy(), datetime.combine(today, NOON)).action != "refuse"
    left = float("inf") if member.visits_left is None else member.visits_left
    return comes_in, member.valid_until or "9999-12-31", left


def as_member(row: Row) -> Member:
    """The member that a row is in a gym that has nobody yet."""
    fields: dict[str, Any] = {name: value for name, value in row[1].items() if name != "external_id"}
    return Member(**({"id": ""} | fields))


def _without_taken_cards(rows: Iterable[Row]) -> tuple[list[Row], list[Problem]]:
    """A number is one person's: who comes later in the file with the same is left out."""
    owner: dict[str, int] = {}
    kept, left_out = [], []
    for line, fields in rows:
        codes = [card.code for card in _cards(fields)]
        taken = next((code for code in codes if code in owner), None)
        if taken is None:
            owner |= dict.fromkeys(codes, line)
            kept.append((line, fields))
        else:
            left_out.append(Problem(line, f"the number {taken} is on line {owner[taken]} already"))
    return kept, left_out


def _cards(fields: dict[str, object]) -> tuple[Card, ...]:
    cards, number = fields.get("cards"), fields.get("membership_number")
    if isinstance(cards, tuple) and cards:
        return cards
    return (Card(code=str(number)),) if number else ()


def _name(row: Row) -> str:
    return " ".join(fold(str(row[1]["full_name"])).split())
