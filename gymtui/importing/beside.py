"""What an import keeps beside its file: the plan, and the rows that nobody was made of; for its owner's eyes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gymtui.importing import plan_file
from gymtui.importing.contracts import NEW_CARD
from gymtui.importing.csv_cells import cell_of
from gymtui.importing.headings import is_secret
from gymtui.importing.plan_file import Plan
from gymtui.importing.rows import MembersFileError, Problem
from gymtui.importing.table import Table
from gymtui.private_file import may_replace, write_private

WHY: Final = "why"
PLAN: Final = ".plan.toml"
NEWEST: Final = 50  # plans of other files that are looked at


def plan_path(file: Path) -> Path:
    return file.with_name(f"{file.name}{PLAN}")


def plan_of(file: Path) -> Plan | None:
    """The plan beside it, None where there is none. MembersFileError."""
    path = plan_path(file)
    try:
        return plan_file.read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise MembersFileError(f"{path} cannot be read: {error}.") from error
    except MembersFileError as error:
        raise MembersFileError(f"{path} {error}.") from error


def plan_before(file: Path, headings: Sequence[str]) -> tuple[str, Plan] | None:
    """The newest plan of another file in the folder that has these headings, in whatever order, and that file's name.
    What it says of members who are not in the file, or of everybody, was said of that file alone, and is left out."""
    for path in sorted(file.parent.glob(f"*{PLAN}"), key=_age)[:NEWEST]:
        before = Path(str(path).removesuffix(PLAN))
        try:
            plan = plan_of(before)
        except MembersFileError:  # that file's own import says so
            continue
        if plan is not None and before.name != file.name and sorted(plan.headings) == sorted(headings):
            return before.name, plan._replace(everybody_may_come_in=False, missing="keep")
    return None


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def keep_plan(file: Path, text: str) -> None:
    """In the place of an older plan, and of nothing else. MembersFileError."""
    _keep(plan_path(file), text, plan_file.FIRST, "plan")


def keep_left_out(file: Path, table: Table, problems: Sequence[Problem]) -> Path | None:
    """These rows as a list of their own with a column why, to be mended and imported; where it is. MembersFileError."""
    return _keep_rows(file, "left-out", table, problems)


def keep_new_cards(file: Path, table: Table, remarks: Sequence[Problem]) -> tuple[int, Path | None]:
    """The rows of those who are in, and need a new card, as a list of their own: how many, and where it is.
    MembersFileError."""
    needing = [remark for remark in remarks if remark.sentence == NEW_CARD]
    return len(needing), _keep_rows(file, "new-cards", table, needing)


def _keep_rows(file: Path, kind: str, table: Table, problems: Sequence[Problem]) -> Path | None:
    if not problems:
        return None
    path = file.with_name(f"{file.name}.{kind}.csv")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    shown = [at for at, heading in enumerate(table.heading) if not is_secret(heading)]
    writer.writerow([WHY, *(table.heading[at] for at in shown)])
    for problem in problems:
        cells = table.cells.get(problem.line, [])
        writer.writerow([cell_of(problem.sentence), *(cell_of(cells[at]) for at in shown if at < len(cells))])
    _keep(path, text.getvalue(), f"{WHY},", "list of rows from an import")
    return path


def _keep(path: Path, text: str, begins: str, kind: str) -> None:
    try:
        if not may_replace(path, lambda head: head.startswith(begins.encode())):
            raise MembersFileError(f"{path} is there already, and is no {kind}: please move it away.")
        write_private(path, text.encode())
    except OSError as error:
        raise MembersFileError(f"{path} cannot be written: {error.strerror}.") from error
