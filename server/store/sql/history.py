"""The history as SQL: `list_check_ins` and `list_refusals`, page by page, and the cursor between two pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from typing import Any, Final

from msgspec import Struct

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import ListCheckIns, ListRefusals, Refusal
from gymtui.search.index import word_conditions
from server.store import NoPage
from server.store.sql.database import Database

LAST: Final = clock.to_ms("9999-12-31T00:00:00Z")
END: Final = (1 << 62, "")  # comes behind every visit
LOOKED: Final = 10_000  # rows that are looked at for one page, at the most
FEW: Final = 100  # members whose visits are sorted by time; of more, the next page is never far

TEXT: Final = "CAST(event AS TEXT)"  # outside, where a row is `event, at, id, person`
# SQLite keeps the order in which it looks at them, and told to sort would look at all of them first. Other engines keep
# it where they are told to, and see by the index that nothing is left to be sorted.
IN_THAT_ORDER: Final = "/* ORDER BY at DESC, id DESC */"

Condition = tuple[str, tuple[object, ...]]  # SQL, and its values


class Rows(Struct, frozen=True):
    """Rows that have a time, from a table: what goes out of one, its time, what tells it from others of that time,
    whom it is about, where in it stands by whom and at which desk, how a time (ms) is written there, and of how many
    an `event` tells."""

    event: str
    at: str
    id: str
    person: str
    hands: tuple[str, ...]
    written: Callable[[int], object]
    number: str


def _as_text(ms: int) -> str:
    """Text sorts like the times it is of, but for those that no calendar has, which come behind all."""
    return clock.to_text(ms) if ms < LAST else "~"


# Neither what was taken back nor a second check-in is a visit.
NUMBER: Final = """CASE WHEN instr(event, CAST('"clash"' AS BLOB)) OR (instr(event, CAST('"undone"' AS BLOB))
    AND instr(event, CAST('"status":"checked_out"' AS BLOB))) THEN 0 ELSE 1 END"""
VISITS: Final = Rows(
    "event", "check_in_at", "id", "member_id", ("$", "$.let_in", "$.let_out", "$.corrected"), int, NUMBER
)
# When it was refused, and not when the server was told: a desk that was alone tells afterwards.
REFUSALS: Final = Rows(
    event="payload",
    at="CAST(payload AS TEXT) ->> '$.at'",
    id="seq",
    person="CAST(payload AS TEXT) ->> '$.member.id'",
    hands=("$",),
    written=_as_text,
    number="coalesce(CAST(CAST(event AS TEXT) ->> '$.count' AS INTEGER), 1)",
)


class Wanted(Struct, frozen=True):
    """A page of rows, the newest first. An index answers `inside`; `outside` is looked at row by row, and so no page
    goes through more than `LOOKED` of them."""

    rows: Rows
    table: str
    inside: list[Condition]
    outside: list[Condition]

    def page(self, limit: int) -> tuple[Any, ...]:
        """SQL and values for so many rows, `(event, at, id)`."""
        sql = f"SELECT event, at, id FROM {self._looked} {IN_THAT_ORDER} LIMIT ?"
        return (sql, *_values(self.inside), *_values(self.outside), limit)

    def in_all(self) -> tuple[Any, ...]:
        """The same for how many all of them tell of, where there is no `end`."""
        sql = f"SELECT sum({self.rows.number}) FROM {self._looked}"
        return (sql, *_values(self.inside), *_values(self.outside))

    def end(self) -> tuple[Any, ...]:
        """The same for the row behind which this page has not looked; for none where it has seen all."""
        columns = f"NULL, {self.rows.at} AS at, {self.rows.id} AS id"
        return (f"{self._newest(columns)} LIMIT 1 OFFSET {LOOKED - 1}", *_values(self.inside))

    @property
    def _looked(self) -> str:
        rows = self.rows
        columns = f"{rows.event} AS event, {rows.at} AS at, {rows.id} AS id, {rows.person} AS person"
        filtered = " AND ".join(["TRUE", *(condition for condition, _ in self.outside)])
        return f"({self._newest(columns)} LIMIT {LOOKED}) AS looked WHERE {filtered}"

    def _newest(self, columns: str) -> str:
        conditions = " AND ".join(condition for condition, _ in self.inside)
        return (
            f"SELECT {columns} FROM {self.table} WHERE {conditions} ORDER BY {self.rows.at} DESC, {self.rows.id} DESC"
        )


def position(cursor: str | None) -> tuple[int, str]:
    """The visit that a page ended with, `(check_in_at, id)`; without a cursor, the end of time. NoPage."""
    if cursor is None:
        return END
    at, _, last = cursor.partition("/")
    if not re.fullmatch("[0-9]{1,15}", at) or not last:
        raise NoPage(cursor)
    return int(at), last


def cursor_of(row: tuple[Any, ...]) -> str:
    """Where the page after this row goes on; a row is `(event, at, id)`."""
    at = clock.to_ms(row[1]) if isinstance(row[1], str) else row[1]
    return f"{at}/{row[2]}"


def visits_wanted(wanted: ListCheckIns, db: Database) -> Wanted:
    """The visits of a time, a member, a state, whose rows say what is asked. NoPage, ValueError."""
    before, outside = position(wanted.cursor), _by_hand(VISITS, wanted)
    inside, index = _since(VISITS, wanted), "visits_by_time"
    if wanted.at is not None:
        at = clock.to_ms(wanted.at)
        before = min(before, (at + 1, ""))
        inside.append(("check_in_at > ? AND (check_out_at IS NULL OR check_out_at > ?)", (at - clock.DAY, at)))
    inside.append(_before(VISITS, wanted, before))
    if wanted.status == "checked_in":
        index = "visits_present"
        inside.append(("check_out_at IS NULL", ()))
    if wanted.status == "checked_out":
        inside.append(("check_out_at IS NOT NULL", ()))
    if wanted.location is not None:
        as_json = encode(wanted.location).decode()  # NUL ends a text
        outside.append((f"{TEXT} -> '$.location' = ?", (as_json,)))
    if (named := _named(wanted.text)) is not None:
        few = db.execute(f"SELECT DISTINCT member_id FROM words WHERE {named[0]} LIMIT {FEW + 1}", named[1]).fetchall()
        if len(few) <= FEW:
            index = "visits_by_member"
            ids = encode([id for (id,) in few]).decode()
            inside.append(("member_id IN (SELECT value FROM json_each(?))", (ids,)))
        else:
            outside.append(_about(named))
    if wanted.member_id is not None:
        index = "visits_by_member"
        inside.append(("member_id = ?", (wanted.member_id,)))
    return Wanted(VISITS, f"visits INDEXED BY {index}", inside, outside)


def refusals_wanted(wanted: ListRefusals) -> Wanted:
    """The refusals of a time, about a member, whose rows say what is asked. NoPage, ValueError."""
    at, seq = position(wanted.cursor)
    if wanted.cursor is not None and not re.fullmatch("[0-9]{1,15}", seq):
        raise NoPage(wanted.cursor)
    inside, outside = _since(REFUSALS, wanted), _by_hand(REFUSALS, wanted)
    before, (until, last) = _before(REFUSALS, wanted, (at, int(seq or 0)))
    # Once more for the index, which does not go by a pair of what is read out of a row.
    inside += [(f"type = '{Refusal.type}'", ()), (f"{REFUSALS.at} <= ? AND {before}", (until, until, last))]
    if (named := _named(wanted.text)) is not None:
        outside.append(_about(named))
    if wanted.member_id is not None:
        outside.append(("person = ?", (wanted.member_id,)))
    return Wanted(REFUSALS, "journal INDEXED BY refusals_by_time", inside, outside)


def _since(rows: Rows, wanted: ListCheckIns | ListRefusals) -> list[Condition]:
    return [] if wanted.from_ is None else [(f"{rows.at} >= ?", (rows.written(clock.to_ms(wanted.from_)),))]


def _before(rows: Rows, wanted: ListCheckIns | ListRefusals, place: tuple[int, Any]) -> Condition:
    """The one upper end, where there are several: an index goes by one of them only, and not always by the lowest."""
    if wanted.to is not None:
        place = min(place, (clock.to_ms(wanted.to), type(place[1])()))
    at, id = place
    return f"({rows.at}, {rows.id}) < (?, ?)", (rows.written(at), id)


def _by_hand(rows: Rows, wanted: ListCheckIns | ListRefusals) -> list[Condition]:
    """At which desk, by whom: whole words of what the row says, `2` of `desk 2`, `mia` of `ana + mia`; of a visit, at
    either end."""
    words = [("desk", wanted.desk), ("by", wanted.by)]
    said = "instr(' ' || lower(coalesce({text} ->> '{hand}.{field}', '')) || ' ', ?)"
    return [
        (
            "(" + " OR ".join(said.format(text=TEXT, hand=hand, field=field) for hand in rows.hands) + ")",
            (f" {word.lower()} ",) * len(rows.hands),
        )
        for field, word in words
        if word is not None
    ]


def _named(text: str | None) -> Condition | None:
    """The words of those whom a text finds; None where there is no word in it."""
    found = list(word_conditions(text or ""))
    either = " OR ".join(f"({condition})" for condition, _ in found)
    return (either, tuple(chain(*(values for _, values in found)))) if found else None


def _about(named: Condition) -> Condition:
    return f"person IN (SELECT member_id FROM words WHERE {named[0]})", named[1]


def _values(conditions: list[Condition]) -> list[object]:
    return [value for _, values in conditions for value in values]
