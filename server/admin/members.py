"""`gymtui admin members` and `check-ins`: lists in, lists out; what comes in goes through the journal."""

from __future__ import annotations

from pathlib import Path

from gymtui.importing.ours import read_members
from gymtui.output import complain
from server.admin.errors import AdminError
from server.admin.exports import refuse_to_replace, write_check_ins, write_members
from server.admin.importing.collisions import Held, told_apart
from server.admin.importing.doubts import doubts
from server.admin.importing.members import import_members
from server.admin.progress import Progress
from server.store.opening import opened


def members_import(*, database: str, file: Path, strict: bool) -> None:
    """Adds or changes members; every bad row is named, and the good ones are taken, or none with `strict`.

    Ctrl+C ends it between two commits, and it says how many are in.
    """
    rows, problems = read_members(file)
    with opened(database) as store, Progress("members") as progress:
        rows, alike = told_apart(store, rows)
        if strict and (problems or alike):
            rows = []
        imported = import_members(store, rows, strict=strict, go_on=lambda done: progress.go_on(done, len(rows)))
    taken, problems = imported.taken, sorted(problems + imported.problems)
    for problem in problems:
        complain(f"{file.name}, line {problem.line}: {problem.sentence}")
    refused = {problem.line for problem in problems}
    for doubt in doubts([row for row in rows[: taken + len(imported.problems)] if row[0] not in refused]):
        complain(f"{file.name}, line {doubt.line}: {doubt.sentence}")
    _complain_of_alike(file, alike)
    untaken = len(problems) + len({held.line for group in alike for held in group} - {None})
    print(f"{_count(taken, 'member')} imported, {_count(untaken, 'row')} not.")
    if progress.is_interrupted and taken < len(rows):
        sentence = f"interrupted with {taken} of {len(rows)} members in: import {file.name} again for the rest."
        complain(sentence)
        raise KeyboardInterrupt
    if untaken and not taken:
        raise AdminError(f"{file.name} was not imported: please mend the rows named above and import it again.")


def _complain_of_alike(file: Path, alike: list[tuple[Held, ...]]) -> None:
    if alike:
        complain(f"{file.name}: no reader tells these cards apart, and none of these rows is imported:")
    for group in alike:
        complain(" · ".join(held.words for held in group))


def members_export(*, database: str, file: Path) -> None:
    """Every member as a row, in the columns that the import takes."""
    refuse_to_replace(file)
    with opened(database, found=True) as store:
        count = write_members(file, store.all_members())
    print(f"{_count(count, 'member')} exported.")


def check_ins_export(*, database: str, file: Path) -> None:
    """Every check-in as a row, the oldest first."""
    refuse_to_replace(file)
    with opened(database, found=True) as store:
        count = write_check_ins(file, store.all_visits(), store.all_members())
    print(f"{_count(count, 'check-in')} exported.")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
