"""What a message is."""

from __future__ import annotations

import json
import re
from typing import Final
from uuid import UUID

from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, Json, expect, new_id

TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
NO_MESSAGES: Final = ("hello", "", "[]", '"ping"', "{}", '{"type":7}', '{"payload":{}}', "[" * 5000)
BAD_IDS: Final = (7, "", "x" * 65, "\x00")


@sentence("An absent payload is {}.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        await wire.send("ping", id="p")
        await wire.until("pong", id="p")


@sentence("Unknown fields are ignored, in a message and in its payload.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        await wire.send("ping", {"sent_at": 1, "colour": "red"}, "p", colour={"deep": []})
        expect((await wire.until("pong", id="p"))["payload"]["sent_at"] == 1, wire.received[-1])


@sentence("An unknown type gets unknown_type, with and without an id, and the connection lives on.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        await wire.send_text('{"type":"fly","payload":{},"id":"f"}')
        expect((await wire.until("reply", id="f"))["payload"]["error"]["code"] == "unknown_type", wire.received[-1])
        await wire.send_text('{"type":"fly"}')
        expect((await wire.until("error"))["payload"]["code"] == "unknown_type", wire.received[-1])
        await wire.send("ping", id="p")
        await wire.until("pong", id="p")


@sentence("What is no message gets an error `invalid`, and the connection lives on.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        for text in NO_MESSAGES:
            await wire.send_text(text)
            expect((await wire.until("error"))["payload"]["code"] == "invalid", wire.received[-1])
        await wire.send("ping", id="p")
        await wire.until("pong", id="p")


@sentence("A payload that is not as it should be gets a reply `invalid`.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        for payload in ({"code": 7}, {"code": "x" * 65}, {"code": "1", "occurred_at": "yesterday"}, {}):
            await wire.refused("check_in", payload, "invalid")
        await wire.refused("undo", {}, "invalid")


@sentence("An id is any text of 1 to 64 printable characters.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        for id in ("é" * 64, "x", "a b", "🏋"):
            await wire.ask("list_present", {"limit": 1}, id)
        for bad in BAD_IDS:
            await wire.send_text(json.dumps({"type": "ping", "id": bad}))
            expect((await wire.until("error"))["payload"]["code"] == "invalid", wire.received[-1])


@sentence("Every message with an id gets exactly one answer, and none without one does.")
async def _(gym: Gym) -> None:
    requests: list[tuple[str, Json]] = [
        ("list_present", {"limit": 1}),
        ("search_members", {"text": "zz"}),
        ("get_member", {"member_id": "x"}),
    ]
    async with gym.wire() as wire:
        ids = [new_id() for _ in requests]
        for id, (type, payload) in zip(ids, requests, strict=True):
            await wire.send(type, payload, id)
            await wire.send(type, payload)
        while not set(ids) <= {message.get("id") for message in wire.received}:
            await wire.next()
        await wire.ask("list_present", {"limit": 1}, "last")
        answers = [message.get("id") for message in wire.received if message["type"] == "reply"]
        expect(sorted(map(str, answers)) == sorted([*ids, "last"]), answers)


@sentence("A message may come in several frames.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        await wire.socket.send(['{"type":"ping",', '"id":', '"p"}'])
        await wire.until("pong", id="p")


@sentence("Messages are compact JSON, times are UTC with milliseconds, ids of things are UUIDs.")
async def _(gym: Gym) -> None:
    async with gym.open(gym.token("staff")) as wire:
        for type in ("auth_response", "connection_status"):
            text = await wire.socket.recv()
            message = json.loads(text)
            expect(json.dumps(message, separators=(",", ":"), ensure_ascii=False) == text, text)
            expect(message["type"] == type, message)
        expect(TIME.fullmatch(message["payload"]["server_time"]), message)
        wire.last = message["payload"]["seq"]
        member = await gym.member(wire)
        event = await wire.do("check_in", {"member_id": member["id"]})
        expect(TIME.fullmatch(event["check_in_time"]), event)
        expect(all(str(UUID(id)) == id for id in (event["id"], member["id"])), event)


@sentence("`ping` gets a `pong` with the server's time, and sent_at comes back as it was.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        for number, sent_at in enumerate((0, 1.5, None, "now", [1, {"a": "b"}])):
            await wire.send("ping", {"sent_at": sent_at}, str(number))
            pong = (await wire.until("pong", id=str(number)))["payload"]
            expect(pong["sent_at"] == sent_at and TIME.fullmatch(pong["server_time"]), pong)
        await wire.send("ping")
        expect("sent_at" not in (await wire.until("pong"))["payload"], wire.received[-1])
