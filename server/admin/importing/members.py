"""Import of members into the gym, some hundreds in a commit: a server beside it has its turn in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from msgspec.structs import asdict, replace

from gymtui import clock
from gymtui.protocol import Member
from server.admin.importing.csv_members import Problem, Row
from server.store import Store, Transaction

CHUNK: Final = 500  # members in one commit


class _Undone(Exception):
    """Raised inside a commit, to roll it back."""


def import_members(
    store: Store,
    members: Iterable[Row],
    *,
    strict: bool = False,
    go_on: Callable[[int], bool] = lambda _: True,
) -> tuple[int, list[Problem]]:
    """Takes members by line and fields; gives how many are as the file says now, and the rows that could not be.

    `strict` takes all of them in one commit, or none. `go_on` is asked before each row, with the number of rows behind
    it; where it says no, the import ends with its last commit.
    """
    rows = list(members)
    problems: list[Problem] = []
    taken = 0
    step = max(len(rows), 1) if strict else CHUNK
    for start in range(0, len(rows), step):
        chunk, found = rows[start : start + step], list[Problem]()
        try:
            store.write([partial(_take_all, rows=chunk, behind=start, strict=strict, go_on=go_on, problems=found)])
        except _Undone:
            return taken, problems + found
        taken += len(chunk) - len(found)
        problems += found
    return taken, problems


def _take_all(
    tx: Transaction,
    *,
    rows: list[Row],
    behind: int,
    strict: bool,
    go_on: Callable[[int], bool],
    problems: list[Problem],
) -> None:
    for number, (line, fields) in enumerate(rows, behind):
        if not go_on(number):
            raise _Undone
        if (sentence := _take(tx, fields)) is not None:
            problems.append(Problem(line, sentence))
    if strict and problems:
        raise _Undone


def _take(tx: Transaction, fields: dict[str, object]) -> str | None:
    """One row of the file; a sentence where it cannot be."""
    id, number = fields.get("id"), fields.get("membership_number")
    holder = tx.member_by_code(str(number)) if number is not None else None
    before = tx.member(str(id)) if id is not None else holder
    if holder is not None and before is not holder and (before is None or before.id != holder.id):
        return f"the number {number} belongs to {holder.full_name}"
    known = asdict(before) if before is not None else {"id": id or clock.new_id(tx.at)}
    member = Member(**(known | fields | {"deleted": False}))  # read_members has checked every field
    if member != before:
        member = replace(member, seq=tx.next_seq)
        tx.put_member(member)
        tx.append(member, kind="import", user="")
    return None
