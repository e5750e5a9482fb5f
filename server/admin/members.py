"""`gymtui admin members import`: a list comes in, through the journal."""

from __future__ import annotations

from pathlib import Path

from gymtui.errors import WrongUsage
from gymtui.importing.beside import keep_left_out, keep_new_cards
from gymtui.importing.named import in_rows
from gymtui.importing.ours import is_ours, read_members
from gymtui.importing.rows import MembersFileError, Problem, Row
from gymtui.importing.telling import grouped
from gymtui.output import complain, say
from gymtui.protocol import CardKind
from server.admin.errors import AdminError
from server.admin.exports import MEMBERS
from server.admin.importing.members import import_members
from server.admin.importing.planning import Applied, applied, ask_at_terminal, known, look_at
from server.admin.importing.undo import take_back, whoever
from server.admin.lists import counted
from server.admin.progress import Progress
from server.gym.importing.collisions import UNLIKE, Held, told_apart
from server.gym.importing.comparison import KEPT
from server.gym.importing.doubts import doubts
from server.store.opening import opened


def members_import(
    *, database: str, file: Path | None, strict: bool, apply: bool = False, undo: int | None = None
) -> None:
    """Adds or changes members: of a file in our own headings at once, of any other as its plan says, with `apply`.
    Without it, such a file is looked at, and nothing but its plan is written. Instead, `undo` takes an import back, by
    its number or, with 0, the last one."""
    if (file is None) == (undo is None):
        raise WrongUsage("An import is of one FILE, or --undo takes one back: please give one of the two.")
    if file is None:
        take_back(database, undo or None)
        return
    content = _read(file)
    if is_ours(content):
        taken, left_out = _take(database, file, *read_members(file, content), strict=strict)
    elif apply:
        plan = applied(file, content, known(database))
        seen = plan.seen
        taken, left_out = _take(database, file, seen.rows, seen.left_out, strict=strict, plan=plan)
        if (path := keep_left_out(file, seen.table, left_out)) is not None:
            complain(f"what was left out is in {path.name}, each row with why.")
        out = {problem.line for problem in left_out}
        count, path = keep_new_cards(file, seen.table, [each for each in seen.remarks if each.line not in out])
        if path is not None:
            say(f"{counted(count, 'member')} {'needs' if count == 1 else 'need'} a new card: who is in {path.name}.")
    else:
        look_at(file, content, known(database), ask=ask_at_terminal())
        return
    if left_out and not taken:
        raise AdminError(f"{file.name} was not imported: please mend the rows named above and import it again.")


def members_template() -> None:
    """Prints the headings of a list that is imported without a look."""
    print(",".join(MEMBERS))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise MembersFileError(f"{file} cannot be read: {error.strerror}.") from error


def _take(
    database: str,
    file: Path,
    rows: list[Row],
    problems: list[Problem],
    *,
    strict: bool,
    plan: Applied | None = None,
) -> tuple[int, list[Problem]]:
    """Every bad row is named, and the good ones are taken, or none with `strict`; gives how many, and those that not.

    Ctrl+C ends it between two commits, and it says how many are in.
    """
    with opened(database) as store, Progress("members") as progress:
        policy = store.gym().policy
        apart, alike = told_apart(store.all_members(), rows, policy.card_check)
        lines = {held.line for group in alike for held in group}
        named = [*(plan.seen.named if plan else ()), *in_rows(row for row in rows if row[0] in lines)]
        rows = apart
        if strict and (problems or alike):
            rows = []
        imported = import_members(
            store,
            rows,
            decisions=plan.decisions if plan else None,
            named=named,
            empty=plan.empty if plan else KEPT,
            missing=plan.missing if plan else "keep",
            strict=strict,
            go_on=lambda done: progress.go_on(done, len(rows)),
            source=file.stem,
            by=whoever(),
        )
    asked = [Problem(question.line, question.sentence) for question in imported.questions]
    taken, problems = imported.taken, sorted(problems + imported.problems + asked)
    _complain_of_rows(file, rows[: taken + len(imported.problems)], problems, policy.card_kind)
    _complain_of_alike(file, alike)
    untaken = len(problems) + len(lines - {None})
    print(f"{counted(taken, 'member')} imported, {counted(untaken, 'row')} not.")
    if plan is not None:
        print(f"{imported.new:,} of them {'is' if imported.new == 1 else 'are'} new.")
    if progress.is_interrupted and taken < len(rows):
        sentence = f"interrupted with {taken} of {len(rows)} members in: import {file.name} again for the rest."
        complain(sentence)
        raise KeyboardInterrupt
    if imported.inactive:
        print(f"{counted(imported.inactive, 'member')} who are not in the file are inactive now.")
    return taken, sorted(
        [*problems, *(Problem(held.line, UNLIKE) for group in alike for held in group if held.line is not None)]
    )


def _complain_of_rows(file: Path, rows: list[Row], problems: list[Problem], kind: CardKind | None) -> None:
    """What is wrong with the bad ones, and what may be wrong with the others."""
    for line in grouped(problems):
        complain(f"{file.name}, {line}")
    refused = {problem.line for problem in problems}
    for doubt in doubts([row for row in rows if row[0] not in refused], kind):
        complain(f"{file.name}, line {doubt.line}: {doubt.sentence}")


def _complain_of_alike(file: Path, alike: list[tuple[Held, ...]]) -> None:
    if alike:
        complain(f"{file.name}: no reader tells these cards apart, and none of these rows is imported:")
    for group in alike:
        complain(" · ".join(held.words for held in group))
