"""Vital signs: what is looked up for `/metrics` when somebody asks: the process, disk, desks, opening hours."""

from __future__ import annotations

import asyncio
import math
import platform
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry, Gauge, Info, ProcessCollector

from gymtui import __version__, clock, gym_day
from server.net.certificate import Certificate
from server.net.lookout import KNOWN
from server.net.roster import Roster
from server.store import StoreError
from server.store.group_commit import GroupCommit

WITHIN: Final = 2.0  # seconds
DESKS: Final = 50  # that have a label: what a desk is called is its own choice


class Vitals:
    """Has the `registry` say what process, database, roster and certificate know; of a certificate's end nothing where
    there is none."""

    def __init__(
        self,
        database: GroupCommit,
        roster: Roster,
        certificate: Certificate | None,
        registry: CollectorRegistry,
        *,
        now: clock.Clock,
    ) -> None:
        self._database = database
        self._roster = roster
        self._now = now

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"gymtui_{name}", text, labels, registry=registry)

        ProcessCollector(registry=registry)
        runs = {"version": __version__, "python": platform.python_version()}
        Info("gymtui_build", "What runs here.", registry=registry).info(runs)
        self._data = gauge("database_bytes", "Bytes of the database.")
        self._log = gauge("database_log_bytes", "Bytes of the write-ahead log beside it, of a file.")
        self._free = gauge("disk_free_bytes", "Bytes that are free on its disk, of a file.")
        self._open = gauge("open", "1 while the gym is open by its policy, else 0.")
        self._heard = gauge(
            "desk_last_heard_timestamp_seconds",
            "When each desk that did not say goodbye was heard last: the newest 50 of a week.",
            "desk",
        )
        if certificate is not None:
            ends = gauge("certificate_end_timestamp_seconds", "When the server's certificate ends.")
            ends.set_function(lambda: certificate.ends)

    async def look(self) -> None:
        """Once. Where the database does not answer, these figures stay as they were: `/readyz` says so too."""
        store, query, now = self._database.store, self._database.query, self._now()
        try:
            async with asyncio.timeout(WITHIN):
                room, gym = await query(store.room), await query(store.gym)
                known = await query(store.last_heard, now - KNOWN)
        except (TimeoutError, StoreError):
            return
        self._data.set(room.data)
        self._log.set(math.nan if room.log is None else room.log)
        self._free.set(math.nan if room.free is None else room.free)
        self._open.set(gym_day.is_open(gym.policy, datetime.fromtimestamp(now / 1000, ZoneInfo(gym.timezone))))
        heard = {last.desk: last.at for last in known if not last.said_goodbye} | self._roster.heard()
        self._heard.clear()
        for desk in sorted(heard, key=lambda desk: -heard[desk])[:DESKS]:
            self._heard.labels(desk).set(heard[desk] / 1000)
