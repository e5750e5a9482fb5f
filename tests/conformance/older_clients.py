"""Two generations of browser clients, which work unchanged."""

from __future__ import annotations

import json

from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, expect, greeted


@sentence("A body in `data` is read where there is no payload, and without an id the event tells.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        await wire.send_text(json.dumps({"type": "check_in", "data": {"member_id": member["id"], "location": "Old"}}))
        came = await wire.event("check_in_update", location="Old", member=_ref(member))
        await wire.send_text(json.dumps({"type": "check_out", "data": {"check_in_id": came["id"]}}))
        left = await wire.event("check_in_update", id=came["id"], status="checked_out")
        expect(left["seq"] > came["seq"], left)
        expect(not any(message["type"] == "reply" for message in wire.received), wire.received)


@sentence("memberId and checkInId are member_id and check_in_id.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        await wire.send_text(json.dumps({"type": "check_in", "data": {"memberId": member["id"]}}))
        came = await wire.event("check_in_update", member=_ref(member), status="checked_in")
        await wire.send_text(json.dumps({"type": "check_out", "data": {"checkInId": came["id"]}}))
        await wire.event("check_in_update", id=came["id"], status="checked_out")


@sentence("`heartbeat` gets `heartbeat_ack`.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        await wire.send("heartbeat")
        await wire.until("heartbeat_ack")


@sentence("A client's batch: each check_in and check_out in it is done as if it came alone, the rest is dropped.")
async def _(gym: Gym) -> None:
    async with gym.open() as wire:
        await wire.send("authenticate", data={"token": gym.token("staff")})
        await greeted(wire)
        one, two = await gym.member(wire), await gym.member(wire)
        visits = [{"memberId": one["id"]}, {"memberId": two["id"]}]
        batches = {"check_in": visits, "ping": [{}], "check_out": [{"memberId": one["id"]}], "fly": [1]}
        await wire.send_text(json.dumps({"type": "batch", "batches": batches}))
        await wire.event("check_in_update", member=_ref(two), status="checked_in")
        await wire.event("check_in_update", member=_ref(one), status="checked_out")
        await wire.send("ping", {"sent_at": "last"})
        pong = await wire.until("pong")
        expect(pong["payload"]["sent_at"] == "last", wire.received)
        expect(not any(message["type"] in ("reply", "error") for message in wire.received), wire.received)


def _ref(member: dict[str, object]) -> dict[str, object]:
    return {name: member[name] for name in ("id", "full_name", "membership_number")}
