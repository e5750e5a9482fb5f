"""Whom a text finds, as a list under the box: with their numbers, and near hits are none of them."""

from __future__ import annotations

from typing import Final

from gymtui.protocol import Member
from gymtui.ui.box.mode import Box
from gymtui.ui.box.offer import Option, Palette

SHOWN: Final = 8  # rows


def people(box: Box, text: str) -> tuple[list[Member], Palette | None]:
    """Them, and the list; whoever's card that is, is meant alone."""
    owned = box.owner(text) if text else None
    hits = [hit.member for hit in box.desk.find(text, SHOWN) if not hit.near] if text and owned is None else []
    members = hits if owned is None else [owned.member]
    rows = tuple(Option(member.membership_number or "–", "", box.named(member.full_name)) for member in members)
    return members, Palette(text=text, options=rows, certain=len(rows) == 1) if rows else None
