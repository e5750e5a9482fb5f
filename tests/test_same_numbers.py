"""How full it is, how many came, how long they stay: the same numbers in every place that shows them."""

from __future__ import annotations

import csv
import re
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from gymtui import clock
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.desk.handover import shift
from gymtui.client.desk.outbox_queue import OutboxQueue
from gymtui.client.desk.presence import Presence
from gymtui.client.replica.replica import Replica
from gymtui.client.state import Inside
from gymtui.protocol import CheckOut, Policy, Refusal, Snapshot
from gymtui.rules import is_assumed_in
from gymtui.ui.traffic import Traffic
from server.admin.deeds import deeds
from server.admin.lists import check_ins_export
from server.gym.auto_check_out import AutoCheckOut
from server.store.group_commit import GroupCommit
from server.store.opening import listed
from tests.factories import member_row
from tests.gym_kit import make_gym, name_gym, token
from tests.http_token_kit import ask
from tests.kit import Wire, serving
from tests.till import HOUR, MINUTE, NINE, Till

PEOPLE: Final = 12
FIGURES: Final = ("people_in", "people_in_assumed", "capacity")
UNCOUNTED: Final = {"undone", "clash"}


async def a_day(path: Path) -> int:
    """Visits of every kind: seen to leave, corrected, taken back, a clash, assumed; gives the time of day (ms)."""
    name_gym(path, timezone="UTC", capacity=20, policy=Policy(max_stay_minutes=180, day_begins="04:00"))
    till = Till(path, *(member_row(str(n), f"Name {n}") for n in range(1, PEOPLE + 1)))
    for n in range(1, PEOPLE + 1):
        till.check_in(str(n), id=f"in{n}")
        till.now += 15 * MINUTE
    till.check_out("1", id="out1")
    till.check_out("2", id="out2")
    till.undo("out2")
    till.undo("in3")
    till.offline(till.now - MINUTE, "4")
    till.now += 90 * MINUTE
    closing_time = AutoCheckOut(database := GroupCommit(till.store, lambda _: None), now=lambda: till.now)
    await closing_time.look()
    till.done(CheckOut(code="5", occurred_at=clock.to_text(NINE + 2 * HOUR), offline=True))
    await database.close()
    name_gym(path, policy=Policy(day_begins="04:00"))  # else its server would end more visits while they are counted
    return till.now


async def shown(path: Path, now: int) -> tuple[Snapshot, list[dict[str, Any]], list[dict[str, Any]], dict[str, float]]:
    """What a desk that comes new is told; who is in, and all visits, page by page; what /metrics says of it."""
    async with serving(path, now=lambda: now) as server, Wire.open(server.url, token(path, "mia", now=now)) as wire:
        await wire.send("resume", {}, "r")
        snapshot = msgspec.convert((await wire.until("snapshot"))["payload"], Snapshot)
        pages: dict[str, list[dict[str, Any]]] = {}
        for question, name in (("list_present", "present"), ("list_check_ins", "check_ins")):
            cursor, pages[name] = None, []
            while True:
                page = (await wire.ask(question, {"limit": 5, "cursor": cursor}, question))["result"]
                pages[name] += page[name]
                if (cursor := page["cursor"]) is None:
                    break
        body = (await ask(server.url, "/metrics", method="GET")).body
        figures = {name: float(re.findall(rf"^gymtui_{name} (.*)$", body, re.MULTILINE)[0]) for name in FIGURES}
        return snapshot, pages["present"], pages["check_ins"], figures


@pytest.mark.parametrize("later", [0, 18 * HOUR], ids=["the same day", "the next one"])
async def test_the_numbers_are_the_same_wherever_they_stand(tmp_path: Path, later: int) -> None:
    path = tmp_path / "gym.db"
    now = await a_day(path) + later
    snapshot, present, visits, figures = await shown(path, now)
    desk = _of_a_desk(tmp_path / "replica.db", snapshot, now)
    stats = snapshot.stats
    today = [visit for visit in visits if _day(visit["check_in_time"]) == _day(clock.to_text(now))]
    counted = [visit for visit in today if not (visit["check_out_time"] and UNCOUNTED & set(visit["flags"]))]
    seen = [v for v in counted if v["check_out_time"] and "assumed_out" not in v["flags"]]
    stays = [(clock.to_ms(v["check_out_time"]) - clock.to_ms(v["check_in_time"])) / MINUTE for v in seen]
    inside = {visit["member"]["id"] for visit in present}

    assert stats.currently_in == len(inside) == len(present) == len(snapshot.present)
    assert stats.currently_in == sum(visit["status"] == "checked_in" for visit in visits)
    assert inside == {one.member.id for one in desk}
    assumed = {v["member"]["id"] for v in present if now - clock.to_ms(v["check_in_time"]) > 3 * HOUR}
    assert (stats.assumed or 0) == len(assumed)
    assert figures == {"people_in": stats.currently_in, "people_in_assumed": len(assumed), "capacity": 20}
    assert [inside.member.id in assumed for inside in desk] == [is_assumed_in(inside.since, now) for inside in desk]
    assert stats.today_total == sum(stats.hours) == len(counted)
    assert stats.average_stay_minutes == (round(sum(stays) / len(stays), 1) if stays else None)
    assert _exported(path, tmp_path / "visits.csv") == [visit["id"] for visit in reversed(visits)]
    if not later:
        assert (stats.currently_in, stats.today_total, len(seen)) == (6, 11, 2)
        assert any("assumed_out" in visit["flags"] for visit in visits)


async def test_refusals_are_as_many_in_every_place(tmp_path: Path) -> None:
    """Of six kinds, one of them sent twice; beside them a rejection, which is in no row and in /metrics alone."""
    path = tmp_path / "gym.db"
    name_gym(path, timezone="UTC", capacity=1, policy=Policy(guests_a_day=0))
    make_gym(path, member_row("1", "Ana Silva"), member_row("2", "Ben Ode", valid_until="2026-11-03"))
    async with (
        serving(path, now=lambda: NINE) as server,
        Wire.open(server.url, token(path, "ana", now=NINE), desk="Front") as wire,
    ):
        await wire.send("resume", {}, "r")
        ana = (await wire.ask("check_in", {"code": "1"}, "in"))["result"]["member"]["id"]
        refused: list[tuple[str, dict[str, object]]] = [
            ("check_in", {"code": "1"}),  # is in already
            ("check_in", {"code": "2"}),  # has expired
            ("check_in", {"code": "2"}),  # the same once more: another id
            ("check_in", {"code": "987654"}),  # nobody's
            ("check_in", {"passed_over": ana}),
            ("undo", {"command_id": "nothing"}),
            ("check_in", {"passed_over": ana, "refused_as": "banned", "offline": True}),  # by a desk that was alone
        ]
        for number, (type, asked) in enumerate(refused):
            assert not (await wire.ask(type, asked, f"no{number}"))["ok"]
        assert not (await wire.ask("check_in", {"code": "2"}, "no1"))["ok"]  # sent again: a duplicate
        guest = {"full_name": "Gus Roth", "guest": True, "valid_until": "2026-11-22"}
        assert not (await wire.ask("save_member", {"member": guest}, "guest"))["ok"]
        listed_rows = (await wire.ask("list_refusals", {}, "q"))["result"]["refusals"]
        body = (await ask(server.url, "/metrics", method="GET")).body
    events = [msgspec.convert(row, Refusal) for row in listed_rows]
    monitor = Traffic(NINE)
    monitor.came(events, NINE, since=NINE, offset=0)
    of_shift = shift(events, "Front", NINE - HOUR)[1]
    with listed(str(path)) as lists:
        audit = [deed for deed in deeds(lists.journal(2**62)) if deed.outcome.startswith("refused: ")]
        journal = [row for row in lists.journal(2**62) if row.type == Refusal.type]
    told = re.findall(r'^gymtui_commands_total\{code="(\w+)",outcome="refused",type="\w+"\} (.*)$', body, re.MULTILINE)
    metrics = sum(float(count) for code, count in told if code != "guest_limit")

    assert len(journal) == len(events) == len(audit) == metrics == len(refused)
    assert [row.seq for row in journal] == [deed.seq for deed in audit] == sorted(event.seq for event in events)
    assert sum(count for _, count in monitor.figures(NINE).refusals) == metrics
    assert monitor.figures(NINE).refused_lately == metrics - 1  # of which one was told afterwards
    assert any(line.startswith(f"{len(refused)} refused: ") for line in of_shift)
    assert [float(count) for code, count in told if code == "guest_limit"] == [1]


def _day(time: str) -> object:
    """The gym's day: it turns at four."""
    return datetime.fromtimestamp((clock.to_ms(time) - 4 * HOUR) / 1000, tz=datetime.fromisoformat(time).tzinfo).date()


def _of_a_desk(path: Path, snapshot: Snapshot, now: int) -> list[Inside]:
    """Who is in as a desk has it that knows the snapshot and no more."""
    with closing(Replica(path)) as replica:
        replica.restore(snapshot)
        queue = OutboxQueue(replica, DeskClock(replica, lambda: now))
        return Presence(replica, queue).everyone()


def _exported(path: Path, file: Path) -> list[str]:
    check_ins_export(database=str(path), file=file)
    with file.open(newline="") as opened:
        return [row["check_in_id"] for row in csv.DictReader(opened)]
