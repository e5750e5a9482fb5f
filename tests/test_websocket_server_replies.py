"""One reply for each message with an id."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from gymtui.protocol import MAX_FRAME, MAX_MESSAGE
from tests.gym_kit import token
from tests.kit import Wire, port_of, serving
from tests.websocket_server_kit import change_user

READS = [
    ("search_members", {"text": "name 7"}),
    ("get_member", {"member_id": "nobody"}),
    ("list_present", {}),
    ("sync_members", {}),
    ("resume", {}),
]


ACTS = [("check_in", {"code": "1"}), ("check_out", {"code": "2"}), ("undo", {"command_id": "none"})]


MANAGES = [("notify", {"level": "info", "title": "t", "message": "m"})]


MALFORMED = [
    "hello",
    "",
    "[]",
    '"check_in"',
    "{}",
    "[" * 60_000,
    '{"type":"check_in","payload":' + '{"a":' * 10_000,
    '{"type":"check_in","payload":{"code":1e400}}',
    '{"type":"check_in","payload":{"code":"1"},"id":7}',
    '{"type":"check_in","payload":{"code":"1"},"id":""}',
    '{"type":"check_in","payload":{"code":"1"},"id":"' + "x" * 65 + '"}',
    '{"type":"check_in","payload":{"code":"1"},"id":"\\u0000"}',
    '{"type":"check_in","payload":{"code":"\\ud800"}}',
    '{"type":"check_in","payload":{"code":"1","location":"' + "x" * 1001 + '"}}',
    '{"type":"check_in","payload":{"code":"1","occurred_at":"0001-01-01T00:00:00+23:59","offline":true}}',
    '{"type":"sync_members","payload":{"after_seq":9223372036854775808}}',
    '{"type":"sync_members","payload":{"after_seq":-1}}',
    '{"type":"list_present","payload":{"limit":1001}}',
    '{"type":"resume","payload":{"seq":1e30}}',
]


@pytest.mark.parametrize(
    ("user", "may", "may_not"),
    [("otto", READS, ACTS + MANAGES), ("ana", READS + ACTS, MANAGES), ("mia", READS + ACTS + MANAGES, [])],
)
async def test_roles(gym: Path, user: str, may: list[tuple[str, Any]], may_not: list[tuple[str, Any]]) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, user)) as wire:
        head = server.hub.head
        for type, payload in may_not:
            error = (await wire.ask(type, payload, f"no-{type}"))["error"]
            assert (error["code"], error["retryable"]) == ("not_allowed", False)
            assert "may" in error["message"]
            assert type not in error["message"]
        assert server.hub.newest == head
        for type, payload in may:
            reply = await wire.ask(type, payload, f"yes-{type}")
            assert reply.get("error", {}).get("code") != "not_allowed"
        await wire.send("ping", {"sent_at": 1}, "p")
        assert (await wire.until("pong", id="p"))["payload"]["sent_at"] == 1


@pytest.mark.usefixtures("quick_watchdog")
async def test_a_role_that_changes_ends_the_connection_and_counts_from_the_next_on(gym: Path) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server:
        async with Wire.open(server.url, access) as wire:
            assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True
            change_user(gym, "ana", role="operator")
            assert await wire.closed() == 4003
        async with Wire.open(server.url, access) as wire:
            assert (await wire.next())["payload"]["role"] == "operator"
            error = (await wire.ask("check_out", {"code": "1"}))["error"]
            assert error["message"] == "Operators may look on, not check members out."


@pytest.mark.usefixtures("quick_watchdog")
async def test_a_disabled_user_is_closed_with_4003(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana")) as ana,
        Wire.open(server.url, token(gym, "ben")) as ben,
    ):
        await ana.until("connection_status")
        change_user(gym, "ana", disabled=True)
        assert await ana.closed() == 4003
        assert (await ben.ask("check_in", {"code": "1"}))["ok"] is True
        async with Wire.open(server.url, token(gym, "ana")) as again:
            assert (await again.next())["payload"]["message"] == "This login has ended: please log in again."
            assert await again.closed() == 4001


async def test_every_id_is_answered_once_and_nothing_else_is(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        messages: list[tuple[str, Any]] = [
            *READS,
            *ACTS,
            *MANAGES,
            ("fly", {}),
            ("check_in", {"code": 7}),
            ("undo", {}),
        ]
        for number, (type, payload) in enumerate(messages):
            await wire.send(type, payload, f"m{number}")
            await wire.send(type, payload)
        await wire.send("ping", {}, "last")
        while (await wire.next()).get("id") != "last":
            pass
        missing = {f"m{n}" for n in range(len(messages))} - {m.get("id") for m in wire.received}
        while missing:
            missing.discard((await wire.next()).get("id", ""))
        replies = [m["id"] for m in wire.received if m["type"] == "reply"]
        assert sorted(replies) == sorted({f"m{n}" for n in range(len(messages))})


async def test_queries(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "otto")) as wire,
        Wire.open(server.url, token(gym, "ana")) as ana,
    ):
        came = (await ana.ask("check_in", {"code": "77"}))["result"]
        found = (await wire.ask("search_members", {"text": "name 77", "limit": 1}))["result"]["members"]
        assert [m["full_name"] for m in found] == ["Name 77"]
        card = (await wire.ask("get_member", {"member_id": came["member"]["id"]}))["result"]
        assert (card["member"], card["visits"], card["totals"]["visits"]) == (found[0], [came], 1)
        present = (await wire.ask("list_present"))["result"]
        assert present == {"present": [came], "cursor": None, "as_of_seq": came["seq"]}
        assert (await wire.ask("get_member", {"member_id": "x\x00"}))["error"]["code"] == "unknown_member"


async def test_what_cannot_be_read_is_told_and_the_connection_lives(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        head = server.hub.head
        for text in MALFORMED:
            await wire.socket.send(text)
            error = (await wire.until("error"))["payload"]
            assert error["code"] == "invalid"
            assert error["message"].endswith(".")
        assert server.hub.newest == head
        assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True


@pytest.mark.parametrize("data", [b"\xff\xfe", b'{"type":"check_in","payload":{"code":"\xff"}}'])
async def test_what_is_not_utf8_is_told(gym: Path, data: bytes) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.socket.send(data, text=True)
        assert (await wire.until("error"))["payload"]["code"] == "invalid"
        assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True


async def test_odd_but_good(gym: Path) -> None:
    """What is strange and still says what it means is done."""
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.socket.send(
            '{"type":"ping","type":"check_in","payload":{},"payload":{"code":"9","code":"1"},"id":"a"}'
        )
        assert (await wire.until("reply", id="a"))["payload"]["result"]["member"]["membership_number"] == "1"
        await wire.send("check_in", {"code": "2", "location": "\x00\u202e🏋", "unknown": [1]}, "b", extra=1)
        assert (await wire.until("reply", id="b"))["payload"]["result"]["location"] == "\x00\u202e🏋"
        await wire.socket.send(['{"type":"check_in",', '"payload":{"code":"3"},', '"id":"c"}'])
        assert (await wire.until("reply", id="c"))["payload"]["ok"] is True
        await wire.send("check_in", {"code": "4\x004"}, "d")
        assert (await wire.until("reply", id="d"))["payload"]["error"]["code"] == "unknown_member"


async def test_too_large_is_not_done(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        head = server.hub.head
        await wire.send("check_in", {"code": "1"}, "big", padding="x" * MAX_MESSAGE)
        error = (await wire.until("reply", id="big"))["payload"]["error"]
        assert (error["code"], error["message"]) == ("too_large", "A message has at most 64 KiB.")
        assert server.hub.newest == head
        reply = await wire.ask("check_in", {"code": "1"}, "big")
        assert reply["ok"] is True
        await wire.socket.send("x" * (MAX_FRAME + 1))
        assert await wire.closed() == 1009


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x05hello", 1002),  # not masked
        (b"\xf1\x80\x00\x00\x00\x00", 1002),  # reserved bits
        (b"\x83\x80\x00\x00\x00\x00", 1002),  # no such opcode
        (b"\x80\x80\x00\x00\x00\x00", 1002),  # nothing to continue
        (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", 1009),  # eight exabytes
        (b"\x88\x82\x00\x00\x00\x00\x00\x01", 1002),  # close code 1
    ],
)
async def test_frames_that_are_none_end_only_their_connection(gym: Path, data: bytes, code: int) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana")) as wire,
        Wire.open(server.url, token(gym, "ben")) as other,
    ):
        await wire.until("connection_status")
        wire.socket.transport.write(data)
        assert await wire.closed() == code
        assert (await other.ask("check_in", {"code": "1"}))["ok"] is True


async def test_random_bytes_do_no_harm(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ben")) as other:
        for _ in range(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
            writer.write(os.urandom(200) + b"\r\n\r\n")
            await reader.read()
            writer.close()
        assert (await other.ask("check_in", {"code": "1"}))["ok"] is True
