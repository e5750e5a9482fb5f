"""What an import is made of: rows that are members, and rows that cannot be."""

from __future__ import annotations

from typing import NamedTuple

from gymtui.errors import GymError

Row = tuple[int, dict[str, object]]
"""The line of a row (its last, where it has several), and the fields of a `Member` that it has."""


class Problem(NamedTuple):
    """A row that cannot be a member: its line in the file, and why."""

    line: int
    sentence: str


class MembersFileError(GymError):
    """A file that is no list of members."""
