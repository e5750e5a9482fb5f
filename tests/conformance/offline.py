"""What happened while a desk was alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, Json, expect, new_id


def ago(**span: float) -> str:
    """A time so long ago, as it goes over the wire."""
    return (datetime.now(UTC) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@sentence("What happened offline is recorded with its own time and flag offline.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        came_at, left_at = ago(hours=2), ago(hours=1)
        came = await wire.do("check_in", {"member_id": member["id"], "offline": True, "occurred_at": came_at})
        expect((came["check_in_time"], came["flags"]) == (came_at, ["offline"]), came)
        left = await wire.do("check_out", {"check_in_id": came["id"], "offline": True, "occurred_at": left_at})
        expect((left["check_out_time"], left["flags"]) == (left_at, ["offline"]), left)


@sentence("A check-out may name the visit by the check-in's command_id before anybody knows the visit.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member, first, second = await gym.member(wire), new_id(), new_id()
        await wire.send("check_in", {"member_id": member["id"], "offline": True, "occurred_at": ago(minutes=9)}, first)
        await wire.send("check_out", {"command_id": first, "offline": True, "occurred_at": ago(minutes=5)}, second)
        left = (await wire.until("reply", id=second))["payload"]
        expect(left["ok"] and left["result"]["status"] == "checked_out", left)


@sentence("occurred_at is never later than now.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        await wire.send("ping", id="p")
        before = (await wire.until("pong", id="p"))["payload"]["server_time"]
        came = await wire.do("check_in", {"member_id": member["id"], "occurred_at": "2999-01-01T00:00:00Z"})
        await wire.send("ping", id="q")
        after = (await wire.until("pong", id="q"))["payload"]["server_time"]
        expect(before <= came["check_in_time"] <= after, came)


@sentence("A check-out is never before its check-in.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        who: Json = {"member_id": member["id"]}
        came = await wire.do("check_in", who)
        left = await wire.do("check_out", who | {"offline": True, "occurred_at": ago(hours=3)})
        expect(left["check_out_time"] == came["check_in_time"], left)


@sentence("What is recorded more than 7 days late has flag late, and not before.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        for days, late in ((6.9, False), (7.1, True)):
            member = await gym.member(wire)
            wanted = {"member_id": member["id"], "offline": True, "occurred_at": ago(days=days)}
            came = await wire.do("check_in", wanted)
            expect(("late" in came["flags"]) == late, came)


@sentence("What is told more than 5 minutes late without offline has flag backdated, and not before.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        for minutes, flags in ((4, []), (6, ["backdated"])):
            member = await gym.member(wire)
            came = await wire.do("check_in", {"member_id": member["id"], "occurred_at": ago(minutes=minutes)})
            expect(came["flags"] == flags, came)


@sentence("A check-in offline while the visit is open is a visit closed at its start, flag clash; the open one stays.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        who: Json = {"member_id": member["id"]}
        came = await wire.do("check_in", who)
        clash = await wire.do("check_in", who | {"offline": True, "occurred_at": ago(minutes=5)})
        expect(clash["id"] != came["id"] and clash["status"] == "checked_out", clash)
        expect(clash["check_in_time"] == clash["check_out_time"], clash)
        expect(set(clash["flags"]) == {"offline", "clash"}, clash)
        left = await wire.do("check_out", who)
        expect(left["id"] == came["id"], left)
