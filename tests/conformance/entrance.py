"""Who comes in, and who does not."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Final
from urllib.parse import urlsplit

from tests.conformance.contract import sentence
from tests.conformance.gym import Broken, Gym, Wire, expect, greeted

PATIENCE: Final = 7.0  # seconds: the server's five, and a slow network


async def turned_away(wire: Wire, code: int) -> None:
    """A no in words, and then the close."""
    answer = (await wire.until("auth_response"))["payload"]
    expect(answer["success"] is False and answer.get("message"), answer)
    closed = await wire.closed()
    expect(closed == code, f"close code {closed}")


@sentence("Without a token and without a word the connection is closed with 4105 within 5 s.")
async def _(gym: Gym) -> None:
    async with gym.open() as wire, asyncio.timeout(PATIENCE):
        await turned_away(wire, 4105)


@sentence("Any first message but `authenticate` is 4105.")
async def _(gym: Gym) -> None:
    for text in ('{"type":"ping"}', "hello", '{"type":"check_in","payload":{"code":"1"},"id":"1"}'):
        async with gym.open() as wire:
            await wire.send_text(text)
            await turned_away(wire, 4105)


@sentence("With a token in the URL come auth_response and connection_status, with all their fields.")
async def _(gym: Gym) -> None:
    async with gym.open(gym.token("staff")) as wire:
        auth, status = await wire.next(), await wire.next()
        expect((auth["type"], status["type"]) == ("auth_response", "connection_status"), wire.received)
        expect({"success", "user", "role", "expires_at"} <= auth["payload"].keys(), auth)
        expect(auth["payload"]["success"] is True, auth)
        named = {"status", "session_id", "protocol", "server_time", "epoch", "seq", "batch_ms"}
        expect(named <= status["payload"].keys(), status)
        expect((status["payload"]["status"], status["payload"]["protocol"]) == ("connected", 1), status)


@sentence("The path is the same with and without its last slash.")
async def _(gym: Gym) -> None:
    parts = urlsplit(gym.url)
    path = parts.path.rstrip("/")
    for tail in (path, path + "/"):
        async with gym.open(gym.token("staff"), path=parts._replace(path=tail).geturl()) as wire:
            await greeted(wire)


@sentence("A token may be in the header Authorization: Bearer.")
async def _(gym: Gym) -> None:
    async with gym.open(Authorization=f"Bearer {gym.token('staff')}") as wire:
        await greeted(wire)


@sentence("A token may be in `authenticate` as the first message, with the desk's name.")
async def _(gym: Gym) -> None:
    async with gym.open() as wire:
        client = {"desk": "Conformance", "version": "1"}
        await wire.send("authenticate", {"token": gym.token("staff"), "client": client})
        await greeted(wire)
        member = await gym.member(wire)
        event = await wire.do("check_in", {"member_id": member["id"]})
        expect(event["desk"] == "Conformance", event)


@sentence("The desk's name may be in the URL, and stands in its events with the user's.")
async def _(gym: Gym) -> None:
    async with gym.open(gym.token("staff"), "Side door") as wire:
        user = (await wire.until("auth_response"))["payload"]["user"]
        wire.last = (await wire.until("connection_status"))["payload"]["seq"]
        member = await gym.member(wire)
        event = await wire.do("check_in", {"member_id": member["id"]})
        expect((event["desk"], event["by"]) == ("Side door", user), event)


@sentence("A bad token is told so and closed with 4001, however it is presented.")
async def _(gym: Gym) -> None:
    async with gym.open("nonsense") as wire:
        await turned_away(wire, 4001)
    async with gym.open(Authorization="Bearer nonsense") as wire:
        await turned_away(wire, 4001)
    async with gym.open() as wire:
        await wire.send("authenticate", {"token": "nonsense"})
        await turned_away(wire, 4001)


@sentence("A token whose signature or algorithm was changed is bad.")
async def _(gym: Gym) -> None:
    header, claims, signature = gym.token("staff").split(".")
    none = json.dumps({"alg": "none", "typ": "at+jwt"}).encode()
    unsigned = base64.urlsafe_b64encode(none).rstrip(b"=").decode()
    changed = signature[:-8] + signature[-8:].swapcase()
    for forged in (f"{header}.{claims}.{changed}", f"{header}.{claims}.", f"{unsigned}.{claims}."):
        async with gym.open(forged) as wire:
            await turned_away(wire, 4001)


@sentence("A token is renewed in band; one that is bad, or another user's, is told so and changes nothing.")
async def _(gym: Gym) -> None:
    token = gym.token("staff")
    others = [gym.token("operator")] if gym.has("operator") else []
    async with gym.wire() as wire:
        for given, good in ((token, True), ("nonsense", False), *((other, False) for other in others)):
            await wire.send("authenticate", {"token": given}, "a")
            answer = (await wire.until("auth_response", id="a"))["payload"]
            expect(answer["success"] is good, answer)
            await wire.do("list_present", {"limit": 1})


@sentence("Before the welcome nobody hears anything.")
async def _(gym: Gym) -> None:
    async with gym.open() as stranger, gym.wire() as wire:
        member = await gym.member(wire)
        event = await wire.do("check_in", {"member_id": member["id"]})
        await wire.reaches(event["seq"])
        await stranger.send("ping")
        await stranger.until("auth_response")
        if len(stranger.received) > 1:
            raise Broken(f"a stranger heard {stranger.received}")
