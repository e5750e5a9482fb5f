"""Where a gym's database is: a path, or the URL of one in PostgreSQL, which may have a password in it, and behind the
database's name that of one of the gyms there: `postgresql://HOST/NAME#GYM?sslmode=require`."""

from __future__ import annotations

import re
from typing import Final

_URLS: Final = ("postgres://", "postgresql://")
# All before the last `@` is a user and a password, whatever signs are in it; an option behind `?` may be one too.
_PARTS: Final = r"(?s)(\w+://)(?:([^:/?]*?)(?::(.*))?@)?([^?@]*)(?:\?(.*))?"
# Before the gym, the gym, behind it; a `#` in a password, on either side, is no gym's.
_AROUND: Final = r"(?s)(\w+://(?:[^/]*@)?[^?#@]*)(?:#([^?#@]*))?(\?.*)?"
_ESCAPED: Final = rb"%([0-9A-Fa-f]{2})"
_TO_ESCAPE: Final = rb"[^A-Za-z0-9_.~-]"


def is_url(database: str) -> bool:
    """Is it of PostgreSQL? Anything else is a path."""
    return database.startswith(_URLS)


def gym_of(database: str) -> tuple[str, str | None]:
    """The URL as PostgreSQL knows it, and the gym that it names."""
    found = re.fullmatch(_AROUND, database) if is_url(database) else None
    if found is None:
        return database, None
    before, gym, behind = found.groups("")
    name = re.sub(_ESCAPED, lambda sign: bytes.fromhex(sign[1].decode()), gym.encode(errors="replace"))
    return before + behind, name.decode(errors="replace").strip() or None


def with_gym(database: str, gym: str) -> str:
    """The URL with this gym in the place of any other; a path as it is, whose file has but one."""
    found = re.fullmatch(_AROUND, database) if is_url(database) else None
    if found is None:
        return database
    before, _, behind = found.groups("")
    name = re.sub(_TO_ESCAPE, lambda sign: b"%%%02X" % ord(sign[0]), gym.encode(errors="replace"))
    return f"{before}#{name.decode()}{behind}"


def shown(database: str) -> str:
    """As it may be printed: a path as it is, a URL without its password and its options."""
    if not is_url(database):
        return database
    url, gym = gym_of(database)
    scheme, user, _, where, _ = _parts(url)
    return f"{scheme}{user and f'{user}@'}{where}" + (f"#{gym}" if gym else "")


def has_password(database: str) -> bool:
    """Does it say one?"""
    return is_url(database) and bool(_parts(database)[2] or "password=" in _parts(database)[4])


def _parts(url: str) -> tuple[str, str, str, str, str]:
    """Scheme, user, password, host and name, options; an empty text for what is not there."""
    found = re.fullmatch(_PARTS, url)
    scheme, user, password, where, options = found.groups("") if found else ("postgresql://", "", url, "…", "")
    return scheme, user, password, where, options
