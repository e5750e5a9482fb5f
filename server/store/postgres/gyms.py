"""The gyms of a database, each in a schema of its own: which there are, which one is meant, and where a new one goes.

A gym is known by the name under which it was first served. It is kept as the comment of its schema, beside the tables:
what desks call the gym is a setting of theirs, and whoever changes it may not take the gym from its servers. The first
gym is in the schema `gymtui`, each other one in `gymtui_` and what of its name may stand there.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Final, NamedTuple

from psycopg import sql

from gymtui.names import folded
from server.store.errors import StoreError
from server.store.postgres.connection import Connection, Place
from server.store.postgres.founding import bring_up_to_date, keep_to_oneself
from server.store.records import UNNAMED, Standing
from server.store.sql.standing import called, standing

FIRST: Final = "gymtui"
NOWHERE: Final = "gymtui-gyms"  # no schema: of whoever only looks which there are
LONGEST: Final = 40  # characters of a name in a schema's: PostgreSQL has room for 63 bytes
LISTED: Final = 20  # names in a sentence
THERE: Final = f"""
SELECT n.nspname, obj_description(n.oid, 'pg_namespace')
FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'gym'
WHERE n.nspname ~ '^{FIRST}(|_[a-z0-9_]+)$'
AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
ORDER BY n.nspname
"""
FREE: Final = """
SELECT nspname, has_schema_privilege(oid, 'CREATE') AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid)
FROM pg_namespace n
"""
OWN: Final = "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = ?"

log = logging.getLogger(__name__)


class Known(NamedTuple):
    """A gym of the database; `name` is what picks it, and `is_kept` with its schema."""

    schema: str
    name: str
    is_kept: bool

    @property
    def has_name(self) -> bool:
        """Has anybody ever given it one?"""
        return self.is_kept or self.name != UNNAMED


def known(db: Connection) -> list[Known]:
    """All whose tables this user may read, in the transaction that is open."""
    there = db.execute(THERE).fetchall()
    return [Known(schema, name or called(_in(db, schema)), name is not None) for schema, name in there]


def standings(db: Connection) -> Iterator[Standing]:
    """How each of them stands."""
    for gym in known(db):
        yield standing(_in(db, gym.schema), gym.schema, gym.name)


def picked(gyms: Sequence[Known], name: str | None) -> Known | None:
    """The one of this name; without one, the only one there is, and one that nobody has named answers to any. None
    where it is still to be made; StoreError where several could be meant."""
    if len(gyms) == 1 and (name is None or not gyms[0].has_name):
        return gyms[0]
    if name is None:
        if gyms:
            which = "please say which, as --gym NAME, or as #NAME in the URL"
            raise StoreError(f"Several gyms are in that database: {which}. {_listed(gyms)}")
        return None
    found = [gym for gym in gyms if gym.name == name] or [gym for gym in gyms if folded(gym.name) == folded(name)]
    if len(found) > 1:
        step = f"COMMENT ON SCHEMA {found[-1].schema} IS 'NAME'"
        raise StoreError(f"Several gyms of that database are known as {name}: please give one another name, `{step}`.")
    return next(iter(found), None)


def found_at(url: str, name: str | None, *, patience: float) -> Place:
    """Where the gym of this name is, or the first one goes, as in `picked`; StoreError where others are there alone."""
    with Connection(Place(url, NOWHERE), patience=patience) as db:
        db.execute("BEGIN READ ONLY")
        gyms = known(db)
    gym = picked(gyms, name)
    if gym is None and gyms:
        step = "`gymtui serve --gym NAME` makes a new one"
        raise StoreError(f"There is no gym {name} in that database: {step}. {_listed(gyms)}")
    return Place(url, FIRST if gym is None else gym.schema)


def begin(url: str, name: str, at: int, *, patience: float) -> None:
    """Makes the gym of this name at `at` (ms), unless it is there; from here on it is known by it."""
    with Connection(Place(url, NOWHERE), patience=patience) as db:
        db.execute("BEGIN")
        if (gym := picked(known(db), name)) is not None and gym.is_kept:
            return
        keep_to_oneself(db, FIRST)  # whoever makes one, be it the first or another
        gyms = known(db)
        if (gym := picked(gyms, name)) is None:
            gym = _made(db, name, gyms, at)
        _keep(db, gym.schema, name if not gym.has_name else gym.name)
        db.execute("COMMIT")


def _made(db: Connection, name: str, others: Sequence[Known], at: int) -> Known:
    """A new gym, in a schema that is made too, unless an empty one waits for it there."""
    there = dict(db.execute(FREE).fetchall())
    schema = next(schema for schema in _schemas(name, is_first=not others) if there.get(schema, True))
    bring_up_to_date(_in(db, schema), schema, at)
    if others:
        log.warning("%s is a new gym in that database, beside others: each command there has to say --gym.", name)
    return Known(schema, name, is_kept=False)


def _schemas(name: str, *, is_first: bool) -> Iterator[str]:
    """What a new gym's could be called, until one is free: names that are told apart may be one here."""
    if is_first:
        yield FIRST
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    begins = f"{FIRST}_{'_'.join(re.findall('[a-z0-9]+', plain))[:LONGEST].rstrip('_') or 'gym'}"
    yield begins
    yield from (f"{begins}_{number}" for number in count(2))


def _keep(db: Connection, schema: str, name: str) -> None:
    """Its owner alone may: a schema of somebody else's is known by what its gym is called."""
    if db.execute(OWN, (schema,)).fetchone()[0]:
        db.script(f"COMMENT ON SCHEMA {schema} IS {sql.quote(name)}")


def _in(db: Connection, schema: str) -> Connection:
    """Until the end of the transaction its statements name the tables of that schema."""
    db.execute(f"SET LOCAL search_path = {schema},pg_catalog")
    return db


def _listed(gyms: Iterable[Known]) -> str:
    names = sorted(gym.name for gym in gyms)
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"It has {', '.join(names[:LISTED])}{more}."
