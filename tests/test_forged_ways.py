"""Whatever is no token of ours opens nothing, in whichever of the three ways it comes: 150 kinds and more in each."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from msgspec.structs import replace
from websockets.frames import Frame, Opcode

from gymtui import clock
from gymtui.protocol import PATH
from server.app import Server
from server.store import IssuedToken
from server.store.opening import open_store
from tests import forged_tokens
from tests.forger import Forger
from tests.gym_kit import issue_as
from tests.kit import port_of, serving
from tests.waiting import WITHIN

AT_ONCE: Final = 50  # less than the places of strangers, so that none is cut before it has an answer
ENDS: Final = (b'"success":', b"HTTP/1.1 4")  # what says what became of it
UPGRADE: Final = (
    b"Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
)


def in_the_url(token: str) -> bytes:
    return f"GET {PATH}?token={quote(token, safe='')} HTTP/1.1\r\n".encode() + UPGRADE + b"\r\n"


def in_the_header(token: str) -> bytes:
    return f"GET {PATH} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n".encode() + UPGRADE + b"\r\n"


def in_a_message(_: str) -> bytes:
    return f"GET {PATH} HTTP/1.1\r\n".encode() + UPGRADE + b"\r\n"


Way = Callable[[str], bytes]
WAYS: Final = (in_the_url, in_the_header, in_a_message)


async def told(server: Server, way: Way, token: str) -> bytes:
    """What the server says to a token, up to whether it is good."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
    answer = b""
    try:
        writer.write(way(token))
        async with asyncio.timeout(WITHIN):
            if way is in_a_message:
                await reader.readuntil(b"\r\n\r\n")
                first = json.dumps({"type": "authenticate", "payload": {"token": token}})
                writer.write(Frame(Opcode.TEXT, first.encode()).serialize(mask=True))
            while not any(end in answer for end in ENDS) and (data := await reader.read(4096)):
                answer += data
    finally:
        writer.close()
    return answer


def over(forger: Forger, gym: Path) -> dict[str, str]:
    """Those that were good once."""
    with closing(open_store(gym)) as store:
        issue_as(store, "revoked", "mia")
        issue_as(store, "of ben", "ben")
        ben = replace(store.users()["ben"], disabled=True)
        store.write([lambda tx: tx.end_issued("revoked"), lambda tx: tx.put_user(ben)])
        retired = IssuedToken(id="retired", user="mia", kid="gone", issued_at=0, expires_at=clock.now() + 60_000)
        store.write([lambda tx: tx.put_issued(retired)])
    past = clock.now() // 1000 - 10
    return {
        "revoked": forger.with_claim("sid", "issued:revoked"),
        "of a user who is disabled": forger.token(forger.claims | {"sub": "ben", "sid": "issued:of ben"}),
        "of a key that is gone": forger.token(forger.claims | {"sid": "issued:retired"}, kid="gone"),
        "expired": forger.with_claim("exp", past),
    }


@pytest.mark.parametrize("way", WAYS)
async def test_none_of_150_kinds_of_wrong_token_comes_in(
    gym: Path, way: Way, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way is in_the_url:  # an empty one there is none, and a message is waited for
        monkeypatch.setattr("server.net.handshake.AUTHENTICATE_WITHIN", 0.01)
    forger = Forger(gym)
    wrong = forged_tokens.kinds(forger) | over(forger, gym)
    assert len(set(wrong.values())) == len(wrong) >= 150
    places = asyncio.Semaphore(AT_ONCE)

    async with serving(gym) as server:

        async def tried(token: str) -> bytes:
            async with places:
                return await told(server, way, token)

        assert b'"success":true' in await tried(forger.token())  # what they are made from is good
        answers = await asyncio.gather(*(tried(token) for token in wrong.values()))
        is_told = {kind: any(end in answer for end in ENDS) for kind, answer in zip(wrong, answers, strict=True)}
        assert [kind for kind, told_so in is_told.items() if not told_so] == []
        came_in = [kind for kind, answer in zip(wrong, answers, strict=True) if b'"success":true' in answer]
        assert came_in == []
        assert b'"success":true' in await tried(forger.token())
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
