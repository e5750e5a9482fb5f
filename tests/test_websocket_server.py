"""The server on real sockets: who may come in, what is answered, what everyone is told."""

from __future__ import annotations

import asyncio
import json
import os
import re
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from gymtui import clock
from gymtui.protocol import MAX_FRAME, MAX_MESSAGE
from server.net import handshake as entrance
from server.store import Transaction, User
from server.store.opening import open_store
from tests.kit import WITHIN, Wire, port_of, serving, token
from tests.sqlite_kit import connection_of

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def change_user(path: Path, name: str, **fields: Any) -> None:
    """What another program does to a user while the server runs."""

    def work(tx: Transaction) -> None:
        user = tx.user(name)
        assert isinstance(user, User)
        tx.put_user(replace(user, **fields))

    with closing(open_store(path)) as store:
        store.write([work])


def on_disk(path: Path, column: str) -> list[str]:
    with closing(open_store(path)) as store:
        rows = connection_of(store).execute(f"SELECT {column} FROM journal WHERE command_id IS NOT NULL ORDER BY seq")
        return [row[0] for row in rows]


# --- coming in ---------------------------------------------------------------------------------------------------


async def test_a_welcome(gym: Path) -> None:
    async with serving(gym, batch_ms=70) as server, Wire.open(server.url, token(gym, "ana"), desk="Front") as wire:
        hello, status = await wire.next(), await wire.next()
        assert hello["type"] == "auth_response"
        assert TIME.fullmatch(hello["payload"].pop("expires_at"))
        assert hello["payload"] == {"success": True, "user": "ana", "role": "staff"}
        assert status["type"] == "connection_status"
        payload = status["payload"]
        assert TIME.fullmatch(payload.pop("server_time"))
        assert payload.pop("session_id")
        assert payload == {
            "status": "connected",
            "protocol": 1,
            "epoch": server.hub.epoch,
            "seq": server.hub.head,
            "batch_ms": 70,
        }


@pytest.mark.parametrize("tail", ["/ws/checkins/", "/ws/checkins"])
async def test_a_token_in_the_header(gym: Path, tail: str) -> None:
    async with serving(gym) as server:
        url = server.url.removesuffix("/ws/checkins/") + tail
        headers = {"Authorization": f"bearer {token(gym, 'mia')}"}
        async with connect(url, additional_headers=headers, compression=None, proxy=None) as socket:
            assert json.loads(await socket.recv())["payload"]["user"] == "mia"


async def test_a_token_in_the_first_message(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url) as wire:
        await wire.send("authenticate", {"token": token(gym, "ana"), "client": {"desk": "Back", "version": "1"}})
        assert (await wire.until("auth_response"))["payload"]["success"] is True
        reply = await wire.ask("check_in", {"code": "1"})
        assert reply["result"]["desk"] == "Back"


async def test_a_desk_has_a_printable_name(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana"), desk="%1b%5B31mFr%00ont" + "x" * 99) as wire,
    ):
        reply = await wire.ask("check_in", {"code": "1"})
        assert reply["result"]["desk"] == ("[31mFront" + "x" * 99)[:64]


@pytest.mark.parametrize("in_url", [True, False])
async def test_a_bad_token_is_4001(gym: Path, in_url: bool) -> None:
    async with serving(gym) as server, Wire.open(server.url, "nonsense" if in_url else None) as wire:
        if not in_url:
            await wire.send("authenticate", {"token": "nonsense"})
        answer = await wire.next()
        assert answer["payload"] == {"success": False, "message": "This token is not one of ours: please log in."}
        assert await wire.closed() == 4001


async def test_an_expired_token_is_4101(gym: Path) -> None:
    old = token(gym, "ana", ttl=300, now=clock.now() - 300_000)
    async with serving(gym) as server, Wire.open(server.url, old) as wire:
        assert (await wire.next())["payload"]["message"] == "This token has expired: please log in again."
        assert await wire.closed() == 4101


@pytest.mark.parametrize("first", ['{"type":"ping"}', "hello", '{"type":"authenticate"}', "[" * 50_000, ""])
async def test_anything_before_authenticate_is_4105(gym: Path, first: str) -> None:
    async with serving(gym) as server, Wire.open(server.url) as wire:
        await wire.socket.send(first)
        assert (await wire.next())["payload"]["success"] is False
        assert await wire.closed() == 4105


async def test_nothing_at_all_is_4105(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "AUTHENTICATE_WITHIN", 0.01)
    async with serving(gym) as server, Wire.open(server.url) as wire:
        assert (await wire.next())["payload"]["success"] is False
        assert await wire.closed() == 4105


async def test_two_authorizations_are_none(gym: Path) -> None:
    async with serving(gym) as server:
        headers = [("Authorization", f"Bearer {token(gym, 'ana')}"), ("Authorization", "Bearer x")]
        async with connect(server.url, additional_headers=headers, compression=None, proxy=None) as socket:
            await socket.send("{}")
            assert json.loads(await socket.recv())["payload"]["success"] is False
            await socket.wait_closed()
            assert socket.close_code == 4105


async def test_before_the_welcome_nobody_hears_anything(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url) as stranger,
        Wire.open(server.url, token(gym, "ana")) as ana,
    ):
        await ana.ask("check_in", {"code": "1"})
        await ana.until("batch")
        await stranger.send("ping")
        assert [m["type"] for m in await stranger.rest()] == ["auth_response"]


async def test_a_token_is_renewed_in_band(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana", ttl=60)) as wire:
        first = await wire.until("auth_response")
        await wire.send("authenticate", {"token": token(gym, "ana", ttl=7200)}, "r")
        second = await wire.until("auth_response", id="r")
        assert second["payload"]["expires_at"] > first["payload"]["expires_at"]
        for bad in ("nonsense", token(gym, "ben"), token(gym, "ana", ttl=1, now=0)):
            await wire.send("authenticate", {"token": bad}, "bad")
            assert (await wire.until("auth_response", id="bad"))["payload"]["success"] is False
        assert (await wire.ask("check_in", {"code": "1"}))["result"]["by"] == "ana"


# --- who may do what ---------------------------------------------------------------------------------------------

READS = [
    ("search_members", {"text": "name 7"}),
    ("get_member", {"member_id": "nobody"}),
    ("list_present", {}),
    ("sync_members", {}),
    ("resume", {}),
]
ACTS = [("check_in", {"code": "1"}), ("check_out", {"code": "2"}), ("undo", {"command_id": "none"})]
MANAGES = [("notify", {"level": "info", "title": "t", "message": "m"})]


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
            assert f"you may not send `{type}`" in error["message"]
        assert server.hub.newest == head
        for type, payload in may:
            reply = await wire.ask(type, payload, f"yes-{type}")
            assert reply.get("error", {}).get("code") != "not_allowed"
        await wire.send("ping", {"sent_at": 1}, "p")
        assert (await wire.until("pong", id="p"))["payload"]["sent_at"] == 1


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
            assert error["message"] == "As operator you may not send `check_out`."


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


# --- one reply for each message with an id -----------------------------------------------------------------------


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
        assert card == {"member": found[0], "visits": [came]}
        present = (await wire.ask("list_present"))["result"]
        assert present == {"present": [came], "cursor": None, "as_of_seq": came["seq"]}
        assert (await wire.ask("get_member", {"member_id": "x\x00"}))["error"]["code"] == "unknown_member"


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
        await wire.socket.send([b'{"type":"check_in",', b'"payload":{"code":"3"},', b'"id":"c"}'])
        assert (await wire.until("reply", id="c"))["payload"]["ok"] is True
        await wire.send("check_in", {"code": "4\x00"}, "d")
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


# --- order, once -------------------------------------------------------------------------------------------------


async def test_500_commands_in_a_row_take_effect_in_their_order(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        for number in range(500):
            await wire.send("check_out" if number % 2 else "check_in", {"code": "1"}, f"c{number}")
        replies: list[dict[str, Any]] = []
        while len(replies) < 500:
            replies.append(await wire.until("reply"))
    assert [reply["id"] for reply in replies] == [f"c{number}" for number in range(500)]
    assert all(reply["payload"]["ok"] for reply in replies)
    assert on_disk(gym, "command_id") == [f"c{number}" for number in range(500)]


async def test_twenty_desks_check_in_one_member_and_one_of_them_does(gym: Path) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(Wire.open(server.url, token(gym, "ana"))) for _ in range(20)]
        for round in range(5):
            replies = await asyncio.gather(
                *(wire.ask("check_in", {"code": "1"}, f"{round}-{n}") for n, wire in enumerate(wires))
            )
            [winner] = [reply["result"] for reply in replies if reply["ok"]]
            refused = [reply["error"] for reply in replies if not reply["ok"]]
            assert {error["code"] for error in refused} == {"already_checked_in"}
            assert all(error["details"]["check_in"] == winner for error in refused)
            assert (await wires[0].ask("list_present"))["result"]["present"] == [winner]
            await wires[0].ask("check_out", {"code": "1"}, f"{round}-out")


async def test_the_same_command_from_two_connections_is_done_once(gym: Path) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(Wire.open(server.url, token(gym, "ana"))) for _ in range(10)]
        replies = await asyncio.gather(*(wire.ask("check_in", {"code": "1"}, "same") for wire in wires))
        assert all(reply == replies[0] for reply in replies)
        assert replies[0]["ok"] is True
        async with Wire.open(server.url, token(gym, "ben")) as ben:
            assert (await ben.ask("check_in", {"code": "1"}, "same"))["error"]["code"] == "id_reused"
    assert on_disk(gym, "command_id") == ["same"]


async def test_a_client_that_vanishes_has_done_what_it_sent_or_not_at_all(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ben")) as other:
        async with Wire.open(server.url, token(gym, "ana")) as wire:
            await wire.until("connection_status")
            for number in range(100):
                await wire.send("check_in", {"code": str(number)}, f"c{number}")
            wire.socket.transport.abort()
        async with asyncio.timeout(WITHIN):
            while len(server.hub.connections) > 1:
                await asyncio.sleep(0)
        assert (await other.ask("list_present"))["ok"] is True
    done = on_disk(gym, "command_id")
    assert done == [f"c{number}" for number in range(len(done))]


# --- what everyone is told ---------------------------------------------------------------------------------------


async def test_everyone_sees_the_same_events(gym: Path) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        ana, mia, otto = [
            await stack.enter_async_context(Wire.open(server.url, token(gym, u))) for u in ("ana", "mia", "otto")
        ]
        for wire in (ana, mia, otto):
            await wire.until("connection_status")
        head = server.hub.head
        came = (await ana.ask("check_in", {"code": "1"}, "a"))["result"]
        refused = (await ana.ask("check_in", {"code": "1"}, "b"))["error"]
        note = (await mia.ask("notify", {"level": "info", "title": "t", "message": "m"}, "c"))["result"]["notification"]
        left = (await ana.ask("check_out", {"code": "1"}, "d"))["result"]
        for wire in (ana, mia, otto):
            if not wire.events or wire.events[-1]["seq"] < head + 4:
                await wire.covers(head + 4)
            assert [event["seq"] for event in wire.events] == [head + n for n in range(1, 5)]
            assert (wire.events[0], wire.events[2], wire.events[3]) == (came, note, left)
            assert (wire.events[1]["code"], wire.events[1]["command_id"]) == (refused["code"], "b")


@pytest.mark.slow
async def test_a_hundred_events_are_a_few_frames(gym: Path) -> None:
    async with (
        serving(gym, batch_ms=1000) as server,
        Wire.open(server.url, token(gym, "otto")) as watcher,
        Wire.open(server.url, token(gym, "ana")) as wire,
    ):
        await watcher.until("connection_status")
        head = server.hub.head
        for number in range(100):
            await wire.send("check_in", {"code": str(number)}, f"c{number}")
        await wire.until("reply", id="c99")
        frames = await watcher.covers(head + 100)
        assert len(frames) <= 4
        assert [event["seq"] for event in watcher.events] == list(range(head + 1, head + 101))
        assert watcher.received[-1]["payload"]["batches"]["stats"][0]["currently_in"] == 100


async def test_a_lone_event_does_not_wait_for_the_window(gym: Path) -> None:
    async with serving(gym, batch_ms=10_000) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        head = server.hub.head
        await wire.ask("check_in", {"code": "1"})
        await wire.covers(head + 1)


async def test_what_makes_no_row_is_told_to_nobody_and_starts_no_window(gym: Path) -> None:
    async with serving(gym, batch_ms=10_000) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        head = server.hub.head
        assert (await wire.ask("check_in", {}, "none"))["error"]["code"] == "invalid"
        change_user(gym, "ben", role="manager")
        await wire.ask("check_in", {"code": "1"}, "real")
        await wire.covers(head + 1)
        assert [m["type"] for m in wire.received].count("batch") == 1


# --- the end -----------------------------------------------------------------------------------------------------


async def test_draining_says_so_and_answers_what_has_come(gym: Path) -> None:
    async with AsyncExitStack() as stack:
        async with serving(gym) as server:
            ana = await stack.enter_async_context(Wire.open(server.url, token(gym, "ana")))
            otto = await stack.enter_async_context(Wire.open(server.url, token(gym, "otto")))
            await otto.until("connection_status")
            for number in range(100):
                await ana.send("check_in", {"code": str(number)}, f"c{number}")
            await ana.until("reply")
            readers = [asyncio.create_task(wire.rest()) for wire in (ana, otto)]
        for wire, reader in zip((ana, otto), readers, strict=True):
            rest = await reader
            assert (rest[-1]["type"], rest[-1]["payload"]["status"]) == ("connection_status", "draining")
            assert rest[-1]["payload"]["retry_after_ms"] == 2000
            assert await wire.closed() == 4200
        replied = [m["id"] for m in ana.received if m["type"] == "reply"]
        assert replied == on_disk(gym, "command_id")
        assert [event["command_id"] for event in otto.events] == replied


@pytest.mark.slow
async def test_a_client_that_never_stops_sending_does_not_keep_the_server(gym: Path) -> None:
    async def send_on() -> None:
        number = 0
        while True:
            await wire.send("check_out" if number % 2 else "check_in", {"code": "1"}, f"c{number}")
            number += 1

    async with AsyncExitStack() as stack:
        async with serving(gym) as server:
            wire = await stack.enter_async_context(Wire.open(server.url, token(gym, "ana")))
            sending = asyncio.create_task(send_on())
            reading = asyncio.create_task(wire.rest())
            async with asyncio.timeout(WITHIN):
                while sum(m["type"] == "reply" for m in wire.received) < 100:
                    await asyncio.sleep(0)
        rest = await reading
        await asyncio.wait([sending])
        assert isinstance(sending.exception(), ConnectionClosed)
        assert "draining" in [m["payload"].get("status") for m in rest]
        assert await wire.closed() == 4200
        assert [m["id"] for m in wire.received if m["type"] == "reply"] == on_disk(gym, "command_id")


async def test_whoever_has_said_nothing_yet_does_not_keep_the_server(gym: Path) -> None:
    async with asyncio.timeout(5):  # the library would wait twice as long for what it wants
        async with serving(gym) as server:
            silent, one = await asyncio.open_connection("127.0.0.1", port_of(server.url))
            answer, other = await asyncio.open_connection("127.0.0.1", port_of(server.url))
            other.write(b"GET /healthz HTTP/1.1\r\nHost: gym\r\n\r\n")
            assert b"200" in await answer.readline()  # by now the server has taken the first as well
        with suppress(ConnectionResetError):
            assert await silent.read() == b""
    for writer in (one, other):
        writer.close()


async def test_nobody_comes_in_while_the_server_drains(gym: Path) -> None:
    async with serving(gym) as server:
        url = server.url
    with pytest.raises(OSError, match="Connect call failed"):
        async with Wire.open(url, token(gym, "ana")):
            pass
