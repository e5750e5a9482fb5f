"""Pagination of visits: the query `list_check_ins` as SQL, and the cursor between two pages."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any, Final

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import ListCheckIns
from gymtui.search.index import word_conditions
from server.store import NoPage

END: Final = (1 << 62, "")  # comes behind every visit


def position(cursor: str | None) -> tuple[int, str]:
    """The visit that a page ended with, `(check_in_at, id)`; without a cursor, the end of time. NoPage."""
    if cursor is None:
        return END
    at, _, last = cursor.partition("/")
    if not re.fullmatch("[0-9]{1,15}", at) or not last:
        raise NoPage(cursor)
    return int(at), last


def cursor_of(row: tuple[Any, ...]) -> str:
    """Where the page after this row goes on; a row is `(event, check_in_at, id)`."""
    return f"{row[1]}/{row[2]}"


def history_query(wanted: ListCheckIns) -> tuple[str, list[object]]:
    """SQL and values for one page and a row more, which tells whether there is another page."""
    conditions, values = ["(check_in_at, id) < (?, ?)"], list[object](position(wanted.cursor))

    def only(condition: str, *bounds: object) -> None:
        conditions.append(condition)
        values.extend(bounds)

    if wanted.from_ is not None:
        only("check_in_at >= ?", clock.to_ms(wanted.from_))
    if wanted.to is not None:
        only("check_in_at < ?", clock.to_ms(wanted.to))
    if wanted.member_id is not None:
        only("member_id = ?", wanted.member_id)
    if wanted.status is not None:
        only(f"check_out_at IS {'' if wanted.status == 'checked_in' else 'NOT '}NULL")
    if wanted.location is not None:
        only("CAST(event AS TEXT) -> '$.location' = ?", encode(wanted.location).decode())  # as JSON: NUL ends a text
    if found := list(word_conditions(wanted.text or "")):
        either = " OR ".join(f"({condition})" for condition, _ in found)
        only(f"member_id IN (SELECT member_id FROM words WHERE {either})", *chain(*(values for _, values in found)))
    sql = f"SELECT event, check_in_at, id FROM visits WHERE {' AND '.join(conditions)} "
    return f"{sql} ORDER BY check_in_at DESC, id DESC LIMIT ?", [*values, wanted.limit + 1]
