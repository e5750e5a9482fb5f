"""How a member is found by what somebody types: folded words, and the digits of numbers."""

from __future__ import annotations

import re
import unicodedata

from gymtui.protocol import Member

_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Lower case, without accents: `Zoë` and `ZOE` are `zoe`."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(text: str) -> list[str]:
    """The folded words of a text, in order: `O'Neil, Ana` is `o`, `neil`, `ana`."""
    return _WORD.findall(fold(text))


def index_words(member: Member) -> set[str]:
    """The words a member is found by: the name's, the membership number and the digits of the phone number."""
    found = set(words(member.full_name))
    if member.membership_number:
        found.update(words(member.membership_number))
    if member.phone and (digits := "".join(c for c in member.phone if c.isdigit())):
        found.add(digits)
    return found
