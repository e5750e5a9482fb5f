"""A gym of many members and a year of visits, made in seconds and kept in the temporary folder for the next run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import CheckIn, CheckInEvent, CheckOut, Command, MemberRef, Role
from gymtui.sample.people import members
from server.gym.commands import perform
from server.gym.orders import Order
from server.store import Store, Work
from server.store.opening import open_store
from server.store.sqlite.schema import SCHEMA_VERSION
from tests.gym_kit import add_members, add_user
from tests.sqlite_kit import connection_of

YEAR: Final = 364  # days, before today
OPEN: Final = 15 * 60  # minutes of a day in which somebody may come
FIRST: Final = 6 * 60  # minutes of the day, when it opens
TODAY: Final = 300  # who have come today; every other one has left
USERS: Final[tuple[tuple[str, Role], ...]] = (("ana", "staff"), ("ben", "staff"), ("mia", "manager"))

Person = tuple[str, str]  # id and name


def kept_gym(people: int, visits: int) -> Path:
    """The folder of such a gym; its `gym.db` is made where today has none of this version yet."""
    today = datetime.now(UTC).date()
    folder = Path(tempfile.gettempdir()) / f"gymtui-big-{os.getuid()}" / f"{today}-{SCHEMA_VERSION}-{people}-{visits}"
    if not (folder / "gym.db").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with closing(open_store(folder / "gym.part")) as store:
            for name, role in USERS:
                add_user(store, name, role)
            fill(store, people, visits, until=datetime(today.year, today.month, today.day, tzinfo=UTC))
            come_today(store)
        (folder / "gym.part").rename(folder / "gym.db")
    return folder


def fill(store: Store, people: int, visits: int, *, until: datetime) -> None:
    """Members, and visits of the year before a midnight, with the figures that follow from them."""
    add_members(store, members(people, Random(7), until.date()))
    known = [(member.id, member.full_name) for member in store.all_members()]
    db = connection_of(store)
    db.execute("BEGIN")
    db.executemany("INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows(known, visits, until))
    db.execute(
        "INSERT INTO hours SELECT strftime('%Y-%m-%dT%H', check_in_at / 1000, 'unixepoch'), count(*), 0, 0 "
        "FROM visits GROUP BY 1"
    )
    db.execute("COMMIT")


def rows(people: list[Person], count: int, until: datetime) -> Iterator[tuple[Any, ...]]:
    """Of the table; half of the exits nobody saw."""
    random = Random(1)
    for n in range(count):
        id, name = random.choice(people)
        day = until - timedelta(days=YEAR - n * YEAR // count)
        came = int((day + timedelta(minutes=FIRST + random.randrange(OPEN))).timestamp() * 1000)
        left = came + random.randrange(20, 150) * 60_000
        event = CheckInEvent(
            id=clock.new_id(came),
            member=MemberRef(id, name, id[-6:]),
            check_in_time=clock.to_text(came),
            check_out_time=clock.to_text(left),
            status="checked_out",
            location="Main door",
            by=random.choice(["ana", "ben"]),
            desk=random.choice(["desk 1", "desk 2"]),
            flags=("assumed_out",) * (n % 2),
            command_id=f"c{n}",
        )
        yield event.id, id, came, left, event.command_id, 0, None, encode(event)


def come_today(store: Store) -> None:
    """By commands, so that the journal has them, and every desk its feed."""
    for number, member in enumerate(islice(store.all_members(), TODAY)):
        store.write([_done(f"in{number}", CheckIn(member_id=member.id))])
        if number % 2:
            store.write([_done(f"out{number}", CheckOut(member_id=member.id))])


def _done(id: str, payload: Command) -> Work:
    order = Order(id=id, payload=payload, user="ana", role="staff", desk="desk 2")
    return lambda tx: perform(tx, order)
