"""Several rows of one person: of their contracts the one that lets in longest counts. Two people are never made one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from gymtui.importing.questions import FEW, LEFT_OUT, ONE_BY_ONE, Questions
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import Card, Member, Policy
from gymtui.rules import NOON, decide
from gymtui.search.folding import fold

DIFFERENT, ONE = "different people", "one person"
MOST: Final = 9  # people whose a number may be: one that more have is nobody's, such as 0
THEY_ARE_ONE: Final = {ONE: "the contract that lets in longest counts, and all their cards are theirs"}
NEW_CARD: Final = "has no card any more, and gets a new one"
NO_OWNER: Final = {"nobody's": "they come in, and get new cards", LEFT_OUT: "these rows are left out"}


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
    merged, nobodys, told = _whose(merged, questions, today)
    return merged, [*left_out, *nobodys], [*remarks, *told]


def _by_number(rows: Sequence[Row]) -> tuple[list[list[Row]], list[Problem]]:
    """Rows with one id, or one number where they have no id, together, where they have one name too."""
    groups: dict[object, list[Row]] = {}
    left_out = []
    for row in rows:
        line, fields = row
        id, number = fields.get("external_id"), fields.get("membership_number")
        key = ("id", id) if id else ("number", number, _name(row)) if number else ("row", line)
        group = groups.setdefault(key, [])
        if group and _name(group[0]) != _name(row):
            sentence = f"the id {id} is on line {group[0][0]} already, of {group[0][1]['full_name']}"
            left_out.append(Problem(line, sentence))
        else:
            group.append(row)
    return list(groups.values()), left_out


def _by_name(groups: list[list[Row]], questions: Questions) -> list[list[Row]]:
    """Who has no id and no number, but one name with one e-mail address or birth date, or with nothing else that tells
    people apart, may be one: it is asked."""
    alike: dict[object, list[Row]] = {}
    for group in groups:
        fields = group[0][1]
        known = fields.get("email"), fields.get("birth_date")
        is_numbered = fields.get("external_id") or fields.get("membership_number")
        alike.setdefault(("line", group[0][0]) if is_numbered else (_name(group[0]), *known), []).extend(group)
    repeated = [rows for rows in alike.values() if len({line for line, _ in rows}) > 1 and not _numbered(rows)]
    if not repeated:
        return groups
    line, fields = repeated[0][0]
    answer = questions.ask(
        "rows of one name",
        f"“{fields['full_name']}” has {len(repeated[0])} rows with {_in_common(fields)} (line {line}"
        f"{'' if len(repeated) == 1 else f'; {len(repeated):,} such names'}). Are they one person?",
        {ONE: "the contract that lets in longest counts", DIFFERENT: "each is somebody"},
        of_people=True,
    )
    return list(alike.values()) if answer == ONE else groups


def _in_common(fields: Mapping[str, object]) -> str:
    is_known = fields.get("email") or fields.get("birth_date")
    return "one e-mail address or birth date" if is_known else "nothing that tells people apart"


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


def _whose(rows: Sequence[Row], questions: Questions, today: date) -> tuple[list[Row], list[Problem], list[Problem]]:
    """A number is one person's: whose it is of those who have it is asked, and the others come in without it, which is
    said; or whether they are one. Until somebody has answered, none of them comes in."""
    holders: dict[str, list[Row]] = {}
    for row in rows:
        for card in _cards(row[1]):
            holders.setdefault(card.code, []).append(row)
    shared = {code: those for code, those in holders.items() if len(those) > 1}
    kept, left_out, remarks = dict(rows), dict[int, Problem](), dict[int, Problem]()
    for code, owner in _owners(shared, questions).items():
        lines = [line for line, _ in shared[code] if line in kept]
        if owner == ONE:
            line, fields = _best([(line, kept.pop(line)) for line in lines], today)
            kept[line] = fields
            remarks[line] = Problem(line, f"of {len(lines)} rows of one person the one that lets in longest counts")
        for line in lines if owner != ONE else ():
            if owner == LEFT_OUT:
                left_out[line] = Problem(line, f"the number {code} is that of {_names(shared[code])}")
            elif owner != f"line {line}":
                kept[line] = _without(kept[line], code)
    cardless = [line for line, fields in rows if line in kept and _cards(fields) and not _cards(kept[line])]
    remarks |= {line: Problem(line, NEW_CARD) for line in cardless}
    people = sorted((line, fields) for line, fields in kept.items() if line not in left_out)
    return people, list(left_out.values()), [remarks[line] for line in remarks if line not in left_out]


def _owners(shared: Mapping[str, Sequence[Row]], questions: Questions) -> dict[str, str]:
    """Of each number the line whose it is, or what becomes of all who have it."""
    alike = {code: those for code, those in shared.items() if _may_be_one(those)}
    others = {code: those for code, those in shared.items() if code not in alike}
    of_one = "{count:,} numbers are each that of rows with one name and one e-mail address or birth date: {some}; …."
    of_several = "{count:,} numbers are those of several people: {some}; …. What becomes of these?"
    return _owners_of(others, "numbers of several people", of_several, {}, questions) | _owners_of(
        alike, "numbers of one name", f"{of_one} Are they one person each?", THEY_ARE_ONE, questions
    )


def _owners_of(
    shared: Mapping[str, Sequence[Row]], key: str, text: str, ones: Mapping[str, str], questions: Questions
) -> dict[str, str]:
    answer = ONE_BY_ONE
    if len(shared) > FEW:
        some = "; ".join(f"{code} of {_names(those)}" for code, those in islice(shared.items(), FEW))
        choices = {**ones, **NO_OWNER, ONE_BY_ONE: "of each number it is asked whose it is"}
        text = text.format(count=len(shared), some=some)
        answer = questions.ask(key, text, choices, otherwise=LEFT_OUT, of_people=True)
    return {
        code: _owner(code, those, ones, questions) if answer == ONE_BY_ONE else answer for code, those in shared.items()
    }


def _owner(code: str, rows: Sequence[Row], ones: Mapping[str, str], questions: Questions) -> str:
    mine = {
        f"line {line}": f"it is that of {fields['full_name']} ({_contract(fields)}), the others get new cards"
        for line, fields in rows
    }
    choices = {**ones, **(mine if len(mine) <= MOST else {}), **NO_OWNER}
    text = f"The number {code} is that of {_names(rows)}. Whose is it{', or are they one person' if ones else ''}?"
    return questions.ask(f"number {code}", text, choices, otherwise=LEFT_OUT, of_people=True)


def _contract(fields: Mapping[str, object]) -> str:
    until = fields.get("valid_until")
    return f"{fields.get('status', 'active')}{f', until {until}' if until else ''}"


def _may_be_one(rows: Sequence[Row]) -> bool:
    """Have they one name, and one e-mail address or birth date, and nothing of these that tells them apart?"""
    told = [{fields.get(field) for _, fields in rows} for field in ("email", "birth_date")]
    is_alike = any(len(each) == 1 and None not in each for each in told)
    return is_alike and len({_name(row) for row in rows}) == 1 and all(len(each - {None}) < 2 for each in told)


def _names(rows: Sequence[Row]) -> str:
    *first, last = [f"{fields['full_name']} (line {line})" for line, fields in rows[: FEW + 1]]
    return f"{', '.join(first)} and {last if len(rows) <= FEW + 1 else f'{len(rows) - FEW:,} more'}"


def _without(fields: dict[str, object], code: str) -> dict[str, object]:
    """The fields of a row without that card."""
    cards = [card for card in _cards(fields) if card.code != code]
    others = {name: value for name, value in fields.items() if name not in ("membership_number", "cards")}
    if cards:
        others["membership_number"] = cards[0].code
    return others | ({"cards": tuple(cards)} if len(cards) > 1 else {})


def _cards(fields: dict[str, object]) -> tuple[Card, ...]:
    cards, number = fields.get("cards"), fields.get("membership_number")
    if isinstance(cards, tuple) and cards:
        return cards
    return (Card(code=str(number)),) if number else ()


def _name(row: Row) -> str:
    return " ".join(fold(str(row[1]["full_name"])).split())
