"""Being alive, and being too much."""

from __future__ import annotations

import asyncio
import json
from typing import Final
from urllib.parse import urlencode, urlsplit

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, expect, new_id

MAX_MESSAGE: Final = 64 * 1024  # bytes
MAX_FRAME: Final = 1024 * 1024  # bytes
MAX_INVALID: Final = 20  # messages in 10 s
IN_FLIGHT: Final = 1024  # commands


async def dead_peer(gym: Gym) -> tuple[int | None, int]:
    """A client that reads and never says anything, not even a pong: the close code it sees, and the pings."""
    url = f"{gym.url}?{urlencode({'token': gym.token('staff')})}"
    parts = urlsplit(url)
    protocol = ClientProtocol(parse_uri(url))
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or (443 if parts.scheme == "wss" else 80), ssl=parts.scheme == "wss" or None
    )
    protocol.send_request(protocol.connect())
    writer.writelines(protocol.data_to_send())
    pings = 0
    while protocol.close_rcvd is None and (data := await reader.read(65536)):
        protocol.receive_data(data)
        pings += sum(isinstance(e, Frame) and e.opcode is Opcode.PING for e in protocol.events_received())
        protocol.data_to_send()  # pongs among it: they are thrown away
    writer.close()
    return None if protocol.close_rcvd is None else int(protocol.close_rcvd.code), pings


@sentence("The server pings, and closes with 4104 where nothing is heard for 25 s.")
async def _(gym: Gym) -> None:
    code, pings = await dead_peer(gym)
    expect(code == 4104 and pings >= 1, f"close code {code} after {pings} pings")


@sentence("A message of 64 KiB is taken; a larger one is too_large, nothing is done, and its id is free.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member, id = await gym.member(wire), new_id()
        message = {"type": "check_in", "payload": {"member_id": member["id"]}, "id": id, "padding": ""}
        room = MAX_MESSAGE - len(json.dumps(message))
        await wire.send_text(json.dumps(message | {"padding": "x" * (room + 1)}))
        error = (await wire.until("reply", id=id))["payload"]["error"]
        expect(error["code"] == "too_large", error)
        await wire.send_text(json.dumps(message | {"padding": "x" * room}))
        expect((await wire.until("reply", id=id))["payload"]["ok"] is True, wire.received[-1])


@sentence("A message of more than 1 MiB closes the connection with 1009.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        await wire.send_text("x" * (MAX_FRAME + 1))
        code = await wire.closed()
        expect(code == 1009, f"close code {code}")


@sentence("20 messages in 10 s that cannot be read are put up with; more end the connection with 4004.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        for _ in range(MAX_INVALID):
            await wire.send_text("hello")
        await wire.send("ping", id="p")
        await wire.until("pong", id="p")
        await wire.send_text("hello")
        code = await wire.closed()
        expect(code == 4004, f"close code {code}")
        expect(wire.received[-1]["type"] == "error", wire.received[-1])


@sentence("However many commands are sent at once, each gets its reply, in order.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member, id = await gym.member(wire), new_id()
        text = json.dumps({"type": "check_in", "payload": {"member_id": member["id"]}, "id": id})
        number = IN_FLIGHT + 100

        async def send() -> None:
            for _ in range(number):
                await wire.send_text(text)

        sending = asyncio.create_task(send())
        replies = [await wire.until("reply", id=id) for _ in range(number)]
        await sending
        expect(all(reply == replies[0] for reply in replies) and replies[0]["payload"]["ok"], replies[0])
