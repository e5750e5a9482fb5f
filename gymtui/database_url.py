"""Where a gym's database is: a path, or the URL of one in PostgreSQL, which may have a password in it."""

from __future__ import annotations

import re
from typing import Final

_URL: Final = re.compile("postgres(?:ql)?://")
# All before the last `@` is a user and a password, whatever signs are in it; an option behind `?` may be one too.
_PARTS: Final = re.compile(r"(\w+://)(?:([^:]*?)(?::(.*))?@)?([^?@]*)(?:\?(.*))?", re.DOTALL)


def is_url(database: str) -> bool:
    """Is it of PostgreSQL? Anything else is a path."""
    return _URL.match(database) is not None


def shown(database: str) -> str:
    """As it may be printed: a path as it is, a URL without its password and its options."""
    if not is_url(database):
        return database
    scheme, user, _, where, _ = _parts(database)
    return f"{scheme}{user}@{where}" if user else f"{scheme}{where}"


def has_password(database: str) -> bool:
    """Does it say one?"""
    return is_url(database) and bool(_parts(database)[2] or "password=" in _parts(database)[4])


def _parts(url: str) -> tuple[str, str, str, str, str]:
    """Scheme, user, password, host and name, options; an empty text for what is not there."""
    found = _PARTS.fullmatch(url)
    scheme, user, password, where, options = found.groups("") if found else ("postgresql://", "", url, "…", "")
    return scheme, user, password, where, options
