"""User names and passwords as people type them: a letter has several spellings in Unicode, a name has capitals."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

NAME: Final = 64  # characters of a user's name at the most
TOGETHER: Final = " + "  # `ana + mia`: mia has let in, against the rules
SENT_BY: Final = ", sent by "  # `mia, sent by ana`: mia has queued it, at the desk from which ana has sent it
NAMING: Final = ", who names "  # `ana, who names mia`: ana says that mia has queued it, and nothing proves it


def tidy(name: str) -> str:
    """A name as it is kept: without blanks around it, each letter in its composed form (NFC)."""
    return unicodedata.normalize("NFC", name.strip())


def folded(name: str) -> str:
    """What two names that are told apart by nobody have in common."""
    return tidy(tidy(name).casefold())


def known_as(name: str, names: Iterable[str]) -> str | None:
    """Which of the names is meant: that very one, or the only one that is the same once folded."""
    names = set(names)
    same = [known for known in names if folded(known) == folded(name)]
    return name if name in names else same[0] if len(same) == 1 else None


def people(by: str) -> list[str]:
    """Whose an event is by its `by`: the user's, a manager's who has let in, who queued it and who sent it."""
    return [name.partition(NAMING)[0] for name in by.replace(SENT_BY, TOGETHER).split(TOGETHER)]


def may_be_name(text: str) -> bool:
    """Could a user be called so, or so from here on?"""
    return len(text) <= NAME and text.isprintable() and ":" not in text


def spellings(password: str) -> Iterator[str]:
    """The password in its composed form, which is hashed today, then in those that an older hash may be of."""
    forms = (unicodedata.normalize("NFC", password), password, unicodedata.normalize("NFD", password))
    yield from dict.fromkeys(forms)
