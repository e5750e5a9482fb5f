"""A gym without sockets: commands straight on its store, and a clock that goes only when it is told to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from gymtui import clock
from gymtui.protocol import CheckIn, CheckInEvent, CheckOut, Command, ErrorBody, Role, Stats, Undo
from server.gym.commands import perform
from server.gym.foresight import foreseen
from server.gym.orders import Order
from server.store import Outcome, Transaction, Work
from server.store.opening import open_store
from tests import templates
from tests.gym_kit import add_members, add_user

NINE = 1_795_338_000_000  # 2026-11-22T09:00:00.000Z, a Sunday
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FRONT = b"the token of the desk"  # the digest of one, as far as anybody here looks at it
ROLES: dict[str, Role] = {"ana": "staff", "ben": "staff", "mia": "manager"}


class Till:
    """`ana` and `ben` are staff, `mia` is a manager; they give commands one at a time, at the desk `Front`, which has
    been alone since 1970, for all that is known, has proven to be that desk, and all of them have been there."""

    def __init__(self, database: str | Path, *members: dict[str, object]) -> None:
        self.now = NINE
        if isinstance(database, Path) and not database.exists():
            templates.copy(_staff, database)
        else:
            _staff(database)
        self.store = open_store(database, now=lambda: self.now)
        self._ids = count(1)
        add_members(self.store, members)

    def give(
        self,
        payload: Command,
        *,
        id: str | None = None,
        user: str = "ana",
        desk: str | None = "Front",
        device: bytes | None = FRONT,
        connected: int | None = None,
    ) -> Outcome:
        """What becomes of the command; without an `id` it has one of its own."""
        id = id or f"c{next(self._ids)}"
        order = Order(
            id=id, payload=payload, user=user, role=ROLES[user], desk=desk, device=device, connected=connected
        )
        outcomes, _ = self.store.write([_work(order)])
        return outcomes[0]

    def give_together(self, *payloads: Command, ids: Sequence[str] = (), user: str = "mia") -> list[Outcome]:
        """What becomes of commands that share a commit; without `ids` they have some of their own."""
        ids = ids or [f"c{next(self._ids)}" for _ in payloads]
        orders = [
            Order(id=id, payload=payload, user=user, role=ROLES[user], desk="Front", device=FRONT)
            for id, payload in zip(ids, payloads, strict=True)
        ]
        outcomes, _ = self.store.write([_work(order) for order in orders])
        return outcomes

    def done(self, payload: Command, **how: Any) -> CheckInEvent:
        """The visit after a command that must not fail."""
        outcome = self.give(payload, **how)
        assert outcome.error is None, outcome.error
        assert outcome.result is not None
        return msgspec.json.decode(outcome.result, type=CheckInEvent)

    def refused(self, payload: Command, **how: Any) -> ErrorBody:
        """The error of a command that must fail."""
        outcome = self.give(payload, **how)
        assert outcome.result is None
        assert outcome.error is not None
        return outcome.error

    def check_in(self, code: str = "1", **how: Any) -> CheckInEvent:
        """The visit that begins."""
        return self.done(CheckIn(code=code), **how)

    def check_out(self, code: str = "1", **how: Any) -> CheckInEvent:
        """The visit that ends."""
        return self.done(CheckOut(code=code), **how)

    def undo(self, command_id: str, **how: Any) -> CheckInEvent:
        """The visit after that command is taken back."""
        return self.done(Undo(command_id=command_id), **how)

    def offline(self, at: int, code: str = "1", **how: Any) -> CheckInEvent:
        """A check-in that a desk tells of later; `at` is when it was, in ms."""
        return self.done(CheckIn(code=code, occurred_at=clock.to_text(at), offline=True), **how)

    @property
    def seq(self) -> int:
        """Where the journal ends."""
        return self.store.head().seq

    def counts(self) -> tuple[int, int, float | None]:
        """In now, today's check-ins, the mean of today's stays."""
        stats = self.store.stats()
        return stats.currently_in, stats.today_total, stats.average_stay_minutes

    def recount(self) -> Stats:
        """The counters as the visits themselves have them."""
        visits, gym = list(self.store.all_visits()), self.store.gym()
        zone, first = ZoneInfo(gym.timezone), int(gym.policy.day_begins[:2])
        turn = timedelta(hours=first if first <= 12 else first - 24)

        def day(time: str | datetime) -> date:
            at = datetime.fromisoformat(time) if isinstance(time, str) else time
            return (at.astimezone(zone).replace(tzinfo=None) - turn).date()

        wall = datetime.fromtimestamp(self.now / 1000, zone)
        today = day(wall)
        left = [v for v in visits if v.check_out_time is not None]
        counted = [v for v in visits if v not in left or not {"undone", "clash"} & set(v.flags)]
        stays = [
            clock.to_ms(v.check_out_time) - clock.to_ms(v.check_in_time)
            for v in left
            if v.check_out_time
            and day(v.check_out_time) == today
            and not {"undone", "clash", "assumed_out"} & set(v.flags)
        ]
        began = Counter(
            (day(v.check_in_time), datetime.fromisoformat(v.check_in_time).astimezone(zone).hour) for v in counted
        )
        then = [began[today - timedelta(days=7), hour] for hour in range(24)]
        over = [hour for hour in range(24) if (hour - first) % 24 < (wall.hour - first) % 24]
        so_far = sum(then[hour] for hour in over) + then[wall.hour] * wall.minute / 60
        return Stats(
            hours=tuple(began[today, hour] for hour in range(24)),
            same_weekday=round(so_far) if any(then) else None,
            currently_in=len(visits) - len(left),
            assumed=sum(v not in left and self.now - clock.to_ms(v.check_in_time) > 3 * HOUR for v in visits) or UNSET,
            today_total=sum(day(v.check_in_time) == today for v in counted),
            average_stay_minutes=round(sum(stays) / len(stays) / MINUTE, 1) if stays else None,
            capacity=gym.capacity,
            as_of_seq=self.seq,
            as_of=clock.to_text(self.now),
        )


def _staff(database: str | Path) -> None:
    with closing(open_store(database, now=lambda: NINE)) as store:
        for name, role in ROLES.items():
            add_user(store, name, role)
        store.write([partial(was_at, "Front", user) for user in ROLES])


def _work(order: Order) -> Work:
    return foreseen(order.id, order.payload, lambda tx: perform(tx, order))


def was_at(desk: str, user: str, tx: Transaction) -> None:
    """The user was logged in at the desk, once, and it is not connected any more."""
    tx.put_device(FRONT, user)
    tx.desks.go(desk, FRONT, user, 0, 0)


def command(code: str, id: str) -> Work:
    """Somebody checks in by that code."""
    order = Order(id=id, payload=CheckIn(code=code), user="ana", role="staff", desk=None)
    return lambda tx: perform(tx, order)
