"""The statements of `server.store.sql`, as PostgreSQL spells them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import Final

STAND_IN: Final = "\ue000"  # of private use: it means nothing
NUL: Final = r"\u0000", r"\ue000"  # in JSON
_HINT: Final = re.compile(r" INDEXED BY \w+")  # its planner knows figures, and needs none
_LOOK: Final = re.compile(r"CAST\(([\w.]+) AS TEXT\) (->>?) '\$\.([\w.]+)'")  # into what is kept encoded
_AT: Final = re.compile(r"CAST\(([\w.]+) AS TEXT\) ->> '\$\.at'")  # by which there is an index
_BYTES: Final = re.compile(r" AS BLOB\)")
_ASIDE: Final = re.compile(r"/\*(.*?)\*/")  # what SQLite is not told
_VALUE: Final = re.compile(r"\?(\d*)")


@lru_cache(maxsize=1024)
def spoken(sql: str) -> str:
    """A statement in SQLite's spelling, in this engine's own."""
    number = count(1)
    told = _AT.sub(r'(happened(\1) COLLATE "C")', _ASIDE.sub(r"\1", _HINT.sub("", sql)))
    looked = _LOOK.sub(_looked, _BYTES.sub(" AS BYTEA)", told))
    return _VALUE.sub(lambda found: f"${found[1] or next(number)}", looked)


def sayable(value: object) -> object:
    """A value as it may be asked for: no text here holds NUL, and `told` has the same in its place."""
    return value.replace("\0", STAND_IN).replace(*NUL) if isinstance(value, str) else value


def _looked(found: re.Match[str]) -> str:
    column, arrow, path = found.groups()
    inside = f"told({column}) #{arrow.removeprefix('-')} '{{{path.replace('.', ',')}}}'"
    return f"({inside})" if arrow == "->>" else f"({inside})::text"
