"""Rows of a list that nobody was made of, as a list of their own with a column why: to be mended and imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gymtui.importing.csv_cells import cell_of
from gymtui.importing.headings import is_secret
from gymtui.importing.rows import MembersFileError, Problem
from gymtui.importing.table import Table
from gymtui.output import complain
from gymtui.private_file import may_replace, write_private

WHY: Final = "why"


def write_left_out(file: Path, table: Table, problems: Sequence[Problem]) -> None:
    """Writes them beside the file, for its owner's eyes, where there are any. MembersFileError."""
    if not problems:
        return
    path = file.with_name(f"{file.name}.left-out.csv")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    shown = [at for at, heading in enumerate(table.heading) if not is_secret(heading)]
    writer.writerow([WHY, *(table.heading[at] for at in shown)])
    for problem in problems:
        cells = table.cells.get(problem.line, [])
        writer.writerow([cell_of(problem.sentence), *(cell_of(cells[at]) for at in shown if at < len(cells))])
    try:
        if not may_replace(path, lambda head: head.startswith(WHY.encode() + b",")):
            raise MembersFileError(f"{path} is there already, and is no list of rows left out: please move it away.")
        write_private(path, text.getvalue().encode())
    except OSError as error:
        raise MembersFileError(f"{path} cannot be written: {error.strerror}.") from error
    complain(f"what was left out is in {path.name}, each row with why.")
