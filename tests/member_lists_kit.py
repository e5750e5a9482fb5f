"""Member lists as real programs write them: their headings and ways of writing, with people who do not exist.

Each has somebody who must be refused; `TODAY` is when the lists were made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from textwrap import dedent
from typing import Final, NamedTuple

from gymtui.importing.contracts import as_member
from gymtui.importing.looking import Answers, Look, look
from gymtui.protocol import Member, Policy
from gymtui.rules import decide

TODAY: Final = date(2026, 11, 27)
NOON: Final = datetime(2026, 11, 27, 12)


class Sample(NamedTuple):
    """A list, the answers to its questions, and what is true of its people: who comes in, who is refused, and until
    when each is a member."""

    content: bytes
    answers: Mapping[str, str]
    come_in: Mapping[str, str | None]
    refused: Mapping[str, str | None]
    left_out: int = 0


def sample(
    text: str,
    come_in: Mapping[str, str | None],
    refused: Mapping[str, str | None],
    answers: Mapping[str, str] | None = None,
    *,
    left_out: int = 0,
    encoding: str = "utf-8",
) -> Sample:
    """One that is text."""
    return Sample(dedent(text).lstrip("\n").encode(encoding), answers or {}, come_in, refused, left_out)


def looked(content: bytes, answers: Mapping[str, str] | None = None, fields: Mapping[str, str] | None = None) -> Look:
    """A look at a list for a gym that has nobody yet."""
    return look(content, Answers(fields or {}, answers or {}), today=TODAY)


def people(seen: Look) -> dict[str, Member]:
    """The members whom a look has found, by name."""
    return {member.full_name: member for member in map(as_member, seen.rows)}


def comes_in(member: Member) -> bool:
    return decide(member, Policy(), NOON).action != "refuse"
