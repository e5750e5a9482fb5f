"""Namesakes: what tells members of one name apart, something that one may ask at a desk. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from gymtui.printable import printable
from gymtui.protocol import Member
from gymtui.search.folding import fold

PHONE_END: Final = 4  # digits that somebody knows by heart


def told_apart(members: Iterable[Member]) -> dict[str, str]:
    """By member id, for those whose name somebody else has too: the birth date, `b. 4 May 1988`, else the end of the
    phone, else the notes; empty where all of that is the same."""
    namesakes: defaultdict[str, list[Member]] = defaultdict(list)
    for member in members:
        namesakes[fold(member.full_name)].append(member)
    told: dict[str, str] = {}
    for same in namesakes.values():
        if len(same) > 1:
            known = Counter(remark for member in same for remark in set(_remarks(member)))
            for member in same:
                told[member.id] = next((remark for remark in _remarks(member) if known[remark] == 1), "")
    return told


def _remarks(member: Member) -> Iterator[str]:
    if born := _day(member.birth_date):
        yield f"b. {born.day} {born:%b %Y}"
    if digits := "".join(filter(str.isdigit, member.phone or "")):
        yield f"phone …{digits[-PHONE_END:]}"
    if notes := " ".join(printable(member.notes or "").split()):
        yield notes


def _day(text: str | None) -> date | None:
    """A date as it stands in the directory; None where it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
