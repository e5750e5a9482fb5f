"""Whether what is typed for a name is likely a password, typed into the wrong field.

Who has logged in at this machine is known by name, and sees what they type. Of anybody else the first letters are
shown, which is enough to see that the keys work; on a machine that knows nobody yet, whatever looks like a name is.
Hidden wrongly a name costs nothing: it is typed all the same, and known from then on.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from gymtui.names import folded

SHOWN: Final = 3  # characters of whoever is not known here
LONGEST: Final = 20  # characters of what looks like a name
_WORD: Final = re.compile(r"[^\W\d_]*[0-9]{0,3}")


def hides(text: str, known: Collection[str]) -> bool:
    """Is it to be masked, where these names are known?"""
    if any(folded(name).startswith(folded(text)) for name in known):
        return False
    return not looks_like_name(text) or (bool(known) and len(text) > SHOWN)


def is_known(text: str, known: Collection[str]) -> bool:
    """Is it one of these names?"""
    return any(folded(name) == folded(text) for name in known)


def looks_like_name(text: str) -> bool:
    """Words of letters with a short number behind, as in ana.silva or desk-2; capitals begin a word, or are all."""
    words = re.split("[-._'@]", text)
    return len(text) <= LONGEST and all(_WORD.fullmatch(word) and _is_cased(word) for word in words)


def _is_cased(word: str) -> bool:
    return word in (word.lower(), word.upper(), word.capitalize())
