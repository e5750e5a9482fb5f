"""The server that is tried: connections to it, members to try it with, and what was seen that should not be."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

WITHIN: Final = 10.0  # seconds for an answer

Json = dict[str, Any]


class Broken(Exception):
    """The server does not do what the sentence says."""


class Untried(Exception):
    """The sentence cannot be tried with what there is."""


def expect(holds: object, seen: object) -> None:
    """Broken, with what was seen, unless it `holds`."""
    if not holds:
        raise Broken(f"seen: {str(seen)[:300]}")


def new_id() -> str:
    """An id that nobody has used."""
    return str(uuid4())


class Wire:
    """One connection. It follows the journal by the receiver's rules, and a gap is Broken; `events` are in order."""

    def __init__(self, socket: ClientConnection, types: set[str]) -> None:
        self.socket = socket
        self.types = types  # of all messages that were sent
        self.received: list[Json] = []
        self.events: list[tuple[str, Json]] = []
        self.epoch = ""
        self.last = 0
        self.size = 0  # bytes of the newest message
        self._resuming = False

    # --- sending ------------------------------------------------------------------------------------------------------

    async def send_text(self, text: str) -> None:
        """Sends this text, whether it is a message or not."""
        await self.socket.send(text)

    async def send(self, type: str, payload: Json | None = None, id: str | None = None, **more: object) -> None:
        """A message; `types` remembers its type."""
        self.types.add(type)
        message: Json = {"type": type} | ({} if payload is None else {"payload": payload})
        await self.send_text(json.dumps(message | ({} if id is None else {"id": id}) | more))

    async def ask(self, type: str, payload: Json | None = None, id: str | None = None) -> Json:
        """Sends a request, and gives the payload of its reply."""
        id = id or new_id()
        await self.send(type, payload, id)
        message = await self.until("reply", id=id)
        expect(isinstance(message["payload"].get("ok"), bool), message)
        return dict(message["payload"])

    async def do(self, type: str, payload: Json, id: str | None = None) -> Json:
        """The result of a request that has to be granted."""
        reply = await self.ask(type, payload, id)
        expect(reply["ok"] and isinstance(reply.get("result"), dict), reply)
        return dict(reply["result"])

    async def refused(self, type: str, payload: Json, code: str, id: str | None = None) -> Json:
        """The error of a request that has to be refused with this code."""
        reply = await self.ask(type, payload, id)
        error = reply.get("error", {})
        expect(not reply["ok"] and error.get("code") == code, reply)
        expect(isinstance(error.get("message"), str) and isinstance(error.get("retryable"), bool), reply)
        return dict(error)

    async def resume(self, epoch: str, seq: int, **more: object) -> str:
        """Asks for what is missing; what goes with the old position is passed over until the reply, or until the end of
        the snapshot."""
        self._resuming = True
        result = await self.do("resume", {"epoch": epoch, "seq": seq} | more)
        if result["resumed"] == "events":
            self.last, self._resuming = seq, False
        return str(result["resumed"])

    # --- receiving ----------------------------------------------------------------------------------------------------

    async def next(self) -> Json:
        """The next message; Broken where none comes, or the connection ends."""
        try:
            async with asyncio.timeout(WITHIN):
                data = await self.socket.recv(decode=False)
        except TimeoutError as error:
            raise Broken(f"nothing came within {WITHIN:.0f} s") from error
        except ConnectionClosed as closed:
            raise Broken(f"the connection was closed: {closed}") from closed
        message: Json = json.loads(data)
        self.size = len(data)
        expect(isinstance(message.get("type"), str) and isinstance(message.get("payload"), dict), message)
        self.received.append(message)
        if message["type"] == "snapshot" and not message["payload"]["more"]:
            self.epoch, self.last = message["payload"]["epoch"], message["payload"]["seq"]
            self._resuming = False
        if "seq" in message and not self._resuming:
            self._follow(message)
        return message

    async def until(self, type: str, **fields: object) -> Json:
        """The next message of that type whose outside has these fields."""
        while True:
            message = await self.next()
            if message["type"] == type and all(message.get(name) == value for name, value in fields.items()):
                return message

    async def event(self, type: str, **fields: object) -> Json:
        """The event of that type with these fields, come already or still to come."""
        while True:
            for name, payload in self.events:
                if name == type and all(payload.get(field) == value for field, value in fields.items()):
                    return payload
            await self.next()

    async def reaches(self, seq: int) -> None:
        """Waits until the journal is followed as far as `seq`."""
        while self.last < seq:
            await self.next()

    async def closed(self) -> int | None:
        """The close code; Broken where the connection does not end."""
        try:
            while True:
                await self.next()
        except Broken:
            async with asyncio.timeout(WITHIN):
                await self.socket.wait_closed()
        return self.socket.close_code

    def _follow(self, message: Json) -> None:
        prev_seq, seq = message.get("prev_seq", message["seq"] - 1), message["seq"]
        payload = message["payload"]
        lists: Json = payload["batches"] if message["type"] == "batch" else {message["type"]: [payload]}
        expect(len(lists.get("stats", ())) <= 1, message)
        events = [(name, one) for name, items in lists.items() if name != "stats" for one in items]
        for items in (items for name, items in lists.items() if name != "stats"):
            expect(items == sorted(items, key=lambda one: one["seq"]), message)
        expect(all(prev_seq < one["seq"] <= seq for _, one in events), message)
        expect(events or prev_seq == seq, message)
        expect(prev_seq <= self.last, f"a gap between {self.last} and {prev_seq}")
        self.events += sorted((e for e in events if e[1]["seq"] > self.last), key=lambda event: event[1]["seq"])
        self.last = max(self.last, seq)


class Gym:
    """A server and the tokens there are for it, by role."""

    def __init__(self, url: str, tokens: Iterable[str]) -> None:
        self.url = url
        self.types: set[str] = set()
        self._given = list(dict.fromkeys(tokens))
        self._tokens: dict[str, str] = {}
        self._used: list[str] = []
        self._made: list[str] = []
        self._pool: list[Json] | None = None

    async def look(self) -> None:
        """Finds out which token is whose; Broken where one opens nothing."""
        for token in self._given:
            async with self.open(token) as wire:
                answer = (await wire.until("auth_response"))["payload"]
                expect(answer.get("success") is True and answer.get("role"), answer)
                self._tokens[answer["role"]] = token
        if not {"staff", "manager"} & set(self._tokens):
            raise Untried("nothing can be tried without a token of staff or of a manager")

    def token(self, role: str) -> str:
        """A token of that role; of `staff`, a manager's will do."""
        token = self._tokens.get(role) or (self._tokens.get("manager") if role == "staff" else None)
        if token is None:
            raise Untried(f"needs --{role}-token")
        return token

    def has(self, role: str) -> bool:
        """Is there a token of this role?"""
        return role in self._tokens

    # --- connections --------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def open(
        self, token: str | None = None, desk: str | None = None, *, path: str | None = None, **headers: str
    ) -> AsyncIterator[Wire]:
        """A connection as it is after the upgrade."""
        query = urlencode({name: value for name, value in (("token", token), ("desk", desk)) if value is not None})
        url = f"{path or self.url}?{query}" if query else path or self.url
        options = {"compression": None, "proxy": None, "ping_interval": None}
        async with connect(url, additional_headers=headers, **options) as socket:  # type: ignore[arg-type]
            yield Wire(socket, self.types)

    @asynccontextmanager
    async def wire(self, role: str = "staff", desk: str | None = None) -> AsyncIterator[Wire]:
        """A connection that has been greeted, and follows the journal from there."""
        async with self.open(self.token(role), desk) as wire:
            await greeted(wire)
            yield wire

    # --- members ------------------------------------------------------------------------------------------------------

    async def member(self, wire: Wire, **fields: object) -> Json:
        """A member whom no other sentence uses, and who is out: a new one where a manager's token can make one, else
        one of the directory whom nothing keeps from coming in."""
        if self.has("manager"):
            return await self._make(fields)
        if fields:
            raise Untried("needs --manager-token, to make a member")
        if self._pool is None:
            self._pool = []
            self._pool = await _found(wire)
        if not self._pool:
            raise Untried("needs more members who may come in, or --manager-token")
        member = self._pool.pop()
        self._used.append(member["id"])
        return member

    async def _make(self, fields: Json) -> Json:
        number = f"conformance-{random.getrandbits(64):016x}"
        async with self.wire("manager") as wire:
            known = {"full_name": "Conformance Test", "membership_number": number}
            member: Json = (await wire.do("save_member", {"member": known | fields}))["member"]
        self._used.append(member["id"])
        self._made.append(member["id"])
        return member

    async def tidy(self) -> None:
        """Nobody who was used is in any more, and who was made is deleted."""
        async with self.wire() as wire:
            for id in self._used:
                await wire.ask("check_out", {"member_id": id})
        if self._made:
            async with self.wire("manager") as wire:
                for id in self._made:
                    await wire.do("save_member", {"member": {"id": id, "deleted": True}})


async def greeted(wire: Wire) -> Json:
    """Waits for the welcome; gives the `connection_status`."""
    auth = await wire.until("auth_response")
    expect(auth["payload"].get("success") is True, auth)
    status: Json = (await wire.until("connection_status"))["payload"]
    wire.epoch, wire.last = status["epoch"], status["seq"]
    return status


async def _found(wire: Wire) -> list[Json]:
    """Members who are out and whom nothing keeps from coming in, in no order."""
    inside = {visit["member"]["id"] for visit in (await wire.do("list_present", {}))["present"]}
    members: list[Json] = (await wire.do("sync_members", {"after_seq": 0}))["members"]
    restricting = ("valid_from", "valid_until", "visits_left", "hours", "payment_overdue", "deleted")
    free = [
        member
        for member in members
        if member["status"] == "active"
        and member["membership_number"]
        and member["waiver_signed"] is not False
        and member["id"] not in inside
        and not any(member[name] for name in restricting)
    ]
    random.shuffle(free)
    return free
