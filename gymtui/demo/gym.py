"""The demo's gym: its database, with people in it and three hours behind it."""

from __future__ import annotations

import secrets
from contextlib import closing
from datetime import date
from itertools import takewhile
from pathlib import Path
from random import Random
from typing import Final

from gymtui import clock, config
from gymtui.protocol import CheckIn, CheckOut
from gymtui.sample.day import Step, steps
from gymtui.sample.people import members
from server.admin.importing.members import import_members
from server.admin.users import add_user
from server.auth.auth import issue_by_hand
from server.gym.commands import perform
from server.gym.orders import Order
from server.gym.settings import configure
from server.store import Work
from server.store.opening import open_store, opened

MEMBERS: Final = 400
CAPACITY: Final = 120
TOKENS: Final = 24 * 3600  # seconds: they outlive any demo
HOURS: Final = 3  # that are behind it when the demo begins
FROM: Final = 13  # o'clock, of the day that these hours are made like: about forty are in at the end
MINUTE: Final = 60_000  # milliseconds


def make_gym(database: Path, seed: int) -> tuple[str, str]:
    """A database with members, two users and the last three hours; gives a token for each user, desk and door."""
    with opened(database) as store:
        store.write([configure(name="Riverside", timezone=config.local_timezone(), capacity=CAPACITY)])
    now = clock.now()
    at = now - HOURS * 60 * MINUTE
    with closing(open_store(database, now=lambda: at)) as store:
        people = list(members(MEMBERS, Random(seed), date.today()))
        import_members(store, enumerate(people, 1))
        users = [add_user(store, name, "staff", secrets.token_urlsafe()) for name in ("demo", "door")]
        desk, door = (issue_by_hand(store, user, ttl=TOKENS) for user in users)
        codes = [str(person["membership_number"]) for person in people]
        day = steps(codes, Random(seed), start_hour=FROM)
        first = next(day).minute
        for step in takewhile(lambda step: step.minute < first + HOURS * 60 - 1, day):
            at = now - round((HOURS * 60 - (step.minute - first)) * MINUTE)
            store.write([_scan(step, at)])
    return desk, door


def _scan(step: Step, at: int) -> Work:
    payload = CheckIn(code=step.code, location="Main door") if step.way == "in" else CheckOut(code=step.code)
    order = Order(id=clock.new_id(at), payload=payload, user="door", role="staff", desk="door 1")
    return lambda tx: perform(tx, order)
